package io.dure.server;

import java.util.List;

/** The entry point of {@code ./dure recover-metadata}: status 0 done, 1 failed, 2 wrong usage. */
public final class RecoverMain {
  private RecoverMain() {}

  public static void main(String[] args) {
    LogSetup.toStandardError();
    System.exit(new RecoverMetadata(System.out).run(List.of(args), System.err));
  }
}
