package io.dure.broker;

import io.dure.metadata.BrokerImage;
import io.dure.metadata.ClusterImage;
import io.dure.metadata.ConfigResource;
import io.dure.metadata.TopicImage;
import io.dure.wire.WireError;
import java.util.List;
import java.util.TreeSet;
import org.apache.kafka.common.message.ListConfigResourcesRequestData;
import org.apache.kafka.common.message.ListConfigResourcesResponseData;

/**
 * ListConfigResources (API key 74): what has settings. Version 0 knew only subscriptions to metrics
 * of clients.
 */
public final class ListConfigResourcesHandler
    implements Handler<ListConfigResourcesRequestData, ListConfigResourcesResponseData> {
  private static final List<Byte> ALL =
      List.of(
          ConfigTypes.TOPIC,
          ConfigTypes.BROKER,
          ConfigTypes.BROKER_LOGGER,
          ConfigTypes.CLIENT_METRICS,
          ConfigTypes.GROUP);

  private final Cluster cluster;

  public ListConfigResourcesHandler(Cluster cluster) {
    this.cluster = cluster;
  }

  @Override
  public void handle(
      ListConfigResourcesRequestData request,
      RequestContext context,
      Reply<ListConfigResourcesResponseData> reply) {
    var response = new ListConfigResourcesResponseData();
    List<Byte> wanted =
        context.version() == 0
            ? List.of(ConfigTypes.CLIENT_METRICS)
            : request.resourceTypes().isEmpty() ? ALL : request.resourceTypes();
    if (!ALL.containsAll(wanted)) {
      reply.send(response.setErrorCode(WireError.UNSUPPORTED_VERSION.code()));
      return;
    }
    ClusterImage image = cluster.image();
    for (byte type : new TreeSet<>(wanted)) {
      for (String name : names(type, image)) {
        response
            .configResources()
            .add(
                new ListConfigResourcesResponseData.ConfigResource()
                    .setResourceName(name)
                    .setResourceType(type));
      }
    }
    reply.send(response);
  }

  private static List<String> names(byte type, ClusterImage image) {
    return switch (type) {
      case ConfigTypes.TOPIC -> image.topics().stream().map(TopicImage::name).toList();
      case ConfigTypes.BROKER, ConfigTypes.BROKER_LOGGER ->
          image.brokers().stream()
              .map(BrokerImage::node)
              .map(node -> Integer.toString(node.value()))
              .toList();
      case ConfigTypes.CLIENT_METRICS -> image.configs().names(ConfigResource.Kind.CLIENT_METRICS);
      default -> image.configs().names(ConfigResource.Kind.GROUP);
    };
  }
}
