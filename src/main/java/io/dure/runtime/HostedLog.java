package io.dure.runtime;

import io.dure.base.DiskException;
import io.dure.log.AppendInfo;
import io.dure.log.BatchSpan;
import io.dure.log.FlushTicket;
import io.dure.log.PartitionLog;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A log on its loop: gathers what is written within a turn and until the flush under way ends into
 * the next flush. At most one flush is under way. Belongs to its loop, but for the ticket that is
 * being run.
 */
final class HostedLog {
  /** Aim for the records in one message to a follower; a single larger batch goes whole. */
  static final int PUSH_BYTES = 1 << 20;

  /** What a request needs around the batches of one partition, generously. */
  private static final int FRAME_SLACK_BYTES = 512;

  private final LoopPorts ports;
  private final String folder;
  private final PartitionLog log;
  private final Consumer<FlushTicket> onFlushed;
  private final Consumer<DiskException> onFailed;
  private final RecordTail tail;
  private boolean dirty;
  private boolean flushing;
  private boolean working;
  private boolean compacting;
  private boolean markDurable;
  private boolean abandoned;
  private final ArrayDeque<Runnable> afterFlush = new ArrayDeque<>(0);
  private Optional<Runnable> whenClosed = Optional.empty();

  /**
   * @param onFailed told when a flush failed: nothing that is not known to be durable may ever
   *     count as such. A disk that is full stops the node instead
   */
  HostedLog(
      LoopPorts ports,
      String folder,
      PartitionLog log,
      Consumer<FlushTicket> onFlushed,
      Consumer<DiskException> onFailed) {
    this.ports = ports;
    this.folder = folder;
    this.log = log;
    this.onFlushed = onFlushed;
    this.onFailed = onFailed;
    this.tail = new RecordTail(ports.tailBytes());
  }

  PartitionLog log() {
    return log;
  }

  /**
   * @param copied whether other nodes copy this log, who are sent what is still in memory
   */
  AppendInfo appendAsLeader(ByteBuffer batches, int epoch, boolean copied) {
    long wallMs = ports.clock().wallMs();
    AppendInfo info = log.appendAsLeader(copied ? alone(batches) : batches, epoch, wallMs);
    if (copied) {
      tail.add(info.records());
    } else {
      forgetTail();
    }
    ports.room().wrote(info.records().sizeBytes());
    written();
    return info;
  }

  /**
   * The batches in memory of their own where they are a small part of the request that brought
   * them: as long as they are kept they would keep all of it.
   */
  static ByteBuffer alone(ByteBuffer batches) {
    int size = batches.remaining();
    if (!batches.hasArray() || batches.array().length <= 4L * size + FRAME_SLACK_BYTES) {
      return batches;
    }
    return ByteBuffer.allocate(size).put(batches.duplicate()).flip();
  }

  void append(BatchSpan records) {
    log.append(records);
    ports.room().wrote(records.sizeBytes());
    written();
  }

  void truncateTo(long end) {
    tail.clear();
    log.truncateTo(end);
    written();
  }

  /**
   * Readers get what is from {@code start} on; durable soon, see {@link PartitionLog#moveStart}.
   */
  void moveStart(long start) {
    log.moveStart(start);
    written();
  }

  /** After a restart it is not known whether the start is durable. */
  void makeStartDurable() {
    log.makeStartDurable();
    if (log.startIsPending()) {
      written();
    }
  }

  /**
   * @param producers see {@link PartitionLog#producersAtStart}
   */
  void resetTo(long start, ByteBuffer producers) {
    tail.clear();
    log.resetTo(start, producers);
    written();
  }

  /**
   * Whole batches from {@code from} (inclusive), at least one, ending at or before {@code upTo}.
   * Empty where they are not in memory and the file is not to be read.
   */
  Optional<BatchSpan> readForPush(long from, long upTo, boolean alsoFromFile) {
    return readForPush(from, upTo, alsoFromFile, PUSH_BYTES);
  }

  /** As above, with about {@code maxBytes} at most. */
  Optional<BatchSpan> readForPush(long from, long upTo, boolean alsoFromFile, int maxBytes) {
    Optional<BatchSpan> kept = tail.read(from, maxBytes, upTo);
    return kept.isPresent() || !alsoFromFile
        ? kept
        : Optional.of(log.readSpan(from, maxBytes, upTo));
  }

