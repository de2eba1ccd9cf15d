package io.dure.log;

/**
 * How far a log reaches ({@code end} exclusive) and which epoch wrote its last record ({@code -1}:
 * no record).
 */
public record LogPosition(int lastEpoch, long end) {
  public static final LogPosition START = new LogPosition(-1, 0);
}
