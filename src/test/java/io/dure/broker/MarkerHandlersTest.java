package io.dure.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.base.PartitionId;
import io.dure.base.TopicId;
import io.dure.log.ProducerState;
import io.dure.log.TxnMarker;
import io.dure.wire.WireError;
import java.util.List;
import org.apache.kafka.common.message.DescribeProducersRequestData;
import org.apache.kafka.common.message.DescribeProducersRequestData.TopicRequest;
import org.apache.kafka.common.message.DescribeProducersResponseData;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData.WritableTxnMarker;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData.WritableTxnMarkerTopic;
import org.apache.kafka.common.message.WriteTxnMarkersResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ending transactions on partitions, and looking for those that hang. */
class MarkerHandlersTest {
  private final FakeCluster cluster = new FakeCluster();
  private final FakePartitions partitions = new FakePartitions();

  @BeforeEach
  void aTopicOfWhichTheFirstPartitionIsLedHere() {
    TopicId topic = cluster.topic("t", 2);
    partitions.lead(new PartitionId(topic, 0), 5);
  }

  private static WritableTxnMarker marker(long producer, String topic, Integer... partitions) {
    return new WritableTxnMarker()
        .setProducerId(producer)
        .setProducerEpoch((short) 3)
        .setCoordinatorEpoch(8)
        .setTransactionResult(true)
        .setTopics(
            List.of(
                new WritableTxnMarkerTopic()
                    .setName(topic)
                    .setPartitionIndexes(List.of(partitions))));
  }

  private WriteTxnMarkersResponseData write(int version, WritableTxnMarker... markers) {
    var reply = new FakeReply<WriteTxnMarkersResponseData>(ApiKeys.WRITE_TXN_MARKERS, version);
    new WriteTxnMarkersHandler(cluster, partitions)
        .handle(
            new WriteTxnMarkersRequestData().setMarkers(List.of(markers)),
            cluster.request(version),
            reply);
    cluster.loop.turn();
    return reply.get();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void eachPartitionIsToldForItself(int version) {
    var response = write(version, marker(7, "t", 0, 1, 9), marker(8, "nobody", 0));

    assertThat(response.markers()).hasSize(2);
    var of = response.markers().getFirst();
    assertThat(of.producerId()).isEqualTo(7);
    assertThat(of.topics().getFirst().partitions())
        .extracting(p -> WireError.of(p.errorCode()))
        .containsExactly(
            WireError.NONE, WireError.NOT_LEADER_OR_FOLLOWER, WireError.UNKNOWN_TOPIC_OR_PARTITION);
    assertThat(response.markers().getLast().topics().getFirst().partitions())
        .extracting(p -> WireError.of(p.errorCode()))
        .containsExactly(WireError.UNKNOWN_TOPIC_OR_PARTITION);
    assertThat(partitions.markers).contains(new TxnMarker(7, (short) 3, 8, true, (short) 0));
  }

  @Test
  void theTransactionVersionComesWithVersionTwo() {
    write(2, marker(7, "t", 0).setTransactionVersion((byte) 2));

    assertThat(partitions.markers).containsExactly(new TxnMarker(7, (short) 3, 8, true, (short) 2));
  }

  @Test
  void aMarkerForAnotherLeadershipIsRefused() {
    WritableTxnMarker late = marker(7, "t", 0);
    MarkerEpochs.put(late.topics().getFirst(), List.of(4));
    WritableTxnMarker inTime = marker(8, "t", 0);
    MarkerEpochs.put(inTime.topics().getFirst(), List.of(5));

    var response = write(2, late, inTime);

    assertThat(
            response.markers().getFirst().topics().getFirst().partitions().getFirst().errorCode())
        .isEqualTo(WireError.NOT_LEADER_OR_FOLLOWER.code());
    assertThat(response.markers().getLast().topics().getFirst().partitions().getFirst().errorCode())
        .isZero();
  }

  @Test
  void severalMarkersOfOneProducerComeInOneAnswer() {
    assertThat(write(2, marker(7, "t", 0), marker(7, "nobody", 0)).markers())
        .singleElement()
        .satisfies(of -> assertThat(of.topics()).hasSize(2));
    assertThat(write(2).markers()).isEmpty();
  }

  @Test
  void producersAreDescribedWithTheirOpenTransactions() {
    partitions.producers = List.of(new ProducerState(7, (short) 3, 11, 1_000, 8, 2));
    var topics = new DescribeProducersRequestData();
    topics.topics().add(new TopicRequest().setName("t").setPartitionIndexes(List.of(0, 1, 2)));
    var reply = new FakeReply<DescribeProducersResponseData>(ApiKeys.DESCRIBE_PRODUCERS, 0);

    new DescribeProducersHandler(cluster, partitions).handle(topics, cluster.request(0), reply);
    cluster.loop.turn();

    var found = reply.get().topics().getFirst().partitions();
    assertThat(found.getFirst().activeProducers())
        .singleElement()
        .satisfies(p -> {
          assertThat(p.producerId()).isEqualTo(7);
          assertThat(p.producerEpoch()).isEqualTo(3);
          assertThat(p.lastSequence()).isEqualTo(11);
          assertThat(p.lastTimestamp()).isEqualTo(1_000);
          assertThat(p.coordinatorEpoch()).isEqualTo(8);
          assertThat(p.currentTxnStartOffset()).isEqualTo(2);
        });
    assertThat(found.get(1).errorCode()).isEqualTo(WireError.NOT_LEADER_OR_FOLLOWER.code());
    assertThat(found.get(2).errorCode()).isEqualTo(WireError.UNKNOWN_TOPIC_OR_PARTITION.code());
  }
}
