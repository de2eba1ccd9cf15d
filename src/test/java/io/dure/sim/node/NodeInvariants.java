package io.dure.sim.node;

import io.dure.base.PartitionId;
import io.dure.log.EpochHistory;
import io.dure.sim.Invariant;
import io.dure.sim.node.NodeFact.Acknowledged;
import io.dure.sim.node.NodeFact.Cut;
import io.dure.sim.node.NodeFact.Deleted;
import io.dure.sim.node.NodeFact.Dropped;
import io.dure.sim.node.NodeFact.Led;
import io.dure.sim.node.NodeFact.Moved;
import io.dure.sim.node.NodeFact.Read;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Everything that must hold of whole nodes at every moment. */
final class NodeInvariants {
  private NodeInvariants() {}

  static List<Invariant<NodeFact>> all(CommittedLogs committed, Durability durability) {
    return List.of(
        new OneLeaderPerEpoch(),
        new LeaderHoldsAllCommitted(committed),
        new HighWatermarkNeverFalls(),
        new CommittedIsNeverCut(),
        new CommittedIsDurableOnQuorum(durability),
        new CommittedNeverChanges(committed),
        new OffsetsWithoutGaps(committed),
        new ProducersInOrder(committed),
        new AcknowledgedIsCommitted(committed),
        new ReadIsCommitted(committed),
        new DeletedStaysDeleted(),
        new DroppedWasCommitted(committed));
  }

  /** One life of one node leads an epoch, and takes it up once. */
  static final class OneLeaderPerEpoch implements Invariant<NodeFact> {
    private record Reign(PartitionId partition, int epoch) {}

    private final Map<Reign, Life> reigns = new HashMap<>();

    @Override
    public String name() {
      return "one leader per epoch, and once";
    }

    @Override
    public Optional<String> brokenBy(NodeFact fact) {
      if (!(fact instanceof Led(Life life, PartitionId partition, int epoch, var _))) {
        return Optional.empty();
      }
      Life before = reigns.put(new Reign(partition, epoch), life);
      return before == null
          ? Optional.empty()
          : Optional.of("epoch %d led by %s, then by %s".formatted(epoch, before, life));
    }
  }

  /** Whoever leads holds everything that was committed in earlier epochs. */
  static final class LeaderHoldsAllCommitted implements Invariant<NodeFact> {
    private final CommittedLogs committed;

    LeaderHoldsAllCommitted(CommittedLogs committed) {
      this.committed = committed;
    }

    @Override
    public String name() {
      return "a new leader holds all that was committed";
    }

    @Override
    public Optional<String> brokenBy(NodeFact fact) {
      if (!(fact instanceof Led(Life life, PartitionId partition, int epoch, var replica))) {
        return Optional.empty();
      }
      CommittedLogs.Log truth = committed.of(partition);
      long end = truth.endBefore(epoch);
      if (replica.log().endOffset() < end) {
        return Optional.of(
            "%s leads epoch %d from offset %d on, %d were committed"
                .formatted(life, epoch, replica.log().endOffset(), end));
      }
      return Batch.of(replica.log(), Math.min(end, replica.log().history().start()), end).stream()
          .flatMap(batch -> truth.differs(batch).stream())
          .findFirst();
    }
  }

  /** Within a life. */
  static final class HighWatermarkNeverFalls implements Invariant<NodeFact> {
    @Override
    public String name() {
      return "the high watermark never falls";
    }

    @Override
    public Optional<String> brokenBy(NodeFact fact) {
      return fact instanceof Moved(var life, var _, long before, long now, var _, var _)
              && now < before
          ? Optional.of("%s: from %d to %d".formatted(life, before, now))
          : Optional.empty();
    }
  }

  /** Who knows that something is committed does not cut it from its log. */
  static final class CommittedIsNeverCut implements Invariant<NodeFact> {
    @Override
    public String name() {
      return "what is known to be committed is not cut";
    }

    @Override
    public Optional<String> brokenBy(NodeFact fact) {
      return fact instanceof Cut(Life life, var _, long highWatermark, var replica)
              && replica.log().endOffset() < highWatermark
          ? Optional.of(
              "%s cut to %d, %d were committed"
                  .formatted(life, replica.log().endOffset(), highWatermark))
          : Optional.empty();
    }
  }

