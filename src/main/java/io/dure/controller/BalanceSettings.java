package io.dure.controller;

import io.dure.base.Check;
import io.dure.metadata.BrokerKeys;
import java.util.Map;

/**
 * When the balancer acts.
 *
 * @param enabled whether it acts at all
 * @param graceMs a broker that has been dead for so long does not come back
 * @param movesPerBroker copies being made on one broker, or by one, at a time
 * @param movePlaced whether what was placed by hand is moved for evenness, too
 * @param lookEveryMs how often it looks at what has changed
 */
public record BalanceSettings(
    boolean enabled, long graceMs, int movesPerBroker, boolean movePlaced, long lookEveryMs) {
  public static final BalanceSettings DEFAULTS = new BalanceSettings(true, 600_000, 4, false, 500);

  public BalanceSettings {
    Check.that(movesPerBroker > 0, "%d moves at a time", movesPerBroker);
  }

  /** These settings as a node was started with them. */
  public BalanceSettings startedWith(boolean isEnabled, long grace, int moves) {
    return new BalanceSettings(isEnabled, grace, moves, movePlaced, lookEveryMs);
  }

  /** These settings, as far as none of them was changed while the cluster ran. */
  BalanceSettings with(Map<String, String> changed) {
    return new BalanceSettings(
        flag(changed, BrokerKeys.BALANCE, enabled),
        Long.parseLong(
            changed.getOrDefault(BrokerKeys.BALANCE_GRACE_MS, Long.toString(graceMs)).strip()),
        Integer.parseInt(
            changed
                .getOrDefault(BrokerKeys.BALANCE_MOVES, Integer.toString(movesPerBroker))
                .strip()),
        flag(changed, BrokerKeys.BALANCE_PLACED, movePlaced),
        lookEveryMs);
  }

  private static boolean flag(Map<String, String> changed, String key, boolean otherwise) {
    String value = changed.get(key);
    return value == null ? otherwise : Boolean.parseBoolean(value.strip());
  }
}
