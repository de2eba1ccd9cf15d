package io.dure.broker;

import io.dure.base.Clock;
import io.dure.base.Rng;
import io.dure.runtime.Loop;
import io.dure.runtime.Partitions;
import io.dure.txn.TxnSettings;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * Puts the handlers of transactional ids into the table, and the coordinators on the partitions
 * they live on. What partitions and groups know of transactions is with them.
 */
public final class TxnApis {
  private TxnApis() {}

  /** Asks the coordinators from wherever something is written in a transaction. */
  public static TransactionGate gate(Cluster cluster) {
    return new CoordinatorGate(cluster);
  }

  /**
   * Before the node starts, as the coordinators are to hear of every partition led here.
   *
   * @param home the loop that the producer ids live on
   */
  public static void addTo(
      Dispatcher.Builder table,
      Cluster cluster,
      Partitions partitions,
      BrokerSettings settings,
      TxnSettings txnSettings,
      Clock clock,
      Rng rng,
      Loop home) {
    var ids = new ProducerIds(cluster, home);
    var transactions = new TxnShards(cluster, txnSettings, ids, clock);
    partitions.listen(InternalTopics.TRANSACTIONS, transactions);
    table
        .on(ApiKeys.INIT_PRODUCER_ID, new InitProducerIdHandler(transactions, ids))
        .on(ApiKeys.ADD_PARTITIONS_TO_TXN, new AddPartitionsToTxnHandler(cluster, transactions))
        .on(
            ApiKeys.ADD_OFFSETS_TO_TXN,
            new AddOffsetsToTxnHandler(
                cluster, transactions, new TopicCreation(cluster, settings, rng)))
        .on(ApiKeys.END_TXN, new EndTxnHandler(transactions))
        .on(ApiKeys.DESCRIBE_TRANSACTIONS, new DescribeTransactionsHandler(transactions))
        .on(ApiKeys.LIST_TRANSACTIONS, new ListTransactionsHandler(transactions, cluster));
  }
}