  /** When a leader calls it committed, and when a producer is told so. */
  static final class CommittedIsDurableOnQuorum implements Invariant<NodeFact> {
    private final Durability durability;

    CommittedIsDurableOnQuorum(Durability durability) {
      this.durability = durability;
    }

    @Override
    public String name() {
      return "committed is durable on a majority";
    }

    @Override
    public Optional<String> brokenBy(NodeFact fact) {
      if (fact instanceof Acknowledged(var _, PartitionId partition, long base, int crc)) {
        return durability.lacks(partition, base, crc);
      }
      if (!(fact instanceof Moved(var _, var partition, var _, var _, var replica, var batches))
          || replica.ledEpoch() < 0) {
        return Optional.empty();
      }
      return batches.stream()
          .flatMap(each -> durability.lacks(partition, each.base(), each.contentCrc()).stream())
          .findFirst();
    }
  }

  /** Bytes at an offset, once committed anywhere, are those bytes everywhere and for ever. */
  static final class CommittedNeverChanges implements Invariant<NodeFact> {
    private final CommittedLogs committed;

    CommittedNeverChanges(CommittedLogs committed) {
      this.committed = committed;
    }

    @Override
    public String name() {
      return "the committed prefix never changes";
    }

    @Override
    public Optional<String> brokenBy(NodeFact fact) {
      if (!(fact instanceof Moved(Life life, var partition, var _, var _, var replica, var all))) {
        return Optional.empty();
      }
      for (Batch batch : all) {
        Optional<String> wrong = committed.of(partition).add(batch, replica.epoch());
        if (wrong.isPresent()) {
          return Optional.of(life + ": " + wrong.get());
        }
      }
      return Optional.empty();
    }
  }

  /**
   * Every batch begins where the one before it ends; every offset carries a record, unless it was
   * compacted.
   */
  static final class OffsetsWithoutGaps implements Invariant<NodeFact> {
    private final CommittedLogs committed;

    OffsetsWithoutGaps(CommittedLogs committed) {
      this.committed = committed;
    }

    @Override
    public String name() {
      return "offsets without gaps";
    }

    @Override
    public Optional<String> brokenBy(NodeFact fact) {
      if (!(fact instanceof Moved(Life life, var of, var _, long now, var _, var batches))) {
        return Optional.empty();
      }
      for (int i = 0; i < batches.size(); i++) {
        Batch batch = batches.get(i);
        long next = i + 1 < batches.size() ? batches.get(i + 1).base() : now;
        boolean whole =
            batch.count() == batch.end() - batch.base() || committed.of(of).isCompacted();
        if (batch.end() != next || !whole) {
          return Optional.of("%s: %s, then offset %d".formatted(life, batch, next));
        }
      }
      return Optional.empty();
    }
  }

  /** Each producer's batches are committed once, and in the order of their sequence numbers. */
  static final class ProducersInOrder implements Invariant<NodeFact> {
    private record Producer(PartitionId partition, long id) {}

    private final CommittedLogs committed;
    private final Map<PartitionId, Long> seen = new HashMap<>();
    private final Map<Producer, Integer> next = new HashMap<>();

    ProducersInOrder(CommittedLogs committed) {
      this.committed = committed;
    }

    @Override
    public String name() {
      return "no duplicate and no reordering of a producer's records";
    }

    @Override
    public Optional<String> brokenBy(NodeFact fact) {
      if (!(fact
          instanceof Moved(Life life, PartitionId partition, var _, var _, var _, var all))) {
        return Optional.empty();
      }
      long from = seen.getOrDefault(partition, 0L);
      for (Batch batch : all) {
        if (batch.base() < from || batch.producer() < 0) {
          continue;
        }
        Producer producer = new Producer(partition, batch.producer());
        int expected = next.getOrDefault(producer, 0);
        boolean unseen = committed.of(partition).mayBeUnseen(batch.base() - 1);
        if (batch.sequence() != expected && !(unseen && batch.sequence() > expected)) {
          return Optional.of("%s: %s where %d is next".formatted(life, batch, expected));
        }
        next.put(producer, expected + batch.count());
      }
      seen.put(partition, committed.of(partition).end());
      return Optional.empty();
    }
  }

