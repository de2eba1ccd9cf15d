package io.dure.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.base.PartitionId;
import io.dure.base.TopicId;
import io.dure.metadata.MetadataRecord;
import io.dure.wire.Apis;
import io.dure.wire.WireError;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeClusterResponseData;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResult;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData.TopicRequest;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderPartition;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderTopic;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The APIs that only tell what is. */
class DescribeHandlersTest {
  private static final BrokerConfig PORT =
      new BrokerConfig("port", "9091", false, (byte) 3, "Where.");

  private final FakeCluster cluster = new FakeCluster();

  private <Q extends ApiMessage, R extends ApiMessage> R ask(
      ApiKeys api, Handler<Q, R> handler, Q request, int version) {
    var reply = new FakeReply<R>(api, version);
    handler.handle(request, cluster.request(version), reply);
    cluster.loop.turn();
    return reply.get();
  }

  private DescribeClusterResponseData cluster(DescribeClusterRequestData request, int version) {
    return ask(ApiKeys.DESCRIBE_CLUSTER, new DescribeClusterHandler(cluster), request, version);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void describesTheClusterInEveryVersion(int version) {
    cluster.die(3);

    DescribeClusterResponseData response = cluster(new DescribeClusterRequestData(), version);

    assertThat(response.clusterId()).hasSize(22);
    assertThat(response.controllerId()).isEqualTo(2);
    assertThat(response.brokers()).hasSize(2);
  }

  @Test
  void deadBrokersAreToldWhenAskedFor() {
    cluster.die(3);

    DescribeClusterResponseData response =
        cluster(new DescribeClusterRequestData().setIncludeFencedBrokers(true), 2);

    assertThat(response.brokers().find(3).isFenced()).isTrue();
    assertThat(response.brokers().find(2).isFenced()).isFalse();
  }

  @Test
  void thereAreNoSeparateControllers() {
    assertThat(cluster(new DescribeClusterRequestData().setEndpointType((byte) 2), 1).errorCode())
        .isEqualTo(WireError.MISMATCHED_ENDPOINT_TYPE.code());
    assertThat(cluster(new DescribeClusterRequestData().setEndpointType((byte) 9), 1).errorCode())
        .isEqualTo(WireError.UNSUPPORTED_ENDPOINT_TYPE.code());
  }

  private DescribeTopicPartitionsResponseData page(DescribeTopicPartitionsRequestData request) {
    return ask(
        ApiKeys.DESCRIBE_TOPIC_PARTITIONS, new DescribeTopicPartitionsHandler(cluster), request, 0);
  }

  @Test
  void pagesOfPartitionsFollowEachOtherWithoutGapOrRepetition() {
    cluster.topic("a", 3);
    cluster.topic("b", 1);
    cluster.topic("c", 2);
    List<String> seen = new ArrayList<>();
    var request = new DescribeTopicPartitionsRequestData().setResponsePartitionLimit(2);
    int pages = 0;
    while (true) {
      DescribeTopicPartitionsResponseData page = page(request);
      pages++;
      page.topics()
          .forEach(t -> t.partitions().forEach(p -> seen.add(t.name() + p.partitionIndex())));
      if (page.nextCursor() == null) {
        break;
      }
      request.setCursor(
          new DescribeTopicPartitionsRequestData.Cursor()
              .setTopicName(page.nextCursor().topicName())
              .setPartitionIndex(page.nextCursor().partitionIndex()));
    }

    assertThat(seen).containsExactly("a0", "a1", "a2", "b0", "c0", "c1");
    assertThat(pages).isEqualTo(3);
  }

  @Test
  void namedTopicsAreToldEvenIfTheyDoNotExist() {
    cluster.topic("a", 1);

    DescribeTopicPartitionsResponseData page =
        page(
            new DescribeTopicPartitionsRequestData()
                .setTopics(
                    List.of(
                        new TopicRequest().setName("z"),
                        new TopicRequest().setName("a"),
                        new TopicRequest().setName("?"))));

    assertThat(page.topics().find("a").partitions().getFirst().isrNodes()).hasSize(3);
    assertThat(page.topics().find("z").errorCode())
        .isEqualTo(WireError.UNKNOWN_TOPIC_OR_PARTITION.code());
    assertThat(page.topics().find("?").errorCode())
        .isEqualTo(WireError.INVALID_TOPIC_EXCEPTION.code());
  }

  private DescribeConfigsResult config(DescribeConfigsRequestData request, int version) {
    DescribeConfigsResponseData response =
        ask(
            ApiKeys.DESCRIBE_CONFIGS,
            new DescribeConfigsHandler(cluster, Map.of(), List.of(PORT), new FakeLoggers()),
            request,
            version);
    return response.results().getFirst();
  }

  private static DescribeConfigsRequestData of(int type, String name) {
    return new DescribeConfigsRequestData()
        .setIncludeSynonyms(true)
        .setResources(
            List.of(
                new DescribeConfigsResource()
                    .setResourceType((byte) type)
                    .setResourceName(name)
                    .setConfigurationKeys(null)));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void tellsEverySettingOfATopicWithItsSource(int version) {
    TopicId id = cluster.topic("t", 1);
    cluster.write(new MetadataRecord.TopicConfigured(id, "retention.ms", Optional.of("5")));

    DescribeConfigsResult result =
        config(of(2, "t").setIncludeDocumentation(version >= 3), version);

    DescribeConfigsResourceResult own = find(result, "retention.ms");
    assertThat(own.value()).isEqualTo("5");
    assertThat(own.configSource()).isEqualTo((byte) 1);
    assertThat(own.synonyms())
        .extracting(s -> s.name())
        .containsExactly("retention.ms", "log.retention.ms");
    assertThat(find(result, "cleanup.policy").configSource()).isEqualTo((byte) 5);
    assertThat(find(result, "max.message.bytes").configType()).isEqualTo((byte) 3);
    assertThat(result.configs()).hasSizeGreaterThan(25);
  }

  private static DescribeConfigsResourceResult find(DescribeConfigsResult result, String name) {
    return result.configs().stream()
        .filter(c -> c.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + name));
  }

  @Test
  void tellsOnlyTheSettingsAskedFor() {
    cluster.topic("t", 1);
    DescribeConfigsRequestData request = of(2, "t");
    request.resources().getFirst().setConfigurationKeys(List.of("segment.bytes"));

    assertThat(config(request, 4).configs()).hasSize(1);
  }

  @Test
  void tellsTheSettingsOfThisNodeAndOfNoOther() {
    assertThat(find(config(of(4, "1"), 4), "port").readOnly()).isTrue();
    assertThat(config(of(4, ""), 4).configs()).isEmpty();
    assertThat(config(of(4, "2"), 4).errorCode()).isEqualTo(WireError.INVALID_REQUEST.code());
    assertThat(config(of(1, "x"), 4).errorCode()).isEqualTo(WireError.INVALID_REQUEST.code());
    assertThat(config(of(2, "nobody"), 4).errorCode())
        .isEqualTo(WireError.UNKNOWN_TOPIC_OR_PARTITION.code());
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4})
  void tellsWhereAnEpochEnds(int version) {
    TopicId id = cluster.topic("t", 2);
    var partitions = new FakePartitions();
    partitions.lead(new PartitionId(id, 0), 9);
    var request = new OffsetForLeaderEpochRequestData();
    request
        .topics()
        .add(
            new OffsetForLeaderTopic()
                .setTopic("t")
                .setPartitions(
                    List.of(
                        new OffsetForLeaderPartition().setPartition(0).setLeaderEpoch(5),
                        new OffsetForLeaderPartition().setPartition(1).setLeaderEpoch(5),
                        new OffsetForLeaderPartition().setPartition(2).setLeaderEpoch(5))));

    OffsetForLeaderEpochResponseData response =
        ask(
            ApiKeys.OFFSET_FOR_LEADER_EPOCH,
            new OffsetForLeaderEpochHandler(cluster, partitions),
            request,
            version);

    var ends = response.topics().find("t").partitions();
    assertThat(ends.get(0).endOffset()).isEqualTo(9);
    assertThat(ends.get(0).leaderEpoch()).isEqualTo(5);
    assertThat(ends.get(1).errorCode()).isEqualTo(WireError.NOT_LEADER_OR_FOLLOWER.code());
    assertThat(ends.get(2).errorCode()).isEqualTo(WireError.UNKNOWN_TOPIC_OR_PARTITION.code());
  }

