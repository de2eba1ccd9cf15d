package io.dure.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** {@code dure group …} as a process of its own against a broker. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GroupCommandIT {
  private static final long WAIT_S = 30;

  private record Said(int status, String out, String errors) {}

  @SuppressWarnings("NullAway.Init")
  private ClusterFork cluster;

  @BeforeAll
  void startOneBroker(@TempDir Path folder) {
    cluster = ClusterFork.start(1, folder);
  }

  @AfterAll
  void stopIt() {
    cluster.close();
  }

  private Said dure(String input, String... args) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                "io.dure.cli.Main"));
    command.addAll(List.of(args));
    command.addAll(List.of("-b", cluster.bootstrap()));
    Process process = new ProcessBuilder(command).start();
    try (var in = process.getOutputStream()) {
      in.write(input.getBytes(StandardCharsets.UTF_8));
    } catch (IOException closedEarly) {
      // A command that reads nothing may be over already.
    }
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    String errors = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(WAIT_S, TimeUnit.SECONDS)).isTrue();
    return new Said(process.exitValue(), out, errors);
  }

  @Test
  void aGroupIsListedWithItsLagSetBackAndDeleted() throws Exception {
    dure("", "topic", "create", "orders", "-p", "1");
    dure("a\nb\nc\n", "produce", "orders");
    dure("", "consume", "orders", "-g", "billing", "--to-end");
    dure("d\n", "produce", "orders");

    assertThat(dure("", "group", "list", "-o", "json").out().strip())
        .isEqualTo(
            "[{\"id\":\"billing\",\"state\":\"Empty\",\"type\":\"Classic\",\"members\":0,\"lag\":1}]");

    Said reset = dure("", "group", "reset", "billing", "--topic", "orders", "--to", "earliest");

    assertThat(reset.status()).isZero();
    assertThat(dure("", "group", "describe", "billing").out())
        .contains("lag 4")
        .containsPattern("orders-0 +0 +4 +4 +nobody");
    assertThat(dure("", "group", "delete", "billing").status()).isZero();
    Said gone = dure("", "group", "describe", "billing");
    assertThat(gone.status()).isEqualTo(1);
    assertThat(gone.errors()).contains("no such group: billing", "./dure group list");
  }

  @Test
  void aPlaceThatIsNoneIsRefusedWithThoseThereAre() throws Exception {
    Said refused = dure("", "group", "reset", "any", "--topic", "orders", "--to", "tomorrow");

    assertThat(refused.status()).isEqualTo(1);
    assertThat(refused.errors()).contains("earliest, latest, an offset, or a time", "tomorrow");
  }
}
