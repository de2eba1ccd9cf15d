package io.dure.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code dure completion}: a script by which bash and zsh complete command lines. */
@Command(
    name = "completion",
    mixinStandardHelpOptions = true,
    description = "Print a script by which bash and zsh complete this command line.",
    footer = {
      "",
      "bash: source <(./dure completion)",
      "zsh:  autoload -U +X bashcompinit && bashcompinit; source <(./dure completion)"
    })
final class CompletionCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  CommandSpec spec;

  @Override
  public Integer call() {
    Screen.standard().line(script(spec.root().commandLine()));
    return 0;
  }

  static String script(CommandLine root) {
    return AutoComplete.bash(root.getCommandName(), root);
  }
}
