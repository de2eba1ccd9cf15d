package io.dure.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.base.PartitionId;
import io.dure.base.TopicId;
import io.dure.wire.WireError;
import java.util.List;
import org.apache.kafka.common.message.DescribeLogDirsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsRequestData.DescribableLogDirTopic;
import org.apache.kafka.common.message.DescribeLogDirsRequestData.DescribableLogDirTopicCollection;
import org.apache.kafka.common.message.DescribeLogDirsResponseData;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsPartition;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What lies on a node's disk, as told to those who ask. */
class DescribeLogDirsTest {
  private final FakeCluster cluster = new FakeCluster();
  private final FakePartitions partitions = new FakePartitions();

  @BeforeEach
  void twoPartitionsOfOneTopicAndOneOfAnother() {
    TopicId orders = cluster.topic("orders", 2);
    partitions.lead(new PartitionId(orders, 0), 5);
    partitions.lead(new PartitionId(orders, 1), 7);
    partitions.lead(new PartitionId(cluster.topic("bills", 1), 0), 1);
  }

  private DescribeLogDirsResult ask(DescribeLogDirsRequestData request, int version) {
    List<DescribeLogDirsResult> results = askAll(request, version);
    assertThat(results).hasSize(1);
    return results.getFirst();
  }

  private List<DescribeLogDirsResult> askAll(DescribeLogDirsRequestData request, int version) {
    var reply = new FakeReply<DescribeLogDirsResponseData>(ApiKeys.DESCRIBE_LOG_DIRS, version);
    new DescribeLogDirsHandler(cluster, partitions, new FakeVolume())
        .handle(request, cluster.request(version), reply);
    cluster.loop.turn();
    return reply.get().results();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5})
  void withoutAListAllIsToldWithItsSize(int version) {
    DescribeLogDirsResult folder = ask(new DescribeLogDirsRequestData().setTopics(null), version);

    assertThat(folder.logDir()).isEqualTo("/data");
    assertThat(folder.topics()).extracting(t -> t.name()).containsExactly("bills", "orders");
    assertThat(folder.topics().getLast().partitions())
        .extracting(DescribeLogDirsPartition::partitionSize)
        .containsExactlyInAnyOrder(50L, 70L);
    if (version >= 4) {
      assertThat(folder.totalBytes()).isEqualTo(1_000);
      assertThat(folder.usableBytes()).isEqualTo(600);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5})
  void onlyThePartitionsNamedAreTold(int version) {
    var topics = new DescribableLogDirTopicCollection();
    topics.add(new DescribableLogDirTopic().setTopic("orders").setPartitions(List.of(1, 9)));
    topics.add(new DescribableLogDirTopic().setTopic("nowhere").setPartitions(List.of(0)));

    DescribeLogDirsResult folder = ask(new DescribeLogDirsRequestData().setTopics(topics), version);

    assertThat(folder.topics())
        .singleElement()
        .satisfies(t -> {
          assertThat(t.name()).isEqualTo("orders");
          assertThat(t.partitions())
              .singleElement()
              .satisfies(p -> assertThat(p.partitionIndex()).isEqualTo(1));
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5})
  void anEmptyListAsksForNothing(int version) {
    assertThat(ask(new DescribeLogDirsRequestData(), version).topics()).isEmpty();
  }

  @Test
  void aReplicaThatTheDiskFailedUnderIsAFolderOfItsOwnWithAnError() {
    partitions.failed(new PartitionId(cluster.topic("lost", 1), 0), "lost-0");

    List<DescribeLogDirsResult> all = askAll(new DescribeLogDirsRequestData().setTopics(null), 5);

    assertThat(all).hasSize(2);
    assertThat(all.getFirst().errorCode()).isZero();
    assertThat(all.getLast().logDir()).isEqualTo("/data/lost-0");
    assertThat(all.getLast().errorCode()).isEqualTo(WireError.KAFKA_STORAGE_ERROR.code());
  }
}
