package io.dure.txn;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** What can be asked of a shard. */
public sealed interface TxnCommand {
  /**
   * A producer introduces itself: {@link TxnAnswer.Given}.
   *
   * @param expected who it has been so far (KIP-360)
   * @param freshId an id that nobody has, in case one is needed
   */
  record Init(
      String transactionalId, int timeoutMs, Optional<ProducerRef> expected, OptionalLong freshId)
      implements TxnCommand {}

  /**
   * Partitions become part of the transaction, which begins with the first: {@link
   * TxnAnswer.Partitions}, all with the same error.
   *
   * @param clientVersion the transaction version that the client uses: 0 or 2
   */
  record Add(
      String transactionalId, ProducerRef producer, Set<TopicPart> partitions, short clientVersion)
      implements TxnCommand {
    public Add {
      partitions = Set.copyOf(partitions);
    }
  }

  /** Whether partitions are part of the transaction: {@link TxnAnswer.Partitions}. */
  record Verify(String transactionalId, ProducerRef producer, Set<TopicPart> partitions)
      implements TxnCommand {
    public Verify {
      partitions = Set.copyOf(partitions);
    }
  }

  /**
   * The producer ends its transaction: {@link TxnAnswer.Given}, with the epoch for the next one.
   *
   * @param bumpsEpoch version 2
   * @param freshId an id that nobody has, in case the epochs of the old one are used up
   */
  record End(
      String transactionalId,
      ProducerRef producer,
      boolean commit,
      boolean bumpsEpoch,
      OptionalLong freshId)
      implements TxnCommand {}

  /** The markers of an order are all written. Gets no answer. */
  record MarkersWritten(String transactionalId, ProducerRef producer) implements TxnCommand {}

  /** {@link TxnAnswer.Described}. */
  record Describe(String transactionalId) implements TxnCommand {}

  /** {@link TxnAnswer.Listed}: all of the shard. */
  record ListAll() implements TxnCommand {}
}
