package io.dure.broker;

import io.dure.wire.WireError;

/** What came of asking a coordinator. */
sealed interface Asked<A> {
  /** Decided, and what was decided is committed. */
  record Answered<A>(A answer) implements Asked<A> {}

  /**
   * Not decided, or not known to be committed; the client is to find the coordinator and ask again.
   */
  record Unavailable<A>(WireError error) implements Asked<A> {}
}
