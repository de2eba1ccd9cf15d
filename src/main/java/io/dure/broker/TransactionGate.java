package io.dure.broker;

import io.dure.runtime.Loop;
import io.dure.txn.TopicPart;
import io.dure.wire.WireError;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The way to the coordinator of a transactional id, wherever it is, for who is about to let
 * something into a partition on behalf of a transaction (KIP-890). Callable from any thread.
 */
public interface TransactionGate {
  /** Where there is no coordinator. */
  static TransactionGate closed() {
    return (_, _, _, parts, _, _, caller, done) -> {
      Map<TopicPart, WireError> errors = new HashMap<>();
      parts.forEach(part -> errors.put(part, WireError.COORDINATOR_NOT_AVAILABLE));
      caller.run(() -> done.accept(errors));
    };
  }

  /**
   * Asks whether partitions belong to the ongoing transaction of a producer or, with {@code add},
   * makes them part of it (which begins one where there is none).
   *
   * <p>Answers once, on {@code caller}, with an error for each of the partitions: NONE where the
   * transaction holds it. When the coordinator is out of reach or moving, the error is one of
   * COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR and COORDINATOR_LOAD_IN_PROGRESS for all of them; a
   * transaction that is just being finished is CONCURRENT_TRANSACTIONS.
   *
   * @param deadlineMs monotonic time after which the wait is given up
   */
  void confirm(
      String transactionalId,
      long producerId,
      short producerEpoch,
      List<TopicPart> partitions,
      boolean add,
      long deadlineMs,
      Loop caller,
      Consumer<Map<TopicPart, WireError>> done);
}