  /**
   * What a producer is told stands at the offset it is told; checked when the turn in which it is
   * told is over.
   */
  static final class AcknowledgedIsCommitted implements Invariant<NodeFact> {
    private final CommittedLogs committed;
    private final List<Acknowledged> open = new ArrayList<>();

    AcknowledgedIsCommitted(CommittedLogs committed) {
      this.committed = committed;
    }

    @Override
    public String name() {
      return "acknowledged is committed";
    }

    @Override
    public Optional<String> brokenBy(NodeFact fact) {
      if (fact instanceof Acknowledged told) {
        open.add(told);
      }
      Optional<String> wrong = Optional.empty();
      for (Acknowledged told : open) {
        if (told.partition().equals(fact.partition())
            && committed.of(told.partition()).end() > told.base()
            && !committed.of(told.partition()).mayBeUnseen(told.base())
            && committed
                .of(told.partition())
                .at(told.base())
                .filter(batch -> batch.contentCrc() == told.contentCrc())
                .isEmpty()) {
          wrong = Optional.of("%s is not what is committed there".formatted(told));
        }
      }
      open.removeIf(told -> committed.of(told.partition()).end() > told.base());
      return wrong;
    }

    /** What was acknowledged and never seen committed. */
    List<Acknowledged> open() {
      return List.copyOf(open);
    }
  }

  /** A leader whose epoch is open gives nobody what somebody was told is deleted. */
  static final class DeletedStaysDeleted implements Invariant<NodeFact> {
    private final Map<PartitionId, Long> deleted = new HashMap<>();

    @Override
    public String name() {
      return "deleted stays deleted";
    }

    @Override
    public Optional<String> brokenBy(NodeFact fact) {
      if (fact instanceof Deleted(var _, PartitionId partition, long lowWatermark)) {
        deleted.merge(partition, lowWatermark, Math::max);
      }
      return fact instanceof Moved(Life life, var partition, var _, var _, var replica, var _)
              && replica.open()
              && replica.log().startOffset() < deleted.getOrDefault(partition, 0L)
          ? Optional.of(
              "%s starts at %d, deleted was up to %d"
                  .formatted(life, replica.log().startOffset(), deleted.get(partition)))
          : Optional.empty();
    }
  }

  /** What a replica drops at the front of its log is what is committed there, and nothing else. */
  static final class DroppedWasCommitted implements Invariant<NodeFact> {
    private final CommittedLogs committed;

    DroppedWasCommitted(CommittedLogs committed) {
      this.committed = committed;
    }

    @Override
    public String name() {
      return "what is dropped was committed";
    }

    @Override
    public Optional<String> brokenBy(NodeFact fact) {
      if (!(fact instanceof Dropped(Life life, var partition, EpochHistory before, long start))
          || before.end() < start) {
        return Optional.empty();
      }
      CommittedLogs.Log truth = committed.of(partition);
      int epoch = before.epochAt(start - 1);
      boolean same =
          truth.mayBeUnseen(start - 1)
              || start <= truth.end()
                  && truth.at(truth.floor(start - 1)).filter(b -> b.epoch() == epoch).isPresent();
      return same
          ? Optional.empty()
          : Optional.of(
              "%s drops all before %d, the last of it of epoch %d".formatted(life, start, epoch));
    }
  }

  /** Nobody is given what is not committed. */
  static final class ReadIsCommitted implements Invariant<NodeFact> {
    private final CommittedLogs committed;

    ReadIsCommitted(CommittedLogs committed) {
      this.committed = committed;
    }

    @Override
    public String name() {
      return "what is read is committed";
    }

    @Override
    public Optional<String> brokenBy(NodeFact fact) {
      return fact instanceof Read(Life life, PartitionId partition, List<Batch> batches)
          ? batches.stream()
              .flatMap(batch -> committed.of(partition).differs(batch).stream())
              .findFirst()
              .map(wrong -> life + " gave out: " + wrong)
          : Optional.empty();
    }
  }
}
