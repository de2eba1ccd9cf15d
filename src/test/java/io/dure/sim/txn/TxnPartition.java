package io.dure.sim.txn;

import io.dure.log.AbortedTxn;
import io.dure.log.BatchBuilder;
import io.dure.log.ControlBatch;
import io.dure.log.LogRecord;
import io.dure.log.LogSettings;
import io.dure.log.LogSlice;
import io.dure.log.PartitionLog;
import io.dure.log.ProducerTable;
import io.dure.log.ProducerVerdict;
import io.dure.log.TxnGuard;
import io.dure.log.TxnMarker;
import io.dure.sim.SimDisk;
import io.dure.sim.SimRng;
import io.dure.sim.Violation;
import io.dure.txn.ProducerRef;
import io.dure.wire.WireError;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.Consumer;

/**
 * One partition: the real log and producer table; replication is an offset up to which all is
 * committed, and a change of leaders that keeps what is committed and some of the rest.
 */
final class TxnPartition {
  private record Waiting(long end, Consumer<WireError> done) {}

  private final TxnWorld world;
  private final SimRng rng;
  private final int index;
  private final SimDisk disk;
  private final LogSettings settings;
  private final ArrayDeque<Long> ends = new ArrayDeque<>();
  private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
  // Which node asked for markers last, by what number: what is older is left over from a broken
  // stream. Each node that led remembers its own.
  private final Map<String, Long> lastAsks = new HashMap<>();
  private PartitionLog log;
  private int epoch = 1;
  private int leader;
  private long highWatermark;
  private long readTo;
  private long lastStable;

  TxnPartition(TxnWorld world, SimRng rng, int index) {
    this.world = world;
    this.rng = rng;
    this.index = index;
    this.disk = new SimDisk(rng.split());
    this.settings =
        LogSettings.DEFAULT
            .withSegmentBytes(600 + rng.below(5_000))
            .withCheckpointBytes(300 + rng.below(3_000));
    this.log = PartitionLog.open(disk, "t-" + index, settings);
  }

  int index() {
    return index;
  }

  int leader() {
    return leader;
  }

  int epoch() {
    return epoch;
  }

  // ---- what is asked of its leader ----

  /** A producer's batch; {@code ownEpoch} is version 2, which adds the partition by itself. */
  void produce(
      String transactionalId,
      ProducerRef producer,
      int sequence,
      String value,
      boolean ownEpoch,
      Consumer<WireError> done) {
    ProducerTable producers = log.producers();
    if (producers.inTransaction(producer.id(), producer.epoch())) {
      append(producer, sequence, value, TxnGuard.NONE, done);
      return;
    }
    producers.announce(producer.id(), producer.epoch(), sequence, ownEpoch);
    var guard = new TxnGuard(epoch, log.endOffset());
    world.confirm(
        transactionalId,
        producer,
        index,
        ownEpoch,
        error -> {
          if (error == WireError.NONE) {
            append(producer, sequence, value, guard, done);
          } else {
            done.accept(error);
          }
        });
  }

  private void append(
      ProducerRef producer, int sequence, String value, TxnGuard guard, Consumer<WireError> done) {
    ByteBuffer batch =
        new BatchBuilder()
            .add(Optional.empty(), Optional.of(bytes(value)), world.wallMs())
            .buildTransactional(producer.id(), producer.epoch(), sequence);
    TxnGuard inForce = guard.leaderEpoch() == epoch ? guard : TxnGuard.NONE;
    switch (log.producers().check(batch, inForce)) {
      case ProducerVerdict.Accepted _ -> write(batch, done);
      case ProducerVerdict.Duplicate repeated -> {
        if (repeated.endOffset() <= highWatermark) {
          done.accept(WireError.NONE);
        } else {
          waiting.add(new Waiting(repeated.endOffset(), done));
        }
      }
      case ProducerVerdict.Refused refused -> {
        world.say(this::name, () -> "refuses " + value + ": " + refused.text());
        done.accept(WireError.valueOf(refused.reason().name()));
      }
    }
  }

  private void write(ByteBuffer batch, Consumer<WireError> done) {
    long end = log.appendAsLeader(batch, epoch, world.wallMs()).endOffset();
    ends.add(end);
    waiting.add(new Waiting(end, done));
  }

