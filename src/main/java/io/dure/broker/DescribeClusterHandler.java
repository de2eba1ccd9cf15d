package io.dure.broker;

import io.dure.base.Endpoint;
import io.dure.metadata.BrokerImage;
import io.dure.metadata.ClusterImage;
import io.dure.wire.WireError;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeClusterResponseData;
import org.apache.kafka.common.message.DescribeClusterResponseData.DescribeClusterBroker;

/**
 * DescribeCluster (API key 60): the brokers, the controller and the cluster's id; the same through
 * any node.
 */
public final class DescribeClusterHandler
    implements Handler<DescribeClusterRequestData, DescribeClusterResponseData> {
  private static final byte BROKERS = 1;
  private static final byte CONTROLLERS = 2;

  private final Cluster cluster;

  public DescribeClusterHandler(Cluster cluster) {
    this.cluster = cluster;
  }

  @Override
  public void handle(
      DescribeClusterRequestData request,
      RequestContext context,
      Reply<DescribeClusterResponseData> reply) {
    if (request.endpointType() != BROKERS) {
      reply.send(refused(request.endpointType()));
      return;
    }
    ClusterImage image = cluster.image();
    var response =
        new DescribeClusterResponseData()
            .setClusterId(image.clusterId().map(id -> Ids.wire(id).toString()).orElse(""))
            .setControllerId(cluster.controller().map(node -> node.value()).orElse(-1))
            .setClusterAuthorizedOperations(
                request.includeClusterAuthorizedOperations()
                    ? AuthorizedOperations.CLUSTER
                    : AuthorizedOperations.OMITTED);
    for (BrokerImage broker : image.brokers()) {
      if (broker.live() || request.includeFencedBrokers()) {
        response
            .brokers()
            .add(
                described(
                    broker, cluster.addressOf(broker, context.arrivedAt()), context.version()));
      }
    }
    reply.send(response);
  }

  private static DescribeClusterBroker described(
      BrokerImage broker, Endpoint address, short version) {
    var described =
        new DescribeClusterBroker()
            .setBrokerId(broker.node().value())
            .setHost(address.host())
            .setPort(address.port())
            .setRack(broker.rack().orElse(null));
    return version >= 2 ? described.setIsFenced(!broker.live()) : described;
  }

  /** There is one kind of node here, and its address is a broker's. */
  private static DescribeClusterResponseData refused(byte endpointType) {
    boolean known = endpointType == CONTROLLERS;
    return new DescribeClusterResponseData()
        .setEndpointType(BROKERS)
        .setErrorCode(
            (known ? WireError.MISMATCHED_ENDPOINT_TYPE : WireError.UNSUPPORTED_ENDPOINT_TYPE)
                .code())
        .setErrorMessage(
            known
                ? "The request was sent to an endpoint of type BROKER, but we wanted an endpoint of type CONTROLLER"
                : "Unsupported endpoint type " + endpointType);
  }
}
