package io.dure.server;

import io.dure.base.Endpoint;
import io.dure.console.Console;
import io.dure.console.ConsoleSettings;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Opens the console as the settings say. */
final class ConsoleDoor {
  /** The console's port is tried so many times further on, unless it was asked for. */
  private static final int ELSEWHERE = 32;

  private ConsoleDoor() {}

  /** Returns where it is served, for people; {@code off} when it is not. */
  static String open(Config config, Console console, String advertisedHost) throws BadConfig {
    Optional<Endpoint> address = config.get(Settings.CONSOLE);
    if (address.isEmpty()) {
      return "off";
    }
    boolean asked = config.isGiven(Settings.CONSOLE);
    try {
      return console
          .open(
              new ConsoleSettings(
                  address.get(),
                  asked ? 0 : ELSEWHERE,
                  config.get(Settings.CONSOLE_WRITE),
                  List.of(advertisedHost)))
          .toString();
    } catch (IOException e) {
      throw new BadConfig(
          "cannot serve the console at %s: %s; choose another address with --console, or --console off"
              .formatted(address.get(), e.getMessage()));
    }
  }
}
