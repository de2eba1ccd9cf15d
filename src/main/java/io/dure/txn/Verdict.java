package io.dure.txn;

/** What a rule makes of a command. */
sealed interface Verdict {
  record Answered(TxnAnswer answer) implements Verdict {}

  /** The transaction before it is being finished; the command is to be decided anew after that. */
  record Later() implements Verdict {}
}