  private ApiVersionsResponseData versions(ApiVersionsRequestData request, int version) {
    Dispatcher.Builder table = Dispatcher.builder(Runnable::run);
    DataApis.addTo(
        table,
        cluster,
        new FakePartitions(),
        BrokerSettings.DEFAULT,
        TransactionGate.closed(),
        new FakeVolume(),
        new FakeRng());
    Dispatcher dispatcher = table.build(cluster);
    assertThat(Apis.table().keySet()).containsAll(dispatcher.served());
    return ask(
        ApiKeys.API_VERSIONS,
        new ApiVersionsHandler(cluster, dispatcher.served()),
        request,
        version);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5})
  void announcesWhatHasAHandlerAndNothingElse(int version) {
    var request =
        new ApiVersionsRequestData().setClientSoftwareName("c").setClientSoftwareVersion("1");

    ApiVersionsResponseData response = versions(request, version);

    assertThat(response.errorCode()).isZero();
    assertThat(response.apiKeys().find(ApiKeys.PRODUCE.id).minVersion()).isZero();
    assertThat(response.apiKeys().find(ApiKeys.PRODUCE.id).maxVersion()).isEqualTo((short) 13);
    assertThat(response.apiKeys().find(ApiKeys.ALTER_CONFIGS.id)).isNull();
    assertThat(response.apiKeys().find(ApiKeys.ALLOCATE_PRODUCER_IDS.id)).isNull();
  }

  @Test
  void whoMeansAnotherClusterOrNodeIsSentBack() {
    var request =
        new ApiVersionsRequestData().setClientSoftwareName("c").setClientSoftwareVersion("1");
    String here = Ids.wire(FakeCluster.CLUSTER_ID).toString();
    String elsewhere = Ids.wire(new UUID(8, 8)).toString();

    assertThat(versions(request.setClusterId(here).setNodeId(1), 5).errorCode()).isZero();
    assertThat(versions(request.setClusterId(here).setNodeId(2), 5).errorCode())
        .isEqualTo(WireError.REBOOTSTRAP_REQUIRED.code());
    assertThat(versions(request.setClusterId(elsewhere).setNodeId(-1), 5).errorCode())
        .isEqualTo(WireError.REBOOTSTRAP_REQUIRED.code());
  }
}
