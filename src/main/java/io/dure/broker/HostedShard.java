package io.dure.broker;

import io.dure.base.Check;
import io.dure.base.Clock;
import io.dure.base.PartitionId;
import io.dure.base.TopicId;
import io.dure.group.Decision;
import io.dure.group.GroupAnswer;
import io.dure.group.GroupCommand;
import io.dure.group.GroupRecord;
import io.dure.group.GroupSettings;
import io.dure.group.GroupShard;
import io.dure.group.Moment;
import io.dure.group.RecordCodec;
import io.dure.log.LogRecord;
import io.dure.metadata.ClusterImage;
import io.dure.runtime.Loop;
import io.dure.runtime.Partitions.AppendOutcome;
import io.dure.runtime.Partitions.KeyValue;
import io.dure.runtime.Partitions.LedPartition;
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
 * One group coordinator at work: replays its partition, has commands decided, appends what was
 * decided, and lets answers out when all that was appended before them is committed. All of it on
 * the partition's loop, except {@link #ask}.
 *
 * <pre>
 *   Loading ── log replayed ─▶ Serving ── append failed ─▶ Loading (anew, after a pause)
 *   any ── resigned ─▶ Closed
 * </pre>
 *
 * <p>What an append failed for may or may not be in the log, so the state is dropped and replayed,
 * once everything in the log is committed.
 */
final class HostedShard {
  private static final Logger LOG = LoggerFactory.getLogger(HostedShard.class);

  /** Questions without an answer, joins and syncs that wait for others included. */
  private static final int MAX_WAITING = 50_000;

  /** Records go to the log in batches of about this size. */
  private static final int BATCH_BYTES = 512 * 1024;

  private static final int REPLAY_BYTES = 1 << 20;
  private static final long PAUSE_AFTER_FAILURE_MS = 300;
  private static final long TOPICS_CHECK_MS = 30_000;
  private static final long OWN_TICKET = -1;

  private enum Stand {
    LOADING,
    SERVING,
    CLOSED
  }

  private record Waiter(Loop caller, Consumer<GroupAnswer> answered, Consumer<WireError> failed) {}

  private record Held(long batches, Decision.Reply reply) {}

  private final PartitionId partition;
  private final LedPartition log;
  private final GroupSettings settings;
  private final Clock clock;
  private final Cluster cluster;
  private final Map<Long, Waiter> waiters = new HashMap<>();
  private final ArrayDeque<Held> held = new ArrayDeque<>();
  private GroupShard shard;
  private Stand stand = Stand.LOADING;
  private WireError whileLoading = WireError.COORDINATOR_LOAD_IN_PROGRESS;
  private int life;
  private long nextTicket;
  private long replayedTo;
  private long replayTarget;
  private boolean replayPosted;
  private long replayFromMs;
  private long appendedBatches;
  private long committedBatches;
  private long nextTopicsCheckMs;
  private ClusterImage topicsChecked = ClusterImage.EMPTY;

  HostedShard(
      PartitionId partition,
      LedPartition log,
      GroupSettings settings,
      Clock clock,
      Cluster cluster) {
    this.partition = partition;
    this.log = log;
    this.settings = settings;
    this.clock = clock;
    this.cluster = cluster;
    this.shard = new GroupShard(settings);
  }

  // ---- loading

  void start() {
    load(0);
  }

  private void load(long pauseMs) {
    life++;
    stand = Stand.LOADING;
    shard = new GroupShard(settings);
    held.clear();
    appendedBatches = 0;
    committedBatches = 0;
    replayedTo = log.startOffset();
    replayTarget = log.endOffset();
    replayFromMs = clock.nowMs() + pauseMs;
    if (pauseMs == 0) {
      replaySome();
    }
  }

  /** Replays one piece and posts itself, so that a long log does not keep the loop from others. */
  private void replaySome() {
    Optional<ByteBuffer> piece =
        replayedTo < replayTarget
            ? log.readCommitted(replayedTo, REPLAY_BYTES).filter(ByteBuffer::hasRemaining)
            : Optional.empty();
    if (piece.isPresent()) {
      LogRecord.in(piece.get()).stream()
          .filter(r -> r.offset() >= replayedTo)
          .forEach(this::replay);
      int loading = life;
      replayPosted = true;
      log.loop()
          .execute(() -> {
            replayPosted = false;
            if (stand == Stand.LOADING && life == loading) {
              replaySome();
            }
          });
    } else if (replayedTo >= replayTarget) {
      stand = Stand.SERVING;
      nextTopicsCheckMs = clock.nowMs() + TOPICS_CHECK_MS;
      whileLoading = WireError.COORDINATOR_LOAD_IN_PROGRESS;
      take(shard.resume(now()));
    }
    // Else the rest is not committed yet: a tick will look again.
  }

