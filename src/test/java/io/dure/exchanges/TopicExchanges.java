package io.dure.exchanges;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignablePartition;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignableTopic;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsAssignment;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableReplicaAssignment;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfig;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData.DeleteTopicState;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData.Cursor;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData.TopicRequest;
import org.apache.kafka.common.message.ElectLeadersRequestData;
import org.apache.kafka.common.message.ElectLeadersRequestData.TopicPartitions;
import org.apache.kafka.common.message.ElectLeadersRequestData.TopicPartitionsCollection;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData.ListPartitionReassignmentsTopics;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.jspecify.annotations.Nullable;

/** Questions about topics: made, enlarged, deleted, described, their replicas and leaders. */
final class TopicExchanges {
  private static final String TOPIC = "placed";
  private static final int WAIT_MS = 10_000;

  private final Exchange exchange;

  private TopicExchanges(Exchange exchange) {
    this.exchange = exchange;
  }

  static void ask(Exchange exchange) {
    var all = new TopicExchanges(exchange);
    exchange.topic(TOPIC, 3);
    exchange.topic("paged-b", 2);
    exchange.topic("paged-a", 3);
    all.made();
    all.enlarged();
    all.metadata();
    all.described();
    all.reassigned();
    all.elected();
    all.deleted();
  }

  // ---- CreateTopics

  private void made() {
    for (int v = 2; v <= 7; v++) {
      for (boolean only : new boolean[] {true, false}) {
        String tail = only ? " only to see" : "";
        create("a name of blanks" + tail, v, only, topic("a b"));
        create("no name" + tail, v, only, topic(""));
        create("a dot" + tail, v, only, topic("."));
        create("a long name" + tail, v, only, topic("x".repeat(250)));
        create("one that is there" + tail, v, only, topic(TOPIC));
        create("no partitions" + tail, v, only, topic("new-" + v).setNumPartitions(0));
        create("partitions below -1" + tail, v, only, topic("new-" + v).setNumPartitions(-2));
        create("no replicas" + tail, v, only, topic("new-" + v).setReplicationFactor((short) 0));
        create(
            "replicas below -1" + tail,
            v,
            only,
            topic("new-" + v).setReplicationFactor((short) -2));
        create(
            "more replicas than brokers" + tail,
            v,
            only,
            topic("new-" + v).setReplicationFactor((short) 3));
        create("an unknown setting" + tail, v, only, set(topic("new-" + v), "no.such", "1"));
        create("a wrong setting" + tail, v, only, set(topic("new-" + v), "retention.ms", "x"));
        create("a setting of null" + tail, v, only, set(topic("new-" + v), "retention.ms", null));
        create("assigned and counted" + tail, v, only, assigned(topic("new-" + v), 0, 1));
        create("assigned to an unknown" + tail, v, only, assigned(free("new-" + v), 0, 9));
        create("assigned twice to one" + tail, v, only, assigned(free("new-" + v), 0, 1, 1));
        create("assigned to nobody" + tail, v, only, assigned(free("new-" + v), 0));
        create("assigned with a gap" + tail, v, only, assigned(free("new-" + v), 1, 1));
        create("assigned below 0" + tail, v, only, assigned(free("new-" + v), 0, -1));
        create("good" + tail, v, only, set(topic("good-" + v), "retention.ms", "3600000"));
        create("good, assigned" + tail, v, only, assigned(free("assigned-" + v), 0, 1));
        if (v >= 4) {
          create(
              "good by default" + tail,
              v,
              only,
              topic("default-" + v).setNumPartitions(-1).setReplicationFactor((short) -1));
        }
      }
      create("no topic", v, false);
      create("the same twice", v, false, topic("twice"), topic("twice").setNumPartitions(2));
    }
    create(
        "defaults of a version without",
        3,
        false,
        topic("default").setNumPartitions(-1).setReplicationFactor((short) -1));
  }

  private static CreatableTopic topic(String name) {
    return new CreatableTopic().setName(name).setNumPartitions(1).setReplicationFactor((short) 1);
  }

  private static CreatableTopic free(String name) {
    return topic(name).setNumPartitions(-1).setReplicationFactor((short) -1);
  }

  private static CreatableTopic set(CreatableTopic topic, String key, @Nullable String value) {
    topic.configs().add(new CreatableTopicConfig().setName(key).setValue(value));
    return topic;
  }

