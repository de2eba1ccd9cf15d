package io.dure.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;

/**
 * The entry point of every {@code ./dure} command but {@code start}, whose broker does not need the
 * command line's parser. Leaves through {@link System#exit} with the command's status.
 */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    // What the Kafka clients log is for programs; people get one line that says what to do.
    System.setProperty("slf4j.provider", "org.slf4j.helpers.NOP_FallbackServiceProvider");
    System.setProperty("slf4j.internal.verbosity", "ERROR");
    if (!Boolean.getBoolean("dure.colour")) {
      // Else it asks the system what console there is, which costs more than reading the arguments.
      System.setProperty("picocli.ansi", "false");
    }
    System.exit(DureCommand.run(args, new PrintWriter(System.err, true, StandardCharsets.UTF_8)));
  }
}
