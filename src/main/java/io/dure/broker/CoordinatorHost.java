package io.dure.broker;

import io.dure.base.Check;
import io.dure.base.Clock;
import io.dure.base.Moment;
import io.dure.base.PartitionId;
import io.dure.log.LogRecord;
import io.dure.log.TxnMarker;
import io.dure.runtime.Loop;
import io.dure.runtime.Partitions.AppendOutcome;
import io.dure.runtime.Partitions.KeyValue;
import io.dure.runtime.Partitions.LedPartition;
import io.dure.runtime.Partitions.Preparation;
import io.dure.wire.MalformedRecord;
import io.dure.wire.WireError;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One coordinator at work: replays its partition, has commands decided, appends what was decided,
 * and lets answers and effects out when all that was appended before them is committed. All of it
 * on the partition's loop, except {@link #ask}.
 *
 * <pre>
 *   Loading ── log replayed ─▶ Serving ── append failed ─▶ Loading (anew, after a pause)
 *   any ── resigned ─▶ Closed
 * </pre>
 *
 * <p>What an append failed for may or may not be in the log, so the state is dropped and replayed,
 * once everything in the log is committed.
 *
 * @param <C> the commands its core decides
 * @param <A> its answers
 */
final class CoordinatorHost<C, A> {
  private static final Logger LOG = LoggerFactory.getLogger(CoordinatorHost.class);

  /** Questions without an answer, joins and syncs that wait for others included. */
  private static final int MAX_WAITING = 50_000;

  /** Records go to the log in batches of about this size. */
  private static final int BATCH_BYTES = 512 * 1024;

  private static final int REPLAY_BYTES = 1 << 20;
  private static final long PAUSE_AFTER_FAILURE_MS = 300;
  private static final long OWN_TICKET = -1;

  /** Makes a core of nothing, for each replay anew. */
  interface CoreMaker<C, A> {
    CoordinatorCore<C, A> make(Seat<C> seat);
  }

  /**
   * Where a core sits.
   *
   * @param epoch the leader's epoch of the partition
   * @param tell has a command of the coordinator's own decided, which gets no answer; to be called
   *     on the partition's loop. While the log is replayed it is dropped
   */
  record Seat<C>(PartitionId partition, int epoch, LedPartition log, Consumer<C> tell) {}

  private enum Stand {
    LOADING,
    SERVING,
    CLOSED
  }

  private record Waiter<A>(Loop caller, Consumer<Asked<A>> done) {}

  /** To be run when so many batches are committed. */
  private record Held(long batches, Runnable release) {}

  private final PartitionId partition;
  private final LedPartition log;
  private final Seat<C> seat;
  private final CoreMaker<C, A> cores;
  private final Clock clock;
  private final Cluster cluster;
  private final Map<Long, Waiter<A>> waiters = new HashMap<>();
  private final ArrayDeque<Held> held = new ArrayDeque<>();

  /** Where in the log each open transaction begins that was written into since the replay. */
  private final Map<Long, Long> beginnings = new HashMap<>();

  private CoordinatorCore<C, A> core;
  private Stand stand = Stand.LOADING;
  private WireError whileLoading = WireError.COORDINATOR_LOAD_IN_PROGRESS;
  private int life;
  private long nextTicket;
  private long replayedTo;
  private boolean replayPosted;
  private long replayFromMs;
  private long appendedBatches;
  private long committedBatches;

  CoordinatorHost(
      PartitionId partition,
      int epoch,
      LedPartition log,
      CoreMaker<C, A> cores,
      Clock clock,
      Cluster cluster) {
    this.partition = partition;
    this.log = log;
    this.seat = new Seat<>(partition, epoch, log, this::tell);
    this.cores = cores;
    this.clock = clock;
    this.cluster = cluster;
    this.core = cores.make(seat);
  }

  // ---- loading

  void start() {
    load(0);
  }

  private void load(long pauseMs) {
    life++;
    stand = Stand.LOADING;
    core = cores.make(seat);
    held.clear();
    beginnings.clear();
    appendedBatches = 0;
    committedBatches = 0;
    replayedTo = log.startOffset();
    replayFromMs = clock.nowMs() + pauseMs;
    if (pauseMs == 0) {
      replaySome();
    }
  }

