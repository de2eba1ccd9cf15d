package io.dure.broker;

import io.dure.metadata.ClusterImage;
import io.dure.metadata.TopicImage;
import io.dure.runtime.Partitions;
import io.dure.runtime.Partitions.Copy;
import io.dure.runtime.Partitions.Failure;
import io.dure.wire.WireError;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.apache.kafka.common.message.DescribeLogDirsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsRequestData.DescribableLogDirTopic;
import org.apache.kafka.common.message.DescribeLogDirsResponseData;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsPartition;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsResult;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsTopic;

/**
 * DescribeLogDirs (API key 35): what each partition takes on this node's disk. A node has one data
 * folder, so nothing ever moves between folders.
 */
public final class DescribeLogDirsHandler
    implements Handler<DescribeLogDirsRequestData, DescribeLogDirsResponseData> {
  private final Cluster cluster;
  private final Partitions partitions;
  private final DataVolume volume;

  public DescribeLogDirsHandler(Cluster cluster, Partitions partitions, DataVolume volume) {
    this.cluster = cluster;
    this.partitions = partitions;
    this.volume = volume;
  }

  @Override
  public void handle(
      DescribeLogDirsRequestData request,
      RequestContext context,
      Reply<DescribeLogDirsResponseData> reply) {
    partitions.copies(
        context.loop(),
        copies ->
            partitions.failures(
                context.loop(), failures -> reply.send(response(request, copies, failures))));
  }

  private DescribeLogDirsResponseData response(
      DescribeLogDirsRequestData request, List<Copy> copies, List<Failure> failures) {
    var folder =
        new DescribeLogDirsResult()
            .setErrorCode(WireError.NONE.code())
            .setLogDir(volume.path())
            .setTotalBytes(volume.totalBytes())
            .setUsableBytes(volume.usableBytes());
    topics(cluster.image(), request, copies).forEach((name, of) -> folder.topics().add(of));
    List<DescribeLogDirsResult> results = new ArrayList<>(List.of(folder));
    for (Failure failure : failures) {
      results.add(
          new DescribeLogDirsResult()
              .setErrorCode(WireError.KAFKA_STORAGE_ERROR.code())
              .setLogDir(volume.path() + "/" + failure.folder()));
    }
    return new DescribeLogDirsResponseData().setResults(results);
  }

  private static Map<String, DescribeLogDirsTopic> topics(
      ClusterImage image, DescribeLogDirsRequestData request, List<Copy> copies) {
    Map<String, DescribeLogDirsTopic> topics = new TreeMap<>();
    for (Copy copy : copies) {
      Optional<String> name = image.topic(copy.partition().topic()).map(TopicImage::name);
      if (name.isPresent() && wanted(request, name.get()).test(copy.partition().index())) {
        topics
            .computeIfAbsent(name.get(), topic -> new DescribeLogDirsTopic().setName(topic))
            .partitions()
            .add(
                new DescribeLogDirsPartition()
                    .setPartitionIndex(copy.partition().index())
                    .setPartitionSize(copy.sizeBytes())
                    .setOffsetLag(copy.lag()));
      }
    }
    return topics;
  }

  /** No list of topics asks for all; an empty one for none. */
  private static Predicate<Integer> wanted(DescribeLogDirsRequestData request, String topic) {
    if (request.topics() == null) {
      return _ -> true;
    }
    DescribableLogDirTopic named = request.topics().find(topic);
    return named == null ? _ -> false : named.partitions()::contains;
  }
}