  private void replay(LogRecord record) {
    replayedTo = record.offset() + 1;
    if (record.key().isEmpty()) {
      return;
    }
    try {
      RecordCodec.decode(bytes(record.key().get()), record.value().map(HostedShard::bytes))
          .ifPresent(shard::apply);
    } catch (MalformedRecord e) {
      LOG.warn(
          "group coordinator {} passes over the record at {}: {}",
          partition.index(),
          record.offset(),
          e.getMessage());
    }
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }

  // ---- questions

  /** Callable from any thread. */
  <A extends GroupAnswer> void ask(GroupCommand<A> command, Loop caller, Consumer<Asked<A>> done) {
    Consumer<WireError> failed = error -> done.accept(new Asked.Unavailable<>(error));
    @SuppressWarnings("unchecked") // a command's type says which answer it gets
    Consumer<GroupAnswer> answered = answer -> done.accept(new Asked.Answered<>((A) answer));
    log.loop().execute(() -> decide(command, new Waiter(caller, answered, failed)));
  }

  private void decide(GroupCommand<?> command, Waiter waiter) {
    switch (stand) {
      case CLOSED -> fail(waiter, WireError.NOT_COORDINATOR);
      case LOADING -> fail(waiter, whileLoading);
      case SERVING -> {
        if (waiters.size() >= MAX_WAITING) {
          fail(waiter, WireError.COORDINATOR_NOT_AVAILABLE);
          return;
        }
        long ticket = nextTicket++;
        waiters.put(ticket, waiter);
        Decision decision;
        try {
          decision = shard.decide(ticket, command, now());
        } catch (RuntimeException e) {
          startOver(command, e);
          return;
        }
        take(decision);
      }
    }
  }

  /** A request that we stumble over costs its groups a moment, and not everybody else this node. */
  private void startOver(GroupCommand<?> command, RuntimeException e) {
    LOG.error("{}: the coordinator starts over, as it failed at {}", partition, command, e);
    whileLoading = WireError.COORDINATOR_NOT_AVAILABLE;
    failAll(WireError.COORDINATOR_NOT_AVAILABLE);
    load(PAUSE_AFTER_FAILURE_MS);
  }

  private static void fail(Waiter waiter, WireError error) {
    waiter.caller().run(() -> waiter.failed().accept(error));
  }

  void tick() {
    switch (stand) {
      case CLOSED -> {}
      case LOADING -> {
        if (!replayPosted && clock.nowMs() >= replayFromMs) {
          replaySome();
        }
      }
      case SERVING -> {
        take(shard.tick(now()));
        if (stand == Stand.SERVING && clock.nowMs() >= nextTopicsCheckMs) {
          forgetMissingTopics();
        }
      }
    }
  }

  /**
   * A deleted topic's offsets go some time later; until then nobody is told of them, as the ids
   * differ.
   */
  private void forgetMissingTopics() {
    nextTopicsCheckMs = clock.nowMs() + TOPICS_CHECK_MS;
    ClusterImage image = cluster.image();
    if (image != topicsChecked) {
      topicsChecked = image;
      Map<String, TopicId> existing = new HashMap<>();
      image.topics().forEach(topic -> existing.put(topic.name(), topic.id()));
      take(shard.decide(OWN_TICKET, new GroupCommand.ForgetMissingTopics(existing), now()));
    }
  }

  private Moment now() {
    return new Moment(clock.nowMs(), clock.wallMs());
  }

  // ---- decisions

  private void take(Decision decision) {
    int deciding = life;
    for (List<KeyValue> batch : batches(decision.records())) {
      if (life == deciding && stand == Stand.SERVING) {
        appendedBatches++;
        log.append(batch, outcome -> onOutcome(deciding, outcome));
      }
    }
    if (life != deciding || stand != Stand.SERVING) {
      return; // the append was refused at once, and all who wait have been told so
    }
    for (Decision.Reply reply : decision.replies()) {
      held.add(new Held(appendedBatches, reply));
    }
    release();
  }

  private static List<List<KeyValue>> batches(List<GroupRecord> records) {
    List<List<KeyValue>> batches = new ArrayList<>();
    List<KeyValue> batch = new ArrayList<>();
    int sizeBytes = 0;
    for (GroupRecord record : records) {
      var entry = new KeyValue(RecordCodec.key(record), RecordCodec.value(record));
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
              "group coordinator {} starts over, as its append was refused: {} {}",
              partition.index(),
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
      Decision.Reply reply = held.poll().reply();
      Waiter waiter = waiters.remove(reply.ticket());
      if (waiter != null) {
        waiter.caller().run(() -> waiter.answered().accept(reply.answer()));
      }
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
    List<Waiter> all = List.copyOf(waiters.values());
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
