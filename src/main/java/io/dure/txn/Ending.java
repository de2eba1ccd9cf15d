package io.dure.txn;

import io.dure.wire.WireError;
import java.util.Optional;

/**
 * How a transaction ends by its producer's word. Stateless.
 *
 * <p>Older clients keep their epoch, so that a repeated request is known by the state that it would
 * lead to. In version 2 each transaction has its own epoch: a request with the epoch before the
 * current one is a repetition, one with the current epoch is about a transaction of which nothing
 * may have arrived here yet, and which can be aborted at any time but not committed.
 */
final class Ending {
  private static final short LAST_GIVEN_EPOCH = Short.MAX_VALUE - 1;

  private Ending() {}

  static Verdict decide(TxnCommand.End end, TxnTurn turn) {
    Optional<Transaction> known = turn.find(end.transactionalId());
    if (known.isEmpty()) {
      return refused(WireError.INVALID_PRODUCER_ID_MAPPING);
    }
    return end.bumpsEpoch() ? version2(end, known.get(), turn) : older(end, known.get(), turn);
  }

  // ---- older clients

  private static Verdict older(TxnCommand.End end, Transaction current, TxnTurn turn) {
    if (current.producerId() != end.producer().id()) {
      return refused(WireError.INVALID_PRODUCER_ID_MAPPING);
    }
    if (current.epoch() != end.producer().epoch()) {
      return refused(WireError.PRODUCER_FENCED);
    }
    return switch (current.state()) {
      case ONGOING -> {
        turn.conclude(end.transactionalId(), current.prepared(end.commit(), turn.wallMs()));
        yield given(end.producer());
      }
      case EMPTY -> refused(WireError.INVALID_TXN_STATE);
      case PREPARE_COMMIT, PREPARE_ABORT ->
          isOutcome(end, current) ? new Verdict.Later() : refused(WireError.INVALID_TXN_STATE);
      case COMPLETE_COMMIT, COMPLETE_ABORT ->
          isOutcome(end, current) ? given(end.producer()) : refused(WireError.INVALID_TXN_STATE);
    };
  }

  /** Whether the transaction ended, or is ending, as is asked for. */
  private static boolean isOutcome(TxnCommand.End end, Transaction current) {
    return switch (current.state()) {
      case PREPARE_COMMIT, COMPLETE_COMMIT -> end.commit();
      case PREPARE_ABORT, COMPLETE_ABORT -> !end.commit();
      case EMPTY, ONGOING -> false;
    };
  }

  // ---- version 2

  private static Verdict version2(TxnCommand.End end, Transaction current, TxnTurn turn) {
    ProducerRef asking = end.producer();
    boolean newId =
        current.previousProducerId() == asking.id()
            && asking.epoch() == LAST_GIVEN_EPOCH
            && current.epoch() == 0;
    if (current.producerId() != asking.id() && !newId) {
      return refused(WireError.INVALID_PRODUCER_ID_MAPPING);
    }
    boolean repeated = newId || current.epoch() == asking.epoch() + 1;
    boolean same = current.producer().equals(asking);
    return switch (current.state()) {
      case EMPTY, ONGOING -> same ? conclude(end, current, turn) : fenced();
      case PREPARE_COMMIT, PREPARE_ABORT -> {
        if (!repeated) {
          yield fenced();
        }
        yield isOutcome(end, current) ? new Verdict.Later() : refused(WireError.INVALID_TXN_STATE);
      }
      case COMPLETE_COMMIT, COMPLETE_ABORT -> {
        if (repeated) {
          yield isOutcome(end, current)
              ? given(current.producer())
              : refused(WireError.INVALID_TXN_STATE);
        }
        yield same ? conclude(end, current, turn) : fenced();
      }
    };
  }

  private static Verdict conclude(TxnCommand.End end, Transaction current, TxnTurn turn) {
    if (end.commit() && current.state() != TransactionState.ONGOING) {
      return refused(WireError.INVALID_TXN_STATE);
    }
    long next = Transaction.NO_ID;
    if (Transaction.isExhausted(current.epoch())) {
      if (end.freshId().isEmpty()) {
        return new Verdict.Answered(new TxnAnswer.NeedsId());
      }
      next = end.freshId().getAsLong();
    }
    Transaction prepared = current.preparedAndBumped(end.commit(), next, turn.wallMs());
    turn.conclude(end.transactionalId(), prepared);
    return given(prepared.successor());
  }

  private static Verdict given(ProducerRef producer) {
    return new Verdict.Answered(new TxnAnswer.Given(WireError.NONE, producer));
  }

  private static Verdict fenced() {
    return refused(WireError.PRODUCER_FENCED);
  }

  private static Verdict refused(WireError error) {
    return new Verdict.Answered(TxnAnswer.Given.refused(error));
  }
}
