package io.dure.broker;

import io.dure.txn.ProducerRef;
import io.dure.txn.TxnAnswer;
import io.dure.txn.TxnCommand;
import io.dure.wire.WireError;
import java.util.OptionalLong;
import org.apache.kafka.common.message.EndTxnRequestData;
import org.apache.kafka.common.message.EndTxnResponseData;

/**
 * EndTxn (API key 26): a producer commits or aborts. Answered when the outcome is committed; the
 * markers follow.
 */
public final class EndTxnHandler implements Handler<EndTxnRequestData, EndTxnResponseData> {
  private static final short FIRST_THAT_BUMPS = 5;

  private final TxnShards transactions;

  EndTxnHandler(TxnShards transactions) {
    this.transactions = transactions;
  }

  @Override
  public void handle(
      EndTxnRequestData request, RequestContext context, Reply<EndTxnResponseData> reply) {
    if (request.transactionalId().isEmpty()) {
      reply.send(new EndTxnResponseData().setErrorCode(WireError.INVALID_REQUEST.code()));
      return;
    }
    transactions.ask(
        request.transactionalId(),
        id -> command(request, context.version(), id),
        context.loop(),
        asked -> reply.send(response(TxnWords.given(asked), context.version())));
  }

  private static TxnCommand command(
      EndTxnRequestData request, short version, OptionalLong freshId) {
    return new TxnCommand.End(
        request.transactionalId(),
        new ProducerRef(request.producerId(), request.producerEpoch()),
        request.committed(),
        version >= FIRST_THAT_BUMPS,
        freshId);
  }

  private static EndTxnResponseData response(TxnAnswer.Given given, short version) {
    var response =
        new EndTxnResponseData().setErrorCode(TxnWords.fencing(given.error(), version).code());
    return version >= FIRST_THAT_BUMPS
        ? response.setProducerId(given.producer().id()).setProducerEpoch(given.producer().epoch())
        : response;
  }
}
