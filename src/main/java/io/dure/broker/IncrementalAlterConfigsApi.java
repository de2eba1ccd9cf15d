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
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData.AlterConfigsResourceResponse;
import org.apache.kafka.common.protocol.ApiKeys;

/** IncrementalAlterConfigs (API key 44), as the controller hears it and the client reads it. */
final class IncrementalAlterConfigsApi
    implements ControllerApi<
        IncrementalAlterConfigsRequestData, IncrementalAlterConfigsResponseData> {
  private static final int TIMEOUT_MS = 30_000;

  @Override
  public ApiKeys key() {
    return ApiKeys.INCREMENTAL_ALTER_CONFIGS;
  }

  @Override
  public Command command(IncrementalAlterConfigsRequestData request) {
    return ConfigTypes.command(wanted(request), request.validateOnly());
  }

  private static List<Wanted> wanted(IncrementalAlterConfigsRequestData request) {
    List<Wanted> wanted = new ArrayList<>();
    for (AlterConfigsResource resource : request.resources()) {
      wanted.add(wanted(resource));
    }
    return ConfigTypes.withoutRepeated(wanted);
  }

  private static Wanted wanted(AlterConfigsResource resource) {
    byte type = resource.resourceType();
    String name = resource.resourceName();
    Optional<String> refusal = refusalOfKeys(resource);
    if (refusal.isPresent()) {
      return Wanted.refused(type, name, refusal.get());
    }
    Optional<Command.ConfigTarget> target = ConfigTypes.target(type, name);
    if (target.isEmpty()) {
      return Wanted.refused(type, name, "Unexpected resource type " + type + ".");
    }
    List<Command.ConfigChange> changes = new ArrayList<>();
    for (AlterableConfig config : resource.configs()) {
      Command.Change change = Command.Change.values()[config.configOperation()];
      String value = config.value() == null ? "" : config.value();
      changes.add(new Command.ConfigChange(config.name(), change, value));
    }
    return Wanted.of(type, name, new Command.Alteration(target.get(), false, changes));
  }

  /** What is wrong with the request before anybody looks at what the keys mean. */
  static Optional<String> refusalOfKeys(AlterConfigsResource resource) {
    Set<String> seen = new HashSet<>();
    Set<String> withoutValue = new TreeSet<>();
    for (AlterableConfig config : resource.configs()) {
      int operation = config.configOperation();
      if (operation < 0 || operation >= Command.Change.values().length) {
        return Optional.of(
            "Unknown operation "
                + operation
                + " for "
                + config.name()
                + ": 0 set, 1 delete, 2 append, 3 subtract");
      }
      if (!seen.add(config.name())) {
        return Optional.of("Error due to duplicate config keys");
      }
      if (config.value() == null && operation != Command.Change.DELETE.ordinal()) {
        withoutValue.add(config.name());
      }
    }
    return withoutValue.isEmpty()
        ? Optional.empty()
        : Optional.of("Null value not supported for : " + String.join(",", withoutValue));
  }

  @Override
  public IncrementalAlterConfigsResponseData response(
      IncrementalAlterConfigsRequestData request, Answer answer, short version) {
    List<Wanted> wanted = wanted(request);
    List<Answer.Result> results = ConfigTypes.results(wanted, answer);
    var response = new IncrementalAlterConfigsResponseData();
    for (int i = 0; i < results.size(); i++) {
      response.responses().add(result(wanted.get(i).type(), wanted.get(i).name(), results.get(i)));
    }
    return response;
  }

  static AlterConfigsResourceResponse result(byte type, String name, Answer.Result result) {
    return new AlterConfigsResourceResponse()
        .setResourceType(type)
        .setResourceName(name)
        .setErrorCode(result.error().code())
        .setErrorMessage(result.message().orElse(null));
  }

  @Override
  public IncrementalAlterConfigsResponseData refused(
      IncrementalAlterConfigsRequestData request, WireError error, String reason) {
    return response(
        request, new Answer.Refused(new Answer.Result(error, Optional.of(reason))), (short) 0);
  }

  @Override
  public int timeoutMs(IncrementalAlterConfigsRequestData request) {
    return TIMEOUT_MS;
  }

  @Override
  public boolean isVisible(
      IncrementalAlterConfigsRequestData request,
      IncrementalAlterConfigsResponseData response,
      ClusterImage image) {
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
