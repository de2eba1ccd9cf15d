package io.dure.broker;

import io.dure.runtime.Loop;
import io.dure.wire.WireError;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;

/**
 * InitProducerId (API key 22): gives an idempotent producer its id. A producer that asks again gets
 * a new one, as with Kafka.
 *
 * <p>There are no transactions yet. Who asks for one is refused as Kafka refuses a client that may
 * not use its transactional id: the one answer that every client takes for final and shows to its
 * user.
 */
public final class InitProducerIdHandler
    implements Handler<InitProducerIdRequestData, InitProducerIdResponseData> {
  private static final short NO_EPOCH = -1;
  private static final long NO_ID = -1;

  private final ProducerIds ids;

  /**
   * @param home the loop that the ids live on
   */
  public InitProducerIdHandler(Cluster cluster, Loop home) {
    this.ids = new ProducerIds(cluster, home);
  }

  @Override
  public void handle(
      InitProducerIdRequestData request,
      RequestContext context,
      Reply<InitProducerIdResponseData> reply) {
    boolean halfKnown = (request.producerId() == NO_ID) != (request.producerEpoch() == NO_EPOCH);
    if (halfKnown || "".equals(request.transactionalId())) {
      reply.send(refused(WireError.INVALID_REQUEST));
      return;
    }
    if (request.transactionalId() != null) {
      reply.send(refused(WireError.TRANSACTIONAL_ID_AUTHORIZATION_FAILED));
      return;
    }
    ids.take(
        context.loop(),
        id ->
            reply.send(
                id.isPresent()
                    ? new InitProducerIdResponseData()
                        .setProducerId(id.getAsLong())
                        .setProducerEpoch((short) 0)
                    : refused(WireError.COORDINATOR_LOAD_IN_PROGRESS)));
  }

  private static InitProducerIdResponseData refused(WireError error) {
    return new InitProducerIdResponseData()
        .setErrorCode(error.code())
        .setProducerId(NO_ID)
        .setProducerEpoch(NO_EPOCH);
  }
}
