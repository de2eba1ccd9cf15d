package io.dure.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.base.TopicId;
import io.dure.controller.Answer;
import io.dure.controller.Command;
import io.dure.metadata.MetadataRecord;
import io.dure.metadata.TopicSettings;
import io.dure.wire.WireError;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponsePartition;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MetadataHandlerTest {
  private final FakeCluster cluster = new FakeCluster();
  private BrokerSettings settings = BrokerSettings.DEFAULT;

  private FakeReply<MetadataResponseData> ask(MetadataRequestData request, int version) {
    var reply = new FakeReply<MetadataResponseData>(ApiKeys.METADATA, version);
    var creation = new TopicCreation(cluster, settings, new FakeRng());
    new MetadataHandler(cluster, creation, settings)
        .handle(request, cluster.request(version), reply);
    cluster.loop.turn();
    return reply;
  }

  private static MetadataRequestData named(String... names) {
    List<MetadataRequestTopic> topics = new ArrayList<>();
    for (String name : names) {
      topics.add(new MetadataRequestTopic().setName(name));
    }
    return new MetadataRequestData().setTopics(topics).setAllowAutoTopicCreation(false);
  }

  private static MetadataResponseTopic only(MetadataResponseData response) {
    assertThat(response.topics()).hasSize(1);
    return response.topics().iterator().next();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13})
  void tellsBrokersLeadersAndReplicasInEveryVersion(int version) {
    TopicId id = cluster.topic("t", 2);

    MetadataResponseData response = ask(named("t"), version).get();

    assertThat(response.brokers()).hasSize(3);
    assertThat(response.brokers().find(3).port()).isEqualTo(9093);
    assertThat(response.controllerId()).isEqualTo(2);
    MetadataResponseTopic topic = only(response);
    assertThat(topic.topicId()).isEqualTo(Ids.wire(id));
    MetadataResponsePartition second = topic.partitions().get(1);
    assertThat(second.leaderId()).isEqualTo(2);
    assertThat(second.leaderEpoch()).isEqualTo(5);
    assertThat(second.replicaNodes()).containsExactly(2, 3, 1);
    assertThat(second.isrNodes()).containsExactly(2, 3, 1);
  }

  @Test
  void anEmptyListAsksForAllTopicsOnlyInVersionZero() {
    cluster.topic("a", 1);
    cluster.topic("b", 1);

    assertThat(ask(named(), 0).get().topics()).hasSize(2);
    assertThat(ask(named(), 1).get().topics()).isEmpty();
    assertThat(ask(new MetadataRequestData().setTopics(null), 1).get().topics()).hasSize(2);
  }

  @Test
  void aPartitionWithoutALeaderSaysSo() {
    TopicId id = cluster.topic("t", 1);
    cluster.die(1);
    cluster.write(new MetadataRecord.LeaderLost(new PartitionId(id, 0), 5));

    MetadataResponseData response = ask(named("t"), 13).get();

    MetadataResponsePartition partition = only(response).partitions().getFirst();
    assertThat(partition.errorCode()).isEqualTo(WireError.LEADER_NOT_AVAILABLE.code());
    assertThat(partition.leaderId()).isEqualTo(-1);
    assertThat(partition.offlineReplicas()).containsExactly(1);
    assertThat(partition.isrNodes()).containsExactly(2, 3);
    assertThat(response.brokers()).hasSize(2);
  }

  @Test
  void versionZeroHearsOnlyOfLiveReplicas() {
    cluster.topic("t", 1);
    cluster.die(3);

    MetadataResponsePartition partition = only(ask(named("t"), 0).get()).partitions().getFirst();

    assertThat(partition.replicaNodes()).containsExactly(1, 2);
    assertThat(partition.errorCode()).isEqualTo(WireError.REPLICA_NOT_AVAILABLE.code());
  }

  @Test
  void unknownAndImpossibleNamesAreToldApart() {
    MetadataResponseData response = ask(named("nobody", "no/slash"), 13).get();

    assertThat(response.topics().find("nobody").errorCode())
        .isEqualTo(WireError.UNKNOWN_TOPIC_OR_PARTITION.code());
    assertThat(response.topics().find("no/slash").errorCode())
        .isEqualTo(WireError.INVALID_TOPIC_EXCEPTION.code());
  }

  @Test
  void topicsAreFoundByIdFromVersionTwelveOn() {
    TopicId id = cluster.topic("t", 1);
    var byId = new MetadataRequestTopic().setName(null).setTopicId(Ids.wire(id));
    var unknown = new MetadataRequestTopic().setName(null).setTopicId(new Uuid(9, 9));

    MetadataResponseData response =
        ask(new MetadataRequestData().setTopics(List.of(byId, unknown)), 12).get();

    assertThat(response.topics().find("t").errorCode()).isZero();
    assertThat(response.topics())
        .anyMatch(t -> t.name() == null && t.errorCode() == WireError.UNKNOWN_TOPIC_ID.code());
    assertThat(only(ask(new MetadataRequestData().setTopics(List.of(byId)), 10).get()).errorCode())
        .isEqualTo(WireError.INVALID_REQUEST.code());
  }

  @Test
  void makesATopicThatTheClientAsksForAndAnswersWhenItIsLed() {
    cluster.desk =
        new ControllerDesk(
            (command, answer) -> {
              var wanted = ((Command.CreateTopics) command).topics().getFirst();
              assertThat(wanted.partitions()).isEqualTo(-1);
              assertThat(wanted.replicationFactor()).isEqualTo(-1);
              TopicId id = cluster.topic(wanted.name(), 1);
              answer.accept(
                  Optional.of(
                      new Answer.TopicsCreated(
                          List.of(
                              new Answer.TopicCreation(
                                  wanted.name(),
                                  Answer.Result.DONE,
                                  id,
                                  1,
                                  3,
                                  TopicSettings.of(Map.of()))))));
            },
            new FakeRng());

    MetadataResponseData response = ask(named("new").setAllowAutoTopicCreation(true), 8).get();

    assertThat(only(response).errorCode()).isZero();
    assertThat(only(response).partitions()).hasSize(1);
  }

  @Test
  void makesNoTopicWhenTheSettingForbidsIt() {
    settings = new BrokerSettings(false, true, Map.of(), 1 << 20, 1, 1, 1);

    MetadataResponseData response = ask(named("new").setAllowAutoTopicCreation(true), 8).get();

    assertThat(only(response).errorCode()).isEqualTo(WireError.UNKNOWN_TOPIC_OR_PARTITION.code());
    assertThat(cluster.asked).isEmpty();
  }

  @Test
  void waitsNoLongerThanItMayForATopicToBeMade() {
    cluster.desk = new ControllerDesk((_, _) -> {}, new FakeRng());

    var reply = ask(named("new").setAllowAutoTopicCreation(true), 8);

    assertThat(reply.isOpen()).isTrue();
    cluster.loop.pass(MetadataHandler.CREATION_WAIT_MS);
    assertThat(only(reply.get()).errorCode())
        .isEqualTo(WireError.UNKNOWN_TOPIC_OR_PARTITION.code());
  }

  @Test
  void tellsWhatTheClientMayDoOnlyWhenAsked() {
    cluster.topic("t", 1);

    MetadataResponseData asked =
        ask(
                named("t")
                    .setIncludeClusterAuthorizedOperations(true)
                    .setIncludeTopicAuthorizedOperations(true),
                8)
            .get();

    assertThat(asked.clusterAuthorizedOperations()).isEqualTo(AuthorizedOperations.CLUSTER);
    assertThat(only(asked).topicAuthorizedOperations()).isEqualTo(AuthorizedOperations.TOPIC);
    assertThat(ask(named("t"), 8).get().clusterAuthorizedOperations()).isEqualTo(Integer.MIN_VALUE);
  }

  @Test
  void tellsNoControllerWhenNoneIsKnown() {
    cluster.controller = Optional.empty();

    assertThat(ask(named(), 5).get().controllerId()).isEqualTo(-1);
  }

  @Test
  void namesTheClusterAsKafkaDoes() {
    assertThat(ask(named(), 5).get().clusterId())
        .isEqualTo(Ids.wire(new UUID(7, 7)).toString())
        .hasSize(22);
    assertThat(cluster.self()).isEqualTo(new NodeId(1));
  }
}
