package io.dure.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.conformance.Scene.Topic;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignablePartition;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignableTopic;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopic;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopicCollection;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableReplicaAssignment;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableReplicaAssignmentCollection;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicCollection;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfig;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfigCollection;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData.DeleteTopicState;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData.Cursor;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData.TopicRequest;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData;
import org.apache.kafka.common.message.ElectLeadersRequestData;
import org.apache.kafka.common.message.ElectLeadersRequestData.TopicPartitions;
import org.apache.kafka.common.message.ElectLeadersRequestData.TopicPartitionsCollection;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData.ListPartitionReassignmentsTopics;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** Topics and partitions: asked about, made, deleted, moved. */
final class TopicSpecimens {
  private TopicSpecimens() {}

  static void addTo(Map<ApiKeys, List<Specimen>> all) {
    all.put(ApiKeys.METADATA, metadata());
    all.put(ApiKeys.CREATE_TOPICS, createTopics());
    all.put(ApiKeys.DELETE_TOPICS, deleteTopics());
    all.put(ApiKeys.CREATE_PARTITIONS, createPartitions());
    all.put(ApiKeys.DESCRIBE_TOPIC_PARTITIONS, describeTopicPartitions());
    all.put(ApiKeys.ELECT_LEADERS, electLeaders());
    all.put(ApiKeys.ALTER_PARTITION_REASSIGNMENTS, alterReassignments());
    all.put(ApiKeys.LIST_PARTITION_REASSIGNMENTS, listReassignments());
  }

  private static List<Specimen> metadata() {
    return List.of(
        Specimen.of(
                "all topics",
                (version, scene) -> {
                  scene.topic(1);
                  return new MetadataRequestData().setTopics(version == 0 ? List.of() : null);
                })
            .answering(
                MetadataResponseData.class,
                (version, answer) -> {
                  assertThat(answer.brokers()).isNotEmpty();
                  assertThat(answer.topics()).isNotEmpty();
                  assertThat(answer.clusterId() != null).isEqualTo(version >= 2);
                }),
        Specimen.of(
                "one topic, with everything that may be said",
                (version, scene) -> {
                  Topic topic = scene.topic(3);
                  var request =
                      new MetadataRequestData()
                          .setTopics(List.of(new MetadataRequestTopic().setName(topic.name())))
                          .setAllowAutoTopicCreation(version < 4);
                  if (version >= 8) {
                    request.setIncludeTopicAuthorizedOperations(true);
                  }
                  return version >= 8 && version <= 10
                      ? request.setIncludeClusterAuthorizedOperations(true)
                      : request;
                })
            .answering(
                MetadataResponseData.class,
                (version, answer) -> {
                  var topic = answer.topics().iterator().next();
                  assertThat(topic.partitions()).hasSize(3);
                  assertThat(topic.partitions().getFirst().replicaNodes()).isNotEmpty();
                  assertThat(topic.topicAuthorizedOperations() > 0).isEqualTo(version >= 8);
                }),
        Specimen.of(
                "a topic that does not exist",
                (version, scene) ->
                    new MetadataRequestData()
                        .setTopics(
                            List.of(
                                new MetadataRequestTopic()
                                    .setName(version < 4 ? "not a name" : scene.fresh("none"))))
                        .setAllowAutoTopicCreation(version < 4))
            .refusedWith(version ->
                Set.of(
                    version < 4
                        ? Errors.INVALID_TOPIC_EXCEPTION
                        : Errors.UNKNOWN_TOPIC_OR_PARTITION)));
  }

  static CreateTopicsRequestData create(CreatableTopic topic) {
    var topics = new CreatableTopicCollection();
    topics.add(topic);
    return new CreateTopicsRequestData().setTopics(topics).setTimeoutMs(20_000);
  }

  private static List<Specimen> createTopics() {
    return List.of(
        Specimen.of(
            "nothing", (version, scene) -> new CreateTopicsRequestData().setTimeoutMs(1_000)),
        Specimen.of(
            "a topic",
            (version, scene) ->
                create(
                    new CreatableTopic()
                        .setName(scene.fresh("made"))
                        .setNumPartitions(2)
                        .setReplicationFactor((short) 1))),
        Specimen.of(
                "on given brokers, with settings, only to see whether it could be",
                (version, scene) -> {
                  var assignments = new CreatableReplicaAssignmentCollection();
                  assignments.add(
                      new CreatableReplicaAssignment()
                          .setPartitionIndex(0)
                          .setBrokerIds(List.of(1)));
                  var configs = new CreatableTopicConfigCollection();
                  configs.add(
                      new CreatableTopicConfig().setName("retention.ms").setValue("3600000"));
                  return create(
                          new CreatableTopic()
                              .setName(scene.fresh("made"))
                              .setNumPartitions(-1)
                              .setReplicationFactor((short) -1)
                              .setAssignments(assignments)
                              .setConfigs(configs))
                      .setValidateOnly(true);
                })
            .answering(
                CreateTopicsResponseData.class,
                (version, answer) -> {
                  var made = answer.topics().iterator().next();
                  assertThat(made.numPartitions()).isEqualTo(version >= 5 ? 1 : -1);
                  if (version >= 5) {
                    assertThat(made.configs())
                        .anyMatch(config ->
                            config.name().equals("retention.ms")
                                && "3600000".equals(config.value()));
                  }
                }),
        Specimen.of(
                "a topic that exists",
                (version, scene) ->
                    create(
                        new CreatableTopic()
                            .setName(scene.topic(1).name())
                            .setNumPartitions(1)
                            .setReplicationFactor((short) 1)))
            .refusedWith(Errors.TOPIC_ALREADY_EXISTS));
  }

