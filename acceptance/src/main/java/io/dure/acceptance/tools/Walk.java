package io.dure.acceptance.tools;

import io.dure.acceptance.Brokers;
import io.dure.acceptance.Child;
import io.dure.acceptance.Findings;
import io.dure.acceptance.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Runs tools against the brokers, one row of the table after the other, and claims what they say.
 */
final class Walk {
  private static final int ALONE_S = 60;

  private final Stage stage;
  private final Brokers brokers;

  Walk(Stage stage, Brokers brokers) {
    this.stage = stage;
    this.brokers = brokers;
  }

  Brokers brokers() {
    return brokers;
  }

  Findings findings() {
    return stage.findings();
  }

  Stage stage() {
    return stage;
  }

  /** A file for a tool to read. */
  Path file(String name, String text) throws IOException {
    return Files.writeString(stage.folder().resolve(name), text);
  }

  /**
   * A row: the tool with {@code --bootstrap-server} of the brokers.
   *
   * @param args separated by blanks; what stands between single quotes is one of them
   */
  Row row(Tool tool, String args) throws InterruptedException {
    return row(tool, args, "");
  }

  Row row(Tool tool, String args, String input) throws InterruptedException {
    var all = new ArrayList<String>(List.of("--bootstrap-server", brokers.bootstrap()));
    // Options of a tool with commands come after the command, but for this one.
    all.addAll(split(args));
    return new Row(tool.run(all, input), tool.script() + " " + args);
  }

  /** A row for a tool that takes the address otherwise, or none. */
  Row plain(Tool tool, String args) throws InterruptedException {
    return new Row(tool.run(split(args), ""), tool.script() + " " + args);
  }

  /** A row for a program that tells its results when its process ends: in one of its own. */
  Row alone(Class<?> main, String args) throws InterruptedException, IOException {
    var all = new ArrayList<String>(List.of("--bootstrap-server", brokers.bootstrap()));
    all.addAll(split(args));
    var lines = new CopyOnWriteArrayList<String>();
    Child child =
        stage.own(Child.start(stage.folder(), main.getSimpleName(), lines::add, main, all));
    int status = child.end(ALONE_S);
    String command = main.getSimpleName() + " " + args;
    return new Row(new Tool.Said(command, status, String.join("\n", lines)), command);
  }

  private static List<String> split(String args) {
    var all = new ArrayList<String>();
    Matcher part = Pattern.compile("'([^']*)'|(\\S+)").matcher(args);
    while (part.find()) {
      all.add(part.group(1) != null ? part.group(1) : part.group(2));
    }
    return all;
  }

  /** What a row said, to be claimed. */
  final class Row {
    private final Tool.Said said;
    private final String command;

    private Row(Tool.Said said, String command) {
      this.said = said;
      this.command = command;
    }

    /** It succeeds, and each of these regular expressions is found in what it prints. */
    Row says(String... expected) {
      return claim(said.status() == 0, "", expected);
    }

    /** It fails, politely: with words and no stack trace of ours. */
    Row refuses(String... expected) {
      return claim(said.status() > 0, " (refused)", expected);
    }

    Row lacks(String unexpected) {
      boolean found = Pattern.compile(unexpected).matcher(said.output()).find();
      stage.findings().claim(!found, command + " does not say " + unexpected, said.output());
      return this;
    }

    private Row claim(boolean status, String how, String... expected) {
      List<String> missing =
          Arrays.stream(expected)
              .filter(e -> !Pattern.compile(e, Pattern.MULTILINE).matcher(said.output()).find())
              .toList();
      stage
          .findings()
          .claim(
              status && missing.isEmpty(),
              command + how,
              "status %d; not found: %s; said:\n%s"
                  .formatted(said.status(), missing, said.output().strip()));
      return this;
    }

    String output() {
      return said.output();
    }

    /** What a regular expression's first group is; empty when it is not found. */
    String find(String pattern) {
      Matcher found = Pattern.compile(pattern, Pattern.MULTILINE).matcher(said.output());
      return found.find() ? found.group(1) : "";
    }
  }
}
