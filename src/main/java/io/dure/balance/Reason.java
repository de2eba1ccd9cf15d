package io.dure.balance;

/** Why something moves: a word for programs, a sentence for people. */
public record Reason(Kind kind, String text) {
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
}
