package io.dure.txn;

import io.dure.wire.WireError;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Which partitions belong to a transaction. Stateless. */
final class Enlisting {
  private final TxnSettings settings;

  Enlisting(TxnSettings settings) {
    this.settings = settings;
  }

  Verdict add(TxnCommand.Add add, TxnTurn turn) {
    Optional<Transaction> known = turn.find(add.transactionalId());
    WireError error = stranger(known, add.producer());
    if (error != WireError.NONE) {
      return answered(add.partitions(), error);
    }
    Transaction current = known.orElseThrow();
    if (current.state().isEnding()) {
      // In version 2 a partition's leader asks, under a guard that the marker which is on its way
      // there ends: it has to begin anew after that, and so must not wait here.
      return add.clientVersion() >= Transaction.VERSION_2
          ? answered(add.partitions(), WireError.CONCURRENT_TRANSACTIONS)
          : new Verdict.Later();
    }
    if (current.state() == TransactionState.ONGOING
        && current.partitions().containsAll(add.partitions())) {
      return answered(add.partitions(), WireError.NONE);
    }
    Set<TopicPart> all = new HashSet<>(current.partitions());
    all.addAll(add.partitions());
    if (all.size() > settings.maxPartitions()) {
      // Older clients do not know the error that says "abort this one and go on".
      return answered(
          add.partitions(),
          add.clientVersion() >= Transaction.VERSION_2
              ? WireError.TRANSACTION_ABORTABLE
              : WireError.POLICY_VIOLATION);
    }
    turn.store(
        add.transactionalId(),
        current.joinedBy(add.partitions(), add.clientVersion(), turn.wallMs()));
    return answered(add.partitions(), WireError.NONE);
  }

  Verdict verify(TxnCommand.Verify verify, TxnTurn turn) {
    Optional<Transaction> known = turn.find(verify.transactionalId());
    WireError error = stranger(known, verify.producer());
    if (error != WireError.NONE) {
      return answered(verify.partitions(), error);
    }
    Transaction current = known.orElseThrow();
    if (current.state().isEnding()) {
      return answered(verify.partitions(), WireError.CONCURRENT_TRANSACTIONS);
    }
    Map<TopicPart, WireError> errors = new HashMap<>();
    for (TopicPart each : verify.partitions()) {
      errors.put(
          each,
          current.partitions().contains(each) ? WireError.NONE : WireError.TRANSACTION_ABORTABLE);
    }
    return new Verdict.Answered(new TxnAnswer.Partitions(errors));
  }

  /** NONE if the producer is who uses the transactional id. */
  private static WireError stranger(Optional<Transaction> known, ProducerRef producer) {
    if (known.isEmpty() || known.get().producerId() != producer.id()) {
      return WireError.INVALID_PRODUCER_ID_MAPPING;
    }
    return known.get().epoch() == producer.epoch() ? WireError.NONE : WireError.PRODUCER_FENCED;
  }

  private static Verdict answered(Set<TopicPart> partitions, WireError error) {
    return new Verdict.Answered(TxnAnswer.Partitions.all(partitions, error));
  }
}
