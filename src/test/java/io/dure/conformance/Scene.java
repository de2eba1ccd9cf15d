package io.dure.conformance;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor;
import org.apache.kafka.clients.consumer.internals.ConsumerProtocol;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicCollection;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocol;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocolCollection;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceDataCollection;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData.SyncGroupRequestAssignment;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.awaitility.Awaitility;

/**
 * A broker under examination with what a request may need there: topics with records, members,
 * producers. Knows which versions the broker announces and asks in the highest that both know. Used
 * by one thread.
 */
final class Scene implements AutoCloseable {
  /** Where a coordinator or leader is being found; the client's way is to ask again. */
  private static final Set<Errors> PASSING =
      Set.of(
          Errors.COORDINATOR_LOAD_IN_PROGRESS,
          Errors.COORDINATOR_NOT_AVAILABLE,
          Errors.NOT_COORDINATOR,
          Errors.CONCURRENT_TRANSACTIONS,
          Errors.LEADER_NOT_AVAILABLE,
          Errors.NOT_LEADER_OR_FOLLOWER);

  private static final Duration SETTLED_WITHIN = Duration.ofSeconds(10);

  private final Wire wire;
  private final String prefix;
  private final Map<ApiKeys, ApiVersionsResponseData.ApiVersion> announced = new TreeMap<>();
  private int names;

  /**
   * @param prefix of all names, so that several runs on one broker do not meet
   */
  Scene(String address, String prefix) {
    this.wire = new Wire(address);
    this.prefix = prefix;
    var versions =
        (ApiVersionsResponseData)
            wire.ask(ApiKeys.API_VERSIONS, 3, apiVersions()).orElseThrow().message();
    for (ApiVersionsResponseData.ApiVersion api : versions.apiKeys()) {
      if (ApiKeys.hasId(api.apiKey())) {
        announced.put(ApiKeys.forId(api.apiKey()), api);
      }
    }
    // Asking for a coordinator is what makes the topic of its state.
    findCoordinator((byte) 0);
    if (serves(ApiKeys.END_TXN)) {
      findCoordinator((byte) 1);
    }
  }

  private void findCoordinator(byte type) {
    ask(
        ApiKeys.FIND_COORDINATOR,
        new FindCoordinatorRequestData()
            .setKeyType(type)
            .setCoordinatorKeys(List.of(prefix + "coordinator")));
  }

  static ApiVersionsRequestData apiVersions() {
    return new ApiVersionsRequestData()
        .setClientSoftwareName("conformance")
        .setClientSoftwareVersion("1.0");
  }

  Wire wire() {
    return wire;
  }

  Map<ApiKeys, ApiVersionsResponseData.ApiVersion> announced() {
    return announced;
  }

  boolean serves(ApiKeys api) {
    return announced.containsKey(api);
  }

  /** The highest version that both sides know. */
  short latest(ApiKeys api) {
    return (short) Math.min(announced.get(api).maxVersion(), api.latestVersion());
  }

  /** A name that nothing has yet. */
  String fresh(String what) {
    return prefix + what + "-" + ++names;
  }

  /** Asks in the highest version until no error in the answer passes by itself. */
  @SuppressWarnings("unchecked")
  <R extends ApiMessage> R ask(ApiKeys api, ApiMessage body) {
    return (R) settled(api, latest(api), body).orElseThrow().message();
  }

  /** The answer once it holds no error that passes by itself; empty when the broker hangs up. */
  Optional<Wire.Answer> settled(ApiKeys api, int version, ApiMessage body) {
    return await(() -> wire.ask(api, version, body), Scene::isSettled);
  }

  static boolean isSettled(Optional<Wire.Answer> answer) {
    return answer
        .map(there ->
            there.fields().errors().stream()
                .noneMatch(code -> PASSING.contains(Errors.forCode(code))))
        .orElse(true);
  }

