package io.dure.log;

import io.dure.base.Check;

/**
 * When and how a log is compacted.
 *
 * @param enabled whether older values of a key are dropped at all
 * @param minDirtyRatio share of bytes not yet cleaned, of all that could be, from which it is worth
 *     it
 * @param minLagMs a record stays untouched for so long at least
 * @param maxLagMs a record waits no longer than this, whatever the ratio says
 * @param tombstoneMs how long tombstones and transaction markers outlive the first cleaning
 */
public record Cleaning(
    boolean enabled, double minDirtyRatio, long minLagMs, long maxLagMs, long tombstoneMs) {
  public static final Cleaning OFF = new Cleaning(false, 0.5, 0, Long.MAX_VALUE, 86_400_000);

  public Cleaning {
    Check.that(minLagMs >= 0, "minLagMs %d is negative", minLagMs);
    Check.that(maxLagMs > 0, "maxLagMs %d is not positive", maxLagMs);
    Check.that(tombstoneMs >= 0, "tombstoneMs %d is negative", tombstoneMs);
  }
}
