package io.dure.broker;

import io.dure.txn.ProducerRef;
import io.dure.txn.TxnAnswer;
import io.dure.wire.WireError;

/** What the handlers of transactions have in common. */
final class TxnWords {
  private static final short FIRST_THAT_KNOWS_FENCED = 2;

  private TxnWords() {}

  /** For APIs of which version 2 brought PRODUCER_FENCED. */
  static WireError fencing(WireError error, short version) {
    return fencing(error, version, FIRST_THAT_KNOWS_FENCED);
  }

  static WireError fencing(WireError error, short version, short firstThatKnowsFenced) {
    return error == WireError.PRODUCER_FENCED && version < firstThatKnowsFenced
        ? WireError.INVALID_PRODUCER_EPOCH
        : error;
  }

  /** Who the producer is from now on, or why not. */
  static TxnAnswer.Given given(Asked<TxnAnswer> asked) {
    return switch (asked) {
      case Asked.Answered<TxnAnswer>(TxnAnswer.Given given) -> given;
      case Asked.Answered<TxnAnswer> _ ->
          new TxnAnswer.Given(WireError.UNKNOWN_SERVER_ERROR, ProducerRef.NONE);
      case Asked.Unavailable<TxnAnswer>(WireError error) ->
          new TxnAnswer.Given(error, ProducerRef.NONE);
    };
  }
}
