package io.dure.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.base.Clock;
import io.dure.base.TopicId;
import io.dure.controller.Answer;
import io.dure.controller.Answer.Result;
import io.dure.controller.Answer.TopicCreation;
import io.dure.controller.Command;
import io.dure.metadata.MetadataRecord;
import io.dure.metadata.TopicSettings;
import io.dure.txn.TxnSettings;
import io.dure.wire.WireError;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopic;
import org.apache.kafka.common.message.CreatePartitionsResponseData;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfig;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicResult;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData.DeleteTopicState;
import org.apache.kafka.common.message.DeleteTopicsResponseData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the controller decides: the way there and back, and what is said to the client. */
class ControllerApisTest {
  private final FakeCluster cluster = new FakeCluster();
  private final List<Command> commands = new ArrayList<>();

  private void controllerAnswers(Function<Command, Answer> decide) {
    cluster.desk =
        new ControllerDesk(
            (command, answer) -> {
              commands.add(command);
              answer.accept(Optional.of(decide.apply(command)));
            },
            new FakeRng());
  }

  private <Q extends ApiMessage, R extends ApiMessage> FakeReply<R> ask(
      ApiKeys api, Handler<Q, R> handler, Q request, int version) {
    var reply = new FakeReply<R>(api, version);
    handler.handle(request, cluster.request(version), reply);
    cluster.loop.turn();
    return reply;
  }

  private CreateTopicsResponseData create(CreateTopicsRequestData request, int version) {
    return ask(
            ApiKeys.CREATE_TOPICS,
            ControllerHandler.createTopics(cluster, new FakeRng()),
            request,
            version)
        .get();
  }

  private static CreateTopicsRequestData topics(CreatableTopic... topics) {
    var request = new CreateTopicsRequestData();
    for (CreatableTopic topic : topics) {
      request.topics().add(topic);
    }
    return request;
  }

  private static CreatableTopic topic(String name) {
    return new CreatableTopic().setName(name).setNumPartitions(2).setReplicationFactor((short) 3);
  }

