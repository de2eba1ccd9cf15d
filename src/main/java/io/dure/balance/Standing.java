package io.dure.balance;

/** What may be asked of a broker. */
public enum Standing {
  /** Takes copies and leads. */
  OPEN,

  /** Keeps its copies, leads nothing and is given nothing; somebody asked for that. */
  DRAINED,

  /** Dead for a short while: it may come back, so its copies stay its. */
  ABSENT,

  /** Dead for so long that its copies are made anew elsewhere. */
  LOST,

  /** To become empty; somebody asked for that. */
  DECOMMISSIONED;

  /** Whether its copies are to be elsewhere. */
  boolean isLeaving() {
    return this == LOST || this == DECOMMISSIONED;
  }
}
