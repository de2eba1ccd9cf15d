package io.dure.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/** What the command line says when it cannot do what was asked. */
class CommandLineTest {
  private final StringWriter errors = new StringWriter();

  private int run(String... args) {
    return DureCommand.run(args, new PrintWriter(errors, true));
  }

  @Test
  void aClusterThatIsNotThereIsToldAtOnceWithWhatToDo() throws Exception {
    int nobodyHere;
    try (var probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      nobodyHere = probe.getLocalPort();
    }

    int status = run("status", "-b", "127.0.0.1:" + nobodyHere);

    assertThat(status).isEqualTo(1);
    assertThat(errors.toString()).contains("no broker answers", "./dure up", "-b HOST:PORT");
  }

  @Test
  void anAddressWithoutPortIsRefusedWithItsForm() {
    assertThat(run("topic", "list", "-b", "somewhere")).isEqualTo(1);
    assertThat(errors.toString()).contains("-b takes HOST:PORT, not somewhere");
  }

  @Test
  void wrongUsageHasAStatusOfItsOwn() {
    assertThat(run("topic", "create")).isEqualTo(2);
    assertThat(run("nonsense")).isEqualTo(2);
    assertThat(errors.toString()).contains("NAME", "nonsense");
  }

  @Test
  void aCommandIsTheSameWhetherTheParserKnowsTheOthersOrNot() {
    CommandLine all = DureCommand.line();

    assertThat(all.getSubcommands()).hasSizeGreaterThan(12);
    all.getSubcommands()
        .forEach((name, command) -> {
          assertThat(command.getCommandName()).isEqualTo(name);
          CommandLine alone = DureCommand.line(name, "and", "more").getSubcommands().get(name);
          assertThat(alone.getUsageMessage(Ansi.OFF)).isEqualTo(command.getUsageMessage(Ansi.OFF));
        });
    assertThat(DureCommand.line("status", "help").getSubcommands()).containsOnlyKeys("status");
    assertThat(DureCommand.line("completion").getSubcommands()).containsKey("status");
  }

  @Test
  void theShellIsToldEveryCommand() {
    assertThat(CompletionCommand.script(DureCommand.line()))
        .contains("complete -F _complete_dure", "decommission", "--dry-run");
  }
}
