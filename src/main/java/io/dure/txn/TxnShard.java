package io.dure.txn;

import io.dure.base.Moment;
import io.dure.wire.WireError;
import java.util.Optional;

/**
 * The transactional ids of one coordinator partition, as a state machine: commands and time in,
 * records, replies and orders for markers out. Confined to the loop of its partition; rebuilt by
 * replaying the partition's log.
 *
 * <pre>
 *   new ── apply(record) … ──▶ resume(now) ── decide(command), tick(now) … ──▶ dropped
 * </pre>
 *
 * <p>A request that finds the transaction before it unfinished waits for it a little, so its reply
 * may be in a later decision. The shard reads no clock and draws nothing by chance.
 */
public final class TxnShard {
  private final TxnSettings settings;
  private final TxnTable table = new TxnTable();
  private final Parking parking = new Parking();
  private final Initializing initializing;
  private final Enlisting enlisting;
  private long nextExpiryMs = Long.MAX_VALUE;

  public TxnShard(TxnSettings settings) {
    this.settings = settings;
    this.initializing = new Initializing(settings);
    this.enlisting = new Enlisting(settings);
  }

  /**
   * Takes over a record that stands in the log. Only before {@link #resume}: what is decided later
   * is applied already.
   */
  public void apply(TxnRecord record) {
    table.apply(record);
  }

  /**
   * The replay is over: markers of transactions whose outcome stands may be missing, so all of them
   * are ordered again.
   */
  public TxnDecision resume(Moment now) {
    var turn = new TxnTurn(table, now);
    nextExpiryMs = now.nowMs() + settings.expiryCheckMs();
    for (TxnAnswer.Entry each : table.all()) {
      if (each.transaction().state().isEnding()) {
        turn.finish(each.transactionalId(), each.transaction());
      }
    }
    return turn.done();
  }

  /** Decides on a command; the reply to {@code ticket} is in this decision or in a later one. */
  public TxnDecision decide(long ticket, TxnCommand command, Moment now) {
    var turn = new TxnTurn(table, now);
    decide(new Parking.Parked(ticket, command, now.nowMs() + settings.patienceMs()), turn);
    return turn.done();
  }

  private void decide(Parking.Parked asked, TxnTurn turn) {
    switch (asked.command()) {
      case TxnCommand.Init c ->
          settle(c.transactionalId(), asked, initializing.decide(c, turn), turn);
      case TxnCommand.Add c -> settle(c.transactionalId(), asked, enlisting.add(c, turn), turn);
      case TxnCommand.Verify c ->
          settle(c.transactionalId(), asked, enlisting.verify(c, turn), turn);
      case TxnCommand.End c -> settle(c.transactionalId(), asked, Ending.decide(c, turn), turn);
      case TxnCommand.MarkersWritten c -> complete(c, turn);
      case TxnCommand.Describe c ->
          turn.reply(asked.ticket(), new TxnAnswer.Described(table.find(c.transactionalId())));
      case TxnCommand.ListAll _ -> turn.reply(asked.ticket(), new TxnAnswer.Listed(table.all()));
    }
  }

  private void settle(String transactionalId, Parking.Parked asked, Verdict verdict, TxnTurn turn) {
    switch (verdict) {
      case Verdict.Answered(TxnAnswer answer) -> turn.reply(asked.ticket(), answer);
      case Verdict.Later _ -> {
        boolean unfinished =
            table.find(transactionalId).filter(t -> t.state().isEnding()).isPresent();
        if (!unfinished) {
          // Aborted on its behalf, and nothing had to be marked: it may go on at once.
          decide(asked, turn);
        } else if (asked.untilMs() <= turn.nowMs() || !parking.add(transactionalId, asked)) {
          turn.reply(asked.ticket(), concurrent(asked.command()));
        }
      }
    }
  }

  /** The client is to come again; clients do so soon, and without end. */
  private static TxnAnswer concurrent(TxnCommand command) {
    WireError error = WireError.CONCURRENT_TRANSACTIONS;
    return command instanceof TxnCommand.Add add
        ? TxnAnswer.Partitions.all(add.partitions(), error)
        : TxnAnswer.Given.refused(error);
  }

  /** Tidings of another transaction than the one that is being finished are old ones. */
  private void complete(TxnCommand.MarkersWritten written, TxnTurn turn) {
    String id = written.transactionalId();
    Optional<Transaction> ending =
        table.find(id).filter(t -> t.state().isEnding() && t.producer().equals(written.producer()));
    if (ending.isPresent()) {
      turn.store(id, ending.get().completed(turn.wallMs()));
      parking.takeAll(id).forEach(parked -> decide(parked, turn));
    }
  }

  /** Time passes: transactions last too long, requests wait too long, old ids go. */
  public TxnDecision tick(Moment now) {
    var turn = new TxnTurn(table, now);
    for (String id : table.overdue(now.wallMs())) {
      Transaction ongoing = table.find(id).orElseThrow();
      turn.conclude(id, ongoing.fencedAndAborted(now.wallMs()));
    }
    parking
        .takeOverdue(now.nowMs())
        .forEach(parked -> turn.reply(parked.ticket(), concurrent(parked.command())));
    if (now.nowMs() >= nextExpiryMs) {
      nextExpiryMs = now.nowMs() + settings.expiryCheckMs();
      expire(turn);
    }
    return turn.done();
  }

  private void expire(TxnTurn turn) {
    for (TxnAnswer.Entry each : table.all()) {
      boolean atRest =
          switch (each.transaction().state()) {
            case EMPTY, COMPLETE_COMMIT, COMPLETE_ABORT -> true;
            case ONGOING, PREPARE_COMMIT, PREPARE_ABORT -> false;
          };
      if (atRest && each.transaction().updateMs() + settings.expirationMs() <= turn.wallMs()) {
        turn.forget(each.transactionalId());
      }
    }
  }
}
