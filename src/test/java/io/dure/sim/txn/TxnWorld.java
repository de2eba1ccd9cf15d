package io.dure.sim.txn;

import io.dure.base.Moment;
import io.dure.sim.SimRng;
import io.dure.sim.SimScheduler;
import io.dure.sim.Simulation.Figures;
import io.dure.sim.Trace;
import io.dure.sim.Violation;
import io.dure.txn.ProducerRef;
import io.dure.txn.TopicPart;
import io.dure.txn.TxnAnswer;
import io.dure.txn.TxnCommand;
import io.dure.wire.WireError;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** One run: trouble for a while, then healed; in the end nothing hangs and nothing is torn. */
final class TxnWorld {
  static final int NODES = 2;

  private static final int TROUBLED_MS = 8_000;
  private static final int HEALED_MS = 12_000;
  private static final long WALL_MS = 1_700_000_000_000L;

  private final SimScheduler scheduler = new SimScheduler();
  private final SimRng rng;
  private final Trace trace;
  private final TxnNetwork network;
  private final TxnLedger ledger = new TxnLedger();
  private final List<TxnPartition> partitions = new ArrayList<>();
  private final List<TxnProducer> producers = new ArrayList<>();
  private final TxnCoordinator coordinator;
  private final int partitionTrouble;
  private final int coordinatorTrouble;
  private int frozenPerMille;
  private boolean troubled = true;
  private long producerIds = 100;

  TxnWorld(long seed, Trace.Sink sink) {
    rng = new SimRng(seed);
    trace = new Trace(scheduler, sink);
    network = new TxnNetwork(scheduler, rng.split());
    int count = 1 + rng.below(4);
    for (int i = 0; i < count; i++) {
      partitions.add(new TxnPartition(this, rng.split(), i));
    }
    coordinator = new TxnCoordinator(this, rng.split());
    partitionTrouble = rng.pick(List.of(0, 5, 30));
    coordinatorTrouble = rng.pick(List.of(0, 5, 30));
    frozenPerMille = rng.pick(List.of(0, 20, 80));
    for (int id = 1 + rng.below(3); id > 0; id--) {
      boolean version2 = rng.chance(600);
      String name = "tx" + id;
      spawn(name, version2);
      if (rng.chance(500)) {
        scheduler.afterMs(rng.below(4_000), () -> spawn(name, version2));
      }
    }
  }

  // ---- what everybody uses ----

  SimScheduler scheduler() {
    return scheduler;
  }

  TxnNetwork network() {
    return network;
  }

  TxnLedger ledger() {
    return ledger;
  }

  TxnCoordinator coordinator() {
    return coordinator;
  }

  TxnPartition partition(int index) {
    return partitions.get(index);
  }

  int partitions() {
    return partitions.size();
  }

  int frozenPerMille() {
    return frozenPerMille;
  }

  boolean isOver() {
    return !troubled;
  }

  long freshProducerId() {
    return producerIds++;
  }

  long wallMs() {
    return WALL_MS + scheduler.nowMs();
  }

  Moment now() {
    return new Moment(scheduler.nowMs(), wallMs());
  }

  void say(Supplier<String> who, Supplier<String> what) {
    trace.say("", () -> who.get() + " " + what.get());
  }

  private void spawn(String transactionalId, boolean version2) {
    if (isOver()) {
      return;
    }
    var producer =
        new TxnProducer(
            this, rng.split(), transactionalId, version2, transactionalId + "." + producers.size());
    producers.add(producer);
    producer.start();
  }

  /** Somebody starts the process of a producer anew. */
  void replace(String transactionalId, boolean version2) {
    scheduler.afterMs(rng.below(1_000), () -> spawn(transactionalId, version2));
  }

  /** A partition's leader asks the coordinator, over the network. */
  void confirm(
      String transactionalId,
      ProducerRef producer,
      int partition,
      boolean add,
      Consumer<WireError> done) {
    var part = new TopicPart("t", partition);
    TxnCommand command =
        add
            ? new TxnCommand.Add(transactionalId, producer, Set.of(part), (short) 2)
            : new TxnCommand.Verify(transactionalId, producer, Set.of(part));
    network.<Optional<TxnAnswer>>ask(
        answer -> coordinator.ask(command, answer),
        found ->
            done.accept(
                found.flatMap(a -> a).orElse(null) instanceof TxnAnswer.Partitions partitions
                    ? partitions.errors().getOrDefault(part, WireError.UNKNOWN_SERVER_ERROR)
                    : WireError.NOT_ENOUGH_REPLICAS));
  }

  // ---- the run ----

  Figures run() {
    every(
        5,
        () ->
            partitions.forEach(p -> {
              if (!troubled || rng.chance(400)) {
                p.commitSome();
              }
            }));
    every(
        4,
        () -> {
          if (!troubled || rng.chance(400)) {
            coordinator.commitSome();
          }
        });
    every(50, coordinator::tick);
    every(20, this::trouble);
    scheduler.runForMs(TROUBLED_MS);
    say(() -> "world", () -> "all is healed");
    troubled = false;
    frozenPerMille = 0;
    network.heal();
    scheduler.runForMs(HEALED_MS);
    partitions.forEach(TxnPartition::commitAll);
    if (!coordinator.isAtRest()) {
      throw new Violation("a transaction is neither committed nor aborted");
    }
    partitions.forEach(TxnPartition::checkAtRest);
    ledger.checkAtTheEnd();
    var figures =
        new Figures(
            scheduler.steps(),
            partitions.stream().mapToLong(TxnPartition::end).sum(),
            0,
            0,
            scheduler.nowMs());
    figures.others().put("transactions", ledger.transactions());
    figures.others().put("of them committed", ledger.committed());
    return figures;
  }

  private void every(long ms, Runnable work) {
    scheduler.afterMs(
        ms,
        () -> {
          work.run();
          every(ms, work);
        });
  }

  private void trouble() {
    if (!troubled) {
      return;
    }
    for (TxnPartition partition : partitions) {
      if (rng.chance(partitionTrouble)) {
        partition.changeLeader();
      }
    }
    if (rng.chance(coordinatorTrouble)) {
      coordinator.changeLeader();
    }
    if (rng.chance(3)) {
      rng.pick(producers).stop();
    }
  }
}
