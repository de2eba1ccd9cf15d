package io.dure.server;

import io.dure.base.Clock;
import io.dure.base.NodeId;
import io.dure.broker.NodeClient;
import io.dure.console.Desk;
import io.dure.log.BatchBuilder;
import io.dure.metadata.ClusterImage;
import io.dure.metadata.TopicImage;
import io.dure.wire.KeyHash;
import io.dure.wire.WireError;
import io.dure.wire.WireRecords;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.apache.kafka.common.message.ConsumerGroupDescribeRequestData;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData;
import org.apache.kafka.common.message.ConsumerProtocolAssignment;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfig;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicResult;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData.DeleteTopicState;
import org.apache.kafka.common.message.DeleteTopicsResponseData;
import org.apache.kafka.common.message.DeleteTopicsResponseData.DeletableTopicResult;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.DescribeGroupsResponseData;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.ListGroupsResponseData;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.jspecify.annotations.Nullable;

/**
 * The console's requests to the cluster, in Kafka's words, answered by the same handlers as a
 * client's. Waits; safe for all threads.
 */
final class ClientDesk implements Desk {
  private static final long READ_MS = 2_000;
  private static final int CHANGE_MS = 10_000;
  private static final byte TOPIC = 2;
  private static final byte UNKNOWN = 0;

  private final NodeId self;
  private final Supplier<Optional<NodeClient>> nodes;
  private final Supplier<ClusterImage> image;
  private final Clock clock;

  ClientDesk(
      NodeId self,
      Supplier<Optional<NodeClient>> nodes,
      Supplier<ClusterImage> image,
      Clock clock) {
    this.self = self;
    this.nodes = nodes;
    this.image = image;
    this.clock = clock;
  }

  @Override
  public List<Group> groups(List<NodeId> among) {
    List<Group> groups = new ArrayList<>();
    for (NodeId node : among) {
      Optional<ListGroupsResponseData> answer =
          nodes
              .get()
              .flatMap(client ->
                  client.ask(node, ApiKeys.LIST_GROUPS, 5, new ListGroupsRequestData(), READ_MS));
      answer.ifPresent(listed ->
          listed
              .groups()
              .forEach(group ->
                  groups.add(
                      new Group(
                          group.groupId(),
                          group.groupType().equalsIgnoreCase("consumer") ? "consumer" : "classic",
                          group.groupState(),
                          group.protocolType(),
                          node))));
    }
    return groups;
  }

  @Override
  public List<Member> members(Group group) {
    return group.type().equals("consumer") ? consumerMembers(group) : classicMembers(group);
  }

  private List<Member> consumerMembers(Group group) {
    var request = new ConsumerGroupDescribeRequestData().setGroupIds(List.of(group.id()));
    ConsumerGroupDescribeResponseData answer =
        ask(group.coordinator(), ApiKeys.CONSUMER_GROUP_DESCRIBE, 1, request, READ_MS);
    var described = answer.groups().getFirst();
    check(described.errorCode(), described.errorMessage(), "group " + group.id());
    List<Member> members = new ArrayList<>();
    described
        .members()
        .forEach(member -> {
          Map<String, List<Integer>> partitions = new HashMap<>();
          member
              .assignment()
              .topicPartitions()
              .forEach(topic -> partitions.put(topic.topicName(), topic.partitions()));
          members.add(
              new Member(member.memberId(), member.clientId(), member.clientHost(), partitions));
        });
    return members;
  }

  private List<Member> classicMembers(Group group) {
    var request = new DescribeGroupsRequestData().setGroups(List.of(group.id()));
    DescribeGroupsResponseData answer =
        ask(group.coordinator(), ApiKeys.DESCRIBE_GROUPS, 6, request, READ_MS);
    var described = answer.groups().getFirst();
    check(described.errorCode(), described.errorMessage(), "group " + group.id());
    List<Member> members = new ArrayList<>();
    described
        .members()
        .forEach(member ->
            members.add(
                new Member(
                    member.memberId(),
                    member.clientId(),
                    member.clientHost(),
                    assigned(member.memberAssignment()))));
    return members;
  }

