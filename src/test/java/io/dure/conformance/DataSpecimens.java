package io.dure.conformance;

import static io.dure.conformance.Scene.records;
import static org.assertj.core.api.Assertions.assertThat;

import io.dure.conformance.Scene.Topic;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsPartition;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsTopic;
import org.apache.kafka.common.message.DeleteRecordsResponseData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderPartition;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderTopic;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderTopicCollection;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceDataCollection;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** Produce, Fetch and what else looks into a log. */
final class DataSpecimens {
  private DataSpecimens() {}

  static void addTo(Map<ApiKeys, List<Specimen>> all) {
    all.put(ApiKeys.PRODUCE, produce());
    all.put(ApiKeys.FETCH, fetch());
    all.put(ApiKeys.LIST_OFFSETS, listOffsets());
    all.put(ApiKeys.OFFSET_FOR_LEADER_EPOCH, offsetForLeaderEpoch());
    all.put(ApiKeys.DELETE_RECORDS, deleteRecords());
  }

  private static List<Specimen> produce() {
    return List.of(
        Specimen.of(
            "nothing",
            (version, scene) ->
                new ProduceRequestData()
                    .setAcks((short) -1)
                    .setTimeoutMs(1_000)
                    .setTopicData(new TopicProduceDataCollection())),
        Specimen.of(
                "a record",
                (version, scene) ->
                    Scene.produceRequest(version, scene.topic(2), 1, records("k", "v")))
            .answering(
                ProduceResponseData.class,
                (version, answer) -> {
                  var partition =
                      answer.responses().iterator().next().partitionResponses().getFirst();
                  assertThat(partition.index()).isEqualTo(1);
                  assertThat(partition.baseOffset()).isEqualTo(0);
                  assertThat(partition.logStartOffset()).isEqualTo(version >= 5 ? 0 : -1);
                }),
        Specimen.of(
                "records of an idempotent producer, packed",
                (version, scene) -> {
                  Topic topic = scene.topicWithRecords(1, 2);
                  InitProducerIdResponseData producer =
                      scene.ask(
                          ApiKeys.INIT_PRODUCER_ID,
                          new InitProducerIdRequestData().setTransactionalId(null));
                  return Scene.produceRequest(
                      version,
                      topic,
                      0,
                      MemoryRecords.withIdempotentRecords(
                          Compression.gzip().build(),
                          producer.producerId(),
                          producer.producerEpoch(),
                          0,
                          new SimpleRecord(1L, "a".getBytes(), "b".getBytes()),
                          new SimpleRecord(2L, null, "c".getBytes())));
                })
            .answering(
                ProduceResponseData.class,
                (version, answer) ->
                    assertThat(
                            answer
                                .responses()
                                .iterator()
                                .next()
                                .partitionResponses()
                                .getFirst()
                                .baseOffset())
                        .isEqualTo(2)),
        Specimen.of(
            "acknowledged by the leader only",
            (version, scene) ->
                Scene.produceRequest(version, scene.topic(1), 0, records("k", "v"))
                    .setAcks((short) 1)),
        Specimen.of(
                "a wish that cannot be: 2 acknowledgements",
                (version, scene) ->
                    Scene.produceRequest(version, scene.topic(1), 0, records("k", "v"))
                        .setAcks((short) 2))
            .refusedWith(Errors.INVALID_REQUIRED_ACKS));
  }

  static FetchRequestData fetchRequest(int version, Topic topic, FetchPartition partition) {
    var asked = new FetchTopic().setPartitions(List.of(partition));
    if (version >= 13) {
      asked.setTopicId(topic.id());
    } else {
      asked.setTopic(topic.name());
    }
    return new FetchRequestData()
        .setMaxWaitMs(500)
        .setMinBytes(1)
        .setMaxBytes(1 << 20)
        .setTopics(List.of(asked));
  }

  private static List<Specimen> fetch() {
    return List.of(
        Specimen.of(
            "nothing",
            (version, scene) ->
                new FetchRequestData().setMaxWaitMs(0).setMinBytes(0).setMaxBytes(1_000)),
        Specimen.of(
                "records",
                (version, scene) ->
                    fetchRequest(
                        version,
                        scene.topicWithRecords(1, 3),
                        new FetchPartition()
                            .setFetchOffset(1)
                            .setPartitionMaxBytes(1 << 20)
                            .setCurrentLeaderEpoch(-1)))
            .answering(
                FetchResponseData.class,
                (version, answer) -> {
                  assertThat(answer.sessionId()).isEqualTo(0);
                  var partition = answer.responses().getFirst().partitions().getFirst();
                  assertThat(partition.highWatermark()).isEqualTo(3);
                  assertThat(partition.lastStableOffset()).isEqualTo(3);
                  assertThat(partition.logStartOffset()).isEqualTo(version >= 5 ? 0 : -1);
                  var records = (MemoryRecords) partition.records();
                  assertThat(records.records())
                      .extracting(record -> new String(bytes(record.value())))
                      .containsExactly("v1", "v2");
                }),
        Specimen.of(
            "committed transactions only, from behind the end",
            (version, scene) -> {
              var request =
                  fetchRequest(
                          version,
                          scene.topicWithRecords(1, 1),
                          new FetchPartition().setFetchOffset(1).setPartitionMaxBytes(1 << 20))
                      .setIsolationLevel((byte) 1)
                      .setMaxWaitMs(10);
              return version >= 11 ? request.setRackId("here") : request;
            }),
        Specimen.of(
                "beyond the end",
                (version, scene) ->
                    fetchRequest(
                        version,
                        scene.topicWithRecords(1, 1),
                        new FetchPartition().setFetchOffset(2).setPartitionMaxBytes(1 << 20)))
            .refusedWith(Errors.OFFSET_OUT_OF_RANGE));
  }

