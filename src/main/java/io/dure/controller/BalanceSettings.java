package io.dure.controller;

import io.dure.balance.Slack;
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
 * @param slack how uneven disks and traffic may be
 * @param weighEveryMs how often it looks whether they are
 * @param restMs for so long they are left alone once they were evened
 */
public record BalanceSettings(
    boolean enabled,
    long graceMs,
    int movesPerBroker,
    boolean movePlaced,
    long lookEveryMs,
    Slack slack,
    long weighEveryMs,
    long restMs) {
  public static final BalanceSettings DEFAULTS = of(600_000, 4, 500);

  public BalanceSettings {
    Check.that(movesPerBroker > 0, "%d moves at a time", movesPerBroker);
  }

  public static BalanceSettings of(long graceMs, int movesPerBroker, long lookEveryMs) {
    return new BalanceSettings(
        true, graceMs, movesPerBroker, false, lookEveryMs, Slack.DEFAULT, 30_000, 600_000);
  }

  /** These settings, but for when disks and traffic are evened. */
  public BalanceSettings withWeighing(Slack otherSlack, long everyMs, long thenRestMs) {
    return new BalanceSettings(
        enabled, graceMs, movesPerBroker, movePlaced, lookEveryMs, otherSlack, everyMs, thenRestMs);
  }

  /** These settings as a node was started with them. */
  public BalanceSettings startedWith(boolean isEnabled, long grace, int moves) {
    return new BalanceSettings(
        isEnabled, grace, moves, movePlaced, lookEveryMs, slack, weighEveryMs, restMs);
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
        lookEveryMs,
        slack,
        weighEveryMs,
        restMs);
  }

  private static boolean flag(Map<String, String> changed, String key, boolean otherwise) {
    String value = changed.get(key);
    return value == null ? otherwise : Boolean.parseBoolean(value.strip());
  }
}