  /** Only consumers' assignments can be read; others' are their own business. */
  private static Map<String, List<Integer>> assigned(byte[] assignment) {
    Map<String, List<Integer>> partitions = new HashMap<>();
    if (assignment.length < 2) {
      return partitions;
    }
    ByteBuffer bytes = ByteBuffer.wrap(assignment);
    short version = bytes.getShort();
    if (version >= 0 && version <= ConsumerProtocolAssignment.HIGHEST_SUPPORTED_VERSION) {
      try {
        new ConsumerProtocolAssignment(new ByteBufferAccessor(bytes), version)
            .assignedPartitions()
            .forEach(topic -> partitions.put(topic.topic(), topic.partitions()));
      } catch (RuntimeException e) {
        return Map.of();
      }
    }
    return partitions;
  }

  @Override
  public List<Committed> committed(Group group) {
    var asked = new OffsetFetchRequestGroup().setGroupId(group.id()).setTopics(null);
    OffsetFetchResponseData answer =
        ask(
            group.coordinator(),
            ApiKeys.OFFSET_FETCH,
            9,
            new OffsetFetchRequestData().setGroups(List.of(asked)),
            READ_MS);
    var fetched = answer.groups().getFirst();
    check(fetched.errorCode(), null, "group " + group.id());
    List<Committed> committed = new ArrayList<>();
    fetched
        .topics()
        .forEach(topic ->
            topic.partitions().stream()
                .filter(each -> each.committedOffset() >= 0)
                .forEach(each ->
                    committed.add(
                        new Committed(
                            topic.name(), each.partitionIndex(), each.committedOffset()))));
    return committed;
  }

  @Override
  public List<Setting> settings(String topic) {
    var resource =
        new DescribeConfigsResource()
            .setResourceType(TOPIC)
            .setResourceName(topic)
            .setConfigurationKeys(null);
    DescribeConfigsResponseData answer =
        ask(
            self,
            ApiKeys.DESCRIBE_CONFIGS,
            4,
            new DescribeConfigsRequestData().setResources(List.of(resource)),
            READ_MS);
    var result = answer.results().getFirst();
    check(result.errorCode(), result.errorMessage(), topic);
    return result.configs().stream()
        .map(config ->
            new Setting(
                config.name(),
                config.value() == null ? "" : config.value(),
                source(config.configSource()),
                config.configSource() == 5))
        .toList();
  }

  /** Kafka's numbers. */
  private static String source(byte code) {
    return switch (code) {
      case 1 -> "TOPIC";
      case 2 -> "BROKER";
      case 3 -> "CLUSTER";
      case 4 -> "START";
      default -> "DEFAULT";
    };
  }

  /** Told as settings of something that Kafka does not know, see decision 25. */
  @Override
  public Optional<Plan> plan() {
    var resources = new ArrayList<DescribeConfigsResource>();
    for (String name : List.of("balance.state", "balance.plan")) {
      resources.add(
          new DescribeConfigsResource()
              .setResourceType(UNKNOWN)
              .setResourceName(name)
              .setConfigurationKeys(null));
    }
    DescribeConfigsResponseData answer =
        ask(
            self,
            ApiKeys.DESCRIBE_CONFIGS,
            4,
            new DescribeConfigsRequestData()
                .setResources(resources)
                .setIncludeDocumentation(true)
                .setIncludeSynonyms(true),
            READ_MS);
    if (answer.results().stream().anyMatch(each -> each.errorCode() != WireError.NONE.code())) {
      return Optional.empty();
    }
    String state = "";
    List<PlannedMove> moves = new ArrayList<>();
    Map<String, Long> numbers = new TreeMap<>();
    for (var result : answer.results()) {
      for (var told : result.configs()) {
        if (told.name().equals("balance")) {
          state = told.value();
        } else if (result.resourceName().equals("balance.plan")) {
          moves.add(planned(told));
        } else if (told.name().startsWith("disk.") || told.name().startsWith("traffic.")) {
          numbers.put(told.name(), Long.parseLong(told.value()));
        }
      }
    }
    return Optional.of(new Plan(state, carried(numbers), moves));
  }

  private static List<Carried> carried(Map<String, Long> numbers) {
    return numbers.keySet().stream()
        .filter(name -> name.startsWith("disk."))
        .map(name -> Integer.parseInt(name.substring(5)))
        .sorted()
        .map(broker ->
            new Carried(
                broker,
                numbers.getOrDefault("disk." + broker, 0L),
                numbers.getOrDefault("traffic." + broker, 0L)))
        .toList();
  }

