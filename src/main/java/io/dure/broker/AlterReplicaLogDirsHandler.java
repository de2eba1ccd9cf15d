package io.dure.broker;

import io.dure.base.PartitionId;
import io.dure.metadata.ClusterImage;
import io.dure.metadata.TopicImage;
import io.dure.runtime.Partitions;
import io.dure.runtime.Partitions.Copy;
import io.dure.wire.WireError;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.common.message.AlterReplicaLogDirsRequestData;
import org.apache.kafka.common.message.AlterReplicaLogDirsRequestData.AlterReplicaLogDir;
import org.apache.kafka.common.message.AlterReplicaLogDirsRequestData.AlterReplicaLogDirTopic;
import org.apache.kafka.common.message.AlterReplicaLogDirsResponseData;
import org.apache.kafka.common.message.AlterReplicaLogDirsResponseData.AlterReplicaLogDirPartitionResult;
import org.apache.kafka.common.message.AlterReplicaLogDirsResponseData.AlterReplicaLogDirTopicResult;

/**
 * AlterReplicaLogDirs (API key 34): moves replicas between a node's folders. A node has one, so a
 * replica is there already, or it is asked to go where no folder is.
 */
public final class AlterReplicaLogDirsHandler
    implements Handler<AlterReplicaLogDirsRequestData, AlterReplicaLogDirsResponseData> {
  private final Cluster cluster;
  private final Partitions partitions;
  private final DataVolume volume;

  public AlterReplicaLogDirsHandler(Cluster cluster, Partitions partitions, DataVolume volume) {
    this.cluster = cluster;
    this.partitions = partitions;
    this.volume = volume;
  }

  @Override
  public void handle(
      AlterReplicaLogDirsRequestData request,
      RequestContext context,
      Reply<AlterReplicaLogDirsResponseData> reply) {
    partitions.copies(
        context.loop(),
        copies ->
            reply.send(
                response(
                    request,
                    copies.stream().map(Copy::partition).collect(Collectors.toUnmodifiableSet()))));
  }

  private AlterReplicaLogDirsResponseData response(
      AlterReplicaLogDirsRequestData request, Set<PartitionId> here) {
    ClusterImage image = cluster.image();
    Map<String, AlterReplicaLogDirTopicResult> results = new LinkedHashMap<>();
    for (AlterReplicaLogDir dir : request.dirs()) {
      boolean isOurs = dir.path().equals(volume.path());
      for (AlterReplicaLogDirTopic topic : dir.topics()) {
        Optional<TopicImage> known = image.topic(topic.name());
        for (int index : topic.partitions()) {
          WireError error =
              isOurs
                  ? known
                      .map(t -> error(image, new PartitionId(t.id(), index), here))
                      .orElse(WireError.UNKNOWN_TOPIC_OR_PARTITION)
                  : WireError.LOG_DIR_NOT_FOUND;
          results
              .computeIfAbsent(
                  topic.name(), name -> new AlterReplicaLogDirTopicResult().setTopicName(name))
              .partitions()
              .add(
                  new AlterReplicaLogDirPartitionResult()
                      .setPartitionIndex(index)
                      .setErrorCode(error.code()));
        }
      }
    }
    var response = new AlterReplicaLogDirsResponseData();
    results.values().forEach(response.results()::add);
    return response;
  }

  private static WireError error(ClusterImage image, PartitionId id, Set<PartitionId> here) {
    if (here.contains(id)) {
      return WireError.NONE;
    }
    return image.partition(id).isPresent()
        ? WireError.NOT_LEADER_OR_FOLLOWER
        : WireError.UNKNOWN_TOPIC_OR_PARTITION;
  }
}
