package io.dure.broker;

import io.dure.base.TopicId;
import io.dure.group.GroupAnswer;
import io.dure.group.GroupAnswer.FetchedOffset;
import io.dure.group.GroupCommand;
import io.dure.group.GroupCommand.OffsetToCommit;
import io.dure.group.GroupRecord;
import io.dure.group.MemberRef;
import io.dure.group.OffsetKey;
import io.dure.group.OffsetReader;
import io.dure.group.ProducerRef;
import io.dure.group.RecordCodec;
import io.dure.group.StoredOffset;
import io.dure.log.LogRecord;
import io.dure.log.TxnGuard;
import io.dure.log.TxnMarker;
import io.dure.runtime.Partitions.AppendOutcome;
import io.dure.runtime.Partitions.LedPartition;
import io.dure.runtime.Partitions.Preparation;
import io.dure.sim.SimNode;
import io.dure.wire.WireError;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Producers that commit offsets in transactions, beside plain commits, while the coordinators die,
 * freeze and move. The transactions' coordinator is the simulation itself: it decides, and sends
 * its markers until each is acknowledged, some of them twice.
 *
 * <p>Invariants: nobody is ever told an offset of a transaction that was not decided to be
 * committed; nobody who wants a stable offset is told one that an acknowledged open transaction may
 * move; in the end, and after another failover, the offsets of each group are exactly what the
 * log's plain records and committed transactions say, each place the last; nothing is unstable for
 * ever.
 */
public final class TxnOffsetsSimulation {
  private static final int GROUPS = 3;
  private static final int PARTITIONS = 2;
  private static final int PRODUCERS = 2;
  private static final int STEPS = 350;

  private static final short VERSION = 2; // each transaction has an epoch of its own

  private enum State {
    OPEN,
    COMMITTING,
    ABORTING,
    COMMITTED,
    ABORTED
  }

  /** One transaction; {@code places} holds what was acknowledged of it. */
  private static final class Txn {
    final Producer producer;
    final short epoch;
    final Set<Integer> parts = new HashSet<>();
    final Set<String> places = new HashSet<>();
    State state = State.OPEN;
    int unanswered;
    boolean spoilt;

    Txn(Producer producer, short epoch) {
      this.producer = producer;
      this.epoch = epoch;
    }

    boolean isDecidedToCommit() {
      return state == State.COMMITTING || state == State.COMMITTED;
    }

    boolean isOpen() {
      return state == State.OPEN;
    }
  }

  private static final class Producer {
    final long id;
    short epoch;
    Txn txn;

    Producer(long id) {
      this.id = id;
      this.txn = new Txn(this, (short) 0);
    }
  }

  private final GroupCluster cluster;
  private final List<Producer> producers = new ArrayList<>();

  /** By the offset that was committed: each is used once. Without a transaction: a plain commit. */
  private final Map<Long, Optional<Txn>> committedBy = new HashMap<>();

  private final List<Runnable> later = new ArrayList<>();
  private long nextOffset = 1;
  private int acknowledgedInTxn;

  private TxnOffsetsSimulation(long seed) {
    cluster = new GroupCluster(seed);
    for (int i = 0; i < PRODUCERS; i++) {
      producers.add(new Producer(i + 1L));
    }
  }

  /** Runs seeds until something breaks and says what; empty when nothing does. */
  public static String firstViolation(int seeds) {
    for (long seed = 0; seed < seeds; seed++) {
      try {
        run(seed);
      } catch (RuntimeException | AssertionError e) {
        return "transactional offsets, seed %d: %s".formatted(seed, e);
      }
    }
    return "";
  }

  /** Returns how many commits within transactions were acknowledged. */
  static int run(long seed) {
    return new TxnOffsetsSimulation(seed).run();
  }

  private int run() {
    for (int step = 0; step < STEPS; step++) {
      cluster.mischief();
      act();
      cluster.runForMs(cluster.rng().below(50));
    }
    cluster.heal();
    runAll(later);
    endAll();
    cluster.runForMs(1_000);
    assertOffsetsAreWhatTheLogSays();
    cluster.failOver();
    assertOffsetsAreWhatTheLogSays();
    return acknowledgedInTxn;
  }

  private void act() {
    Producer producer = cluster.rng().pick(producers);
    switch (cluster.rng().below(10)) {
      case 0, 1, 2, 3 -> {
        if (producer.txn.isOpen()) {
          commitInTxn(producer.txn);
        }
      }
      case 4 -> {
        if (producer.txn.isOpen() && cluster.rng().below(2) == 0) {
          decide(producer.txn);
        }
      }
      case 5 -> plainCommit();
      case 6 -> fetch(OffsetReader.ANYONE);
      case 7 -> fetch(OffsetReader.STABLE);
      case 8 -> runAll(later);
      case 9 -> zombie(producer);
      default -> throw new AssertionError();
    }
    producers.forEach(p -> sendMarkers(p.txn));
  }

  private static void runAll(List<Runnable> tasks) {
    List<Runnable> all = List.copyOf(tasks);
    tasks.clear();
    all.forEach(Runnable::run);
  }

