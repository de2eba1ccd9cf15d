package io.dure.broker;

import io.dure.base.Endpoint;
import io.dure.metadata.BrokerImage;
import io.dure.metadata.ClusterImage;
import io.dure.metadata.PartitionImage;
import io.dure.metadata.TopicImage;
import io.dure.runtime.Partitions.Leadership;
import io.dure.wire.WireError;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseBroker;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponsePartition;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.jspecify.annotations.Nullable;

/** Writes Metadata responses in the words of one version, over one image. Immutable. */
record MetadataAnswer(
    TopicCatalog catalog, short version, Endpoint arrivedAt, boolean withTopicOperations) {
  private static final int NOBODY = -1;

  ClusterImage image() {
    return catalog.image();
  }

  /** Everything but the topics. */
  MetadataResponseData cluster(boolean withClusterOperations) {
    var response =
        new MetadataResponseData()
            .setClusterId(image().clusterId().map(id -> Ids.wire(id).toString()).orElse(null))
            .setControllerId(
                catalog.cluster().controller().map(node -> node.value()).orElse(NOBODY))
            .setClusterAuthorizedOperations(
                withClusterOperations
                    ? AuthorizedOperations.CLUSTER
                    : AuthorizedOperations.OMITTED);
    for (BrokerImage broker : catalog.liveBrokers()) {
      Endpoint address = catalog.cluster().addressOf(broker, arrivedAt);
      response
          .brokers()
          .add(
              new MetadataResponseBroker()
                  .setNodeId(broker.node().value())
                  .setHost(address.host())
                  .setPort(address.port())
                  .setRack(broker.rack().orElse(null)));
    }
    return response;
  }

  MetadataResponseTopic topic(TopicImage topic) {
    List<MetadataResponsePartition> partitions = new ArrayList<>(topic.partitions().size());
    topic.partitions().forEach(partition -> partitions.add(partition(partition)));
    return new MetadataResponseTopic()
        .setName(topic.name())
        .setTopicId(Ids.wire(topic.id()))
        .setIsInternal(topic.internal())
        .setPartitions(partitions)
        .setTopicAuthorizedOperations(
            withTopicOperations ? AuthorizedOperations.TOPIC : AuthorizedOperations.OMITTED);
  }

  MetadataResponseTopic unknown(WireError error, @Nullable String name, Uuid id) {
    return new MetadataResponseTopic()
        .setErrorCode(error.code())
        .setName(name)
        .setTopicId(id)
        .setIsInternal(name != null && TopicNames.internal(name))
        .setTopicAuthorizedOperations(
            name != null && withTopicOperations
                ? AuthorizedOperations.TOPIC
                : AuthorizedOperations.OMITTED);
  }

  private MetadataResponsePartition partition(PartitionImage partition) {
    Optional<Leadership> leader = catalog.leader(partition);
    List<Integer> replicas = new ArrayList<>(catalog.replicas(partition));
    List<Integer> offline = catalog.offline(partition);
    WireError error = leader.isPresent() ? WireError.NONE : WireError.LEADER_NOT_AVAILABLE;
    if (version == 0 && !offline.isEmpty()) {
      // Its clients look every replica up among the brokers and stumble over one that is not there.
      replicas.removeAll(offline);
      error = leader.isPresent() ? WireError.REPLICA_NOT_AVAILABLE : error;
    }
    return new MetadataResponsePartition()
        .setErrorCode(error.code())
        .setPartitionIndex(partition.id().index())
        .setLeaderId(leader.map(l -> l.leader().value()).orElse(NOBODY))
        .setLeaderEpoch(leader.map(Leadership::epoch).orElse(partition.epoch()))
        .setReplicaNodes(replicas)
        .setIsrNodes(catalog.inStep(partition))
        .setOfflineReplicas(offline);
  }
}
