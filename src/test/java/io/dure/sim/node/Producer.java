package io.dure.sim.node;

import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.runtime.Partitions.AppendOutcome;
import io.dure.sim.SimRng;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Optional;

/**
 * An idempotent producer of one partition, as unmodified clients are: several batches on their way,
 * each with its sequence number; after any doubt everything that was not acknowledged is sent again
 * in order, to whom it then takes for the leader.
 */
final class Producer {
  /** Below the five that a leader remembers. */
  private static final int WINDOW = 3;

  private static final long PATIENCE_MS = 1_200;

  private record Item(int sequence, ByteBuffer batch) {}

  private final NodeWorld world;
  private final PartitionId partition;
  private final long id;
  private final SimRng rng;
  private final ArrayDeque<Item> unacknowledged = new ArrayDeque<>();
  private Optional<NodeId> leader = Optional.empty();
  private int attempt;
  private int sentOfThem;
  private long lastSentMs;
  private int nextSequence;
  private boolean established;
  private boolean stopped;
  private boolean draining;

  Producer(NodeWorld world, PartitionId partition, long id, SimRng rng) {
    this.world = world;
    this.partition = partition;
    this.id = id;
    this.rng = rng;
  }

  PartitionId partition() {
    return partition;
  }

  /** Sends nothing more, whatever is left. */
  void stop() {
    stopped = true;
  }

  /** Makes no new batches, but sends what is left. */
  void drain() {
    draining = true;
  }

  boolean isStopped() {
    return stopped;
  }

  boolean isDone() {
    return stopped || unacknowledged.isEmpty();
  }

  /** One more batch, even when draining. */
  void makeOne() {
    int records = rng.between(0, 9) < 7 ? 1 : (int) rng.between(2, 4);
    ByteBuffer batch = Batches.of(id, nextSequence, records, rng);
    unacknowledged.add(new Item(nextSequence, batch));
    nextSequence += records;
  }

  /** To be called every few milliseconds. */
  void step() {
    if (stopped) {
      return;
    }
    if (!draining && unacknowledged.size() < WINDOW) {
      makeOne();
    }
    if (sentOfThem > 0 && world.nowMs() - lastSentMs > PATIENCE_MS) {
      doubt();
    }
    if (sentOfThem == 0) {
      leader = world.believedLeader(partition);
    }
    // Until one is acknowledged a leader knows nothing of this producer and takes any sequence.
    int most = established ? unacknowledged.size() : Math.min(1, unacknowledged.size());
    if (leader.isPresent() && sentOfThem < most) {
      unacknowledged.stream()
          .skip(sentOfThem)
          .limit(most - sentOfThem)
          .toList()
          .forEach(this::send);
    }
  }

  private void send(Item item) {
    sentOfThem++;
    lastSentMs = world.nowMs();
    int of = attempt;
    ByteBuffer bytes = Batches.copy(item.batch());
    world.append(
        leader.orElseThrow(),
        partition,
        bytes,
        (life, outcome) -> answered(of, item, life, outcome));
  }

  private void answered(int of, Item item, Life life, AppendOutcome outcome) {
    switch (outcome) {
      case AppendOutcome.Committed committed -> {
        world.acknowledged(life, partition, committed.baseOffset(), item.batch().getInt(17));
        if (rng.chance(20)) {
          doubt(); // the answer is lost with its connection
        } else if (of == attempt) {
          boolean first = item.equals(unacknowledged.peekFirst());
          if (unacknowledged.remove(item)) {
            established = true;
            sentOfThem--;
            if (!first) {
              doubt(); // a connection's answers come in order: that of the first one is lost
            }
          }
        }
      }
      case AppendOutcome.Refused refused -> {
        world.refused(life, partition, refused.error());
        if (of == attempt) {
          doubt();
        }
      }
    }
  }

  /** Nobody knows what became of what is on its way. */
  private void doubt() {
    attempt++;
    sentOfThem = 0;
  }

  @Override
  public String toString() {
    return "producer %d of %s, %d batches unacknowledged, next sequence %d"
        .formatted(id, partition, unacknowledged.size(), nextSequence);
  }
}