  private String anyGroup() {
    return "g" + cluster.rng().below(GROUPS);
  }

  private OffsetKey anyPlace() {
    return new OffsetKey("t", TopicId.ZERO, cluster.rng().below(PARTITIONS));
  }

  private static String place(String group, OffsetKey key) {
    return group + "/" + key.partition();
  }

  private long fresh(Optional<Txn> by) {
    committedBy.put(nextOffset, by);
    return nextOffset++;
  }

  // ---- commits

  private void plainCommit() {
    String group = anyGroup();
    var command =
        new GroupCommand.CommitOffsets(
            group,
            MemberRef.dynamic(""),
            -1,
            -1,
            true,
            List.of(new OffsetToCommit(anyPlace(), fresh(Optional.empty()), -1, "")));
    for (SimNode sim : cluster.coordinators(group)) {
      cluster.at(sim).ask(group, command, sim.loop(), _ -> {});
    }
  }

  /** Prepare, confirm, decide, as the handler does; between the steps anything may happen. */
  private void commitInTxn(Txn txn) {
    String group = anyGroup();
    for (SimNode sim : cluster.coordinators(group)) {
      txn.unanswered++;
      cluster
          .at(sim)
          .prepare(
              group,
              txn.producer.id,
              txn.epoch,
              sim.loop(),
              asked -> {
                switch (asked) {
                  case Asked.Answered<Preparation>(Preparation.Open _) ->
                      decide(sim, group, txn, TxnGuard.NONE);
                  case Asked.Answered<Preparation>(Preparation.ToConfirm(TxnGuard guard)) -> {
                    if (txn.isOpen()) {
                      txn.parts.add(cluster.indexOf(group));
                      soonOrLater(() -> decide(sim, group, txn, guard));
                    } else {
                      txn.unanswered--;
                    }
                  }
                  case Asked.Answered<Preparation> _, Asked.Unavailable<Preparation> _ -> {
                    txn.unanswered--;
                    txn.spoilt = true;
                  }
                }
              });
    }
  }

  private void soonOrLater(Runnable task) {
    if (cluster.rng().below(3) == 0) {
      later.add(task);
    } else {
      task.run();
    }
  }

  private void decide(SimNode sim, String group, Txn txn, TxnGuard guard) {
    OffsetKey key = anyPlace();
    var command =
        new GroupCommand.CommitInTransaction(
            group,
            new ProducerRef(txn.producer.id, txn.epoch),
            MemberRef.dynamic(""),
            -1,
            true,
            List.of(new OffsetToCommit(key, fresh(Optional.of(txn)), -1, "")));
    cluster
        .at(sim)
        .ask(
            group,
            command,
            new TxnPass(txn.producer.id, txn.epoch, guard),
            sim.loop(),
            asked -> {
              txn.unanswered--;
              if (asked instanceof Asked.Answered<GroupAnswer.Committed>(var answer)
                  && answer.errors().getFirst() == WireError.NONE) {
                acknowledgedInTxn++;
                txn.places.add(place(group, key));
                check(
                    txn.isOpen() || !txn.isDecidedToCommit(),
                    "a commit was acknowledged after its transaction");
              } else {
                txn.spoilt = true;
              }
            });
  }

  /** A producer whose epoch is over writes past every check but the partition's own. */
  private void zombie(Producer producer) {
    if (producer.epoch == 0) {
      return;
    }
    var ghost = new Txn(producer, (short) (producer.epoch - 1));
    ghost.state = State.ABORTED;
    ghost.unanswered = 1;
    String group = anyGroup();
    for (SimNode sim : cluster.coordinators(group)) {
      // Its guard was taken when nothing of the kind was known, at the start of the log.
      decide(sim, group, ghost, new TxnGuard(-1, -1));
    }
  }

  // ---- ends

  /** A producer commits only when all it sent was acknowledged. */
  private void decide(Txn txn) {
    boolean whole = !txn.spoilt && txn.unanswered == 0 && !txn.places.isEmpty();
    txn.state = whole && cluster.rng().below(4) > 0 ? State.COMMITTING : State.ABORTING;
  }

  private void sendMarkers(Txn txn) {
    boolean ending = txn.state == State.COMMITTING || txn.state == State.ABORTING;
    if (!ending) {
      return;
    }
    var marker =
        new TxnMarker(
            txn.producer.id, (short) (txn.epoch + 1), 1, txn.state == State.COMMITTING, VERSION);
    for (int index : Set.copyOf(txn.parts)) {
      for (SimNode sim : cluster.leaders(index)) {
        sim.node()
            .partitions()
            .appendMarker(
                cluster.offsets(index),
                marker,
                cluster.nowMs() + 2_000,
                sim.loop(),
                outcome -> {
                  if (outcome instanceof AppendOutcome.Committed) {
                    txn.parts.remove(index);
                    endIfDone(txn);
                  }
                });
      }
    }
    endIfDone(txn);
  }

