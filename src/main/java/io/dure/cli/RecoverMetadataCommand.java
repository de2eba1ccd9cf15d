package io.dure.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/**
 * {@code dure recover-metadata}, for the list of commands only: the launcher runs the broker's own
 * program, as it works on the folder of a broker that does not run.
 */
@Command(
    name = "recover-metadata",
    description = {
      "Go on when most voters of the metadata are lost for good",
      "(./dure recover-metadata --help)."
    })
final class RecoverMetadataCommand implements Callable<Integer> {
  @Override
  public Integer call() {
    throw new Refusal("this is run by the launcher: ./dure recover-metadata");
  }
}
