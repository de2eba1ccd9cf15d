package io.dure.exchanges;

import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.jspecify.annotations.Nullable;

/** Who writes with a memory, in one life of it. */
record Producer(@Nullable String transactionalId, long id, short epoch) {

  /**
   * Begins a life, once there is a coordinator and what was done in the life before is over.
   *
   * @param transactionalId null for one without transactions
   */
  static Producer begin(Exchange exchange, @Nullable String transactionalId) {
    if (transactionalId != null) {
      exchange.ask(
          ApiKeys.FIND_COORDINATOR,
          3,
          new FindCoordinatorRequestData().setKey(transactionalId).setKeyType((byte) 1));
    }
    var request =
        new InitProducerIdRequestData()
            .setTransactionalId(transactionalId)
            .setTransactionTimeoutMs(60_000);
    var told = new AtomicReference<>(new InitProducerIdResponseData());
    Exchange.until(
        "a producer id for " + transactionalId,
        () -> {
          told.set(exchange.ask(ApiKeys.INIT_PRODUCER_ID, 4, request));
          return told.get().errorCode() == 0;
        });
    return new Producer(transactionalId, told.get().producerId(), told.get().producerEpoch());
  }

  Producer epoch(int other) {
    return new Producer(transactionalId, id, (short) other);
  }

  Producer named(String other) {
    return new Producer(other, id, epoch);
  }
}
