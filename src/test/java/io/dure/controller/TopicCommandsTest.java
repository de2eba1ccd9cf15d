package io.dure.controller;

import static io.dure.controller.TestCluster.node;
import static io.dure.controller.TestCluster.nodes;
import static org.assertj.core.api.Assertions.assertThat;

import io.dure.base.NodeId;
import io.dure.base.TopicId;
import io.dure.wire.WireError;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Making, growing and deleting topics: what is taken, and how what is not taken is refused. */
class TopicCommandsTest {
  private final TestCluster cluster = TestCluster.of(3);

  private Command.NewTopic assigned(String name, Command.Assignment... assignments) {
    return new Command.NewTopic(
        cluster.freshId(), name, -1, -1, List.of(assignments), Map.of(), false);
  }

  private Command.NewTopic configured(String key, String value) {
    return new Command.NewTopic(
        cluster.freshId(), "t", 1, 3, List.of(), Map.of(key, Optional.of(value)), false);
  }

  private WireError errorOf(Command.NewTopic topic) {
    Answer.TopicCreation creation = cluster.create(topic);
    assertThat(creation.result().isDone() || creation.result().message().isPresent()).isTrue();
    return creation.result().error();
  }

  private WireError errorOf(String name, int partitions, int copies) {
    return errorOf(
        new Command.NewTopic(
            cluster.freshId(), name, partitions, copies, List.of(), Map.of(), false));
  }

  private Answer.Result grow(String topic, int total, Optional<List<List<NodeId>>> assignments) {
    Answer.PartitionsCreated answer =
        (Answer.PartitionsCreated)
            cluster.ask(
                new Command.CreatePartitions(
                    List.of(new Command.Growth(topic, total, assignments)), false));
    return answer.topics().getFirst().result();
  }

  private List<Answer.TopicDeletion> delete(Command.TopicRef... topics) {
    return ((Answer.TopicsDeleted) cluster.ask(new Command.DeleteTopics(List.of(topics)))).topics();
  }

  @Test
  void sixPartitionsLieAsPromised() {
    Answer.TopicCreation creation = cluster.create("order-topic", 6, -1);

    assertThat(creation.result()).isEqualTo(Answer.Result.DONE);
    assertThat(creation.partitions()).isEqualTo(6);
    assertThat(creation.replicationFactor()).isEqualTo(3);
    assertThat(cluster.topic("order-topic").partitions())
        .extracting(partition -> partition.replicas())
        .containsExactly(
            nodes(1, 2, 3),
            nodes(2, 3, 1),
            nodes(3, 1, 2),
            nodes(1, 2, 3),
            nodes(2, 3, 1),
            nodes(3, 1, 2));
    assertThat(cluster.topic("order-topic").partitions())
        .allMatch(partition -> partition.leader().equals(Optional.of(partition.preferredLeader())));
  }

  @Test
  void defaultsAreOnePartitionAndThreeCopiesOrAsManyAsThereAreBrokers() {
    cluster.create(Command.NewTopic.withDefaults(cluster.freshId(), "t"));
    TestCluster alone = TestCluster.of(1);
    alone.create(Command.NewTopic.withDefaults(alone.freshId(), "t"));

    assertThat(cluster.topic("t").partitions()).hasSize(1);
    assertThat(cluster.partition("t", 0).replicas()).hasSize(3);
    assertThat(alone.partition("t", 0).replicas()).hasSize(1);
  }

  @Test
  void foundersThatHaveNotComeYetGetTheirCopies() {
    TestCluster founded = TestCluster.ofFounders(1, 2, 3);
    founded.register(2);

    founded.create(Command.NewTopic.withDefaults(founded.freshId(), "t"));

    assertThat(founded.partition("t", 0).replicas())
        .containsExactlyInAnyOrderElementsOf(nodes(1, 2, 3));
    assertThat(founded.partition("t", 0).leader()).contains(node(2));
  }

