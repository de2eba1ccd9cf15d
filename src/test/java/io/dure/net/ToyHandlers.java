package io.dure.net;

import io.dure.wire.ApiVersionsAnswer;
import io.dure.wire.Request;
import io.dure.wire.RequestSink;
import io.dure.wire.Responder;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.DescribeClusterResponseData;
import org.apache.kafka.common.message.DescribeClusterResponseData.DescribeClusterBroker;
import org.apache.kafka.common.message.DescribeClusterResponseData.DescribeClusterBrokerCollection;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseBroker;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseBrokerCollection;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponsePartition;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopicCollection;
import org.apache.kafka.common.protocol.ApiKeys;

/** Answers what a client asks first; FindCoordinator and Heartbeat wait for the test. */
final class ToyHandlers implements RequestSink {
  private final int port;
  final BlockingQueue<Waiting> waiting = new LinkedBlockingQueue<>();

  record Waiting(Request request, Responder responder) {}

  ToyHandlers(int port) {
    this.port = port;
  }

  @Override
  public Set<ApiKeys> served() {
    return Set.of(
        ApiKeys.API_VERSIONS,
        ApiKeys.METADATA,
        ApiKeys.DESCRIBE_CLUSTER,
        ApiKeys.FIND_COORDINATOR,
        ApiKeys.HEARTBEAT);
  }

  @Override
  public void take(Request request, Responder responder) {
    switch (request.api()) {
      case API_VERSIONS ->
          responder.answer(
              ApiVersionsAnswer.announcing(served(), List.of(), Map.of(), -1, request.version()));
      case METADATA -> responder.answer(metadata());
      case DESCRIBE_CLUSTER -> responder.answer(cluster());
      default -> waiting.add(new Waiting(request, responder));
    }
  }

  private MetadataResponseData metadata() {
    var brokers = new MetadataResponseBrokerCollection();
    brokers.add(new MetadataResponseBroker().setNodeId(1).setHost("127.0.0.1").setPort(port));
    var topics = new MetadataResponseTopicCollection();
    topics.add(
        new MetadataResponseTopic()
            .setName("t")
            .setTopicId(Uuid.randomUuid())
            .setPartitions(
                List.of(
                    new MetadataResponsePartition()
                        .setLeaderId(1)
                        .setLeaderEpoch(0)
                        .setReplicaNodes(List.of(1))
                        .setIsrNodes(List.of(1)))));
    return new MetadataResponseData()
        .setClusterId("toy")
        .setControllerId(1)
        .setBrokers(brokers)
        .setTopics(topics);
  }

  private DescribeClusterResponseData cluster() {
    var brokers = new DescribeClusterBrokerCollection();
    brokers.add(new DescribeClusterBroker().setBrokerId(1).setHost("127.0.0.1").setPort(port));
    return new DescribeClusterResponseData()
        .setClusterId("toy")
        .setControllerId(1)
        .setBrokers(brokers);
  }
}