  /**
   * Replays one piece and posts itself, so that a long log does not keep the loop from others. It
   * is over at the end that the log has by then: markers of transactions are added meanwhile.
   */
  private void replaySome() {
    Optional<ByteBuffer> piece =
        replayedTo < log.endOffset()
            ? log.readCommitted(replayedTo, REPLAY_BYTES).filter(ByteBuffer::hasRemaining)
            : Optional.empty();
    if (piece.isPresent()) {
      LogRecord.in(piece.get()).stream()
          .filter(r -> r.offset() >= replayedTo)
          .forEach(this::replay);
      replayedTo = LogRecord.endOf(piece.get());
      int loading = life;
      replayPosted = true;
      log.loop()
          .execute(() -> {
            replayPosted = false;
            if (stand == Stand.LOADING && life == loading) {
              replaySome();
            }
          });
    } else if (replayedTo >= log.endOffset()) {
      stand = Stand.SERVING;
      whileLoading = WireError.COORDINATOR_LOAD_IN_PROGRESS;
      take(core.resume(now(), cluster.image()));
    }
    // Else the rest is not committed yet: a tick will look again.
  }

  private void replay(LogRecord record) {
    try {
      core.replay(record);
    } catch (MalformedRecord e) {
      LOG.warn(
          "the coordinator of {} passes over the record at {}: {}",
          partition,
          record.offset(),
          e.getMessage());
    }
  }

