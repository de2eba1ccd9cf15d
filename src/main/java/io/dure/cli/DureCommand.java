package io.dure.cli;

import io.dure.cli.demo.DemoCommand;
import java.io.PrintWriter;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.errors.TimeoutException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The root of the command line: which commands there are, and how a failure is told. */
@Command(
    name = "dure",
    mixinStandardHelpOptions = true,
    version = "dure 0.1.0",
    description = "A cluster of brokers that speaks the Kafka protocol and keeps its promises.",
    subcommands = {
      DemoCommand.class,
      UpCommand.class,
      StartCommand.class,
      StatusCommand.class,
      DoctorCommand.class,
      TopicCommand.class,
      ProduceCommand.class,
      ConsumeCommand.class,
      GroupCommand.class,
      BrokerCommand.class,
      ConfigCommand.class,
      ExerciseCommand.class,
      CompletionCommand.class,
      CommandLine.HelpCommand.class
    })
final class DureCommand {
  private DureCommand() {}

  /** Runs one command line; returns the exit status: 0 done, 1 failed, 2 wrong usage. */
  static int run(String[] args, PrintWriter errors) {
    CommandLine line = line();
    line.setErr(errors);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setExecutionExceptionHandler((failure, command, _) -> {
      command.getErr().println("error: " + reason(failure));
      return 1;
    });
    if (args.length == 0) {
      line.usage(System.out);
      return 2;
    }
    return line.execute(args);
  }

  static CommandLine line() {
    return new CommandLine(new DureCommand());
  }

  private static String reason(Throwable failure) {
    Throwable cause = failure;
    while (cause instanceof ExecutionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    String message =
        cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    if (cause instanceof TimeoutException) {
      return message
          + System.lineSeparator()
          + "The brokers did not answer in time. Without a majority of its nodes a cluster decides nothing:"
          + " see ./dure status, or give --timeout more milliseconds.";
    }
    if (cause instanceof Refusal) {
      return message;
    }
    return message + " (" + cause.getClass().getSimpleName() + ")";
  }
}
