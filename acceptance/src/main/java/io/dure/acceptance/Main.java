package io.dure.acceptance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs looks one after the other and tells what came of them. */
@Command(
    name = "./dev accept",
    mixinStandardHelpOptions = true,
    description = "Apache Kafka's own programs against three brokers, some of them killed.")
final class Main implements Callable<Integer> {
  @Parameters(paramLabel = "LOOK", description = "list, all, or names of looks.")
  List<String> names = List.of();

  @Option(names = "-o", description = "table (as without it) or json.", defaultValue = "table")
  String output = "table";

  @Option(
      names = "--dir",
      description = "Where each look makes its folder (default: the temporary folder).")
  Path dir = Path.of(System.getProperty("java.io.tmpdir"));

  @Option(
      names = "--port",
      defaultValue = "23000",
      description = "First of a hundred ports (default ${DEFAULT-VALUE}).")
  int port = 23_000;

  @Option(names = "--keep", description = "Leaves data and logs of looks that hold, too.")
  boolean keep;

  public static void main(String[] args) throws IOException {
    System.setProperty("accept.log", Files.createTempFile("accept-", ".log").toString());
    int status = new CommandLine(new Main()).execute(args);
    Files.deleteIfExists(Path.of(System.getProperty("accept.log")));
    System.exit(status);
  }

  @Override
  public Integer call() throws Exception {
    if (names.isEmpty() || names.equals(List.of("list"))) {
      Looks.ALL.forEach(look -> System.out.printf("%-9s %s%n", look.name(), look.about()));
      return 0;
    }
    List<Look> looks = Looks.named(names);
    Files.createDirectories(dir);
    var verdicts = new ArrayList<Verdict>();
    for (Look look : looks) {
      Verdict verdict = take(look);
      verdicts.add(verdict);
      System.err.println(Report.line(verdict));
    }
    System.out.print(output.equals("json") ? Report.json(verdicts) : Report.table(verdicts));
    return verdicts.stream().allMatch(Verdict::held) ? 0 : 1;
  }

  private Verdict take(Look look) throws IOException {
    var findings = new Findings(look.name());
    var stage = new Stage(dir, port, findings);
    var closer = new Thread(stage::close);
    Runtime.getRuntime().addShutdownHook(closer);
    try (stage) {
      look.run(stage);
    } catch (Exception | AssertionError e) {
      findings.claim(false, "the look runs to its end", told(e));
    }
    Runtime.getRuntime().removeShutdownHook(closer);
    Verdict verdict = findings.verdict();
    if (verdict.held() && !keep) {
      stage.deleteFolder();
    } else {
      findings.progress("data and logs are in %s", stage.folder());
    }
    return verdict;
  }

  private static String told(Throwable e) {
    var text = new StringBuilder(e.toString());
    for (StackTraceElement frame : e.getStackTrace()) {
      if (frame.getClassName().startsWith("io.dure")) {
        text.append("\n  at ").append(frame);
      }
    }
    if (e.getCause() != null) {
      text.append("\n  because ").append(e.getCause());
    }
    return text.toString();
  }
}
