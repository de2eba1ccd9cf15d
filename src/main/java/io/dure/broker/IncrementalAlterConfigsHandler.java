package io.dure.broker;

import io.dure.controller.Answer;
import io.dure.controller.Command;
import io.dure.wire.WireError;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData.AlterConfigsResourceResponse;

/**
 * IncrementalAlterConfigs (API key 44). Levels of loggers belong to this process and are set here;
 * everything else the controller decides.
 */
public final class IncrementalAlterConfigsHandler
    implements Handler<IncrementalAlterConfigsRequestData, IncrementalAlterConfigsResponseData> {
  private static final String ROOT = "root";

  private final Cluster cluster;
  private final ControllerAsks asks;
  private final Loggers loggers;
  private final IncrementalAlterConfigsApi api = new IncrementalAlterConfigsApi();

  public IncrementalAlterConfigsHandler(Cluster cluster, Loggers loggers) {
    this.cluster = cluster;
    this.asks = new ControllerAsks(cluster);
    this.loggers = loggers;
  }

  @Override
  public void handle(
      IncrementalAlterConfigsRequestData request,
      RequestContext context,
      Reply<IncrementalAlterConfigsResponseData> reply) {
    List<AlterConfigsResource> ofLoggers = new ArrayList<>();
    var rest = new IncrementalAlterConfigsRequestData().setValidateOnly(request.validateOnly());
    for (AlterConfigsResource resource : request.resources()) {
      if (resource.resourceType() == ConfigTypes.BROKER_LOGGER) {
        ofLoggers.add(resource);
      } else {
        rest.resources().add(resource.duplicate());
      }
    }
    List<AlterConfigsResourceResponse> done = new ArrayList<>();
    for (AlterConfigsResource resource : ofLoggers) {
      boolean repeated =
          ofLoggers.stream().filter(r -> r.resourceName().equals(resource.resourceName())).count()
              > 1;
      Answer.Result result =
          repeated
              ? refused(WireError.INVALID_REQUEST, "Each resource must appear at most once.")
              : alter(resource, request.validateOnly());
      done.add(
          IncrementalAlterConfigsApi.result(
              resource.resourceType(), resource.resourceName(), result));
    }
    if (rest.resources().isEmpty()) {
      reply.send(new IncrementalAlterConfigsResponseData().setResponses(done));
      return;
    }
    asks.ask(
        api,
        rest,
        context.version(),
        context.clientId(),
        context.loop(),
        response -> {
          response.responses().addAll(done);
          reply.send(response);
        });
  }

  private static Answer.Result refused(WireError error, String reason) {
    return new Answer.Result(error, Optional.of(reason));
  }

  private Answer.Result alter(AlterConfigsResource resource, boolean validateOnly) {
    String self = Integer.toString(cluster.self().value());
    if (!resource.resourceName().equals(self)) {
      return refused(
          WireError.INVALID_REQUEST,
          "Unexpected broker id, expected %s, but received %s"
              .formatted(self, resource.resourceName()));
    }
    Optional<String> malformed = IncrementalAlterConfigsApi.refusalOfKeys(resource);
    if (malformed.isPresent()) {
      return refused(WireError.INVALID_REQUEST, malformed.get());
    }
    Map<String, String> known = loggers.levels();
    for (AlterableConfig config : resource.configs()) {
      Optional<Answer.Result> refusal = refusal(config, known);
      if (refusal.isPresent()) {
        return refusal.get();
      }
    }
    if (!validateOnly) {
      for (AlterableConfig config : resource.configs()) {
        if (change(config) == Command.Change.SET) {
          loggers.set(config.name(), config.value());
        } else {
          loggers.unset(config.name());
        }
      }
    }
    return Answer.Result.DONE;
  }

  private static Command.Change change(AlterableConfig config) {
    return Command.Change.values()[config.configOperation()];
  }

  private static Optional<Answer.Result> refusal(
      AlterableConfig config, Map<String, String> known) {
    if (!known.containsKey(config.name())) {
      return Optional.of(
          refused(
              WireError.INVALID_CONFIG,
              "Logger "
                  + config.name()
                  + " does not exist! Describe the broker's loggers for their names."));
    }
    return switch (change(config)) {
      case SET ->
          Loggers.allowed().contains(config.value())
              ? Optional.empty()
              : Optional.of(
                  refused(
                      WireError.INVALID_CONFIG,
                      "Cannot set the log level of %s to %s as it is not a supported log level. Valid log levels are %s"
                          .formatted(
                              config.name(),
                              config.value(),
                              String.join(", ", Loggers.allowed()))));
      case DELETE ->
          config.name().equals(ROOT)
              ? Optional.of(
                  refused(
                      WireError.INVALID_REQUEST,
                      "Removing the log level of the root logger is not allowed"))
              : Optional.empty();
      case APPEND, SUBTRACT ->
          Optional.of(
              refused(
                  WireError.INVALID_REQUEST,
                  change(config) + " operation is not allowed for the BROKER_LOGGER resource"));
    };
  }
}
