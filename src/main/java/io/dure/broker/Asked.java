package io.dure.broker;

import io.dure.group.GroupAnswer;
import io.dure.wire.WireError;

/** What came of asking a group's coordinator. */
sealed interface Asked<A extends GroupAnswer> {
  /** Decided, and what was decided is committed. */
  record Answered<A extends GroupAnswer>(A answer) implements Asked<A> {}

  /**
   * Not decided, or not known to be committed; the client is to find the coordinator and ask again.
   */
  record Unavailable<A extends GroupAnswer>(WireError error) implements Asked<A> {}
}
