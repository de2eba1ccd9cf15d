package io.dure.broker;

import io.dure.broker.ConfigTypes.Wanted;
import io.dure.controller.Answer;
import io.dure.controller.Command;
import io.dure.metadata.ClusterImage;
import io.dure.wire.WireError;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.AlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.AlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.message.AlterConfigsResponseData;
import org.apache.kafka.common.message.AlterConfigsResponseData.AlterConfigsResourceResponse;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * AlterConfigs (API key 33), as the controller hears it and the client reads it: what is sent is
 * all that the resource has afterwards.
 */
final class AlterConfigsApi
    implements ControllerApi<AlterConfigsRequestData, AlterConfigsResponseData> {
  private static final int TIMEOUT_MS = 30_000;

  @Override
  public ApiKeys key() {
    return ApiKeys.ALTER_CONFIGS;
  }

  @Override
  public Command command(AlterConfigsRequestData request) {
    return ConfigTypes.command(wanted(request), request.validateOnly());
  }

  private static List<Wanted> wanted(AlterConfigsRequestData request) {
    List<Wanted> wanted = new ArrayList<>();
    for (AlterConfigsResource resource : request.resources()) {
      wanted.add(wanted(resource));
    }
    return ConfigTypes.withoutRepeated(wanted);
  }

  private static Wanted wanted(AlterConfigsResource resource) {
    byte type = resource.resourceType();
    String name = resource.resourceName();
    Set<String> seen = new HashSet<>();
    Set<String> withoutValue = new TreeSet<>();
    List<Command.ConfigChange> changes = new ArrayList<>();
    for (AlterableConfig config : resource.configs()) {
      if (!seen.add(config.name())) {
        return Wanted.refused(type, name, "Error due to duplicate config keys");
      }
      if (config.value() == null) {
        withoutValue.add(config.name());
      } else {
        changes.add(new Command.ConfigChange(config.name(), Command.Change.SET, config.value()));
      }
    }
    if (!withoutValue.isEmpty()) {
      return Wanted.refused(
          type, name, "Null value not supported for : " + String.join(",", withoutValue));
    }
    return ConfigTypes.target(type, name)
        .map(target -> Wanted.of(type, name, new Command.Alteration(target, true, changes)))
        .orElseGet(() -> Wanted.refused(type, name, "Unexpected resource type " + type + "."));
  }

  @Override
  public AlterConfigsResponseData response(
      AlterConfigsRequestData request, Answer answer, short version) {
    List<Wanted> wanted = wanted(request);
    List<Answer.Result> results = ConfigTypes.results(wanted, answer);
    var response = new AlterConfigsResponseData();
    for (int i = 0; i < results.size(); i++) {
      response
          .responses()
          .add(
              new AlterConfigsResourceResponse()
                  .setResourceType(wanted.get(i).type())
                  .setResourceName(wanted.get(i).name())
                  .setErrorCode(results.get(i).error().code())
                  .setErrorMessage(results.get(i).message().orElse(null)));
    }
    return response;
  }

  @Override
  public AlterConfigsResponseData refused(
      AlterConfigsRequestData request, WireError error, String reason) {
    return response(
        request, new Answer.Refused(new Answer.Result(error, Optional.of(reason))), (short) 0);
  }

  @Override
  public int timeoutMs(AlterConfigsRequestData request) {
    return TIMEOUT_MS;
  }

  @Override
  public boolean isVisible(
      AlterConfigsRequestData request, AlterConfigsResponseData response, ClusterImage image) {
    List<Wanted> wanted = wanted(request);
    for (int i = 0; i < wanted.size() && !request.validateOnly(); i++) {
      boolean done = response.responses().get(i).errorCode() == WireError.NONE.code();
      if (done && !ConfigTypes.isVisible(wanted.get(i), image)) {
        return false;
      }
    }
    return true;
  }
}