  private static PlannedMove planned(DescribeConfigsResourceResult told) {
    String name = told.name();
    String[] lists = told.value().split(" -> ", 2);
    return new PlannedMove(
        name.substring(name.indexOf(' ') + 1),
        lists[0],
        lists[lists.length - 1],
        lines(told.documentation()),
        told.synonyms().stream()
            .filter(synonym -> synonym.name().equals("ko"))
            .flatMap(synonym -> lines(synonym.value()).stream())
            .toList());
  }

  private static List<String> lines(@Nullable String text) {
    return text == null ? List.of() : text.lines().toList();
  }

  @Override
  public void createTopic(String name, int partitions, int replicas, Map<String, String> settings) {
    var topic =
        new CreatableTopic()
            .setName(name)
            .setNumPartitions(partitions)
            .setReplicationFactor((short) replicas);
    settings.forEach((key, value) ->
        topic.configs().add(new CreatableTopicConfig().setName(key).setValue(value)));
    var request = new CreateTopicsRequestData().setTimeoutMs(CHANGE_MS);
    request.topics().add(topic);
    CreateTopicsResponseData answer =
        ask(self, ApiKeys.CREATE_TOPICS, 7, request, CHANGE_MS + READ_MS);
    CreatableTopicResult result = answer.topics().iterator().next();
    check(result.errorCode(), result.errorMessage(), name);
  }

  @Override
  public void deleteTopic(String name) {
    var request =
        new DeleteTopicsRequestData()
            .setTopics(List.of(new DeleteTopicState().setName(name)))
            .setTimeoutMs(CHANGE_MS);
    DeleteTopicsResponseData answer =
        ask(self, ApiKeys.DELETE_TOPICS, 6, request, CHANGE_MS + READ_MS);
    DeletableTopicResult result = answer.responses().iterator().next();
    check(result.errorCode(), result.errorMessage(), name);
  }

  @Override
  public Written write(
      String topicName, Optional<Integer> wanted, Optional<byte[]> key, Optional<byte[]> value) {
    TopicImage topic =
        image
            .get()
            .topic(topicName)
            .orElseThrow(() -> new Refused("there is no topic " + topicName));
    int count = topic.partitions().size();
    int partition =
        wanted.orElseGet(() ->
            key.map(bytes -> KeyHash.partition(bytes, count))
                .orElseGet(() -> ThreadLocalRandom.current().nextInt(count)));
    NodeId leader =
        topic
            .partitions()
            .get(partition)
            .leader()
            .orElseThrow(
                () -> new Refused("%s-%d has no leader now".formatted(topicName, partition)));
    var data = new PartitionProduceData().setIndex(partition);
    WireRecords.put(data, new BatchBuilder().add(key, value, clock.wallMs()).build());
    var request = new ProduceRequestData().setAcks((short) -1).setTimeoutMs(CHANGE_MS);
    request
        .topicData()
        .add(new TopicProduceData().setName(topicName).setPartitionData(List.of(data)));
    ProduceResponseData answer = ask(leader, ApiKeys.PRODUCE, 12, request, CHANGE_MS + READ_MS);
    PartitionProduceResponse result =
        answer.responses().iterator().next().partitionResponses().getFirst();
    check(result.errorCode(), result.errorMessage(), topicName + "-" + partition);
    return new Written(partition, result.baseOffset());
  }

  private <R extends ApiMessage> R ask(
      NodeId node, ApiKeys api, int version, ApiMessage body, long timeoutMs) {
    Optional<R> answer =
        nodes.get().flatMap(client -> client.ask(node, api, version, body, timeoutMs));
    return answer.orElseThrow(() ->
        new Refused(
            "broker %d did not answer in time; whether it did what it was asked is not known"
                .formatted(node.value())));
  }

  private static void check(short code, @Nullable String message, String what) {
    if (code != WireError.NONE.code()) {
      String reason = message == null || message.isEmpty() ? "" : ": " + message;
      throw new Refused("%s: %s%s".formatted(what, WireError.of(code), reason));
    }
  }
}
