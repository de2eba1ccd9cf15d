package io.dure.broker;

import io.dure.base.NodeId;
import io.dure.controller.Answer;
import io.dure.controller.Command;
import io.dure.metadata.ClusterImage;
import io.dure.wire.WireError;
import org.apache.kafka.common.message.UnregisterBrokerRequestData;
import org.apache.kafka.common.message.UnregisterBrokerResponseData;
import org.apache.kafka.common.protocol.ApiKeys;

/** UnregisterBroker (API key 64): a broker that is gone for good is forgotten. */
final class UnregisterBrokerApi
    implements ControllerApi<UnregisterBrokerRequestData, UnregisterBrokerResponseData> {
  @Override
  public ApiKeys key() {
    return ApiKeys.UNREGISTER_BROKER;
  }

  @Override
  public Command command(UnregisterBrokerRequestData request) {
    return new Command.UnregisterBroker(new NodeId(request.brokerId()));
  }

  @Override
  public UnregisterBrokerResponseData response(
      UnregisterBrokerRequestData request, Answer answer, short version) {
    Answer.Result result =
        answer instanceof Answer.BrokerUnregistered done ? done.result() : Refusals.of(answer);
    return new UnregisterBrokerResponseData()
        .setErrorCode(result.error().code())
        .setErrorMessage(result.message().orElse(null));
  }

  @Override
  public UnregisterBrokerResponseData refused(
      UnregisterBrokerRequestData request, WireError error, String reason) {
    return new UnregisterBrokerResponseData().setErrorCode(error.code()).setErrorMessage(reason);
  }

  @Override
  public int timeoutMs(UnregisterBrokerRequestData request) {
    return ControllerAsks.MIN_WAIT_MS;
  }

  @Override
  public boolean isVisible(
      UnregisterBrokerRequestData request,
      UnregisterBrokerResponseData response,
      ClusterImage image) {
    return response.errorCode() != WireError.NONE.code()
        || image.broker(new NodeId(request.brokerId())).isEmpty();
  }
}
