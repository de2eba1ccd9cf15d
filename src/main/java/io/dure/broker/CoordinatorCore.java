package io.dure.broker;

import io.dure.base.Moment;
import io.dure.log.LogRecord;
import io.dure.log.TxnMarker;
import io.dure.metadata.ClusterImage;

/**
 * The thinking of a coordinator whose state is replayed from one partition, as its {@link
 * CoordinatorHost} drives it, on the partition's loop. What it decides it has applied to itself
 * already; if the append then fails, it is dropped and a new one replays the log.
 *
 * <pre>
 *   new ── replay(record) … ──▶ resume ── decide, tick … ──▶ dropped
 * </pre>
 *
 * @param <C> the commands it decides
 * @param <A> its answers
 */
interface CoordinatorCore<C, A> {
  /** Takes over a committed record of the partition; only before {@link #resume}. */
  void replay(LogRecord record);

  /** The replay is over. */
  Decided<A> resume(Moment now, ClusterImage image);

  /** The reply to {@code ticket} is in this decision or in a later one. */
  Decided<A> decide(long ticket, C command, Moment now);

  /**
   * A transaction that wrote into the partition has ended there, as a marker says that is committed
   * by now; the markers before {@link #resume} are among what is replayed.
   */
  default void ended(TxnMarker marker) {}

  /** Time passes, about every 50 ms; {@code image} is the newest this node knows. */
  Decided<A> tick(Moment now, ClusterImage image);
}
