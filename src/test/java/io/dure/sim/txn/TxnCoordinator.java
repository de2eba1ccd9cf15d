package io.dure.sim.txn;

import io.dure.log.TxnMarker;
import io.dure.sim.SimRng;
import io.dure.txn.MarkerOrder;
import io.dure.txn.TopicPart;
import io.dure.txn.TxnAnswer;
import io.dure.txn.TxnCommand;
import io.dure.txn.TxnDecision;
import io.dure.txn.TxnRecord;
import io.dure.txn.TxnSettings;
import io.dure.txn.TxnShard;
import io.dure.wire.WireError;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The coordinator's partition and whoever leads it: the real {@link TxnShard} over a list of
 * records of which the first so many are committed. Who was replaced may go on asking for markers
 * for a while.
 */
final class TxnCoordinator {
  private final TxnWorld world;
  private final SimRng rng;
  private final List<TxnRecord> log = new ArrayList<>();
  private int committed;
  private int epoch;
  private Optional<Life> serving = Optional.empty();

  TxnCoordinator(TxnWorld world, SimRng rng) {
    this.world = world;
    this.rng = rng;
    open();
  }

  /** Empty when there is nobody to answer. */
  void ask(TxnCommand command, Consumer<Optional<TxnAnswer>> done) {
    if (serving.isEmpty()) {
      done.accept(Optional.empty());
    } else {
      serving.get().decide(command, done);
    }
  }

  void tick() {
    serving.ifPresent(life -> life.take(life.shard.tick(world.now())));
  }

  void commitSome() {
    committed = Math.min(log.size(), committed + 1 + rng.below(4));
    serving.ifPresent(Life::release);
  }

  void commitAll() {
    committed = log.size();
    serving.ifPresent(Life::release);
  }

  /** The one who serves is replaced, after a while, by another that has all that is committed. */
  void changeLeader() {
    if (serving.isEmpty()) {
      return;
    }
    Life old = serving.get();
    serving = Optional.empty();
    old.resign(rng.chance(500) ? rng.below(2_000) : 0);
    int kept = committed + rng.below(log.size() - committed + 1);
    log.subList(kept, log.size()).clear();
    world.scheduler().afterMs(rng.below(300), this::open);
  }

  private void open() {
    committed = log.size();
    epoch++;
    world.say(() -> "coord", () -> "epoch " + epoch + " of " + log.size() + " records");
    var life = new Life(epoch);
    serving = Optional.of(life);
    log.forEach(life.shard::apply);
    life.take(life.shard.resume(world.now()));
  }

  boolean isAtRest() {
    if (serving.isEmpty()) {
      return false;
    }
    var open = new ArrayList<TxnAnswer.Entry>();
    ask(
        new TxnCommand.ListAll(),
        answer -> {
          for (TxnAnswer.Entry each : ((TxnAnswer.Listed) answer.orElseThrow()).entries()) {
            switch (each.transaction().state()) {
              case EMPTY, COMPLETE_COMMIT, COMPLETE_ABORT -> {}
              case ONGOING, PREPARE_COMMIT, PREPARE_ABORT -> open.add(each);
            }
          }
        });
    commitAll();
    return open.isEmpty();
  }

  /** One leadership. */
  private final class Life {
    private record Held(int records, Runnable then) {}

    private final int epoch;
    private final TxnShard shard =
        new TxnShard(new TxnSettings(60_000, 3_600_000_000L, 600_000, 100, 100, 100));
    private final Map<Long, Consumer<Optional<TxnAnswer>>> asked = new HashMap<>();
    private final ArrayDeque<Held> held = new ArrayDeque<>();
    private boolean leads = true;
    private boolean sends = true;
    private long tickets;
    private long numbers;

    Life(int epoch) {
      this.epoch = epoch;
    }

    void decide(TxnCommand command, Consumer<Optional<TxnAnswer>> done) {
      long ticket = tickets++;
      asked.put(ticket, done);
      take(shard.decide(ticket, command, world.now()));
    }

    void take(TxnDecision decision) {
      log.addAll(decision.records());
      int all = log.size();
      decision
          .replies()
          .forEach(reply ->
              held.add(
                  new Held(
                      all,
                      () ->
                          Optional.ofNullable(asked.remove(reply.ticket()))
                              .ifPresent(done -> done.accept(Optional.of(reply.answer()))))));
      decision.orders().forEach(order -> held.add(new Held(all, () -> send(order))));
      release();
    }

    void release() {
      while (leads && !held.isEmpty() && held.peek().records() <= committed) {
        held.remove().then().run();
      }
    }

    void resign(long sendsForMs) {
      leads = false;
      asked.values().forEach(done -> done.accept(Optional.empty()));
      asked.clear();
      held.clear();
      world.scheduler().afterMs(sendsForMs, () -> sends = false);
    }

    private void send(MarkerOrder order) {
      world.say(() -> "coord", () -> "epoch " + epoch + " orders " + order);
      Set<TopicPart> left = new HashSet<>(order.partitions());
      order.partitions().forEach(part -> send(order, part, left));
      completeIfDone(order, left);
    }

    private void send(MarkerOrder order, TopicPart part, Set<TopicPart> left) {
      if (!sends) {
        return;
      }
      TxnPartition partition = world.partition(part.partition());
      var marker =
          new TxnMarker(
              order.producer().id(),
              order.producer().epoch(),
              epoch,
              order.commit(),
              order.transactionVersion());
      int node = partition.leader();
      int leaderEpoch = partition.epoch();
      long number = numbers++;
      world
          .network()
          .<WireError>ask(
              done -> partition.mark(node, leaderEpoch, "epoch " + epoch, number, marker, done),
              answer -> {
                switch (answer.orElse(WireError.REQUEST_TIMED_OUT)) {
                  case NONE -> written(order, part, left);
                  // Another coordinator, or the next transaction, is ahead of this one.
                  case TRANSACTION_COORDINATOR_FENCED -> {}
                  case INVALID_PRODUCER_EPOCH -> written(order, part, left);
                  default ->
                      world.scheduler().afterMs(rng.below(100), () -> send(order, part, left));
                }
              });
    }

    private void written(MarkerOrder order, TopicPart part, Set<TopicPart> left) {
      left.remove(part);
      completeIfDone(order, left);
    }

    private void completeIfDone(MarkerOrder order, Set<TopicPart> left) {
      if (left.isEmpty() && leads) {
        decide(new TxnCommand.MarkersWritten(order.transactionalId(), order.producer()), _ -> {});
      }
    }
  }
}
