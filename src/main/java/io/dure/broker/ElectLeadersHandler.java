package io.dure.broker;

import io.dure.base.DiskException;
import io.dure.wire.WireError;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import org.apache.kafka.common.message.ElectLeadersRequestData;
import org.apache.kafka.common.message.ElectLeadersResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * ElectLeaders (API key 43). What may lose records is written down before it is done, with what
 * came of it afterwards.
 */
final class ElectLeadersHandler
    implements Handler<ElectLeadersRequestData, ElectLeadersResponseData> {
  private static final Logger LOG = LoggerFactory.getLogger(ElectLeadersHandler.class);

  private final ElectLeadersApi api = new ElectLeadersApi();
  private final ControllerAsks asks;
  private final Handler<ElectLeadersRequestData, ElectLeadersResponseData> controller;
  private final Audit audit;
  private final Executor blocking;

  /**
   * @param blocking runs what may block
   */
  ElectLeadersHandler(Cluster cluster, Audit audit, Executor blocking) {
    this.asks = new ControllerAsks(cluster);
    this.controller = ControllerHandler.of(api, cluster);
    this.audit = audit;
    this.blocking = blocking;
  }

  @Override
  public void handle(
      ElectLeadersRequestData request,
      RequestContext context,
      Reply<ElectLeadersResponseData> reply) {
    if (!ElectLeadersApi.isUnclean(request)) {
      controller.handle(request, context, reply);
      return;
    }
    blocking.execute(() -> noted(request, context, reply));
  }

  private void noted(
      ElectLeadersRequestData request,
      RequestContext context,
      Reply<ElectLeadersResponseData> reply) {
    String who =
        "%s at %s:%d".formatted(context.clientId(), context.clientHost(), context.clientPort());
    try {
      audit.note(who, "asks for unclean elections of " + named(request));
    } catch (DiskException e) {
      reply.send(
          api.refused(
              request,
              WireError.KAFKA_STORAGE_ERROR,
              "It could not be written down, so it is not done: " + e.getMessage()));
      return;
    }
    asks.ask(
        api,
        request,
        context.version(),
        context.clientId(),
        context.loop(),
        response -> {
          String outcome = outcome(response);
          blocking.execute(() -> noteOutcome(who, outcome));
          reply.send(response);
        });
  }

  /** It is done already: who asked is in the file, what came of it is then in the log alone. */
  private void noteOutcome(String who, String outcome) {
    try {
      audit.note(who, "unclean elections: " + outcome);
    } catch (DiskException e) {
      LOG.error("the outcome of unclean elections could not be written down: {}", outcome, e);
    }
  }

  private static String named(ElectLeadersRequestData request) {
    return request.topicPartitions() == null
        ? "all partitions without a leader"
        : request.topicPartitions().stream()
            .map(topic -> topic.topic() + topic.partitions())
            .collect(Collectors.joining(", "));
  }

  private static String outcome(ElectLeadersResponseData response) {
    String each =
        response.replicaElectionResults().stream()
            .flatMap(topic ->
                topic.partitionResult().stream()
                    .map(result ->
                        topic.topic()
                            + "-"
                            + result.partitionId()
                            + " "
                            + Errors.forCode(result.errorCode())))
            .collect(Collectors.joining(", "));
    return each.isEmpty() ? Errors.forCode(response.errorCode()) + ", none" : each;
  }
}
