package io.dure.txn;

/** One epoch of one producer. */
public record ProducerRef(long id, short epoch) {
  public static final ProducerRef NONE = new ProducerRef(-1, (short) -1);
}