  @Test
  void deadBrokerGetsACopyOnlyWhereItIsNeeded() {
    cluster.gone(3);

    cluster.create("three", 3, 3);
    cluster.create("two", 3, 2);

    assertThat(cluster.topic("three").partitions())
        .allMatch(partition -> partition.replicas().contains(node(3)))
        .allMatch(partition -> !partition.leader().equals(Optional.of(node(3))));
    assertThat(cluster.topic("two").partitions())
        .noneMatch(partition -> partition.replicas().contains(node(3)));
  }

  @Test
  void illegalNamesAreRefused() {
    for (String name : List.of("", ".", "..", "a b", "토픽", "a/b", "x".repeat(250))) {
      assertThat(errorOf(name, 1, 1)).as(name).isEqualTo(WireError.INVALID_TOPIC_EXCEPTION);
    }
    assertThat(errorOf("x".repeat(249), 1, 1)).isEqualTo(WireError.NONE);
    assertThat(errorOf("A-z_0.9", 1, 1)).isEqualTo(WireError.NONE);
  }

  @Test
  void namesThatExistOrCollideAreRefused() {
    cluster.create("a.b", 1, 1);

    assertThat(errorOf("a.b", 1, 1)).isEqualTo(WireError.TOPIC_ALREADY_EXISTS);
    assertThat(errorOf("a_b", 1, 1)).isEqualTo(WireError.INVALID_TOPIC_EXCEPTION);
    delete(new Command.TopicRef.ByName("a.b"));
    assertThat(errorOf("a_b", 1, 1)).isEqualTo(WireError.NONE);
    cluster.takeOver(2);
    assertThat(errorOf("a.b", 1, 1)).isEqualTo(WireError.INVALID_TOPIC_EXCEPTION);
  }

  @Test
  void numbersOutOfRangeAreRefused() {
    assertThat(errorOf("t", 0, 1)).isEqualTo(WireError.INVALID_PARTITIONS);
    assertThat(errorOf("t", -2, 1)).isEqualTo(WireError.INVALID_PARTITIONS);
    assertThat(errorOf("t", 1, 0)).isEqualTo(WireError.INVALID_REPLICATION_FACTOR);
    assertThat(errorOf("t", 1, -2)).isEqualTo(WireError.INVALID_REPLICATION_FACTOR);
    assertThat(errorOf("t", 1, 4)).isEqualTo(WireError.INVALID_REPLICATION_FACTOR);
    assertThat(errorOf("t", 10_001, 1)).isEqualTo(WireError.POLICY_VIOLATION);
    assertThat(cluster.image.topics()).isEmpty();
  }

  @Test
  void clusterTakesNoMorePartitionsThanItsBound() {
    ControllerSettings small =
        new ControllerSettings(
            1_000,
            0,
            200,
            500,
            1_500,
            1_000,
            250,
            1,
            3,
            Map.of(),
            10_000,
            10,
            1_000,
            BalanceSettings.DEFAULTS);
    TestCluster bounded = TestCluster.of(1, small);

    assertThat(bounded.create("a", 8, 1).result().isDone()).isTrue();
    assertThat(bounded.create("b", 3, 1).result().error()).isEqualTo(WireError.POLICY_VIOLATION);
    assertThat(bounded.create("b", 2, 1).result().isDone()).isTrue();
  }

  @Test
  void assignmentsOfTheClientAreTakenAsTheyAre() {
    Answer.TopicCreation creation =
        cluster.create(
            assigned(
                "t",
                new Command.Assignment(1, nodes(3, 1)),
                new Command.Assignment(0, nodes(2, 3))));

    assertThat(creation.result().isDone()).isTrue();
    assertThat(creation.partitions()).isEqualTo(2);
    assertThat(creation.replicationFactor()).isEqualTo(2);
    assertThat(cluster.partition("t", 0).replicas()).isEqualTo(nodes(2, 3));
    assertThat(cluster.partition("t", 1).replicas()).isEqualTo(nodes(3, 1));
  }