  /**
   * @param node whom it is asked of: who does not lead any more, or does again, may be asked late
   * @param leaderEpoch the epoch in which it is asked
   * @param life of the asking coordinator, whose questions are numbered
   */
  void mark(
      int node,
      int leaderEpoch,
      String life,
      long number,
      TxnMarker marker,
      Consumer<WireError> done) {
    String asked = node + " of " + life;
    if (lastAsks.getOrDefault(asked, -1L) >= number) {
      return;
    }
    lastAsks.put(asked, number);
    if (node != leader || leaderEpoch != epoch) {
      done.accept(WireError.NOT_LEADER_OR_FOLLOWER);
      return;
    }
    switch (log.producers().check(marker)) {
      case ProducerVerdict.Accepted _ -> {
        world.say(this::name, () -> log.endOffset() + " " + marker);
        write(ControlBatch.of(marker, world.wallMs()), done);
      }
      case ProducerVerdict.Refused refused -> {
        world.say(this::name, () -> "refuses " + marker + ": " + refused.text());
        done.accept(WireError.valueOf(refused.reason().name()));
      }
      case ProducerVerdict.Duplicate _ -> throw new Violation("a marker is a duplicate");
    }
  }

  // ---- replication ----

  /** Some more of the log is committed. */
  void commitSome() {
    for (int some = 1 + rng.below(3); some > 0 && !ends.isEmpty(); some--) {
      highWatermark = ends.remove();
    }
    committed();
  }

  void commitAll() {
    while (!ends.isEmpty()) {
      highWatermark = ends.remove();
    }
    committed();
  }

  private void committed() {
    log.producers().committedTo(highWatermark);
    List<Waiting> due = waiting.stream().filter(w -> w.end() <= highWatermark).toList();
    waiting.removeAll(due);
    due.forEach(w -> w.done().accept(WireError.NONE));
    read();
  }

  /** Another replica leads: it has all that is committed, and maybe more; or it was restarted. */
  void changeLeader() {
    long kept = highWatermark;
    while (!ends.isEmpty() && rng.chance(600)) {
      kept = ends.remove();
    }
    ends.clear();
    long end = kept;
    log.truncateTo(end);
    if (end > highWatermark) {
      ends.add(end);
    }
    if (rng.chance(500)) {
      restart();
    }
    log.producers().committedTo(highWatermark);
    epoch++;
    leader = rng.below(TxnWorld.NODES);
    List<Waiting> lost = List.copyOf(waiting);
    waiting.clear();
    lost.forEach(w -> w.done().accept(WireError.NOT_LEADER_OR_FOLLOWER));
    world.say(
        this::name, () -> "led by " + leader + " from " + end + ", committed " + highWatermark);
    read();
  }

  private void restart() {
    if (rng.chance(500)) {
      var ticket = log.beginFlush();
      ticket.run();
      log.flushed(ticket);
    }
    disk.crashProcess();
    log = PartitionLog.open(disk, "t-" + index, settings);
  }

  // ---- a reader of committed transactions ----

  private void read() {
    long stable = Math.min(highWatermark, log.producers().firstUnstable());
    if (stable < lastStable) {
      throw new Violation(
          "%s: what was stable up to %d is so up to %d only".formatted(name(), lastStable, stable));
    }
    lastStable = stable;
    while (readTo < stable) {
      LogSlice slice = log.read(readTo, 1 + rng.below(2_000), stable);
      List<AbortedTxn> aborted = log.abortedIn(readTo, slice.end());
      ByteBuffer bytes = ByteBuffer.allocate(slice.sizeBytes());
      slice.file().read(slice.position(), bytes);
      filter(LogRecord.in(bytes.flip()), aborted);
      readTo = slice.end();
    }
  }

  /**
   * As consumers do it: from its first offset on to its marker, an aborted producer is passed over.
   */
  private void filter(List<LogRecord> records, List<AbortedTxn> aborted) {
    var next = new PriorityQueue<>(Comparator.comparingLong(AbortedTxn::firstOffset));
    next.addAll(aborted);
    Set<Long> passedOver = new HashSet<>();
    for (LogRecord record : records) {
      while (!next.isEmpty() && next.peek().firstOffset() <= record.offset()) {
        passedOver.add(next.remove().producerId());
      }
      if (record.marker().isPresent()) {
        if (!record.marker().get().commit()) {
          passedOver.remove(record.producerId());
        }
      } else if (!passedOver.contains(record.producerId())) {
        String value = StandardCharsets.UTF_8.decode(record.value().orElseThrow()).toString();
        world.say(this::name, () -> record.offset() + " seen: " + value);
        world.ledger().seen(value);
      }
    }
  }

  /** Nothing is open, all is committed and read. */
  void checkAtRest() {
    if (readTo != log.endOffset() || lastStable != highWatermark) {
      throw new Violation(
          "%s hangs: stable up to %d, committed up to %d, end %d, %s"
              .formatted(
                  name(), lastStable, highWatermark, log.endOffset(), log.producers().states()));
    }
  }

  long end() {
    return highWatermark;
  }

  private String name() {
    return "p" + index;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
