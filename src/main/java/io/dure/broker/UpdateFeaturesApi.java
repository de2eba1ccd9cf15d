package io.dure.broker;

import io.dure.controller.Answer;
import io.dure.controller.Command;
import io.dure.metadata.ClusterImage;
import io.dure.wire.WireError;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.message.UpdateFeaturesRequestData;
import org.apache.kafka.common.message.UpdateFeaturesRequestData.FeatureUpdateKey;
import org.apache.kafka.common.message.UpdateFeaturesResponseData;
import org.apache.kafka.common.message.UpdateFeaturesResponseData.UpdatableFeatureResult;
import org.apache.kafka.common.protocol.ApiKeys;

/** UpdateFeatures (API key 57), as the controller hears it and the client reads it. */
final class UpdateFeaturesApi
    implements ControllerApi<UpdateFeaturesRequestData, UpdateFeaturesResponseData> {
  private static final byte UPGRADE = 1;
  private static final byte UNSAFE = 3;
  private static final short FIRST_VERSION_WITHOUT_RESULTS = 2;

  @Override
  public ApiKeys key() {
    return ApiKeys.UPDATE_FEATURES;
  }

  @Override
  public Command command(UpdateFeaturesRequestData request) {
    List<Command.FeatureUpdate> updates = new ArrayList<>();
    if (!isOfKnownKinds(request)) {
      return new Command.UpdateFeatures(updates, true);
    }
    for (FeatureUpdateKey update : request.featureUpdates()) {
      boolean mayFall = update.allowDowngrade() || update.upgradeType() > UPGRADE;
      updates.add(
          new Command.FeatureUpdate(
              update.feature(), Math.max(0, update.maxVersionLevel()), mayFall));
    }
    return new Command.UpdateFeatures(updates, request.validateOnly());
  }

  private static boolean isOfKnownKinds(UpdateFeaturesRequestData request) {
    return request.featureUpdates().stream()
        .allMatch(update -> update.upgradeType() >= UPGRADE && update.upgradeType() <= UNSAFE);
  }

  @Override
  public UpdateFeaturesResponseData response(
      UpdateFeaturesRequestData request, Answer answer, short version) {
    if (!(answer instanceof Answer.FeaturesUpdated updated)) {
      Answer.Result refusal = Refusals.of(answer);
      return refused(request, refusal.error(), refusal.message().orElse(""));
    }
    if (!isOfKnownKinds(request)) {
      return refused(
          request,
          WireError.INVALID_UPDATE_VERSION,
          "The controller does not support the given upgrade type.");
    }
    var response = new UpdateFeaturesResponseData().setErrorMessage(null);
    int at = 0;
    for (FeatureUpdateKey update : request.featureUpdates()) {
      Answer.Result result = updated.features().get(at++);
      if (version < FIRST_VERSION_WITHOUT_RESULTS) {
        response
            .results()
            .add(
                new UpdatableFeatureResult()
                    .setFeature(update.feature())
                    .setErrorMessage(WireError.NONE.name()));
      }
      if (!result.isDone()) {
        return refused(
            request,
            result.error(),
            "The update failed for all features since the following feature had an error: "
                + result.message().orElse(""));
      }
    }
    return response;
  }

  @Override
  public UpdateFeaturesResponseData refused(
      UpdateFeaturesRequestData request, WireError error, String reason) {
    return new UpdateFeaturesResponseData()
        .setErrorCode(error.code())
        .setErrorMessage(Optional.of(reason).filter(text -> !text.isEmpty()).orElse(null));
  }

  @Override
  public int timeoutMs(UpdateFeaturesRequestData request) {
    return request.timeoutMs();
  }

  @Override
  public boolean isVisible(
      UpdateFeaturesRequestData request, UpdateFeaturesResponseData response, ClusterImage image) {
    boolean refused =
        response.errorCode() != WireError.NONE.code()
            || response.results().stream().anyMatch(r -> r.errorCode() != WireError.NONE.code());
    return refused
        || request.validateOnly()
        || request.featureUpdates().stream()
            .allMatch(update ->
                image.features().getOrDefault(update.feature(), 0) == update.maxVersionLevel());
  }
}
