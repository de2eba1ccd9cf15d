package io.dure.log;

/**
 * Proof that a producer's transaction was looked up at its coordinator, to be given with the first
 * batch of it on this partition (KIP-890). It is taken before the coordinator is asked, and a
 * marker of the producer that comes meanwhile makes it void: what the coordinator confirmed may be
 * over. So is it in another epoch of the partition.
 *
 * @param leaderEpoch the epoch in which it was taken
 * @param logEnd where the log ended when it was taken (exclusive)
 */
public record TxnGuard(int leaderEpoch, long logEnd) {
  /** Proof of nothing; enough for batches outside of transactions or in one that is open here. */
  public static final TxnGuard NONE = new TxnGuard(-1, -1);
}
