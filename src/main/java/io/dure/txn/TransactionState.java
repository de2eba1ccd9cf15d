package io.dure.txn;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** How far a transaction is. The codes are those of Kafka's log, the names those of its tools. */
public enum TransactionState {
  EMPTY(0, "Empty"),
  ONGOING(1, "Ongoing"),
  PREPARE_COMMIT(2, "PrepareCommit"),
  PREPARE_ABORT(3, "PrepareAbort"),
  COMPLETE_COMMIT(4, "CompleteCommit"),
  COMPLETE_ABORT(5, "CompleteAbort");

  /** States that only Kafka has, on its way to others; none of ours is ever seen in them. */
  private static final List<String> OTHERS = List.of("Dead", "PrepareEpochFence");

  private final int code;
  private final String text;

  TransactionState(int code, String text) {
    this.code = code;
    this.text = text;
  }

  public byte code() {
    return (byte) code;
  }

  public String text() {
    return text;
  }

  /** The outcome stands, and markers may be missing. */
  public boolean isEnding() {
    return this == PREPARE_COMMIT || this == PREPARE_ABORT;
  }

  static Optional<TransactionState> of(byte code) {
    return Stream.of(values()).filter(state -> state.code == code).findFirst();
  }

  /** Whether Kafka has a state of this name. */
  public static boolean isName(String name) {
    return OTHERS.contains(name) || Stream.of(values()).anyMatch(s -> s.text.equals(name));
  }
}