  /**
   * Lets the records in memory go: nobody asked for them lately, or this replica does not lead any
   * more.
   */
  void forgetTail() {
    if (!tail.isEmpty()) {
      tail.clear();
    }
  }

  boolean isIdle() {
    return !dirty && !flushing;
  }

  /** After opening: what was recovered and is not known to be durable. */
  void flushWhatIsNot() {
    if (log.needsFlush()) {
      written();
    }
  }

  /** Runs {@code task} when no flush is under way: at once, or right after the one that is. */
  void whenNotFlushing(Runnable task) {
    if (flushing) {
      afterFlush.add(task);
    } else {
      task.run();
    }
  }

  private void written() {
    if (!dirty) {
      dirty = true;
      if (!flushing) {
        ports.loop().atTurnEnd(this::flush);
      }
    }
  }

  private void flush() {
    if (!dirty || flushing || isClosing()) {
      return;
    }
    dirty = false;
    flushing = true;
    FlushTicket ticket = log.beginFlush();
    Runnable work = markDurable ? ticket::run : () -> runFirst(ticket);
    markDurable = true;
    var attempt = new Attempt(work);
    ports
        .flushes()
        .submit(
            attempt,
            ports.loop(),
            () -> attempt.failure.ifPresentOrElse(this::failed, () -> flushed(ticket)));
  }

  /** A flush whose failure is this log's alone. The loop looks at it once it was run. */
  private static final class Attempt implements Runnable {
    private final Runnable work;
    private Optional<DiskException> failure = Optional.empty();

    Attempt(Runnable work) {
      this.work = work;
    }

    @Override
    public void run() {
      try {
        work.run();
      } catch (DiskException e) {
        if (e.isFull()) {
          throw e;
        }
        failure = Optional.of(e);
      }
    }
  }

  private void failed(DiskException why) {
    if (whenClosed.isPresent()) {
      flushing = false;
      closeIfFree();
    } else if (!abandoned) {
      onFailed.accept(why);
    }
  }

  /**
   * The disk failed under this log: it is never touched again in this life of the node. Its files
   * stay open, as a flush of them may be under way.
   */
  void abandon() {
    abandoned = true;
    tail.clear();
    afterFlush.clear();
  }

  /**
   * Nothing may be acknowledged before it is durable which topic the folder belongs to: it would be
   * taken for stale.
   */
  private void runFirst(FlushTicket ticket) {
    PartitionFolders.makeMarkDurable(ports.disk(), folder);
    ticket.run();
  }

  private void flushed(FlushTicket ticket) {
    flushing = false;
    if (isClosing()) {
      closeIfFree();
      return;
    }
    log.flushed(ticket);
    dirty |= log.startIsPending();
    onFlushed.accept(ticket);
    for (Runnable task = afterFlush.poll(); task != null; task = afterFlush.poll()) {
      task.run();
    }
    flush();
  }

  /**
   * Closes the log once no flush or other work is under way, then runs {@code then}. Nothing may be
   * called afterwards.
   */
  void close(Runnable then) {
    tail.clear();
    if (abandoned) {
      then.run();
      return;
    }
    whenClosed = Optional.of(then);
    closeIfFree();
  }

  private void closeIfFree() {
    if (!flushing && !working && !abandoned && whenClosed.isPresent()) {
      log.close();
      whenClosed.get().run();
    }
  }

  boolean isClosing() {
    return abandoned || whenClosed.isPresent();
  }

  /** Somebody works with the log's files elsewhere; false where it is closing. */
  boolean beginWork() {
    working = !isClosing();
    return working;
  }

  void endWork() {
    working = false;
    closeIfFree();
  }

  /** Time has passed: gives back the room of what was deleted. */
  void onTick(long nowMs) {
    if (!flushing && !compacting && !isClosing()) {
      log.closeDeleted(nowMs);
    }
  }

  /** Whether a compaction is under way, working or not. */
  void compacting(boolean underWay) {
    compacting = underWay;
  }

  /** Closes the segment that is written to when its time has come. */
  void rollIfOld(long wallMs) {
    if (!isClosing() && log.rollIfOld(wallMs)) {
      written();
    }
  }
}
