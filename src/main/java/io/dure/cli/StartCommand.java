package io.dure.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/**
 * {@code dure start}, for the list of commands only: the launcher runs the broker without this
 * parser.
 */
@Command(name = "start", description = "Run one broker in this process (./dure start --help).")
final class StartCommand implements Callable<Integer> {
  @Override
  public Integer call() {
    throw new Refusal("a broker is started by the launcher: ./dure start");
  }
}
