package io.dure.broker;

import io.dure.txn.ProducerRef;
import io.dure.txn.TxnAnswer;
import io.dure.txn.TxnCommand;
import io.dure.wire.WireError;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;

/**
 * InitProducerId (API key 22): gives a producer its id. An idempotent one that asks again gets a
 * new one, as with Kafka; for a transactional one its coordinator decides.
 */
public final class InitProducerIdHandler
    implements Handler<InitProducerIdRequestData, InitProducerIdResponseData> {
  private static final short NO_EPOCH = -1;
  private static final long NO_ID = -1;
  private static final short FIRST_THAT_KNOWS_FENCED = 4;

  private final TxnShards transactions;
  private final ProducerIds ids;

  InitProducerIdHandler(TxnShards transactions, ProducerIds ids) {
    this.transactions = transactions;
    this.ids = ids;
  }

  @Override
  public void handle(
      InitProducerIdRequestData request,
      RequestContext context,
      Reply<InitProducerIdResponseData> reply) {
    boolean halfKnown = (request.producerId() == NO_ID) != (request.producerEpoch() == NO_EPOCH);
    if (halfKnown || "".equals(request.transactionalId())) {
      reply.send(refused(WireError.INVALID_REQUEST));
    } else if (request.transactionalId() == null) {
      ids.take(context.loop(), id -> reply.send(idempotent(id)));
    } else {
      transactions.ask(
          request.transactionalId(),
          id -> command(request, id),
          context.loop(),
          asked -> {
            TxnAnswer.Given given = TxnWords.given(asked);
            WireError error =
                TxnWords.fencing(given.error(), context.version(), FIRST_THAT_KNOWS_FENCED);
            reply.send(
                error == WireError.NONE
                    ? new InitProducerIdResponseData()
                        .setProducerId(given.producer().id())
                        .setProducerEpoch(given.producer().epoch())
                    : refused(error));
          });
    }
  }

  private static TxnCommand command(InitProducerIdRequestData request, OptionalLong freshId) {
    return new TxnCommand.Init(
        request.transactionalId(),
        request.transactionTimeoutMs(),
        request.producerId() == NO_ID
            ? Optional.empty()
            : Optional.of(new ProducerRef(request.producerId(), request.producerEpoch())),
        freshId);
  }

  private static InitProducerIdResponseData idempotent(OptionalLong id) {
    return id.isPresent()
        ? new InitProducerIdResponseData().setProducerId(id.getAsLong()).setProducerEpoch((short) 0)
        : refused(WireError.COORDINATOR_LOAD_IN_PROGRESS);
  }

  private static InitProducerIdResponseData refused(WireError error) {
    return new InitProducerIdResponseData()
        .setErrorCode(error.code())
        .setProducerId(NO_ID)
        .setProducerEpoch(NO_EPOCH);
  }
}
