package io.dure.log;

/**
 * How long a log keeps its records.
 *
 * @param ms a segment is dropped when its largest timestamp is so much older than now; negative: no
 *     limit
 * @param bytes the oldest segments are dropped while the rest is not smaller than this; negative:
 *     no limit
 */
public record Retention(long ms, long bytes) {
  public static final Retention FOREVER = new Retention(-1, -1);

  /** Whether anything is ever dropped. */
  public boolean isLimited() {
    return ms >= 0 || bytes >= 0;
  }
}
