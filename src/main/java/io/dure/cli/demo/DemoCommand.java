package io.dure.cli.demo;

import io.dure.cli.ClusterOptions;
import io.dure.cli.Json;
import io.dure.cli.Refusal;
import io.dure.cli.Screen;
import io.dure.cli.Screen.Ink;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code dure demo}: tells and checks the story; status 0 only if every promise held. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    description = "Three real brokers on this machine: what is promised, shown and checked live.")
public final class DemoCommand implements Callable<Integer> {
  @Option(
      names = "--keep",
      description = "Keep the temporary folder with the brokers' data and logs.")
  boolean keep;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      defaultValue = "text",
      description = "text, or json: the table as JSON, the story on standard error.")
  ClusterOptions.Format format = ClusterOptions.Format.TEXT;

  @Override
  public Integer call() throws Exception {
    boolean json = format == ClusterOptions.Format.JSON;
    Screen screen = json ? Screen.aside() : Screen.standard();
    var stage = new Stage();
    // On Ctrl-C the brokers end and the folder goes, whatever the story was doing.
    Runtime.getRuntime().addShutdownHook(new Thread(() -> end(stage, keep)));
    var verdicts = new Verdicts(screen);
    boolean told = tell(stage, screen, verdicts);
    verdicts.print();
    screen.blank();
    boolean held = told && verdicts.allHeld();
    screen.line(
        held
            ? screen.ink(Ink.GOOD, "every promise held" + verdicts.exception())
            : screen.ink(Ink.BAD, "not every promise held"));
    if (!held) {
      keep = true;
      screen.line("the brokers' data and logs stay in " + stage.folder());
    }
    if (json) {
      Screen.standard().line(Json.write(Map.of("held", held, "promises", verdicts.asList())));
    }
    return held ? 0 : 1;
  }

  private static boolean tell(Stage stage, Screen screen, Verdicts verdicts)
      throws InterruptedException {
    try {
      new Story(stage, screen, verdicts).tell();
      return true;
    } catch (InterruptedException e) {
      throw e;
    } catch (ExecutionException | RuntimeException | java.io.IOException e) {
      Throwable cause = e instanceof ExecutionException && e.getCause() != null ? e.getCause() : e;
      String what = cause instanceof Refusal ? cause.getMessage() : cause.toString();
      screen.line(screen.ink(Ink.BAD, "the story broke off: ") + what);
      return false;
    } catch (Exception e) {
      screen.line(screen.ink(Ink.BAD, "the story broke off: ") + e);
      return false;
    }
  }

  private static void end(Stage stage, boolean keep) {
    if (keep) {
      stage.endAll();
    } else {
      stage.close();
    }
  }
}
