package io.dure.txn;

import io.dure.wire.WireError;
import java.util.Optional;

/**
 * How a producer gets its id and epoch, and fences whoever used the transactional id before it
 * (KIP-98), or goes on as itself with a higher epoch (KIP-360). Stateless.
 */
final class Initializing {
  private final TxnSettings settings;

  Initializing(TxnSettings settings) {
    this.settings = settings;
  }

  Verdict decide(TxnCommand.Init init, TxnTurn turn) {
    if (init.timeoutMs() <= 0 || init.timeoutMs() > settings.maxTimeoutMs()) {
      return refused(WireError.INVALID_TRANSACTION_TIMEOUT);
    }
    Optional<Transaction> known = turn.find(init.transactionalId());
    if (known.isEmpty()) {
      return first(init, turn);
    }
    Transaction current = known.get();
    if (init.expected().filter(expected -> !mayBe(expected, current)).isPresent()) {
      return refused(WireError.PRODUCER_FENCED);
    }
    return switch (current.state()) {
      case PREPARE_COMMIT, PREPARE_ABORT -> new Verdict.Later();
      case ONGOING -> fence(init, current, turn);
      case EMPTY, COMPLETE_COMMIT, COMPLETE_ABORT -> next(init, current, turn);
    };
  }

  private Verdict first(TxnCommand.Init init, TxnTurn turn) {
    if (turn.ids() >= settings.maxIds()) {
      return refused(WireError.POLICY_VIOLATION);
    }
    if (init.freshId().isEmpty()) {
      return new Verdict.Answered(new TxnAnswer.NeedsId());
    }
    return give(
        init, Transaction.fresh(init.freshId().getAsLong(), init.timeoutMs(), turn.wallMs()), turn);
  }

  /** By its id, or by the one whose epochs it had used up before it was given another. */
  private static boolean mayBe(ProducerRef expected, Transaction current) {
    return expected.id() == current.producerId()
        || (expected.id() == current.previousProducerId()
            && Transaction.isExhausted(expected.epoch()));
  }

  /**
   * Aborts what is going on; the producer gets its epoch when that is done. A zombie that says who
   * it is must not do this to its successor.
   */
  private static Verdict fence(TxnCommand.Init init, Transaction current, TxnTurn turn) {
    if (init.expected().filter(expected -> !expected.equals(current.producer())).isPresent()) {
      return refused(WireError.PRODUCER_FENCED);
    }
    // Who says rightly who it is gets the epoch that ends its own transaction, as if it had asked
    // a second time; everybody else is fenced by one more.
    boolean itself = init.expected().isPresent() && !Transaction.isExhausted(current.epoch());
    turn.conclude(
        init.transactionalId(),
        itself
            ? current.preparedAndBumped(false, Transaction.NO_ID, turn.wallMs())
            : current.fencedAndAborted(turn.wallMs()));
    return new Verdict.Later();
  }

  private static Verdict next(TxnCommand.Init init, Transaction current, TxnTurn turn) {
    Optional<Short> expected = init.expected().map(ProducerRef::epoch);
    if (expected.isPresent() && expected.get() != current.epoch()) {
      // The answer to the same request may have been lost; nobody else has asked since, else the
      // last epoch would be unknown.
      return expected.get() == current.lastEpoch()
          ? new Verdict.Answered(new TxnAnswer.Given(WireError.NONE, current.producer()))
          : refused(WireError.PRODUCER_FENCED);
    }
    short last = expected.orElse(Transaction.NO_EPOCH);
    if (!Transaction.isExhausted(current.epoch())) {
      return give(init, current.bumped(last, init.timeoutMs(), turn.wallMs()), turn);
    }
    if (init.freshId().isEmpty()) {
      return new Verdict.Answered(new TxnAnswer.NeedsId());
    }
    long freshId = init.freshId().getAsLong();
    return give(init, current.rotated(freshId, last, init.timeoutMs(), turn.wallMs()), turn);
  }

  private static Verdict give(TxnCommand.Init init, Transaction next, TxnTurn turn) {
    turn.store(init.transactionalId(), next);
    return new Verdict.Answered(new TxnAnswer.Given(WireError.NONE, next.producer()));
  }

  private static Verdict refused(WireError error) {
    return new Verdict.Answered(TxnAnswer.Given.refused(error));
  }
}