  static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }

  // ---- questions

  /** Callable from any thread. */
  void ask(C command, Loop caller, Consumer<Asked<A>> done) {
    log.loop().execute(() -> decide(command, Optional.empty(), new Waiter<>(caller, done)));
  }

  /**
   * As {@link #ask}; what is decided becomes part of a producer's transaction. Where the partition
   * would not take it, nothing is decided and the error says so.
   */
  void ask(C command, TxnPass pass, Loop caller, Consumer<Asked<A>> done) {
    log.loop().execute(() -> decide(command, Optional.of(pass), new Waiter<>(caller, done)));
  }

  /** Whether a producer's transaction is open on the partition, or has to be confirmed first. */
  void prepare(
      long producerId, short producerEpoch, Loop caller, Consumer<Asked<Preparation>> done) {
    log.loop()
        .execute(() -> {
          Asked<Preparation> asked =
              switch (stand) {
                case CLOSED -> new Asked.Unavailable<>(WireError.NOT_COORDINATOR);
                case LOADING -> new Asked.Unavailable<>(whileLoading);
                case SERVING ->
                    new Asked.Answered<>(log.prepareTransactional(producerId, producerEpoch));
              };
          caller.run(() -> done.accept(asked));
        });
  }

  private void decide(C command, Optional<TxnPass> pass, Waiter<A> waiter) {
    switch (stand) {
      case CLOSED -> fail(waiter, WireError.NOT_COORDINATOR);
      case LOADING -> fail(waiter, whileLoading);
      case SERVING -> {
        Optional<WireError> refusal =
            waiters.size() >= MAX_WAITING
                ? Optional.of(WireError.COORDINATOR_NOT_AVAILABLE)
                : pass.flatMap(this::refusal);
        if (refusal.isPresent()) {
          fail(waiter, refusal.get());
          return;
        }
        long ticket = nextTicket++;
        waiters.put(ticket, waiter);
        decide(ticket, command, pass);
      }
    }
  }

  /** Asked before anything is decided, as what was decided has to get into the log. */
  private Optional<WireError> refusal(TxnPass pass) {
    return log.transactionalRefusal(pass.producerId(), pass.producerEpoch(), pass.guard())
        .map(AppendOutcome.Refused::error);
  }

  /** What the coordinator says to itself; while it loads nobody hears it. */
  private void tell(C command) {
    if (stand == Stand.SERVING) {
      decide(OWN_TICKET, command, Optional.empty());
    }
  }

  private void decide(long ticket, C command, Optional<TxnPass> pass) {
    Decided<A> decided;
    try {
      decided = core.decide(ticket, command, now());
    } catch (RuntimeException e) {
      startOver(command, e);
      return;
    }
    take(decided, pass);
  }

  /** A request that we stumble over costs its askers a moment, and not everybody else this node. */
  private void startOver(C command, RuntimeException e) {
    LOG.error("{}: the coordinator starts over, as it failed at {}", partition, command, e);
    whileLoading = WireError.COORDINATOR_NOT_AVAILABLE;
    failAll(WireError.COORDINATOR_NOT_AVAILABLE);
    load(PAUSE_AFTER_FAILURE_MS);
  }

  private static <A> void fail(Waiter<A> waiter, WireError error) {
    waiter.caller().run(() -> waiter.done().accept(new Asked.Unavailable<>(error)));
  }

  /**
   * A marker in this coordinator's partition is committed. While the log is replayed it is met
   * there, as the replay goes on to the log's end. One that stands before the producer's open
   * transaction is a repeat that ended the transaction before it: what is decided is known to the
   * core when it is appended, and markers when they are committed, which may be much later.
   */
  void markerCommitted(TxnMarker marker, long offset) {
    if (stand != Stand.SERVING || offset < beginnings.getOrDefault(marker.producerId(), 0L)) {
      return;
    }
    beginnings.remove(marker.producerId());
    core.ended(marker);
  }

  void tick() {
    switch (stand) {
      case CLOSED -> {}
      case LOADING -> {
        if (!replayPosted && clock.nowMs() >= replayFromMs) {
          replaySome();
        }
      }
      case SERVING -> take(core.tick(now(), cluster.image()));
    }
  }

  private Moment now() {
    return new Moment(clock.nowMs(), clock.wallMs());
  }

  // ---- decisions

  private void take(Decided<A> decision) {
    take(decision, Optional.empty());
  }

  private void take(Decided<A> decision, Optional<TxnPass> pass) {
    int deciding = life;
    for (List<KeyValue> batch : batches(decision.records())) {
      if (life == deciding && stand == Stand.SERVING) {
        appendedBatches++;
        append(batch, pass, outcome -> onOutcome(deciding, outcome));
      }
    }
    if (life != deciding || stand != Stand.SERVING) {
      return; // the append was refused at once, and all who wait have been told so
    }
    for (Runnable effect : decision.effects()) {
      held.add(new Held(appendedBatches, effect));
    }
    for (Decided.Reply<A> reply : decision.replies()) {
      held.add(new Held(appendedBatches, () -> give(reply)));
    }
    release();
  }

  private void append(List<KeyValue> batch, Optional<TxnPass> pass, Consumer<AppendOutcome> done) {
    if (pass.isPresent()) {
      TxnPass p = pass.get();
      beginnings.putIfAbsent(p.producerId(), log.endOffset());
      log.appendTransactional(p.producerId(), p.producerEpoch(), p.guard(), batch, done);
    } else {
      log.append(batch, done);
    }
  }

  private static List<List<KeyValue>> batches(List<KeyValue> records) {
    List<List<KeyValue>> batches = new ArrayList<>();
    List<KeyValue> batch = new ArrayList<>();
    int sizeBytes = 0;
    for (KeyValue entry : records) {
      int entryBytes = entry.key().length + entry.value().map(v -> v.length).orElse(0);
      if (!batch.isEmpty() && sizeBytes + entryBytes > BATCH_BYTES) {
        batches.add(batch);
        batch = new ArrayList<>();
        sizeBytes = 0;
      }
      batch.add(entry);
      sizeBytes += entryBytes;
    }
    if (!batch.isEmpty()) {
      batches.add(batch);
    }
    return batches;
  }

  private void onOutcome(int appendedIn, AppendOutcome outcome) {
    if (appendedIn != life || stand == Stand.CLOSED) {
      return;
    }
    switch (outcome) {
      case AppendOutcome.Committed _ -> {
        committedBatches++;
        Check.that(committedBatches <= appendedBatches, "more committed than appended");
        release();
      }
      case AppendOutcome.Refused refused -> {
        if (refused.error() != WireError.NOT_LEADER_OR_FOLLOWER) {
          LOG.info(
              "the coordinator of {} starts over, as its append was refused: {} {}",
              partition,
              refused.error(),
              refused.reason());
        }
        whileLoading = asCoordinator(refused.error());
        failAll(whileLoading);
        load(PAUSE_AFTER_FAILURE_MS);
      }
    }
  }

  private void release() {
    while (!held.isEmpty() && held.peek().batches() <= committedBatches) {
      held.poll().release().run();
    }
  }

  private void give(Decided.Reply<A> reply) {
    Waiter<A> waiter = waiters.remove(reply.ticket());
    if (waiter != null) {
      waiter.caller().run(() -> waiter.done().accept(new Asked.Answered<>(reply.answer())));
    }
  }

  /** A failed append in the words that members understand, as Kafka's coordinator puts it. */
  private static WireError asCoordinator(WireError error) {
    return switch (error) {
      case NOT_LEADER_OR_FOLLOWER, FENCED_LEADER_EPOCH, KAFKA_STORAGE_ERROR ->
          WireError.NOT_COORDINATOR;
      case MESSAGE_TOO_LARGE, RECORD_LIST_TOO_LARGE, INVALID_RECORD, CORRUPT_MESSAGE ->
          WireError.UNKNOWN_SERVER_ERROR;
      default -> WireError.COORDINATOR_NOT_AVAILABLE;
    };
  }

  private void failAll(WireError error) {
    List<Waiter<A>> all = List.copyOf(waiters.values());
    waiters.clear();
    held.clear();
    all.forEach(waiter -> fail(waiter, error));
  }

  void close() {
    stand = Stand.CLOSED;
    life++;
    failAll(WireError.NOT_COORDINATOR);
  }
}
