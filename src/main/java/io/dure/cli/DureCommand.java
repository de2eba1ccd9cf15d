package io.dure.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The root of the command line: which commands there are. */
@Command(
        name = "dure",
        mixinStandardHelpOptions = true,
        version = "dure 0.1.0",
        description = "A cluster of brokers that speaks the Kafka protocol and keeps its promises.",
        subcommands = CommandLine.HelpCommand.class)
final class DureCommand {
    private DureCommand() {}

    /** Runs one command line; returns the exit status: 0 done, 1 failed, 2 wrong usage. */
    static int run(String[] args) {
        return new CommandLine(new DureCommand()).execute(args);
    }
}