  private static CreatableTopic assigned(CreatableTopic topic, int partition, Integer... brokers) {
    topic
        .assignments()
        .add(
            new CreatableReplicaAssignment()
                .setPartitionIndex(partition)
                .setBrokerIds(List.of(brokers)));
    return topic;
  }

  private void create(String what, int version, boolean only, CreatableTopic... topics) {
    var request = new CreateTopicsRequestData().setValidateOnly(only).setTimeoutMs(WAIT_MS);
    for (CreatableTopic topic : topics) {
      request.topics().mustAdd(topic);
    }
    CreateTopicsResponseData answer = exchange.ask(ApiKeys.CREATE_TOPICS, version, request);
    // All settings are compared where they are described.
    answer.topics().forEach(t -> t.setConfigs(t.configs() == null ? null : new ArrayList<>()));
    exchange.note(what, ApiKeys.CREATE_TOPICS, version, answer);
  }

  // ---- CreatePartitions

  private void enlarged() {
    for (int v = 0; v <= 3; v++) {
      for (boolean only : new boolean[] {true, false}) {
        String tail = only ? " only to see" : "";
        enlarge("as many" + tail, v, only, TOPIC, 3);
        enlarge("fewer" + tail, v, only, TOPIC, 2);
        enlarge("none" + tail, v, only, TOPIC, 0);
        enlarge("below none" + tail, v, only, TOPIC, -1);
        enlarge("of what is not there" + tail, v, only, "nosuch", 5);
        enlarge("of no name" + tail, v, only, "", 5);
        enlarge("assigned too few" + tail, v, only, TOPIC, 5, List.of(1));
        enlarge("assigned to an unknown" + tail, v, only, TOPIC, 4, List.of(9));
        enlarge("assigned to two" + tail, v, only, TOPIC, 4, List.of(1, 1));
        enlarge("assigned to nobody" + tail, v, only, TOPIC, 4, List.of());
      }
      enlarge("to more, only to see", v, true, TOPIC, 4);
      enlarge("to more", v, false, "good-" + (v + 2), 2);
      enlarge("to more, assigned", v, false, "assigned-" + (v + 2), 2, List.of(1));
      exchange.tell("nothing", ApiKeys.CREATE_PARTITIONS, v, new CreatePartitionsRequestData());
    }
  }

  @SafeVarargs
  private void enlarge(
      String what, int version, boolean only, String name, int count, List<Integer>... assigned) {
    var request = new CreatePartitionsRequestData().setTimeoutMs(WAIT_MS).setValidateOnly(only);
    var topic = new CreatePartitionsTopic().setName(name).setCount(count).setAssignments(null);
    if (assigned.length > 0) {
      topic.setAssignments(new ArrayList<>());
      for (List<Integer> brokers : assigned) {
        topic.assignments().add(new CreatePartitionsAssignment().setBrokerIds(brokers));
      }
    }
    request.topics().add(topic);
    exchange.tell(what, ApiKeys.CREATE_PARTITIONS, version, request);
  }

  // ---- Metadata

  private void metadata() {
    for (int v = 0; v <= 12; v++) {
      metadata("a topic", v, List.of(new MetadataRequestTopic().setName(TOPIC)));
      metadata(
          "a topic that is not there", v, List.of(new MetadataRequestTopic().setName("no-such")));
      metadata("a bad name", v, List.of(new MetadataRequestTopic().setName("a b")));
      metadata("no name", v, List.of(new MetadataRequestTopic().setName("")));
      metadata(
          "one twice",
          v,
          List.of(
              new MetadataRequestTopic().setName(TOPIC),
              new MetadataRequestTopic().setName(TOPIC)));
      if (v >= 1) {
        metadata("none", v, List.of());
      }
      if (v >= 10) {
        metadata(
            "an id",
            v,
            List.of(
                new MetadataRequestTopic().setName(null).setTopicId(Topics.id(exchange, TOPIC))));
        metadata(
            "an unknown id",
            v,
            List.of(new MetadataRequestTopic().setName(null).setTopicId(new Uuid(3, 4))));
        metadata(
            "a name and an id",
            v,
            List.of(
                new MetadataRequestTopic().setName(TOPIC).setTopicId(Topics.id(exchange, TOPIC))));
        metadata("neither", v, List.of(new MetadataRequestTopic().setName(null)));
      }
    }
  }