  private Answer makeAll(Command command) {
    List<TopicCreation> made = new ArrayList<>();
    for (Command.NewTopic topic : ((Command.CreateTopics) command).topics()) {
      TopicId id = cluster.topic(topic.name(), 2);
      made.add(
          new TopicCreation(
              topic.name(), Result.DONE, id, 2, 3, TopicSettings.of(Map.of("retention.ms", "5"))));
    }
    return new Answer.TopicsCreated(made);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4, 5, 6, 7})
  void makesTopicsInEveryVersion(int version) {
    controllerAnswers(this::makeAll);

    CreatableTopicResult made = create(topics(topic("a")), version).topics().find("a");

    assertThat(made.errorCode()).isZero();
    if (version >= 5) {
      assertThat(made.numPartitions()).isEqualTo(2);
      assertThat(made.replicationFactor()).isEqualTo((short) 3);
      assertThat(made.configs())
          .anyMatch(c ->
              c.name().equals("retention.ms") && c.value().equals("5") && c.configSource() == 1)
          .anyMatch(c -> c.name().equals("cleanup.policy") && c.configSource() == 5);
    }
    assertThat(made.topicId().equals(Uuid.ZERO_UUID)).isEqualTo(version < 7);
  }

  @Test
  void settingsAndPlacementsReachTheController() {
    controllerAnswers(this::makeAll);
    var wanted = topic("a").setNumPartitions(-1).setReplicationFactor((short) -1);
    wanted.configs().add(new CreatableTopicConfig().setName("k").setValue(null));
    wanted
        .assignments()
        .add(
            new CreateTopicsRequestData.CreatableReplicaAssignment()
                .setPartitionIndex(0)
                .setBrokerIds(List.of(2, 1)));

    create(topics(wanted).setValidateOnly(true), 7);

    var command = (Command.CreateTopics) commands.getFirst();
    assertThat(command.validateOnly()).isTrue();
    Command.NewTopic topic = command.topics().getFirst();
    assertThat(topic.configs()).containsEntry("k", Optional.empty());
    assertThat(topic.assignments().getFirst().replicas()).hasToString("[n2, n1]");
  }

  @Test
  void aTopicNamedTwiceIsRefusedAndTheOthersAreMade() {
    controllerAnswers(this::makeAll);

    CreateTopicsResponseData response = create(topics(topic("a"), topic("b"), topic("a")), 7);

    assertThat(response.topics()).hasSize(2);
    assertThat(response.topics().find("a").errorCode()).isEqualTo(WireError.INVALID_REQUEST.code());
    assertThat(response.topics().find("b").errorCode()).isZero();
  }

  @Test
  void whatTheControllerRefusesIsToldWithItsReason() {
    controllerAnswers(_ ->
        new Answer.TopicsCreated(
            List.of(
                new TopicCreation(
                    "a",
                    new Result(WireError.TOPIC_ALREADY_EXISTS, Optional.of("there is one")),
                    TopicId.ZERO,
                    -1,
                    -1,
                    TopicSettings.of(Map.of())))));

    CreatableTopicResult refused = create(topics(topic("a")), 7).topics().find("a");

    assertThat(refused.errorCode()).isEqualTo(WireError.TOPIC_ALREADY_EXISTS.code());
    assertThat(refused.errorMessage()).isEqualTo("there is one");
  }

  @Test
  void withoutAControllerEveryTopicIsRefusedSoThatTheClientTriesAgain() {
    assertThat(create(topics(topic("a"), topic("b")), 7).topics())
        .hasSize(2)
        .allMatch(t -> t.errorCode() == WireError.REQUEST_TIMED_OUT.code());
  }

  @Test
  void answersOnlyWhenThisNodeSeesTheTopicButNotForEver() {
    controllerAnswers(_ ->
        new Answer.TopicsCreated(
            List.of(
                new TopicCreation(
                    "a",
                    Result.DONE,
                    new TopicId(new java.util.UUID(5, 5)),
                    1,
                    1,
                    TopicSettings.of(Map.of())))));

    var reply =
        ask(
            ApiKeys.CREATE_TOPICS,
            ControllerHandler.createTopics(cluster, new FakeRng()),
            topics(topic("a")),
            7);

    assertThat(reply.isOpen()).isTrue();
    cluster.loop.pass(ControllerAsks.SEE_WITHIN_MS + 10);
    assertThat(reply.get().topics().find("a").errorCode()).isZero();
  }

  @Test
  void deletesByNameAndById() {
    TopicId a = cluster.topic("a", 1);
    TopicId b = cluster.topic("b", 1);
    controllerAnswers(_ -> {
      cluster.write(new MetadataRecord.TopicDeleted(a), new MetadataRecord.TopicDeleted(b));
      return new Answer.TopicsDeleted(
          List.of(
              new Answer.TopicDeletion(Optional.of("a"), a, Result.DONE),
              new Answer.TopicDeletion(Optional.of("b"), b, Result.DONE)));
    });
    var request =
        new DeleteTopicsRequestData()
            .setTopics(
                List.of(
                    new DeleteTopicState().setName("a"),
                    new DeleteTopicState().setName(null).setTopicId(Ids.wire(b)),
                    new DeleteTopicState().setName("c").setTopicId(Ids.wire(b)),
                    new DeleteTopicState().setName(null)));

    DeleteTopicsResponseData response =
        ask(ApiKeys.DELETE_TOPICS, ControllerHandler.deleteTopics(cluster), request, 6).get();

    assertThat(((Command.DeleteTopics) commands.getFirst()).topics()).hasSize(2);
    assertThat(response.responses())
        .extracting(r -> r.errorCode())
        .containsExactlyInAnyOrder(
            (short) 0,
            (short) 0,
            WireError.INVALID_REQUEST.code(),
            WireError.INVALID_REQUEST.code());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5})
  void olderVersionsDeleteByNameOnly(int version) {
    controllerAnswers(_ ->
        new Answer.TopicsDeleted(
            List.of(
                new Answer.TopicDeletion(
                    Optional.of("a"),
                    TopicId.ZERO,
                    new Result(WireError.UNKNOWN_TOPIC_OR_PARTITION, Optional.empty())))));

    DeleteTopicsResponseData response =
        ask(
                ApiKeys.DELETE_TOPICS,
                ControllerHandler.deleteTopics(cluster),
                new DeleteTopicsRequestData().setTopicNames(List.of("a")),
                version)
            .get();

    assertThat(response.responses().find("a").errorCode())
        .isEqualTo(WireError.UNKNOWN_TOPIC_OR_PARTITION.code());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6})
  void aNodeThatMayNotDeleteTopicsSaysSoAndAsksNobody(int version) {
    var settings = new BrokerSettings(true, false, Map.of(), 55 << 20, 1_000, 16, 16);
    controllerAnswers(_ -> new Answer.TopicsDeleted(List.of()));
    var request = new DeleteTopicsRequestData();
    if (version < 6) {
      request.setTopicNames(List.of("a"));
    } else {
      request.setTopics(List.of(new DeleteTopicState().setName("a")));
    }

    DeleteTopicsResponseData response =
        ask(ApiKeys.DELETE_TOPICS, DataApis.deleting(cluster, settings), request, version).get();

    assertThat(response.responses().find("a").errorCode())
        .isEqualTo(
            (version < 3 ? WireError.INVALID_REQUEST : WireError.TOPIC_DELETION_DISABLED).code());
    assertThat(commands).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void addsPartitionsAndAnswersForEachTopic(int version) {
    controllerAnswers(_ ->
        new Answer.PartitionsCreated(
            List.of(
                new Answer.TopicGrowth(
                    "a", new Result(WireError.INVALID_PARTITIONS, Optional.of("fewer"))))));
    var request = new CreatePartitionsRequestData();
    request.topics().add(new CreatePartitionsTopic().setName("a").setCount(1).setAssignments(null));

    CreatePartitionsResponseData response =
        ask(
                ApiKeys.CREATE_PARTITIONS,
                ControllerHandler.createPartitions(cluster),
                request,
                version)
            .get();

    assertThat(response.results()).hasSize(1);
    assertThat(response.results().getFirst().errorMessage()).isEqualTo("fewer");
  }

  private InitProducerIdResponseData init(
      InitProducerIdHandler handler, InitProducerIdRequestData request) {
    return ask(ApiKeys.INIT_PRODUCER_ID, handler, request, 4).get();
  }

  private InitProducerIdHandler initHandler() {
    var ids = new ProducerIds(cluster, cluster.loop);
    var clock =
        new Clock() {
          @Override
          public long nowMs() {
            return cluster.nowMs();
          }

          @Override
          public long wallMs() {
            return cluster.wallMs();
          }
        };
    return new InitProducerIdHandler(new TxnShards(cluster, TxnSettings.DEFAULTS, ids, clock), ids);
  }

  @Test
  void producerIdsComeFromBlocksAndNeverTwice() {
    controllerAnswers(_ -> new Answer.ProducerIds(1_000L * commands.size(), 2));
    var handler = initHandler();

    List<Long> ids = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      ids.add(init(handler, new InitProducerIdRequestData().setTransactionalId(null)).producerId());
    }

    assertThat(ids).containsExactly(1_000L, 1_001L, 2_000L, 2_001L, 3_000L);
  }

  @Test
  void aProducerThatGetsNoIdNowIsToldToTryAgain() {
    var handler = initHandler();

    assertThat(init(handler, new InitProducerIdRequestData().setTransactionalId(null)).errorCode())
        .isEqualTo(WireError.COORDINATOR_LOAD_IN_PROGRESS.code());
  }

  @Test
  void transactionsNeedTheirCoordinatorAndNonsenseIsRefused() {
    var handler = initHandler();

    assertThat(init(handler, new InitProducerIdRequestData().setTransactionalId("tx")).errorCode())
        .isEqualTo(WireError.COORDINATOR_NOT_AVAILABLE.code());
    assertThat(init(handler, new InitProducerIdRequestData().setTransactionalId("")).errorCode())
        .isEqualTo(WireError.INVALID_REQUEST.code());
    assertThat(
            init(handler, new InitProducerIdRequestData().setTransactionalId(null).setProducerId(3))
                .errorCode())
        .isEqualTo(WireError.INVALID_REQUEST.code());
  }
}
