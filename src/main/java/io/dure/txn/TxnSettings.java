package io.dure.txn;

/**
 * The rules and bounds of transactions.
 *
 * @param maxTimeoutMs longest time a producer may ask for (inclusive)
 * @param expirationMs how long an unused transactional id is remembered
 * @param expiryCheckMs how often unused ids are looked for
 * @param patienceMs how long a request waits here for the transaction before it to be finished,
 *     before the client is told to come again
 * @param maxIds transactional ids of one shard
 * @param maxPartitions partitions of one transaction
 */
public record TxnSettings(
    int maxTimeoutMs,
    long expirationMs,
    long expiryCheckMs,
    long patienceMs,
    int maxIds,
    int maxPartitions) {
  public static final TxnSettings DEFAULTS =
      new TxnSettings(900_000, 7L * 24 * 3_600_000, 600_000, 100, 100_000, 20_000);

  public TxnSettings with(int newMaxTimeoutMs, long newExpirationMs, long newExpiryCheckMs) {
    return new TxnSettings(
        newMaxTimeoutMs, newExpirationMs, newExpiryCheckMs, patienceMs, maxIds, maxPartitions);
  }
}
