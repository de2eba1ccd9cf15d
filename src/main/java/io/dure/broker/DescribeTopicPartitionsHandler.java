package io.dure.broker;

import io.dure.metadata.PartitionImage;
import io.dure.metadata.TopicImage;
import io.dure.runtime.Partitions.Leadership;
import io.dure.wire.WireError;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData.Cursor;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData.DescribeTopicPartitionsResponsePartition;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData.DescribeTopicPartitionsResponseTopic;

/**
 * DescribeTopicPartitions (API key 75): topics in pages of partitions, by name. No topic named: all
 * of them.
 *
 * <p>A page ends after {@value #MAX_PARTITIONS} partitions or what the client allows; the cursor
 * names the first partition that did not fit, whether or not it still exists when the next page is
 * asked for.
 */
public final class DescribeTopicPartitionsHandler
    implements Handler<DescribeTopicPartitionsRequestData, DescribeTopicPartitionsResponseData> {
  static final int MAX_PARTITIONS = 2_000;

  private final Cluster cluster;

  public DescribeTopicPartitionsHandler(Cluster cluster) {
    this.cluster = cluster;
  }

  @Override
  public void handle(
      DescribeTopicPartitionsRequestData request,
      RequestContext context,
      Reply<DescribeTopicPartitionsResponseData> reply) {
    DescribeTopicPartitionsRequestData.Cursor cursor = request.cursor();
    if (cursor != null && !isGood(cursor, request)) {
      // The response has room for an error only beside a topic.
      DescribeTopicPartitionsResponseData nothing = new DescribeTopicPartitionsResponseData();
      request
          .topics()
          .forEach(topic ->
              nothing
                  .topics()
                  .add(
                      unknown(topic.name(), WireError.INVALID_REQUEST)
                          .setTopicAuthorizedOperations(AuthorizedOperations.OMITTED)));
      reply.send(nothing);
      return;
    }
    TopicCatalog catalog = TopicCatalog.of(cluster);
    String from = cursor == null ? "" : cursor.topicName();
    var page = new Page(Math.max(1, Math.min(MAX_PARTITIONS, request.responsePartitionLimit())));
    for (String name : names(request, catalog)) {
      if (name.compareTo(from) < 0) {
        continue;
      }
      int first = cursor != null && name.equals(from) ? cursor.partitionIndex() : 0;
      if (!page.add(catalog, name, first, !request.topics().isEmpty())) {
        break;
      }
    }
    reply.send(page.response);
  }

  /** Who names topics goes on at one of them. */
  private static boolean isGood(
      DescribeTopicPartitionsRequestData.Cursor cursor,
      DescribeTopicPartitionsRequestData request) {
    return cursor.partitionIndex() >= 0
        && (request.topics().isEmpty()
            || request.topics().stream().anyMatch(t -> t.name().equals(cursor.topicName())));
  }

  private static Collection<String> names(
      DescribeTopicPartitionsRequestData request, TopicCatalog catalog) {
    if (request.topics().isEmpty()) {
      return catalog.image().topics().stream().map(TopicImage::name).toList();
    }
    var names = new TreeSet<String>();
    request.topics().forEach(topic -> names.add(topic.name()));
    return names;
  }

  private static DescribeTopicPartitionsResponseTopic unknown(String name, WireError error) {
    return new DescribeTopicPartitionsResponseTopic()
        .setErrorCode(error.code())
        .setName(name)
        .setIsInternal(TopicNames.internal(name))
        .setTopicAuthorizedOperations(AuthorizedOperations.TOPIC);
  }

  /** One answer being filled. */
  private static final class Page {
    private final DescribeTopicPartitionsResponseData response =
        new DescribeTopicPartitionsResponseData();
    private int left;

    private Page(int limit) {
      this.left = limit;
    }

    /** Returns false when the page is full; the cursor is set then. */
    private boolean add(TopicCatalog catalog, String name, int first, boolean namedByClient) {
      if (left == 0) {
        response.setNextCursor(new Cursor().setTopicName(name).setPartitionIndex(first));
        return false;
      }
      Optional<TopicImage> found = catalog.image().topic(name);
      if (found.isEmpty()) {
        if (namedByClient) {
          response
              .topics()
              .add(
                  unknown(
                      name,
                      TopicNames.valid(name)
                          ? WireError.UNKNOWN_TOPIC_OR_PARTITION
                          : WireError.INVALID_TOPIC_EXCEPTION));
        }
        return true;
      }
      TopicImage topic = found.get();
      int count = topic.partitions().size();
      int end = (int) Math.min(count, (long) first + left);
      var into =
          new DescribeTopicPartitionsResponseTopic()
              .setName(name)
              .setTopicId(Ids.wire(topic.id()))
              .setIsInternal(topic.internal())
              .setTopicAuthorizedOperations(AuthorizedOperations.TOPIC);
      for (int index = first; index < end; index++) {
        into.partitions().add(described(catalog, topic.partitions().get(index)));
      }
      response.topics().add(into);
      left -= Math.max(0, end - first);
      if (end < count) {
        response.setNextCursor(new Cursor().setTopicName(name).setPartitionIndex(end));
        return false;
      }
      return true;
    }

    private static DescribeTopicPartitionsResponsePartition described(
        TopicCatalog catalog, PartitionImage partition) {
      Optional<Leadership> leader = catalog.leader(partition);
      return new DescribeTopicPartitionsResponsePartition()
          .setErrorCode(
              (leader.isPresent() ? WireError.NONE : WireError.LEADER_NOT_AVAILABLE).code())
          .setPartitionIndex(partition.id().index())
          .setLeaderId(leader.map(l -> l.leader().value()).orElse(-1))
          .setLeaderEpoch(leader.map(Leadership::epoch).orElse(partition.epoch()))
          .setReplicaNodes(catalog.replicas(partition))
          .setIsrNodes(catalog.inStep(partition))
          .setEligibleLeaderReplicas(List.of())
          .setLastKnownElr(List.of())
          .setOfflineReplicas(catalog.offline(partition));
    }
  }
}
