package io.dure.broker;

import io.dure.base.Rng;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.AlterConfigsResponseData;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreatePartitionsResponseData;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsResponseData;
import org.apache.kafka.common.message.UpdateFeaturesRequestData;
import org.apache.kafka.common.message.UpdateFeaturesResponseData;
import org.apache.kafka.common.protocol.ApiMessage;

/** Answers requests that only the controller can decide, by asking it. */
public final class ControllerHandler<Q extends ApiMessage, R extends ApiMessage>
    implements Handler<Q, R> {
  private final ControllerApi<Q, R> api;
  private final ControllerAsks asks;

  private ControllerHandler(ControllerApi<Q, R> api, Cluster cluster) {
    this.api = api;
    this.asks = new ControllerAsks(cluster);
  }

  static <Q extends ApiMessage, R extends ApiMessage> Handler<Q, R> of(
      ControllerApi<Q, R> api, Cluster cluster) {
    return new ControllerHandler<>(api, cluster);
  }

  public static Handler<CreateTopicsRequestData, CreateTopicsResponseData> createTopics(
      Cluster cluster, Rng rng) {
    return new ControllerHandler<>(new CreateTopicsApi(rng), cluster);
  }

  public static Handler<DeleteTopicsRequestData, DeleteTopicsResponseData> deleteTopics(
      Cluster cluster) {
    return new ControllerHandler<>(new DeleteTopicsApi(), cluster);
  }

  public static Handler<CreatePartitionsRequestData, CreatePartitionsResponseData> createPartitions(
      Cluster cluster) {
    return new ControllerHandler<>(new CreatePartitionsApi(), cluster);
  }

  public static Handler<AlterConfigsRequestData, AlterConfigsResponseData> alterConfigs(
      Cluster cluster) {
    return new ControllerHandler<>(new AlterConfigsApi(), cluster);
  }

  public static Handler<UpdateFeaturesRequestData, UpdateFeaturesResponseData> updateFeatures(
      Cluster cluster) {
    return new ControllerHandler<>(new UpdateFeaturesApi(), cluster);
  }

  @Override
  public void handle(Q request, RequestContext context, Reply<R> reply) {
    asks.ask(api, request, context.version(), context.clientId(), context.loop(), reply::send);
  }
}