  @Test
  void wrongAssignmentsAreRefused() {
    cluster.gone(3);
    List<Command.NewTopic> wrong =
        List.of(
            assigned("t", new Command.Assignment(0, nodes())),
            assigned("t", new Command.Assignment(0, nodes(1, 1))),
            assigned("t", new Command.Assignment(0, nodes(1, 9))),
            assigned(
                "t", new Command.Assignment(0, nodes(1, 2)), new Command.Assignment(1, nodes(1))),
            assigned("t", new Command.Assignment(0, nodes(1)), new Command.Assignment(2, nodes(1))),
            assigned("t", new Command.Assignment(1, nodes(1))),
            assigned("t", new Command.Assignment(0, nodes(1)), new Command.Assignment(0, nodes(2))),
            assigned("t", new Command.Assignment(0, nodes(3))));
    for (Command.NewTopic topic : wrong) {
      assertThat(errorOf(topic)).as("%s", topic).isEqualTo(WireError.INVALID_REPLICA_ASSIGNMENT);
    }
    assertThat(
            errorOf(
                new Command.NewTopic(
                    cluster.freshId(),
                    "t",
                    1,
                    -1,
                    List.of(new Command.Assignment(0, nodes(1))),
                    Map.of(),
                    false)))
        .isEqualTo(WireError.INVALID_REQUEST);
  }

  @Test
  void settingsAreCheckedAndKept() {
    assertThat(errorOf(configured("no.such", "1"))).isEqualTo(WireError.INVALID_CONFIG);
    assertThat(errorOf(configured("retention.ms", "x"))).isEqualTo(WireError.INVALID_CONFIG);
    assertThat(errorOf(configured("min.insync.replicas", "4"))).isEqualTo(WireError.INVALID_CONFIG);

    Answer.TopicCreation creation = cluster.create(configured("retention.ms", "1000"));

    assertThat(creation.configs().longValue("retention.ms")).isEqualTo(1000);
    assertThat(cluster.topic("t").configs()).containsExactly(Map.entry("retention.ms", "1000"));
  }

  @Test
  void validatingMakesNothing() {
    Answer.TopicsCreated answer =
        (Answer.TopicsCreated)
            cluster.ask(
                new Command.CreateTopics(
                    List.of(Command.NewTopic.withDefaults(cluster.freshId(), "t")), true));

    assertThat(answer.topics().getFirst().result().isDone()).isTrue();
    assertThat(answer.topics().getFirst().replicationFactor()).isEqualTo(3);
    assertThat(cluster.image.topics()).isEmpty();
  }

  @Test
  void nameGivenTwiceInOneRequestIsRefusedTwice() {
    Answer.TopicsCreated answer =
        (Answer.TopicsCreated)
            cluster.ask(
                new Command.CreateTopics(
                    List.of(
                        Command.NewTopic.withDefaults(cluster.freshId(), "t"),
                        Command.NewTopic.withDefaults(cluster.freshId(), "u"),
                        Command.NewTopic.withDefaults(cluster.freshId(), "t")),
                    false));

    assertThat(answer.topics())
        .extracting(creation -> creation.result().error())
        .containsExactly(WireError.INVALID_REQUEST, WireError.NONE, WireError.INVALID_REQUEST);
  }

  @Test
  void topicsOfTheClusterItselfAreMarked() {
    cluster.create(Command.NewTopic.withDefaults(cluster.freshId(), "__consumer_offsets"));
    cluster.create(new Command.NewTopic(cluster.freshId(), "own", 1, 1, List.of(), Map.of(), true));

    assertThat(cluster.topic("__consumer_offsets").internal()).isTrue();
    assertThat(cluster.topic("own").internal()).isTrue();
  }

  @Test
  void topicsAreDeletedByNameOrId() {
    cluster.create("a", 1, 1);
    cluster.create("b", 1, 1);
    TopicId a = cluster.topic("a").id();
    TopicId unknown = new TopicId(new UUID(99, 99));

    List<Answer.TopicDeletion> deletions =
        delete(
            new Command.TopicRef.ById(a),
            new Command.TopicRef.ByName("b"),
            new Command.TopicRef.ByName("c"),
            new Command.TopicRef.ById(unknown));

    assertThat(deletions)
        .extracting(deletion -> deletion.result().error())
        .containsExactly(
            WireError.NONE,
            WireError.NONE,
            WireError.UNKNOWN_TOPIC_OR_PARTITION,
            WireError.UNKNOWN_TOPIC_ID);
    assertThat(deletions.getFirst().name()).contains("a");
    assertThat(cluster.image.topics()).isEmpty();
    assertThat(cluster.image.partitionCount()).isZero();
  }

