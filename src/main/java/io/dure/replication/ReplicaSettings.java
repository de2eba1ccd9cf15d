package io.dure.replication;

import io.dure.base.Check;

/**
 * How a replica paces itself. No rule of safety rests on these.
 *
 * @param windowMessages messages with records on their way to one follower and not yet durable
 *     there, at most
 * @param beginTimeoutMs how long to wait for the first answer to a Begin or a Follow; doubles with
 *     every repetition
 * @param longestTimeoutMs bound of that doubling, and the patience after a Restart
 * @param recordsTimeoutMs how long a follower may take to make records durable before they count as
 *     lost
 * @param inStepLagMs how far a follower may be behind and still be reported as in step
 * @param inStepSettleMs how long a change of who is in step must last before it is reported
 */
public record ReplicaSettings(
    int windowMessages,
    long beginTimeoutMs,
    long longestTimeoutMs,
    long recordsTimeoutMs,
    long inStepLagMs,
    long inStepSettleMs) {
  public static final ReplicaSettings DEFAULT =
      new ReplicaSettings(8, 200, 2_000, 1_000, 10_000, 200);

  public ReplicaSettings {
    Check.that(windowMessages > 0, "a window of %d messages", windowMessages);
    Check.that(
        beginTimeoutMs > 0 && longestTimeoutMs >= beginTimeoutMs, "timeouts of Begin out of order");
    Check.that(recordsTimeoutMs > 0, "records timeout of %d ms", recordsTimeoutMs);
  }
}
