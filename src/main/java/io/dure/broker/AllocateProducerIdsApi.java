package io.dure.broker;

import io.dure.controller.Answer;
import io.dure.controller.Command;
import io.dure.metadata.ClusterImage;
import io.dure.wire.WireError;
import org.apache.kafka.common.message.AllocateProducerIdsRequestData;
import org.apache.kafka.common.message.AllocateProducerIdsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;

/** A block of producer ids (API key 67), between our own nodes only: not announced to clients. */
final class AllocateProducerIdsApi
    implements ControllerApi<AllocateProducerIdsRequestData, AllocateProducerIdsResponseData> {
  @Override
  public ApiKeys key() {
    return ApiKeys.ALLOCATE_PRODUCER_IDS;
  }

  @Override
  public Command command(AllocateProducerIdsRequestData request) {
    return new Command.AllocateProducerIds();
  }

  @Override
  public AllocateProducerIdsResponseData response(
      AllocateProducerIdsRequestData request, Answer answer, short version) {
    return answer instanceof Answer.ProducerIds ids
        ? new AllocateProducerIdsResponseData()
            .setProducerIdStart(ids.first())
            .setProducerIdLen(ids.count())
        : refused(request, Refusals.of(answer).error(), "");
  }

  @Override
  public AllocateProducerIdsResponseData refused(
      AllocateProducerIdsRequestData request, WireError error, String reason) {
    return new AllocateProducerIdsResponseData().setErrorCode(error.code());
  }

  @Override
  public int timeoutMs(AllocateProducerIdsRequestData request) {
    return ControllerAsks.MIN_WAIT_MS;
  }

  @Override
  public boolean isVisible(
      AllocateProducerIdsRequestData request,
      AllocateProducerIdsResponseData response,
      ClusterImage image) {
    return true;
  }
}
