package io.dure.cli;

import io.dure.cli.demo.DemoCommand;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.errors.TimeoutException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The root of the command line: which commands there are, and how a failure is told. */
@Command(
    name = "dure",
    mixinStandardHelpOptions = true,
    version = "dure 0.1.0",
    description = "A cluster of brokers that speaks the Kafka protocol and keeps its promises.")
final class DureCommand {
  /** In the order of the help. */
  private static final Map<String, Class<?>> COMMANDS = new LinkedHashMap<>();

  static {
    COMMANDS.put("demo", DemoCommand.class);
    COMMANDS.put("up", UpCommand.class);
    COMMANDS.put("start", StartCommand.class);
    COMMANDS.put("status", StatusCommand.class);
    COMMANDS.put("doctor", DoctorCommand.class);
    COMMANDS.put("topic", TopicCommand.class);
    COMMANDS.put("produce", ProduceCommand.class);
    COMMANDS.put("consume", ConsumeCommand.class);
    COMMANDS.put("group", GroupCommand.class);
    COMMANDS.put("broker", BrokerCommand.class);
    COMMANDS.put("config", ConfigCommand.class);
    COMMANDS.put("recover-metadata", RecoverMetadataCommand.class);
    COMMANDS.put("exercise", ExerciseCommand.class);
    COMMANDS.put("completion", CompletionCommand.class);
    COMMANDS.put("help", CommandLine.HelpCommand.class);
  }

  private DureCommand() {}

  /** Runs one command line; returns the exit status: 0 done, 1 failed, 2 wrong usage. */
  static int run(String[] args, PrintWriter errors) {
    CommandLine line = line(args);
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

  /**
   * The parser for these arguments. What a command takes is read from its annotations, which costs
   * more than all else of a short command; so where the first argument is a command's name, the
   * parser knows only that one. The two that tell of all others know all.
   */
  static CommandLine line(String... args) {
    var line = new CommandLine(new DureCommand());
    Class<?> named = args.length == 0 ? null : COMMANDS.get(args[0]);
    if (named == null
        || named == CommandLine.HelpCommand.class
        || named == CompletionCommand.class) {
      COMMANDS.forEach(line::addSubcommand);
    } else {
      line.addSubcommand(args[0], named);
    }
    return line;
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
