package io.dure.group.consumer;

/** Where a decision in the making writes to, and when it is made. */
public interface Journal {
  /** Writes a change down and applies it, so that what follows sees it. */
  void store(ConsumerRecord record);

  /** Monotonic, for timeouts. */
  long nowMs();

  /** Since 1970 (UTC), for the times that records carry. */
  long wallMs();

  /** Has the group looked at again at that moment, or before. */
  void lookAgainAt(ConsumerGroup group, long atMs);
}
