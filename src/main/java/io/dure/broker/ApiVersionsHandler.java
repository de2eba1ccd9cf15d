package io.dure.broker;

import io.dure.metadata.ClusterImage;
import io.dure.metadata.Feature;
import io.dure.wire.ApiVersionsAnswer;
import io.dure.wire.ClientSoftware;
import io.dure.wire.WireError;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * ApiVersions (API key 18): what this broker announces. A client that says which cluster and node
 * it means to talk to (version 5) is sent back to its bootstrap servers when it reached another
 * one.
 */
public final class ApiVersionsHandler
    implements Handler<ApiVersionsRequestData, ApiVersionsResponseData> {
  private static final short FIRST_VERSION_WITH_SOFTWARE = 3;
  private static final List<ApiVersionsAnswer.Levels> SUPPORTED =
      Arrays.stream(Feature.values())
          .map(each -> new ApiVersionsAnswer.Levels(each.featureName(), each.min(), each.max()))
          .toList();

  private final Cluster cluster;
  private final Set<ApiKeys> served;

  /**
   * @param served the APIs that have a handler, this one included
   */
  public ApiVersionsHandler(Cluster cluster, Set<ApiKeys> served) {
    this.cluster = cluster;
    this.served = Set.copyOf(served);
  }

  @Override
  public void handle(
      ApiVersionsRequestData request,
      RequestContext context,
      Reply<ApiVersionsResponseData> reply) {
    if (context.version() >= FIRST_VERSION_WITH_SOFTWARE && ClientSoftware.of(request).isEmpty()) {
      reply.send(new ApiVersionsResponseData().setErrorCode(WireError.INVALID_REQUEST.code()));
    } else if (isMeantForAnother(request)) {
      reply.send(ApiVersionsAnswer.rebootstrap());
    } else {
      reply.send(announced(context.version()));
    }
  }

  private ApiVersionsResponseData announced(short version) {
    ClusterImage image = cluster.image();
    return ApiVersionsAnswer.announcing(
        served, SUPPORTED, image.features(), image.endOffset() - 1, version);
  }

  private boolean isMeantForAnother(ApiVersionsRequestData request) {
    Optional<String> clusterId = cluster.image().clusterId().map(id -> Ids.wire(id).toString());
    boolean otherCluster =
        request.clusterId() != null
            && clusterId.isPresent()
            && !request.clusterId().equals(clusterId.get());
    boolean otherNode = request.nodeId() >= 0 && request.nodeId() != cluster.self().value();
    return otherCluster || otherNode;
  }
}
