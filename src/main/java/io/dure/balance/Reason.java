package io.dure.balance;

/**
 * Why something moves: a word for programs, a sentence for people.
 *
 * @param korean the same as {@code text}
 */
public record Reason(Kind kind, String text, String korean) {
  /** In the order of urgency. */
  public enum Kind {
    LOST,
    DECOMMISSIONED,
    COPIES_MISSING,
    RACK,
    TOPIC_UNEVEN,
    COPIES_UNEVEN,
    DISK_UNEVEN,
    LEADERS_UNEVEN,
    TRAFFIC_UNEVEN
  }

  /**
   * @param text a format for the values, as {@code korean} is one
   */
  static Reason of(Kind kind, String text, String korean, Object... values) {
    return new Reason(kind, text.formatted(values), korean.formatted(values));
  }
}