  private static <T> T await(Callable<T> look, java.util.function.Predicate<T> good) {
    return Awaitility.await()
        .pollInSameThread()
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(20))
        .atMost(SETTLED_WITHIN)
        .until(look, good::test);
  }

  // ---- topics and records

  record Topic(String name, Uuid id) {}

  /** A topic whose partitions all have their leader. */
  Topic topic(int partitions) {
    return topic(fresh("topic"), partitions);
  }

  Topic topic(String name, int partitions) {
    var topics = new CreatableTopicCollection();
    topics.add(
        new CreatableTopic()
            .setName(name)
            .setNumPartitions(partitions)
            .setReplicationFactor((short) 1));
    ask(
        ApiKeys.CREATE_TOPICS,
        new CreateTopicsRequestData().setTopics(topics).setTimeoutMs(20_000));
    var request =
        new MetadataRequestData()
            .setAllowAutoTopicCreation(false)
            .setTopics(List.of(new MetadataRequestTopic().setName(name)));
    MetadataResponseData metadata =
        await(
            () -> ask(ApiKeys.METADATA, request),
            now ->
                now.topics().find(name).partitions().size() == partitions
                    && now.topics().find(name).partitions().stream()
                        .allMatch(partition -> partition.leaderId() >= 0));
    return new Topic(name, metadata.topics().find(name).topicId());
  }

  /** A topic with so many records in its partition 0: k0=v0, k1=v1 and so on, a batch each. */
  Topic topicWithRecords(int partitions, int records) {
    Topic topic = topic(partitions);
    for (int i = 0; i < records; i++) {
      produce(topic, 0, records("k" + i, "v" + i));
    }
    return topic;
  }

  void produce(Topic topic, int partition, MemoryRecords records) {
    ask(ApiKeys.PRODUCE, produceRequest(latest(ApiKeys.PRODUCE), topic, partition, records));
  }

  /** In a transaction of the older kind, whose partitions were added before. */
  void produce(Producer producer, Topic topic, MemoryRecords records) {
    short version = (short) Math.min(11, latest(ApiKeys.PRODUCE));
    settled(
            ApiKeys.PRODUCE,
            version,
            produceRequest(version, topic, 0, records)
                .setTransactionalId(producer.transactionalId()))
        .orElseThrow();
  }

  static ProduceRequestData produceRequest(
      int version, Topic topic, int partition, MemoryRecords records) {
    var data =
        new TopicProduceData()
            .setPartitionData(
                List.of(new PartitionProduceData().setIndex(partition).setRecords(records)));
    if (version >= 13) {
      data.setTopicId(topic.id());
    } else {
      data.setName(topic.name());
    }
    var topics = new TopicProduceDataCollection();
    topics.add(data);
    return new ProduceRequestData().setAcks((short) -1).setTimeoutMs(20_000).setTopicData(topics);
  }

  static final long RECORD_TIME_MS = 1_700_000_000_000L;

  static MemoryRecords records(String key, String value) {
    return MemoryRecords.withRecords(
        Compression.NONE, new SimpleRecord(RECORD_TIME_MS, key.getBytes(), value.getBytes()));
  }

  // ---- groups

  record Member(String group, String id, int generation) {}

  /** The only member of a new stable group of consumers. */
  Member member() {
    return member(fresh("group"), "");
  }

  /**
   * @param instance of a static member; empty for none
   */
  Member member(String group, String instance) {
    JoinGroupRequestData join = join(group, "", instance);
    JoinGroupResponseData first = ask(ApiKeys.JOIN_GROUP, join);
    if (first.errorCode() == Errors.MEMBER_ID_REQUIRED.code()) {
      first = ask(ApiKeys.JOIN_GROUP, join.setMemberId(first.memberId()));
    }
    ask(
        ApiKeys.SYNC_GROUP,
        new SyncGroupRequestData()
            .setGroupId(group)
            .setGenerationId(first.generationId())
            .setMemberId(first.memberId())
            .setGroupInstanceId(instance.isEmpty() ? null : instance)
            .setProtocolType("consumer")
            .setProtocolName("range")
            .setAssignments(
                List.of(
                    new SyncGroupRequestAssignment()
                        .setMemberId(first.memberId())
                        .setAssignment(new byte[] {1, 2, 3}))));
    return new Member(group, first.memberId(), first.generationId());
  }

  static JoinGroupRequestData join(String group, String member, String instance) {
    ByteBuffer subscription =
        ConsumerProtocol.serializeSubscription(
            new ConsumerPartitionAssignor.Subscription(List.of("some-topic")));
    byte[] metadata = new byte[subscription.remaining()];
    subscription.get(metadata);
    var protocols = new JoinGroupRequestProtocolCollection();
    protocols.add(new JoinGroupRequestProtocol().setName("range").setMetadata(metadata));
    return new JoinGroupRequestData()
        .setGroupId(group)
        .setMemberId(member)
        .setGroupInstanceId(instance.isEmpty() ? null : instance)
        .setSessionTimeoutMs(30_000)
        .setRebalanceTimeoutMs(30_000)
        .setProtocolType("consumer")
        .setProtocols(protocols);
  }

  // ---- producers

  record Producer(String transactionalId, long id, short epoch) {}

  Producer transactional() {
    return transactional(fresh("txn"));
  }

  Producer transactional(String transactionalId) {
    InitProducerIdResponseData given =
        ask(
            ApiKeys.INIT_PRODUCER_ID,
            new InitProducerIdRequestData()
                .setTransactionalId(transactionalId)
                .setTransactionTimeoutMs(60_000));
    return new Producer(transactionalId, given.producerId(), given.producerEpoch());
  }

  static MemoryRecords transactionalRecords(Producer producer, int sequence, String value) {
    return MemoryRecords.withTransactionalRecords(
        Compression.NONE,
        producer.id(),
        producer.epoch(),
        sequence,
        new SimpleRecord(RECORD_TIME_MS, value.getBytes()));
  }

  @Override
  public void close() {
    wire.close();
  }
}