  private void metadata(String what, int version, List<MetadataRequestTopic> topics) {
    for (boolean more : new boolean[] {false, true}) {
      var request = new MetadataRequestData().setTopics(topics);
      if (version >= 4) {
        request.setAllowAutoTopicCreation(false);
      } else if (what.contains("not there")) {
        continue;
      }
      if (more && version < 8) {
        continue;
      }
      if (more) {
        request.setIncludeTopicAuthorizedOperations(true);
        if (version <= 10) {
          request.setIncludeClusterAuthorizedOperations(true);
        }
      }
      exchange.tell(
          what + (more ? " with what may be done" : ""), ApiKeys.METADATA, version, request);
    }
  }

  // ---- DescribeTopicPartitions

  private void described() {
    describe("two", 2_000, null, "paged-b", "paged-a");
    describe("the same twice", 2_000, null, "paged-a", "paged-a");
    describe("one that is not there", 2_000, null, "nosuch", "paged-a");
    describe("a bad name", 2_000, null, "a b");
    describe("no name", 2_000, null, "");
    describe("a page of 2", 2, null, "paged-b", "paged-a");
    describe("a page of 3", 3, null, "paged-b", "paged-a");
    describe("a page of 4", 4, null, "paged-b", "paged-a");
    describe("a page of 0", 0, null, "paged-b", "paged-a");
    describe("a page of -1", -1, null, "paged-b", "paged-a");
    describe("going on", 2, cursor("paged-a", 2), "paged-b", "paged-a");
    describe("going on at the next", 2, cursor("paged-b", 0), "paged-b", "paged-a");
    describe("going on past the end of one", 2, cursor("paged-a", 9), "paged-b", "paged-a");
    describe("going on below 0", 2, cursor("paged-a", -1), "paged-b", "paged-a");
    describe("going on at one that is gone", 2, cursor("paged-aa", 1), "paged-b", "paged-a");
    describe("going on after all", 2, cursor("zzz", 0), "paged-b", "paged-a");
  }

  private static Cursor cursor(String topic, int partition) {
    return new Cursor().setTopicName(topic).setPartitionIndex(partition);
  }

  private void describe(String what, int limit, @Nullable Cursor cursor, String... topics) {
    var request = new DescribeTopicPartitionsRequestData().setResponsePartitionLimit(limit);
    for (String topic : topics) {
      request.topics().add(new TopicRequest().setName(topic));
    }
    exchange.tell(what, ApiKeys.DESCRIBE_TOPIC_PARTITIONS, 0, request.setCursor(cursor));
  }

  // ---- reassignment and election

  private void reassigned() {
    for (int v = 0; v <= 1; v++) {
      reassign("to where it is", v, TOPIC, 0, List.of(1));
      reassign("to an unknown", v, TOPIC, 0, List.of(9));
      reassign("to nobody", v, TOPIC, 0, List.of());
      reassign("to one twice", v, TOPIC, 0, List.of(1, 1));
      reassign("below 0", v, TOPIC, 0, List.of(-1));
      reassign("cancelled though not begun", v, TOPIC, 0, null);
      reassign("of a partition that is not", v, TOPIC, 99, List.of(1));
      reassign("of a topic that is not", v, "nosuch", 0, List.of(1));
      reassign("cancelled, of a topic that is not", v, "nosuch", 0, null);
      exchange.tell(
          "nothing",
          ApiKeys.ALTER_PARTITION_REASSIGNMENTS,
          v,
          new AlterPartitionReassignmentsRequestData());
    }
    exchange.tell(
        "all",
        ApiKeys.LIST_PARTITION_REASSIGNMENTS,
        0,
        new ListPartitionReassignmentsRequestData().setTopics(null));
    exchange.tell(
        "none",
        ApiKeys.LIST_PARTITION_REASSIGNMENTS,
        0,
        new ListPartitionReassignmentsRequestData().setTopics(List.of()));
    for (String name : List.of(TOPIC, "nosuch")) {
      exchange.tell(
          "of " + name,
          ApiKeys.LIST_PARTITION_REASSIGNMENTS,
          0,
          new ListPartitionReassignmentsRequestData()
              .setTopics(
                  List.of(
                      new ListPartitionReassignmentsTopics()
                          .setName(name)
                          .setPartitionIndexes(List.of(0, 99)))));
    }
  }