  private static void endIfDone(Txn txn) {
    boolean ending = txn.state == State.COMMITTING || txn.state == State.ABORTING;
    if (ending && txn.parts.isEmpty()) {
      txn.state = txn.state == State.COMMITTING ? State.COMMITTED : State.ABORTED;
      Producer producer = txn.producer;
      producer.epoch++;
      producer.txn = new Txn(producer, producer.epoch);
    }
  }

  private void endAll() {
    for (Producer producer : producers) {
      Txn last = producer.txn;
      cluster.runForMs(500);
      if (last.isOpen()) {
        decide(last);
      }
      for (int attempt = 0; attempt < 100 && producer.txn == last; attempt++) {
        sendMarkers(last);
        cluster.runForMs(100);
      }
      check(producer.txn != last, "markers do not get through");
    }
  }

  // ---- what is told

  private void fetch(OffsetReader reader) {
    String group = anyGroup();
    OffsetKey key = anyPlace();
    Set<Txn> mayMove = new HashSet<>();
    for (Producer producer : producers) {
      if (producer.txn.isOpen() && producer.txn.places.contains(place(group, key))) {
        mayMove.add(producer.txn);
      }
    }
    for (SimNode sim : cluster.coordinators(group)) {
      cluster
          .at(sim)
          .ask(
              group,
              new GroupCommand.FetchOffsets(group, reader, List.of(key)),
              sim.loop(),
              asked -> {
                if (asked instanceof Asked.Answered<GroupAnswer.Fetched>(var fetched)) {
                  told(fetched.offsets().getFirst(), reader, mayMove);
                }
              });
    }
  }

  private void told(FetchedOffset fetched, OffsetReader reader, Set<Txn> mayMove) {
    fetched
        .offset()
        .map(StoredOffset::offset)
        .ifPresent(offset -> {
          Optional<Txn> by = committedBy.getOrDefault(offset, Optional.empty());
          check(committedBy.containsKey(offset), "offset " + offset + " comes from nowhere");
          check(
              by.isEmpty() || by.get().isDecidedToCommit(),
              "offset " + offset + " is told, its transaction is " + by.map(t -> t.state));
        });
    boolean stillOpen = mayMove.stream().anyMatch(Txn::isOpen);
    check(
        !reader.requireStable()
            || !stillOpen
            || fetched.error() == WireError.UNSTABLE_OFFSET_COMMIT,
        "called stable, and an open transaction may move it");
  }

  private void assertOffsetsAreWhatTheLogSays() {
    for (int g = 0; g < GROUPS; g++) {
      String group = "g" + g;
      Map<Integer, Long> told = new TreeMap<>();
      for (int partition = 0; partition < PARTITIONS; partition++) {
        var key = new OffsetKey("t", TopicId.ZERO, partition);
        FetchedOffset fetched =
            cluster
                .ask(group, new GroupCommand.FetchOffsets(group, OffsetReader.STABLE, List.of(key)))
                .offsets()
                .getFirst();
        check(fetched.error() == WireError.NONE, "unstable for ever: " + place(group, key));
        told(fetched, OffsetReader.ANYONE, Set.of());
        if (fetched.offset().isPresent()) {
          told.put(partition, fetched.offset().get().offset());
        }
      }
      Map<Integer, Long> truth = read(cluster.log(cluster.indexOf(group)), group);
      check(told.equals(truth), group + " is told " + told + ", its log says " + truth);
    }
  }

  /** For each place the last record that counts. */
  private static Map<Integer, Long> read(LedPartition log, String group) {
    List<LogRecord> records = new ArrayList<>();
    for (long at = log.startOffset(); at < log.endOffset(); ) {
      ByteBuffer piece = log.readCommitted(at, 1 << 20).orElseThrow();
      long from = at;
      LogRecord.in(piece).stream().filter(r -> r.offset() >= from).forEach(records::add);
      at = LogRecord.endOf(piece);
    }
    Set<Long> counted = new HashSet<>();
    Map<Long, List<Long>> open = new HashMap<>();
    for (LogRecord record : records) {
      if (record.marker().isPresent()) {
        List<Long> its = Optional.ofNullable(open.remove(record.producerId())).orElseGet(List::of);
        if (record.marker().get().commit()) {
          counted.addAll(its);
        }
      } else if (record.transactional()) {
        open.computeIfAbsent(record.producerId(), _ -> new ArrayList<>()).add(record.offset());
      } else {
        counted.add(record.offset());
      }
    }
    Map<Integer, Long> last = new TreeMap<>();
    for (LogRecord record : records) {
      if (counted.contains(record.offset()) && record.key().isPresent()) {
        GroupRecord decoded =
            RecordCodec.decode(
                    CoordinatorHost.bytes(record.key().get()),
                    record.value().map(CoordinatorHost::bytes))
                .orElseThrow();
        if (decoded instanceof GroupRecord.OffsetStored stored && stored.groupId().equals(group)) {
          last.put(stored.partition(), stored.offset().offset());
        }
      }
    }
    return last;
  }

  private static void check(boolean holds, String otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise);
    }
  }
}
