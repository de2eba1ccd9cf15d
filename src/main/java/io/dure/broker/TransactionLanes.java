package io.dure.broker;

import io.dure.runtime.Loop;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;

/**
 * Keeps the transactional produces of one producer in their order: the next one begins when the one
 * before has handed its batches to the partitions (or given them up), not before. Else a batch
 * could overtake one whose transaction is still being confirmed, and be refused as out of order;
 * its answer, leaving after the other's, would be fatal for the producer.
 *
 * <p>Holds no more than the requests under way, which the connection's memory bounds; each moves on
 * at its deadline. Confined to one loop; a producer's connection lives on one.
 */
final class TransactionLanes {
  private final Loop loop;

  /** By transactional id; the first of a lane is under way. A lane that is empty is not kept. */
  private final Map<String, Queue<TransactionalProduce>> lanes = new HashMap<>();

  TransactionLanes(Loop loop) {
    this.loop = loop;
  }

  void start(String transactionalId, TransactionalProduce produce) {
    Queue<TransactionalProduce> lane =
        lanes.computeIfAbsent(transactionalId, _ -> new ArrayDeque<>());
    lane.add(produce);
    if (lane.size() == 1) {
      begin(transactionalId, produce);
    }
  }

  private void begin(String transactionalId, TransactionalProduce produce) {
    produce.start(() -> handedOver(transactionalId));
  }

  private void handedOver(String transactionalId) {
    Queue<TransactionalProduce> lane = lanes.getOrDefault(transactionalId, new ArrayDeque<>());
    lane.poll();
    TransactionalProduce next = lane.peek();
    if (next == null) {
      lanes.remove(transactionalId);
    } else {
      loop.execute(() -> begin(transactionalId, next));
    }
  }
}