  private void reassign(
      String what, int version, String topic, int partition, @Nullable List<Integer> brokers) {
    exchange.tell(
        what,
        ApiKeys.ALTER_PARTITION_REASSIGNMENTS,
        version,
        new AlterPartitionReassignmentsRequestData()
            .setTimeoutMs(WAIT_MS)
            .setTopics(
                List.of(
                    new ReassignableTopic()
                        .setName(topic)
                        .setPartitions(
                            List.of(
                                new ReassignablePartition()
                                    .setPartitionIndex(partition)
                                    .setReplicas(brokers))))));
  }

  private void elected() {
    for (int v = 0; v <= 2; v++) {
      for (int kind = 0; kind <= (v == 0 ? 0 : 1); kind++) {
        String of = kind == 0 ? "preferred" : "unclean";
        elect(of + ", needed by none", v, kind, TOPIC, 0, 1);
        elect(of + ", of a partition that is not", v, kind, TOPIC, 99);
        elect(of + ", of a topic that is not", v, kind, "nosuch", 0);
        exchange.tell(
            of + ", of nothing",
            ApiKeys.ELECT_LEADERS,
            v,
            electing(v, kind, new TopicPartitionsCollection()));
      }
    }
    exchange.tell(
        "of an unknown kind",
        ApiKeys.ELECT_LEADERS,
        2,
        electing(2, 7, new TopicPartitionsCollection()));
  }

  private static ElectLeadersRequestData electing(
      int version, int kind, TopicPartitionsCollection of) {
    var request = new ElectLeadersRequestData().setTimeoutMs(WAIT_MS).setTopicPartitions(of);
    return version == 0 ? request : request.setElectionType((byte) kind);
  }

  private void elect(String what, int version, int kind, String topic, Integer... partitions) {
    var of = new TopicPartitionsCollection();
    of.add(new TopicPartitions().setTopic(topic).setPartitions(List.of(partitions)));
    exchange.tell(what, ApiKeys.ELECT_LEADERS, version, electing(version, kind, of));
  }

  // ---- DeleteTopics

  private void deleted() {
    for (int v = 1; v <= 5; v++) {
      exchange.tell("one that is not there", ApiKeys.DELETE_TOPICS, v, byName("nosuch"));
      exchange.tell("no name", ApiKeys.DELETE_TOPICS, v, byName(""));
      exchange.tell("one twice", ApiKeys.DELETE_TOPICS, v, byName("paged-a", "paged-a"));
      exchange.tell("nothing", ApiKeys.DELETE_TOPICS, v, byName());
      exchange.tell("good", ApiKeys.DELETE_TOPICS, v, byName("good-" + (v + 1)));
    }
    byState("one that is not there", new DeleteTopicState().setName("nosuch"));
    byState("an unknown id", new DeleteTopicState().setName(null).setTopicId(new Uuid(9, 9)));
    byState("neither", new DeleteTopicState().setName(null));
    byState("both", new DeleteTopicState().setName(TOPIC).setTopicId(new Uuid(9, 9)));
    byState(
        "one twice", new DeleteTopicState().setName(TOPIC), new DeleteTopicState().setName(TOPIC));
    Uuid id = Topics.id(exchange, TOPIC);
    byState(
        "one by id twice",
        new DeleteTopicState().setName(null).setTopicId(id),
        new DeleteTopicState().setName(null).setTopicId(id));
    byState(
        "one by id and name",
        new DeleteTopicState().setName(TOPIC),
        new DeleteTopicState().setName(null).setTopicId(id));
    byState("nothing");
    byState("good by id", new DeleteTopicState().setName(null).setTopicId(id));
  }

  private static DeleteTopicsRequestData byName(String... names) {
    return new DeleteTopicsRequestData().setTimeoutMs(WAIT_MS).setTopicNames(List.of(names));
  }

  private void byState(String what, DeleteTopicState... topics) {
    exchange.tell(
        what,
        ApiKeys.DELETE_TOPICS,
        6,
        new DeleteTopicsRequestData().setTimeoutMs(WAIT_MS).setTopics(List.of(topics)));
  }
}
