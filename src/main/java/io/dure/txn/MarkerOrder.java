package io.dure.txn;

import java.util.List;

/**
 * Have a marker written to each of these partitions, by their leaders, however long it takes; then
 * tell {@link TxnCommand.MarkersWritten}. Writing one twice does no harm.
 *
 * @param producer whose transaction ends, and the epoch that the markers carry
 * @param transactionVersion the client's: 2 means that the epoch is one that nothing was written
 *     with yet
 * @param partitions in their order
 */
public record MarkerOrder(
    String transactionalId,
    ProducerRef producer,
    boolean commit,
    short transactionVersion,
    List<TopicPart> partitions) {
  public MarkerOrder {
    partitions = List.copyOf(partitions);
  }

  static MarkerOrder of(String transactionalId, Transaction ending) {
    return new MarkerOrder(
        transactionalId,
        ending.producer(),
        ending.state() == TransactionState.PREPARE_COMMIT,
        ending.clientVersion(),
        ending.partitions().stream().sorted().toList());
  }
}