  @Test
  void aTopicNamedByNameAndByIdIsNotDeleted() {
    cluster.create("a", 1, 1);
    cluster.create("b", 1, 1);
    TopicId a = cluster.topic("a").id();

    List<Answer.TopicDeletion> deletions =
        delete(
            new Command.TopicRef.ByName("a"),
            new Command.TopicRef.ByName("b"),
            new Command.TopicRef.ById(a));

    assertThat(deletions)
        .extracting(deletion -> deletion.result().error())
        .containsExactly(WireError.INVALID_REQUEST, WireError.NONE, WireError.INVALID_REQUEST);
    assertThat(deletions.getFirst()).isEqualTo(deletions.getLast());
    assertThat(cluster.topic("a").id()).isEqualTo(a);
  }

  @Test
  void deletedTopicsGiveTheirPlaceBack() {
    for (int i = 0; i < 3; i++) {
      cluster.create("t" + i, 1, 1);
    }
    NodeId freed = cluster.partition("t1", 0).preferredLeader();

    delete(new Command.TopicRef.ByName("t1"));
    cluster.create("u", 1, 1);

    assertThat(cluster.partition("u", 0).preferredLeader()).isEqualTo(freed);
  }

  @Test
  void partitionsAreOnlyEverAdded() {
    cluster.create("t", 2, 3);

    assertThat(grow("t", 2, Optional.empty()).error()).isEqualTo(WireError.INVALID_PARTITIONS);
    assertThat(grow("t", 1, Optional.empty()).error()).isEqualTo(WireError.INVALID_PARTITIONS);
    assertThat(grow("u", 3, Optional.empty()).error())
        .isEqualTo(WireError.UNKNOWN_TOPIC_OR_PARTITION);
    assertThat(grow("t", 20_000, Optional.empty()).error()).isEqualTo(WireError.POLICY_VIOLATION);
    assertThat(grow("t", 4, Optional.empty())).isEqualTo(Answer.Result.DONE);

    assertThat(cluster.topic("t").partitions())
        .extracting(partition -> partition.replicas())
        .containsExactly(nodes(1, 2, 3), nodes(2, 3, 1), nodes(3, 1, 2), nodes(1, 2, 3));
    assertThat(cluster.partition("t", 3).leader()).contains(node(1));
  }

  @Test
  void addedPartitionsMayBeAssignedByTheClient() {
    cluster.create("t", 1, 2);

    assertThat(grow("t", 3, Optional.of(List.of(nodes(3, 1)))).error())
        .isEqualTo(WireError.INVALID_REPLICA_ASSIGNMENT);
    assertThat(grow("t", 2, Optional.of(List.of(nodes(3)))).error())
        .isEqualTo(WireError.INVALID_REPLICA_ASSIGNMENT);
    assertThat(grow("t", 2, Optional.of(List.of(nodes(3, 1)))).isDone()).isTrue();
    assertThat(cluster.partition("t", 1).replicas()).isEqualTo(nodes(3, 1));
  }

  @Test
  void everyTopicIsMadeInOneBatch() {
    cluster.batchSizes.clear();
    List<Command.NewTopic> topics = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      topics.add(
          new Command.NewTopic(cluster.freshId(), "t" + i, 4, 3, List.of(), Map.of(), false));
    }

    cluster.ask(new Command.CreateTopics(topics, false));

    // The topic; of each partition, that it is made, who leads it, and who is in step.
    assertThat(cluster.batchSizes).containsExactly(13, 13, 13);
  }

  @Test
  void allReplicasThatLiveAreInStepWithANewPartition() {
    cluster.create("t", 2, 3);

    assertThat(cluster.partition("t", 0).inStep()).isEqualTo(Set.copyOf(nodes(1, 2, 3)));
  }
}
