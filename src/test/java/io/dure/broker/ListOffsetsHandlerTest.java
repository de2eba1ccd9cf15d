package io.dure.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.base.PartitionId;
import io.dure.base.TopicId;
import io.dure.wire.WireError;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsPartitionResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ListOffsetsHandlerTest {
  private final FakeCluster cluster = new FakeCluster();
  private final FakePartitions partitions = new FakePartitions();
  private TopicId topic = TopicId.ZERO;

  @BeforeEach
  void aTopicWithFiveRecordsHere() {
    topic = cluster.topic("t", 2);
    partitions.lead(new PartitionId(topic, 0), 5);
  }

  private ListOffsetsPartitionResponse ask(long timestamp, int version) {
    return ask("t", List.of(new ListOffsetsPartition().setTimestamp(timestamp)), version);
  }

  private ListOffsetsPartitionResponse ask(
      String topic, List<ListOffsetsPartition> asked, int version) {
    var request =
        new ListOffsetsRequestData()
            .setReplicaId(-1)
            .setTopics(List.of(new ListOffsetsTopic().setName(topic).setPartitions(asked)));
    var reply = new FakeReply<ListOffsetsResponseData>(ApiKeys.LIST_OFFSETS, version);
    new ListOffsetsHandler(cluster, partitions).handle(request, cluster.request(version), reply);
    cluster.loop.turn();
    return reply.get().topics().getFirst().partitions().getFirst();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11})
  void tellsStartAndEndInEveryVersion(int version) {
    assertThat(ask(ListOffsetsHandler.EARLIEST, version).offset()).isZero();
    ListOffsetsPartitionResponse latest = ask(ListOffsetsHandler.LATEST, version);
    assertThat(latest.offset()).isEqualTo(5);
    assertThat(latest.timestamp()).isEqualTo(-1);
    assertThat(latest.leaderEpoch()).isEqualTo(version >= 4 ? 5 : -1);
  }

  @Test
  void findsTheFirstRecordAtOrAfterATime() {
    ListOffsetsPartitionResponse found = ask(1_003, 7);

    assertThat(found.offset()).isEqualTo(3);
    assertThat(found.timestamp()).isEqualTo(1_003);
    assertThat(ask(9_999, 7).offset()).isEqualTo(-1);
    assertThat(ask(9_999, 7).errorCode()).isZero();
  }

  @Test
  void specialTimestampsNeedTheVersionThatBroughtThem() {
    assertThat(ask(ListOffsetsHandler.MAX_TIMESTAMP, 7).offset()).isEqualTo(4);
    assertThat(ask(ListOffsetsHandler.MAX_TIMESTAMP, 6).errorCode())
        .isEqualTo(WireError.UNSUPPORTED_VERSION.code());
    assertThat(ask(ListOffsetsHandler.EARLIEST_LOCAL, 8).offset()).isZero();
    assertThat(ask(ListOffsetsHandler.EARLIEST_LOCAL, 7).errorCode())
        .isEqualTo(WireError.UNSUPPORTED_VERSION.code());
    assertThat(ask(-99, 11).errorCode()).isEqualTo(WireError.UNSUPPORTED_VERSION.code());
  }

  @Test
  void aReaderOfCommittedTransactionsIsToldWhatIsStable() {
    partitions.stabilize(new PartitionId(topic, 0), 2);

    var request =
        new ListOffsetsRequestData()
            .setReplicaId(-1)
            .setIsolationLevel((byte) 1)
            .setTopics(
                List.of(
                    new ListOffsetsTopic()
                        .setName("t")
                        .setPartitions(
                            List.of(
                                new ListOffsetsPartition()
                                    .setTimestamp(ListOffsetsHandler.LATEST)))));
    var reply = new FakeReply<ListOffsetsResponseData>(ApiKeys.LIST_OFFSETS, 2);
    new ListOffsetsHandler(cluster, partitions).handle(request, cluster.request(2), reply);
    cluster.loop.turn();

    assertThat(reply.get().topics().getFirst().partitions().getFirst().offset()).isEqualTo(2);
    assertThat(ask(ListOffsetsHandler.LATEST, 2).offset()).isEqualTo(5);
  }

  @Test
  void nothingIsTiered() {
    assertThat(ask(ListOffsetsHandler.LATEST_TIERED, 9).offset()).isEqualTo(-1);
    assertThat(ask(ListOffsetsHandler.EARLIEST_PENDING_UPLOAD, 11).errorCode()).isZero();
  }

  @Test
  void whatIsNotThereOrNotLedHereIsTold() {
    assertThat(ask("nobody", List.of(new ListOffsetsPartition()), 7).errorCode())
        .isEqualTo(WireError.UNKNOWN_TOPIC_OR_PARTITION.code());
    assertThat(ask("t", List.of(new ListOffsetsPartition().setPartitionIndex(1)), 7).errorCode())
        .isEqualTo(WireError.NOT_LEADER_OR_FOLLOWER.code());
    assertThat(
            ask("t", List.of(new ListOffsetsPartition(), new ListOffsetsPartition()), 7)
                .errorCode())
        .isEqualTo(WireError.INVALID_REQUEST.code());
  }

  @Test
  void anEndThatIsNotKnownYetIsToldInAWordThatTheVersionHas() {
    partitions.failing = Optional.of(WireError.OFFSET_NOT_AVAILABLE);

    assertThat(ask(ListOffsetsHandler.LATEST, 5).errorCode())
        .isEqualTo(WireError.OFFSET_NOT_AVAILABLE.code());
    assertThat(ask(ListOffsetsHandler.LATEST, 4).errorCode())
        .isEqualTo(WireError.LEADER_NOT_AVAILABLE.code());
  }
}
