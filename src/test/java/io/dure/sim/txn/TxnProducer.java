package io.dure.sim.txn;

import io.dure.sim.SimRng;
import io.dure.txn.ProducerRef;
import io.dure.txn.TopicPart;
import io.dure.txn.TxnAnswer;
import io.dure.txn.TxnCommand;
import io.dure.wire.WireError;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * One process that produces in transactions, one after the other, of version 2 or an older one. It
 * may stop at any point and be taken up again much later, when others use its transactional id.
 */
final class TxnProducer {

  private final TxnWorld world;
  private final SimRng rng;
  private final String transactionalId;
  private final boolean version2;
  private final String name;
  private final int mostTries;
  private final Map<Integer, Integer> sequences = new HashMap<>();
  private final Set<Integer> added = new HashSet<>();
  private ProducerRef self = ProducerRef.NONE;
  private int transaction;
  private int batches;
  private int written;
  private boolean doubtful;
  private boolean stopped;

  TxnProducer(TxnWorld world, SimRng rng, String transactionalId, boolean version2, String name) {
    this.world = world;
    this.rng = rng;
    this.transactionalId = transactionalId;
    this.version2 = version2;
    this.name = name;
    this.mostTries = rng.below(7);
  }

  void start() {
    init(Optional.empty());
  }

  /** Nobody hears of it any more. */
  void stop() {
    stopped = true;
  }

  /** Does the next thing, at once or after a pause, or never. */
  private void then(Runnable next) {
    if (stopped) {
      return;
    }
    long pauseMs = rng.chance(world.frozenPerMille()) ? rng.between(100, 4_000) : rng.below(20);
    world
        .scheduler()
        .afterMs(
            pauseMs,
            () -> {
              if (!stopped) {
                next.run();
              }
            });
  }

  private void ask(TxnCommand command, java.util.function.Consumer<Optional<TxnAnswer>> done) {
    java.util.function.Consumer<java.util.function.Consumer<Optional<TxnAnswer>>> server =
        answer -> world.coordinator().ask(command, answer);
    if (version2) {
      world.network().ask(server, found -> done.accept(found.flatMap(a -> a)));
    } else {
      world.network().askInOrder(server, found -> done.accept(found.flatMap(a -> a)));
    }
  }

  private void init(Optional<ProducerRef> expected) {
    ask(
        new TxnCommand.Init(
            transactionalId,
            (int) rng.between(200, 2_000),
            expected,
            OptionalLong.of(world.freshProducerId())),
        answer -> {
          if (answer.orElse(null) instanceof TxnAnswer.Given given) {
            switch (given.error()) {
              case NONE -> {
                become(given.producer());
                then(this::begin);
              }
              case CONCURRENT_TRANSACTIONS -> then(() -> init(expected));
              default -> fenced("init: " + given.error());
            }
          } else {
            then(() -> init(expected));
          }
        });
  }

  private void become(ProducerRef now) {
    if (!now.equals(self)) {
      world.say(this::name, () -> "is " + now);
      self = now;
      sequences.clear();
    }
  }

  private void begin() {
    if (world.isOver()) {
      return;
    }
    transaction = world.ledger().begin();
    batches = 1 + rng.below(5);
    written = 0;
    doubtful = false;
    added.clear();
    next();
  }

  private void next() {
    if (written == batches) {
      boolean commit = rng.chance(750);
      if (commit) {
        world.ledger().askedToCommit(transaction);
      }
      end(commit);
      return;
    }
    int partition = rng.below(world.partitions());
    String value = TxnLedger.value(transaction, written++);
    if (version2 || added.contains(partition)) {
      produce(partition, value, 0);
    } else {
      add(partition, value, 0);
    }
  }

  private void add(int partition, String value, int tries) {
    var part = new TopicPart("t", partition);
    ask(
        new TxnCommand.Add(transactionalId, self, Set.of(part), (short) 0),
        answer -> {
          WireError error =
              answer.orElse(null) instanceof TxnAnswer.Partitions partitions
                  ? partitions.errors().getOrDefault(part, WireError.UNKNOWN_SERVER_ERROR)
                  : WireError.REQUEST_TIMED_OUT;
          switch (error) {
            case NONE -> {
              added.add(partition);
              then(() -> produce(partition, value, 0));
            }
            case REQUEST_TIMED_OUT, CONCURRENT_TRANSACTIONS -> {
              if (tries < mostTries) {
                then(() -> add(partition, value, tries + 1));
              } else {
                giveUp();
              }
            }
            default -> fenced("add: " + error);
          }
        });
  }

  private void produce(int partition, String value, int tries) {
    ProducerRef as = self;
    int sequence = sequences.getOrDefault(partition, 0);
    world
        .network()
        .<WireError>ask(
            done ->
                world
                    .partition(partition)
                    .produce(transactionalId, as, sequence, value, version2, done),
            answer -> {
              if (stopped) {
                return;
              }
              switch (answer.orElse(WireError.REQUEST_TIMED_OUT)) {
                case NONE -> {
                  world.say(this::name, () -> "wrote " + value + " to p" + partition);
                  sequences.put(partition, sequence + 1);
                  world.ledger().acknowledged(transaction, value);
                  then(this::next);
                }
                case REQUEST_TIMED_OUT,
                    NOT_LEADER_OR_FOLLOWER,
                    CONCURRENT_TRANSACTIONS,
                    NOT_ENOUGH_REPLICAS -> {
                  if (tries < mostTries) {
                    then(() -> produce(partition, value, tries + 1));
                  } else {
                    giveUp();
                  }
                }
                case INVALID_TXN_STATE, TRANSACTION_ABORTABLE, OUT_OF_ORDER_SEQUENCE_NUMBER ->
                    giveUp();
                default -> fenced("produce: " + answer);
              }
            });
  }

  /** Something was sent of which nobody knows what became: the transaction cannot be committed. */
  private void giveUp() {
    doubtful = true;
    then(() -> end(false));
  }

  private void end(boolean commit) {
    ask(
        new TxnCommand.End(
            transactionalId, self, commit, version2, OptionalLong.of(world.freshProducerId())),
        answer -> {
          if (stopped) {
            return;
          }
          if (answer.orElse(null) instanceof TxnAnswer.Given given) {
            switch (given.error()) {
              case NONE -> ended(commit, given.producer());
              case CONCURRENT_TRANSACTIONS -> then(() -> end(commit));
              default -> fenced("end: " + given.error());
            }
          } else {
            then(() -> end(commit));
          }
        });
  }

  private void ended(boolean commit, ProducerRef next) {
    world.say(this::name, () -> (commit ? "committed " : "aborted ") + transaction);
    world.ledger().told(transaction, commit);
    if (version2) {
      become(next);
      then(this::begin);
    } else if (doubtful) {
      // As older clients do: what is still on its way must not be taken for the next transaction's.
      ProducerRef expected = self;
      then(() -> init(Optional.of(expected)));
    } else {
      then(this::begin);
    }
  }

  private void fenced(String why) {
    world.say(this::name, () -> "gives up: " + why);
    stopped = true;
    world.replace(transactionalId, version2);
  }

  private String name() {
    return name;
  }
}