  static DeleteTopicsRequestData delete(int version, Topic topic, boolean byId) {
    var request = new DeleteTopicsRequestData().setTimeoutMs(20_000);
    if (version < 6) {
      return request.setTopicNames(List.of(topic.name()));
    }
    var state = new DeleteTopicState();
    return request.setTopics(
        List.of(byId ? state.setName(null).setTopicId(topic.id()) : state.setName(topic.name())));
  }

  private static List<Specimen> deleteTopics() {
    return List.of(
        Specimen.of(
            "nothing", (version, scene) -> new DeleteTopicsRequestData().setTimeoutMs(1_000)),
        Specimen.of("by name", (version, scene) -> delete(version, scene.topic(1), false)),
        Specimen.of("by id", (version, scene) -> delete(version, scene.topic(1), true)));
  }

  private static List<Specimen> createPartitions() {
    return List.of(
        Specimen.of(
            "nothing", (version, scene) -> new CreatePartitionsRequestData().setTimeoutMs(1_000)),
        Specimen.of("two more", (version, scene) -> partitions(scene.topic(1), 3)),
        Specimen.of("as many as there are", (version, scene) -> partitions(scene.topic(3), 3))
            .refusedWith(Errors.INVALID_PARTITIONS));
  }

  private static CreatePartitionsRequestData partitions(Topic topic, int count) {
    var topics = new CreatePartitionsTopicCollection();
    topics.add(
        new CreatePartitionsTopic().setName(topic.name()).setCount(count).setAssignments(null));
    return new CreatePartitionsRequestData().setTopics(topics).setTimeoutMs(20_000);
  }

  private static List<Specimen> describeTopicPartitions() {
    return List.of(
        Specimen.of("all", (version, scene) -> new DescribeTopicPartitionsRequestData()),
        Specimen.of(
                "a page in the middle",
                (version, scene) -> {
                  Topic topic = scene.topic(4);
                  return new DescribeTopicPartitionsRequestData()
                      .setTopics(List.of(new TopicRequest().setName(topic.name())))
                      .setResponsePartitionLimit(2)
                      .setCursor(new Cursor().setTopicName(topic.name()).setPartitionIndex(1));
                })
            .answering(
                DescribeTopicPartitionsResponseData.class,
                (version, answer) -> {
                  assertThat(answer.topics().iterator().next().partitions())
                      .extracting(p -> p.partitionIndex())
                      .containsExactly(1, 2);
                  assertThat(answer.nextCursor().partitionIndex()).isEqualTo(3);
                }));
  }

  private static List<Specimen> electLeaders() {
    return List.of(
        Specimen.of(
            "of all partitions",
            (version, scene) -> {
              scene.topic(1);
              return new ElectLeadersRequestData().setTopicPartitions(null).setTimeoutMs(20_000);
            }),
        Specimen.of(
                "of one that has its preferred leader",
                (version, scene) -> {
                  var partitions = new TopicPartitionsCollection();
                  partitions.add(
                      new TopicPartitions()
                          .setTopic(scene.topic(1).name())
                          .setPartitions(List.of(0)));
                  return new ElectLeadersRequestData()
                      .setTopicPartitions(partitions)
                      .setTimeoutMs(20_000);
                })
            .refusedWith(Errors.ELECTION_NOT_NEEDED));
  }

  private static List<Specimen> alterReassignments() {
    return List.of(
        Specimen.of(
            "nothing",
            (version, scene) -> new AlterPartitionReassignmentsRequestData().setTimeoutMs(1_000)),
        Specimen.of("to where it is", (version, scene) -> reassignment(scene.topic(1), List.of(1))),
        Specimen.of(
                "to a broker that does not exist",
                (version, scene) -> reassignment(scene.topic(1), List.of(4_711)))
            .refusedWith(Errors.INVALID_REPLICA_ASSIGNMENT),
        Specimen.of(
                "given up, though none is under way",
                (version, scene) -> reassignment(scene.topic(1), null))
            .refusedWith(Errors.NO_REASSIGNMENT_IN_PROGRESS));
  }

  private static AlterPartitionReassignmentsRequestData reassignment(
      Topic topic, @org.jspecify.annotations.Nullable List<Integer> brokers) {
    return new AlterPartitionReassignmentsRequestData()
        .setTimeoutMs(20_000)
        .setTopics(
            List.of(
                new ReassignableTopic()
                    .setName(topic.name())
                    .setPartitions(
                        List.of(
                            new ReassignablePartition()
                                .setPartitionIndex(0)
                                .setReplicas(brokers)))));
  }

  private static List<Specimen> listReassignments() {
    return List.of(
        Specimen.of(
            "all",
            (version, scene) ->
                new ListPartitionReassignmentsRequestData().setTopics(null).setTimeoutMs(5_000)),
        Specimen.of(
            "of a partition",
            (version, scene) ->
                new ListPartitionReassignmentsRequestData()
                    .setTopics(
                        List.of(
                            new ListPartitionReassignmentsTopics()
                                .setName(scene.topic(1).name())
                                .setPartitionIndexes(List.of(0))))
                    .setTimeoutMs(5_000)));
  }
}
