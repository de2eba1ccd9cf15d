package io.dure.txn;

import io.dure.base.Check;
import java.util.HashSet;
import java.util.Set;

/**
 * What is known of one transactional id. Immutable; each method that returns one is a step of
 *
 * <pre>
 *   Empty ──▶ Ongoing ──▶ PrepareCommit ──▶ CompleteCommit ─┐
 *     ▲          ▲   └──▶ PrepareAbort  ──▶ CompleteAbort  ─┤
 *     └ init ────┴──────────────────────────────────────────┘
 * </pre>
 *
 * <p>With version 2 an id may also be aborted from Empty and from both Complete states, in case the
 * producer's writes are still on their way here.
 *
 * @param producerId whose epochs are handed out
 * @param previousProducerId the one before the last step, or -1: tells a repeated request that had
 *     used up the epochs
 * @param nextProducerId takes over when the markers are written, or -1
 * @param epoch the producer's; in a Prepare state that of the markers
 * @param lastEpoch the epoch the producer had before it asked for this one, or -1: tells a repeated
 *     request. Kafka forgets it when its coordinator moves; ours does not
 * @param partitions that hold, or may hold, something of the transaction
 * @param startMs since 1970, when the transaction began, or -1
 * @param updateMs since 1970, the last step
 * @param clientVersion the transaction version that the client used: 0 or 2
 */
public record Transaction(
    long producerId,
    long previousProducerId,
    long nextProducerId,
    short epoch,
    short lastEpoch,
    int timeoutMs,
    TransactionState state,
    Set<TopicPart> partitions,
    long startMs,
    long updateMs,
    short clientVersion) {
  static final long NO_ID = -1;
  static final short NO_EPOCH = -1;
  static final short VERSION_2 = 2;

  /** Highest epoch of all, which no client gets: whoever holds a lower one can still be fenced. */
  private static final short MAX_EPOCH = Short.MAX_VALUE;

  public Transaction {
    partitions = Set.copyOf(partitions);
  }

  static boolean isExhausted(short epoch) {
    return epoch >= MAX_EPOCH - 1;
  }

  ProducerRef producer() {
    return new ProducerRef(producerId, epoch);
  }

  /** Who goes on when the markers are written. */
  ProducerRef successor() {
    return nextProducerId == NO_ID ? producer() : new ProducerRef(nextProducerId, (short) 0);
  }

  /** The time since 1970 at which it is aborted. */
  long expiryMs() {
    return startMs + timeoutMs;
  }

  // ---- a producer introduces itself

  static Transaction fresh(long producerId, int timeoutMs, long wallMs) {
    return new Transaction(
        producerId,
        NO_ID,
        NO_ID,
        (short) 0,
        NO_EPOCH,
        timeoutMs,
        TransactionState.EMPTY,
        Set.of(),
        -1,
        wallMs,
        (short) 0);
  }

  /** The next epoch. */
  Transaction bumped(short newLastEpoch, int newTimeoutMs, long wallMs) {
    Check.that(!isExhausted(epoch), "no epoch after %d to hand out", epoch);
    return emptied(producerId, (short) (epoch + 1), newLastEpoch, newTimeoutMs, wallMs);
  }

  /** A new producer id, as the epochs of the old one are used up. */
  Transaction rotated(long newProducerId, short newLastEpoch, int newTimeoutMs, long wallMs) {
    return emptied(newProducerId, (short) 0, newLastEpoch, newTimeoutMs, wallMs);
  }

  private Transaction emptied(
      long newId, short newEpoch, short newLastEpoch, int newTimeoutMs, long wallMs) {
    return new Transaction(
        newId,
        producerId,
        NO_ID,
        newEpoch,
        newLastEpoch,
        newTimeoutMs,
        TransactionState.EMPTY,
        Set.of(),
        -1,
        wallMs,
        clientVersion);
  }

  // ---- it writes

  Transaction joinedBy(Set<TopicPart> added, short version, long wallMs) {
    var all = new HashSet<>(partitions);
    all.addAll(added);
    return new Transaction(
        producerId,
        producerId,
        NO_ID,
        epoch,
        lastEpoch,
        timeoutMs,
        TransactionState.ONGOING,
        all,
        state == TransactionState.ONGOING ? startMs : wallMs,
        wallMs,
        version);
  }

  // ---- it ends

  /** The outcome, in the words of the older clients: their epoch stays. */
  Transaction prepared(boolean commit, long wallMs) {
    return prepared(commit, epoch, lastEpoch, NO_ID, (short) 0, wallMs);
  }

  /**
   * The outcome in version 2: every transaction has an epoch of its own.
   *
   * @param next the id to go on with, or -1 while there are epochs left
   */
  Transaction preparedAndBumped(boolean commit, long next, long wallMs) {
    return prepared(commit, (short) (epoch + 1), epoch, next, VERSION_2, wallMs);
  }

  /**
   * Aborted without the producer's word, which is fenced: what it still asks for carries too low an
   * epoch to be taken for a repetition. Two epochs further, as in Kafka.
   */
  Transaction fencedAndAborted(long wallMs) {
    short fence = (short) Math.min(epoch + 1, MAX_EPOCH);
    short marker = (short) Math.min(fence + 1, MAX_EPOCH);
    return prepared(false, marker, fence, NO_ID, VERSION_2, wallMs);
  }

  private Transaction prepared(
      boolean commit, short newEpoch, short newLastEpoch, long next, short version, long wallMs) {
    return new Transaction(
        producerId,
        producerId,
        next,
        newEpoch,
        newLastEpoch,
        timeoutMs,
        commit ? TransactionState.PREPARE_COMMIT : TransactionState.PREPARE_ABORT,
        partitions,
        state == TransactionState.ONGOING ? startMs : wallMs,
        wallMs,
        version);
  }

  /** All markers are written. */
  Transaction completed(long wallMs) {
    Check.that(state.isEnding(), "completed from %s", state);
    ProducerRef successor = successor();
    return new Transaction(
        successor.id(),
        producerId,
        NO_ID,
        successor.epoch(),
        lastEpoch,
        timeoutMs,
        state == TransactionState.PREPARE_COMMIT
            ? TransactionState.COMPLETE_COMMIT
            : TransactionState.COMPLETE_ABORT,
        Set.of(),
        startMs,
        wallMs,
        clientVersion);
  }
}
