package io.dure.broker;

import io.dure.txn.Transaction;
import io.dure.txn.TxnAnswer;
import io.dure.txn.TxnCommand;
import io.dure.wire.WireError;
import java.util.LinkedHashSet;
import org.apache.kafka.common.message.DescribeTransactionsRequestData;
import org.apache.kafka.common.message.DescribeTransactionsResponseData;
import org.apache.kafka.common.message.DescribeTransactionsResponseData.TopicData;
import org.apache.kafka.common.message.DescribeTransactionsResponseData.TransactionState;

/** DescribeTransactions (API key 65): what the coordinator knows of transactional ids. */
public final class DescribeTransactionsHandler
    implements Handler<DescribeTransactionsRequestData, DescribeTransactionsResponseData> {
  private final TxnShards transactions;

  DescribeTransactionsHandler(TxnShards transactions) {
    this.transactions = transactions;
  }

  @Override
  public void handle(
      DescribeTransactionsRequestData request,
      RequestContext context,
      Reply<DescribeTransactionsResponseData> reply) {
    var response = new DescribeTransactionsResponseData();
    var pending = new Pending(() -> reply.send(response));
    for (String id : new LinkedHashSet<>(request.transactionalIds())) {
      var state = new TransactionState().setTransactionalId(id);
      response.transactionStates().add(state);
      if (id.isEmpty()) {
        state.setErrorCode(WireError.INVALID_REQUEST.code());
        continue;
      }
      pending.open();
      transactions.ask(
          id,
          new TxnCommand.Describe(id),
          context.loop(),
          asked -> {
            fill(state, asked);
            pending.close();
          });
    }
    pending.close();
  }

  private static void fill(TransactionState state, Asked<TxnAnswer> asked) {
    switch (asked) {
      case Asked.Answered<TxnAnswer>(TxnAnswer.Described described)
          when described.transaction().isPresent() ->
          fill(state, described.transaction().get());
      case Asked.Answered<TxnAnswer> _ ->
          state.setErrorCode(WireError.TRANSACTIONAL_ID_NOT_FOUND.code());
      case Asked.Unavailable<TxnAnswer>(WireError error) -> state.setErrorCode(error.code());
    }
  }

  private static void fill(TransactionState state, Transaction transaction) {
    state
        .setTransactionState(transaction.state().text())
        .setTransactionTimeoutMs(transaction.timeoutMs())
        .setTransactionStartTimeMs(transaction.startMs())
        .setProducerId(transaction.producerId())
        .setProducerEpoch(transaction.epoch());
    transaction.partitions().stream()
        .sorted()
        .forEach(part -> {
          TopicData topic = state.topics().find(part.topic());
          if (topic == null) {
            topic = new TopicData().setTopic(part.topic());
            state.topics().add(topic);
          }
          topic.partitions().add(part.partition());
        });
  }
}
