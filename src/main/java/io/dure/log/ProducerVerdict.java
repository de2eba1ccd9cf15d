package io.dure.log;

/** What the producer table says to a batch before it is appended. */
public sealed interface ProducerVerdict {
  /** In order, or not of an idempotent producer: append it. */
  record Accepted() implements ProducerVerdict {}

  /**
   * One of the producer's last batches again: it stands in this log at {@code baseOffset} already,
   * and is to be acknowledged with it once everything below {@code endOffset} (exclusive) is
   * committed.
   */
  record Duplicate(long baseOffset, long endOffset, long timestampMs) implements ProducerVerdict {}

  record Refused(Reason reason, String text) implements ProducerVerdict {}

  /** Named as the errors that Kafka answers with. */
  enum Reason {
    INVALID_PRODUCER_EPOCH,
    OUT_OF_ORDER_SEQUENCE_NUMBER,
    INVALID_TXN_STATE,
    TRANSACTION_COORDINATOR_FENCED
  }
}
