package io.dure.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.base.PartitionId;
import io.dure.base.TopicId;
import io.dure.metadata.MetadataRecord;
import io.dure.wire.WireError;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProduceHandlerTest {
  private final FakeCluster cluster = new FakeCluster();
  private final FakePartitions partitions = new FakePartitions();
  private TopicId topic = TopicId.ZERO;

  @BeforeEach
  void aTopicOfThreePartitionsOfWhichTheFirstIsLedHere() {
    topic = cluster.topic("t", 3);
    partitions.lead(new PartitionId(topic, 0), 7);
  }

  private FakeReply<ProduceResponseData> start(ProduceRequestData request, int version) {
    var reply = new FakeReply<ProduceResponseData>(ApiKeys.PRODUCE, version);
    new ProduceHandler(cluster, partitions, BrokerSettings.DEFAULT, TransactionGate.closed())
        .handle(request, cluster.request(version), reply);
    cluster.loop.turn();
    return reply;
  }

  private PartitionProduceResponse ask(ProduceRequestData request, int version) {
    ProduceResponseData response = start(request, version).get();
    return response.responses().iterator().next().partitionResponses().getFirst();
  }

  private static MemoryRecords batch() {
    return MemoryRecords.withRecords(Compression.NONE, new SimpleRecord("v".getBytes()));
  }

  private ProduceRequestData produce(int version, int partition, BaseRecords records) {
    var data = new PartitionProduceData().setIndex(partition).setRecords(records);
    var of = new TopicProduceData().setPartitionData(List.of(data));
    if (version >= 13) {
      of.setTopicId(Ids.wire(topic));
    } else {
      of.setName("t");
    }
    var request = new ProduceRequestData().setAcks((short) -1).setTimeoutMs(1_000);
    request.topicData().add(of);
    return request;
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13})
  void appendsAndTellsTheOffsetInEveryVersion(int version) {
    PartitionProduceResponse answer = ask(produce(version, 0, batch()), version);

    assertThat(answer.errorCode()).isZero();
    assertThat(answer.baseOffset()).isEqualTo(7);
    assertThat(answer.logAppendTimeMs()).isEqualTo(-1);
    assertThat(answer.logStartOffset()).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 9, 10, 13})
  void aFollowerAppendsNothingAndNamesTheLeader(int version) {
    ProduceResponseData response = start(produce(version, 1, batch()), version).get();

    PartitionProduceResponse answer =
        response.responses().iterator().next().partitionResponses().getFirst();
    assertThat(answer.errorCode()).isEqualTo(WireError.NOT_LEADER_OR_FOLLOWER.code());
    assertThat(answer.currentLeader().leaderId()).isEqualTo(version >= 10 ? 2 : -1);
    if (version >= 10) {
      assertThat(response.nodeEndpoints().find(2).host()).isEqualTo("host2");
    }
    assertThat(partitions.appended).isEmpty();
  }

  @Test
  void acknowledgementsThatNobodyKnowsAreRefused() {
    assertThat(ask(produce(9, 0, batch()).setAcks((short) 2), 9).errorCode())
        .isEqualTo(WireError.INVALID_REQUIRED_ACKS.code());
    assertThat(partitions.appended).isEmpty();
  }

  @Test
  void oneAcknowledgementIsAsGoodAsAll() {
    assertThat(ask(produce(9, 0, batch()).setAcks((short) 1), 9).errorCode()).isZero();
  }

  @Test
  void withoutAcknowledgementThereIsNoAnswer() {
    var reply = start(produce(9, 0, batch()).setAcks((short) 0), 9);

    assertThat(reply.isSilent()).isTrue();
    assertThat(partitions.appended).hasSize(1);
  }

  @Test
  void aFailureWithoutAcknowledgementClosesTheConnection() {
    var reply = start(produce(9, 1, batch()).setAcks((short) 0), 9);

    assertThat(reply.hungUp()).hasValueSatisfying(why -> assertThat(why).contains("t-1"));
  }

  @Test
  void unknownTopicsAndPartitionsAreTold() {
    ProduceRequestData byName = produce(12, 0, batch());
    byName.topicData().clear();
    byName
        .topicData()
        .add(
            new TopicProduceData()
                .setName("nobody")
                .setPartitionData(
                    List.of(new PartitionProduceData().setIndex(0).setRecords(batch()))));
    ProduceRequestData byId = produce(13, 0, batch());
    byId.topicData().iterator().next().setTopicId(new Uuid(9, 9));

    assertThat(ask(byName, 12).errorCode()).isEqualTo(WireError.UNKNOWN_TOPIC_OR_PARTITION.code());
    assertThat(ask(byId, 13).errorCode()).isEqualTo(WireError.UNKNOWN_TOPIC_ID.code());
    assertThat(ask(produce(12, 3, batch()), 12).errorCode())
        .isEqualTo(WireError.UNKNOWN_TOPIC_OR_PARTITION.code());
  }

  @Test
  void aBatchLargerThanItsTopicAllowsIsRefused() {
    cluster.write(
        new MetadataRecord.TopicConfigured(topic, "max.message.bytes", Optional.of("20")));

    PartitionProduceResponse answer = ask(produce(9, 0, batch()), 9);

    assertThat(answer.errorCode()).isEqualTo(WireError.MESSAGE_TOO_LARGE.code());
    assertThat(answer.errorMessage()).contains("max.message.bytes");
    assertThat(partitions.appended).isEmpty();
  }

  @Test
  void recordsInAShapeThatTheVersionDoesNotHaveAreRefused() {
    assertThat(ask(produce(9, 0, null), 9).errorCode()).isEqualTo(WireError.INVALID_RECORD.code());
    assertThat(ask(produce(9, 0, MemoryRecords.EMPTY), 9).errorCode())
        .isEqualTo(WireError.INVALID_RECORD.code());
    MemoryRecords old =
        MemoryRecords.withRecords(
            RecordBatch.MAGIC_VALUE_V1, Compression.NONE, new SimpleRecord("v".getBytes()));
    assertThat(ask(produce(9, 0, old), 9).errorCode()).isEqualTo(WireError.INVALID_RECORD.code());
    MemoryRecords zstd =
        MemoryRecords.withRecords(Compression.zstd().build(), new SimpleRecord("v".getBytes()));
    assertThat(ask(produce(6, 0, zstd), 6).errorCode())
        .isEqualTo(WireError.UNSUPPORTED_COMPRESSION_TYPE.code());
    assertThat(ask(produce(7, 0, zstd), 7).errorCode()).isZero();
  }

  @Test
  void aBatchThatWasDamagedOnTheWayIsRefused() {
    MemoryRecords damaged = batch();
    damaged.buffer().put(damaged.sizeInBytes() - 1, (byte) 99);
    MemoryRecords cut = MemoryRecords.readableRecords(batch().buffer().slice(0, 65));

    assertThat(ask(produce(9, 0, damaged), 9).errorCode())
        .isEqualTo(WireError.CORRUPT_MESSAGE.code());
    assertThat(ask(produce(9, 0, cut), 9).errorCode()).isEqualTo(WireError.INVALID_RECORD.code());
  }

  @Test
  void aTimeTooFarAheadIsRefusedUnlessTheLogSetsTheTime() {
    long ahead = FakeCluster.WALL_MS + 3_600_001;
    MemoryRecords future =
        MemoryRecords.withRecords(Compression.NONE, new SimpleRecord(ahead, "v".getBytes()));
    assertThat(ask(produce(9, 0, future), 9).errorCode())
        .isEqualTo(WireError.INVALID_TIMESTAMP.code());
    String after = "message.timestamp.after.max.ms";
    cluster.write(new MetadataRecord.TopicConfigured(topic, after, Optional.of("3600001")));
    assertThat(ask(produce(9, 0, future), 9).errorCode()).isZero();
    cluster.write(new MetadataRecord.TopicConfigured(topic, after, Optional.empty()));

    cluster.write(
        new MetadataRecord.TopicConfigured(
            topic, "message.timestamp.type", Optional.of("LogAppendTime")));
    assertThat(ask(produce(9, 0, future), 9).errorCode()).isZero();
  }

  @Test
  void whatTheReplicasRefuseIsTold() {
    partitions.failing = Optional.of(WireError.NOT_ENOUGH_REPLICAS);

    assertThat(ask(produce(9, 0, batch()), 9).errorCode())
        .isEqualTo(WireError.NOT_ENOUGH_REPLICAS.code());
  }

  @Test
  void anEmptyRequestIsAnsweredEmpty() {
    assertThat(start(new ProduceRequestData().setAcks((short) -1), 9).get().responses()).isEmpty();
  }
}
