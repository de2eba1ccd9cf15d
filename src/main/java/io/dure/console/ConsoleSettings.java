package io.dure.console;

import io.dure.base.Endpoint;
import java.util.List;

/**
 * How the pages are served.
 *
 * @param elsewhere how many ports after the address's own may be tried when that is taken; 0 when
 *     the address was chosen on purpose
 * @param write who may change something through the pages
 * @param hosts names under which browsers may reach this console, beside addresses, {@code
 *     localhost} and the host it listens on
 */
public record ConsoleSettings(Endpoint address, int elsewhere, Write write, List<String> hosts) {
  /** Who may change something. */
  public enum Write {
    /** Whoever reaches it, where only this machine does. */
    LOCAL,
    ALWAYS,
    NEVER
  }

  public ConsoleSettings {
    hosts = List.copyOf(hosts);
  }
}