  static byte[] bytes(java.nio.ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }

  static ListOffsetsRequestData listOffsetsRequest(Topic topic, long timestamp) {
    return new ListOffsetsRequestData()
        .setReplicaId(-1)
        .setTopics(
            List.of(
                new ListOffsetsTopic()
                    .setName(topic.name())
                    .setPartitions(
                        List.of(
                            new ListOffsetsPartition()
                                .setPartitionIndex(0)
                                .setTimestamp(timestamp)))));
  }

  private static List<Specimen> listOffsets() {
    return List.of(
        Specimen.of("nothing", (version, scene) -> new ListOffsetsRequestData().setReplicaId(-1)),
        offset("the end", -1, 3, 1),
        offset("the beginning", -2, 0, 1),
        offset("the greatest timestamp", -3, 0, 7),
        offset("the beginning on this disk", -4, 0, 8),
        offset("the end of what was moved to a tier", -5, -1, 9),
        offset("by time", Scene.RECORD_TIME_MS, 0, 1),
        offset("by a time after all", Scene.RECORD_TIME_MS + 1, -1, 1),
        Specimen.of(
            "with everything that may be said",
            (version, scene) -> {
              ListOffsetsRequestData request = listOffsetsRequest(scene.topicWithRecords(1, 1), -1);
              if (version >= 2) {
                request.setIsolationLevel((byte) 1);
              }
              return version >= 10 ? request.setTimeoutMs(5_000) : request;
            }));
  }

  private static Specimen offset(String name, long timestamp, long expected, int sinceVersion) {
    return Specimen.of(
            name,
            (version, scene) ->
                listOffsetsRequest(
                    scene.topicWithRecords(1, 3), version >= sinceVersion ? timestamp : -1))
        .answering(
            ListOffsetsResponseData.class,
            (version, answer) ->
                assertThat(answer.topics().getFirst().partitions().getFirst().offset())
                    .isEqualTo(version >= sinceVersion ? expected : 3));
  }

  private static List<Specimen> offsetForLeaderEpoch() {
    return List.of(
        Specimen.of(
            "nothing", (version, scene) -> new OffsetForLeaderEpochRequestData().setReplicaId(-1)),
        Specimen.of(
                "a partition",
                (version, scene) -> {
                  var topics = new OffsetForLeaderTopicCollection();
                  topics.add(
                      new OffsetForLeaderTopic()
                          .setTopic(scene.topicWithRecords(1, 2).name())
                          .setPartitions(
                              List.of(
                                  new OffsetForLeaderPartition()
                                      .setPartition(0)
                                      .setLeaderEpoch(1_000_000)
                                      .setCurrentLeaderEpoch(-1))));
                  return new OffsetForLeaderEpochRequestData()
                      .setReplicaId(version >= 3 ? -1 : -2)
                      .setTopics(topics);
                })
            .answering(
                OffsetForLeaderEpochResponseData.class,
                (version, answer) -> {
                  var partition = answer.topics().iterator().next().partitions().getFirst();
                  assertThat(partition.endOffset()).as("of an epoch to come").isEqualTo(-1);
                  assertThat(partition.leaderEpoch()).isEqualTo(-1);
                }));
  }

  private static List<Specimen> deleteRecords() {
    return List.of(
        Specimen.of(
            "nothing", (version, scene) -> new DeleteRecordsRequestData().setTimeoutMs(1_000)),
        Specimen.of(
                "up to an offset",
                (version, scene) -> deleteRequest(scene.topicWithRecords(1, 3), 2))
            .answering(
                DeleteRecordsResponseData.class,
                (version, answer) ->
                    assertThat(
                            answer
                                .topics()
                                .iterator()
                                .next()
                                .partitions()
                                .iterator()
                                .next()
                                .lowWatermark())
                        .isEqualTo(2)),
        Specimen.of(
                "more than there is",
                (version, scene) -> deleteRequest(scene.topicWithRecords(1, 3), 4))
            .refusedWith(Errors.OFFSET_OUT_OF_RANGE),
        Specimen.of(
                "of a topic that does not exist",
                (version, scene) ->
                    deleteRequest(new Topic(scene.fresh("none"), Uuid.ZERO_UUID), 0))
            .refusedWith(Errors.UNKNOWN_TOPIC_OR_PARTITION));
  }

  private static DeleteRecordsRequestData deleteRequest(Topic topic, long before) {
    return new DeleteRecordsRequestData()
        .setTimeoutMs(20_000)
        .setTopics(
            List.of(
                new DeleteRecordsTopic()
                    .setName(topic.name())
                    .setPartitions(
                        List.of(
                            new DeleteRecordsPartition().setPartitionIndex(0).setOffset(before)))));
  }
}
