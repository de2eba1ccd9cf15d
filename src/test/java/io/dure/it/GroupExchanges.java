package io.dure.it;

import io.dure.wire.RecordWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DeleteGroupsResponseData;
import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.DescribeGroupsResponseData;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocol;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupRequestData.MemberIdentity;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.ListGroupsResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestPartition;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopic;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopicCollection;
import org.apache.kafka.common.message.OffsetDeleteResponseData;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopic;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData.SyncGroupRequestAssignment;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

/**
 * Everything that can be asked of classic groups and their offsets, in every version, said to one
 * broker: what it answers, line by line, with what differs between any two brokers (ids, hosts)
 * replaced.
 */
final class GroupExchanges implements AutoCloseable {
  private static final Pattern UUID =
      Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");
  private static final Pattern UUID_64 = Pattern.compile("topicId=[A-Za-z0-9_-]{22}");
  private static final String TOPIC = "read";
  private static final int WAIT_MS = 10_000;

  /** As a consumer sends it; Kafka stumbles over anything else. */
  private static final byte[] SUBSCRIPTION =
      new RecordWriter().int16(0).int32(1).string(TOPIC).int32(-1).toArray();

  private final int port;
  private final RawConnection asking;
  private final List<String> lines = new ArrayList<>();
  private final Map<String, String> names = new HashMap<>();
  private final List<RawConnection> joining = new ArrayList<>();

  private GroupExchanges(int port) throws IOException {
    this.port = port;
    this.asking = new RawConnection(port);
  }

  /** What the broker answers, by what was asked. */
  static Map<String, String> with(int port) throws Exception {
    try (var exchanges = new GroupExchanges(port)) {
      exchanges.prepare();
      try {
        exchanges.askAll();
      } catch (IOException e) {
        throw new IOException("no answer after " + exchanges.lines.getLast(), e);
      }
      var byQuestion = new LinkedHashMap<String, String>();
      for (String line : exchanges.lines) {
        int cut = line.indexOf(" => ");
        byQuestion.put(line.substring(0, cut), line.substring(cut + 4));
      }
      return byQuestion;
    }
  }

  private void askAll() throws Exception {
    offsets();
    strangers();
    joins();
    lifeOfAGroup();
    staticMembers();
    administration();
  }

  @Override
  public void close() throws IOException {
    asking.close();
    for (RawConnection connection : joining) {
      connection.close();
    }
  }

  // ---- telling

  private <R extends ApiMessage> R tell(String what, ApiKeys api, int version, ApiMessage request)
      throws IOException {
    R response;
    try {
      response = asking.ask(api, version, request);
    } catch (IOException e) {
      throw new IOException("no answer to " + api + " v" + version + " " + what, e);
    }
    note(what, api, version, response);
    return response;
  }

  private void note(String what, ApiKeys api, int version, ApiMessage response) {
    sort(response);
    String answer = UUID.matcher(response.toString()).replaceAll(this::name);
    answer = UUID_64.matcher(answer).replaceAll(this::name);
    lines.add(api + " v" + version + " " + what + " => " + answer);
  }

  /** Some lists come in no order. */
  private void sort(ApiMessage response) {
    switch (response) {
      case DescribeGroupsResponseData described -> {
        described.groups().sort(Comparator.comparing(g -> g.groupId()));
        described
            .groups()
            .forEach(g -> g.members().sort(Comparator.comparing(m -> order(m.memberId()))));
      }
      case JoinGroupResponseData joined ->
          joined.members().sort(Comparator.comparing(m -> order(m.memberId())));
      case DeleteGroupsResponseData deleted -> {
        var sorted = new ArrayList<>(deleted.results());
        sorted.sort(Comparator.comparing(g -> g.groupId()));
        deleted.results().clear();
        sorted.forEach(g -> deleted.results().add(g.duplicate()));
      }
      case OffsetCommitResponseData committed ->
          committed.topics().sort(Comparator.comparing(t -> t.partitions().toString()));
      case OffsetDeleteResponseData deleted ->
          deleted
              .topics()
              .forEach(t -> {
                var sorted = new ArrayList<>(t.partitions());
                sorted.sort(Comparator.comparing(p -> p.partitionIndex()));
                t.partitions().clear();
                sorted.forEach(p -> t.partitions().add(p.duplicate()));
              });
      default -> {}
    }
  }

  /** Those that were met already by their names, a new one last. */
  private String order(String memberId) {
    return UUID.matcher(memberId)
        .results()
        .map(m -> names.getOrDefault(m.group(), "~"))
        .findFirst()
        .orElse("");
  }

  /** The first unknown id that is met is #1, and so on. */
  private String name(MatchResult found) {
    if (found.group().equals("topicId=" + Uuid.ZERO_UUID)) {
      return "topicId=none";
    }
    return names.computeIfAbsent(found.group(), _ -> "#" + (names.size() + 1));
  }

  private void prepare() throws Exception {
    var create = new CreateTopicsRequestData().setTimeoutMs(WAIT_MS);
    create
        .topics()
        .add(
            new CreatableTopic()
                .setName(TOPIC)
                .setNumPartitions(2)
                .setReplicationFactor((short) 1));
    asking.ask(ApiKeys.CREATE_TOPICS, 5, create);
    long giveUp = System.nanoTime() + 60_000_000_000L;
    while (System.nanoTime() < giveUp) {
      FindCoordinatorResponseData found =
          asking.ask(ApiKeys.FIND_COORDINATOR, 3, new FindCoordinatorRequestData().setKey("any"));
      ApiMessage probe =
          asking.ask(
              ApiKeys.DELETE_GROUPS, 0, new DeleteGroupsRequestData().setGroupsNames(List.of("x")));
      boolean loaded = probe.toString().contains("errorCode=" + Errors.GROUP_ID_NOT_FOUND.code());
      if (found.errorCode() == 0 && loaded && topicId().isPresent()) {
        // Every coordinator has to be loaded before the first question.
        Thread.sleep(2_000);
        return;
      }
      Thread.sleep(200);
    }
    throw new AssertionError("no coordinator");
  }

  private Optional<Uuid> topicId() throws IOException {
    var request = new MetadataRequestData();
    request.topics().add(new MetadataRequestData.MetadataRequestTopic().setName(TOPIC));
    MetadataResponseData metadata = asking.ask(ApiKeys.METADATA, 12, request);
    return metadata.topics().stream()
        .filter(t -> t.errorCode() == 0)
        .map(MetadataResponseData.MetadataResponseTopic::topicId)
        .findFirst();
  }

  // ---- offsets

  private OffsetCommitRequestData commit(int version, String group, String topic, int partition)
      throws IOException {
    Uuid id = topic.equals(TOPIC) ? topicId().orElseThrow() : new Uuid(5, 5);
    var ofTopic = new OffsetCommitRequestTopic();
    if (version >= 10) {
      ofTopic.setTopicId(id);
    } else {
      ofTopic.setName(topic);
    }
    var of = new OffsetCommitRequestPartition().setPartitionIndex(partition).setCommittedOffset(7);
    if (version >= 6) {
      of.setCommittedLeaderEpoch(0);
    }
    ofTopic.partitions().add(of.setCommittedMetadata("text"));
    return new OffsetCommitRequestData()
        .setGroupId(group)
        .setGenerationIdOrMemberEpoch(-1)
        .setMemberId("")
        .setTopics(new ArrayList<>(List.of(ofTopic)));
  }

  private static OffsetCommitRequestPartition only(OffsetCommitRequestData request) {
    return request.topics().getFirst().partitions().getFirst();
  }

  private void offsets() throws IOException {
    for (int v = 2; v <= 10; v++) {
      String group = "simple" + v;
      ApiKeys api = ApiKeys.OFFSET_COMMIT;
      tell("to a new group", api, v, commit(v, group, TOPIC, 0));
      tell("unknown topic", api, v, commit(v, group, "nothing", 0));
      tell("no such partition", api, v, commit(v, group, TOPIC, 2));
      tell("negative partition", api, v, commit(v, group, TOPIC, -1));
      OffsetCommitRequestData request = commit(v, group, TOPIC, 1);
      only(request).setCommittedMetadata(null);
      tell("null text", api, v, request);
      only(request).setCommittedMetadata("x".repeat(4_096));
      tell("longest text", api, v, request);
      only(request).setCommittedMetadata("x".repeat(4_097));
      tell("text too long", api, v, request);
      only(request).setCommittedMetadata("").setCommittedOffset(-1);
      tell("offset -1", api, v, request);
      tell("empty group id", api, v, commit(v, "", TOPIC, 0));
      tell("nothing", api, v, commit(v, group, TOPIC, 0).setTopics(List.of()));
      OffsetCommitRequestData two = commit(v, group, TOPIC, 0);
      two.topics().addAll(commit(v, group, "nothing", 0).topics());
      tell("two topics", api, v, two);
      tell(
          "a generation of no group",
          api,
          v,
          commit(v, "none" + v, TOPIC, 0).setGenerationIdOrMemberEpoch(3).setMemberId("m"));
      tell(
          "generation 0 of no group",
          api,
          v,
          commit(v, "none" + v, TOPIC, 0).setGenerationIdOrMemberEpoch(0));
      tell(
          "a generation of a simple group",
          api,
          v,
          commit(v, group, TOPIC, 0).setGenerationIdOrMemberEpoch(3).setMemberId("m"));
      tell("a member without generation", api, v, commit(v, group, TOPIC, 0).setMemberId("m"));
      if (v >= 7) {
        tell(
            "an instance without generation",
            api,
            v,
            commit(v, group, TOPIC, 0).setGroupInstanceId("i"));
      }
      if (v <= 4) {
        tell("with a retention", api, v, commit(v, group, TOPIC, 0).setRetentionTimeMs(60_000));
        tell("no retention", api, v, commit(v, "gone" + v, TOPIC, 0).setRetentionTimeMs(0));
      }
    }
    for (int v = 1; v <= 10; v++) {
      for (int of = 2; of <= 10; of += 4) {
        String group = "simple" + of;
        tell("known of " + of, ApiKeys.OFFSET_FETCH, v, fetch(v, group, TOPIC, 0, 1));
        tell("unknown partitions of " + of, ApiKeys.OFFSET_FETCH, v, fetch(v, group, TOPIC, 5, -1));
        if (v >= 2) {
          tell("all of " + of, ApiKeys.OFFSET_FETCH, v, fetch(v, group, ""));
        }
      }
      tell("unknown topic", ApiKeys.OFFSET_FETCH, v, fetch(v, "simple2", "nothing", 0));
      tell("no topics", ApiKeys.OFFSET_FETCH, v, noTopics(v));
      tell("unknown group", ApiKeys.OFFSET_FETCH, v, fetch(v, "nobody", TOPIC, 0));
      tell("empty group", ApiKeys.OFFSET_FETCH, v, fetch(v, "", TOPIC, 0));
      if (v >= 2) {
        tell("all of unknown", ApiKeys.OFFSET_FETCH, v, fetch(v, "nobody", ""));
      }
      if (v >= 7) {
        tell(
            "stable",
            ApiKeys.OFFSET_FETCH,
            v,
            fetch(v, "simple2", TOPIC, 0).setRequireStable(true));
      }
      if (v >= 8) {
        OffsetFetchRequestData several = fetch(v, "simple2", TOPIC, 0);
        several.groups().addAll(fetch(v, "nobody", TOPIC, 0).groups());
        several.groups().addAll(fetch(v, "simple3", "").groups());
        tell("several groups", ApiKeys.OFFSET_FETCH, v, several);
        tell("no groups", ApiKeys.OFFSET_FETCH, v, new OffsetFetchRequestData());
      }
      if (v >= 9) {
        OffsetFetchRequestData member = fetch(v, "simple2", TOPIC, 0);
        member.groups().getFirst().setMemberId("m").setMemberEpoch(4);
        tell("a member of a simple group", ApiKeys.OFFSET_FETCH, v, member);
        OffsetFetchRequestData nobody = fetch(v, "nobody", TOPIC, 0);
        nobody.groups().getFirst().setMemberId("m").setMemberEpoch(4);
        tell("a member of no group", ApiKeys.OFFSET_FETCH, v, nobody);
      }
    }
    tell("of a simple group", ApiKeys.OFFSET_DELETE, 0, delete("simple4", TOPIC, 0, 1, 7));
    tell("again", ApiKeys.OFFSET_DELETE, 0, delete("simple4", TOPIC, 0));
    tell("unknown topic", ApiKeys.OFFSET_DELETE, 0, delete("simple4", "nothing", 0));
    tell("unknown group", ApiKeys.OFFSET_DELETE, 0, delete("nobody", TOPIC, 0));
    tell("unknown group and topic", ApiKeys.OFFSET_DELETE, 0, delete("nobody", "nothing", 0));
    tell("empty group id", ApiKeys.OFFSET_DELETE, 0, delete("", TOPIC, 0));
    tell("nothing", ApiKeys.OFFSET_DELETE, 0, new OffsetDeleteRequestData().setGroupId("simple4"));
    tell("after it", ApiKeys.OFFSET_FETCH, 8, fetch(8, "simple4", ""));
  }

  private OffsetFetchRequestData noTopics(int version) {
    return version >= 8
        ? new OffsetFetchRequestData()
            .setGroups(
                List.of(new OffsetFetchRequestGroup().setGroupId("simple2").setTopics(List.of())))
        : new OffsetFetchRequestData().setGroupId("simple2").setTopics(List.of());
  }

  /** With an empty topic: all of them. */
  private OffsetFetchRequestData fetch(int v, String group, String topic, Integer... partitions)
      throws IOException {
    if (v >= 8) {
      var of = new OffsetFetchRequestGroup().setGroupId(group);
      if (topic.isEmpty()) {
        of.setTopics(null);
      } else {
        var one = new OffsetFetchRequestTopics().setPartitionIndexes(List.of(partitions));
        if (v >= 10) {
          one.setTopicId(topic.equals(TOPIC) ? topicId().orElseThrow() : new Uuid(5, 5));
        } else {
          one.setName(topic);
        }
        of.setTopics(List.of(one));
      }
      return new OffsetFetchRequestData().setGroups(new ArrayList<>(List.of(of)));
    }
    return new OffsetFetchRequestData()
        .setGroupId(group)
        .setTopics(
            topic.isEmpty()
                ? null
                : List.of(
                    new OffsetFetchRequestTopic()
                        .setName(topic)
                        .setPartitionIndexes(List.of(partitions))));
  }

  private static OffsetDeleteRequestData delete(String group, String topic, int... partitions) {
    var of = new OffsetDeleteRequestTopic().setName(topic);
    for (int partition : partitions) {
      of.partitions().add(new OffsetDeleteRequestPartition().setPartitionIndex(partition));
    }
    return new OffsetDeleteRequestData()
        .setGroupId(group)
        .setTopics(new OffsetDeleteRequestTopicCollection(List.of(of).iterator()));
  }

  // ---- members

  private static HeartbeatRequestData beat(String group, String member, int generation) {
    return new HeartbeatRequestData()
        .setGroupId(group)
        .setMemberId(member)
        .setGenerationId(generation);
  }

  private static SyncGroupRequestData sync(int v, String group, String member, int generation) {
    var request =
        new SyncGroupRequestData()
            .setGroupId(group)
            .setMemberId(member)
            .setGenerationId(generation);
    return v >= 5 ? request.setProtocolType("consumer").setProtocolName("range") : request;
  }

  private static LeaveGroupRequestData leave(int v, String group, String... members) {
    var request = new LeaveGroupRequestData().setGroupId(group);
    if (v < 3) {
      return request.setMemberId(members[0]);
    }
    for (String member : members) {
      request.members().add(new MemberIdentity().setMemberId(member));
    }
    return request;
  }

  private static JoinGroupRequestData join(String group, String member, String... protocols) {
    var request =
        new JoinGroupRequestData()
            .setGroupId(group)
            .setMemberId(member)
            .setProtocolType("consumer")
            .setSessionTimeoutMs(60_000)
            .setRebalanceTimeoutMs(60_000);
    for (String protocol : protocols.length == 0 ? new String[] {"range"} : protocols) {
      request
          .protocols()
          .add(new JoinGroupRequestProtocol().setName(protocol).setMetadata(SUBSCRIPTION));
    }
    return request;
  }

  private void strangers() throws IOException {
    for (int v = 0; v <= 4; v++) {
      tell("no such group", ApiKeys.HEARTBEAT, v, beat("nobody", "m", 1));
      tell("a simple group", ApiKeys.HEARTBEAT, v, beat("simple2", "m", 1));
      tell("empty group id", ApiKeys.HEARTBEAT, v, beat("", "m", 1));
      tell("empty member", ApiKeys.HEARTBEAT, v, beat("nobody", "", -1));
      if (v >= 3) {
        tell("an instance", ApiKeys.HEARTBEAT, v, beat("nobody", "m", 1).setGroupInstanceId("i"));
      }
    }
    for (int v = 0; v <= 5; v++) {
      tell("no such group", ApiKeys.SYNC_GROUP, v, sync(v, "nobody", "m", 1));
      tell("a simple group", ApiKeys.SYNC_GROUP, v, sync(v, "simple2", "m", 1));
      tell("empty group id", ApiKeys.SYNC_GROUP, v, sync(v, "", "m", 1));
      if (v >= 5) {
        tell("no protocol", ApiKeys.SYNC_GROUP, v, sync(v, "nobody", "m", 1).setProtocolName(null));
        tell("no type", ApiKeys.SYNC_GROUP, v, sync(v, "nobody", "m", 1).setProtocolType(null));
      }
      tell("no such group", ApiKeys.LEAVE_GROUP, v, leave(v, "nobody", "m"));
      tell("a simple group", ApiKeys.LEAVE_GROUP, v, leave(v, "simple2", "m"));
      tell("empty group id", ApiKeys.LEAVE_GROUP, v, leave(v, "", "m"));
      if (v >= 3) {
        tell("nobody", ApiKeys.LEAVE_GROUP, v, leave(v, "simple2"));
        tell("nobody of no group", ApiKeys.LEAVE_GROUP, v, leave(v, "nobody"));
        LeaveGroupRequestData named = leave(v, "simple2", "");
        named.members().getFirst().setGroupInstanceId("i");
        tell("an instance", ApiKeys.LEAVE_GROUP, v, named);
        named.setGroupId("nobody");
        tell("an instance of no group", ApiKeys.LEAVE_GROUP, v, named);
      }
    }
  }

  private void joins() throws IOException {
    for (int v = 0; v <= 9; v++) {
      String group = "joins" + v;
      ApiKeys api = ApiKeys.JOIN_GROUP;
      tell("session too short", api, v, join(group, "").setSessionTimeoutMs(5_999));
      tell("session too long", api, v, join(group, "").setSessionTimeoutMs(1_800_001));
      tell("empty group id", api, v, join("", ""));
      tell("unknown member of no group", api, v, join(group, "m"));
      tell("unknown member of a simple group", api, v, join("simple2", "m"));
      tell(
          "no protocols",
          api,
          v,
          join(group, "")
              .setProtocols(new JoinGroupRequestData.JoinGroupRequestProtocolCollection()));
      tell("no type", api, v, join(group, "").setProtocolType(""));
      if (v >= 5) {
        tell("unknown member with instance", api, v, join(group, "m").setGroupInstanceId("i"));
        tell("invalid instance", api, v, join(group, "m").setGroupInstanceId("a b"));
      }
      if (v >= 4) {
        JoinGroupResponseData told = tell("id first", api, v, join(group, ""));
        note("state", ApiKeys.DESCRIBE_GROUPS, 5, describe(5, group));
        tell("heartbeat with it", ApiKeys.HEARTBEAT, 3, beat(group, told.memberId(), 0));
        tell("heartbeat with it, -1", ApiKeys.HEARTBEAT, 3, beat(group, told.memberId(), -1));
        tell("sync with it", ApiKeys.SYNC_GROUP, 3, sync(3, group, told.memberId(), 0));
        tell(
            "commit with it",
            ApiKeys.OFFSET_COMMIT,
            7,
            commit(7, group, TOPIC, 0)
                .setMemberId(told.memberId())
                .setGenerationIdOrMemberEpoch(0));
        tell("delete with it", ApiKeys.DELETE_GROUPS, 2, deleteGroups(group));
        tell("leave with it", ApiKeys.LEAVE_GROUP, 3, leave(3, group, told.memberId()));
        tell("leave with it again", ApiKeys.LEAVE_GROUP, 3, leave(3, group, told.memberId()));
      }
    }
  }

  private ApiMessage describe(int v, String... groups) throws IOException {
    return asking.ask(
        ApiKeys.DESCRIBE_GROUPS, v, new DescribeGroupsRequestData().setGroups(List.of(groups)));
  }

  private static DeleteGroupsRequestData deleteGroups(String... groups) {
    return new DeleteGroupsRequestData().setGroupsNames(List.of(groups));
  }

  /** Joins over a connection of its own, as the answer may take its time. */
  private RawConnection joinAside(int v, JoinGroupRequestData request) throws IOException {
    var connection = new RawConnection(port);
    joining.add(connection);
    connection.send(ApiKeys.JOIN_GROUP, v, request);
    return connection;
  }

  private String memberId(int v, String group, Optional<String> type) throws IOException {
    if (v < 4) {
      return "";
    }
    JoinGroupRequestData request = join(group, "");
    type.ifPresent(request::setProtocolType);
    JoinGroupResponseData told = asking.ask(ApiKeys.JOIN_GROUP, v, request);
    return told.memberId();
  }

  private void lifeOfAGroup() throws Exception {
    for (int v = 0; v <= 9; v++) {
      String group = "life" + v;
      RawConnection first =
          joinAside(v, join(group, memberId(v, group, Optional.empty()), "range", "sticky"));
      JoinGroupResponseData joined = first.answer(ApiKeys.JOIN_GROUP, v);
      note("first of the group", ApiKeys.JOIN_GROUP, v, joined);
      String id = joined.memberId();
      questions(group, "assigning", id, joined.generationId());

      SyncGroupRequestData sync = sync(v >= 7 ? 5 : 2, group, id, joined.generationId());
      sync.assignments()
          .add(
              new SyncGroupRequestAssignment()
                  .setMemberId(id)
                  .setAssignment("all".getBytes(StandardCharsets.UTF_8)));
      tell("of the leader in " + group, ApiKeys.SYNC_GROUP, v >= 7 ? 5 : 2, sync);
      questions(group, "stable", id, joined.generationId());
      tell("other protocols in " + group, ApiKeys.JOIN_GROUP, v, join(group, "", "unheard"));
      tell(
          "other type in " + group,
          ApiKeys.JOIN_GROUP,
          v,
          join(group, "").setProtocolType("connect"));

      String secondId = memberId(v, group, Optional.empty());
      RawConnection second = joinAside(v, join(group, secondId, "range", "sticky"));
      awaitState(group, "PreparingRebalance");
      questions(group, "rejoining", id, joined.generationId());
      RawConnection again = joinAside(v, join(group, id, "range", "sticky"));
      JoinGroupResponseData rejoined = again.answer(ApiKeys.JOIN_GROUP, v);
      note("rejoined " + group, ApiKeys.JOIN_GROUP, v, rejoined);
      JoinGroupResponseData follower = second.answer(ApiKeys.JOIN_GROUP, v);
      note("follower " + group, ApiKeys.JOIN_GROUP, v, follower);
      tell(
          "follower again, same terms " + group,
          ApiKeys.JOIN_GROUP,
          v,
          join(group, follower.memberId(), "range", "sticky"));
      tell("old generation " + group, ApiKeys.HEARTBEAT, 0, beat(group, id, 1));
      tell(
          "leave both " + group,
          ApiKeys.LEAVE_GROUP,
          3,
          leave(3, group, follower.memberId(), id, "stranger"));
      questions(group, "empty", id, joined.generationId());
      tell("old member of an empty group " + group, ApiKeys.JOIN_GROUP, v, join(group, id));
    }
    // A kind of group of its own, as Connect's or Schema Registry's.
    String group = "workers";
    String id = memberId(5, group, Optional.of("connect"));
    RawConnection worker = joinAside(5, join(group, id, "sessioned").setProtocolType("connect"));
    JoinGroupResponseData joined = worker.answer(ApiKeys.JOIN_GROUP, 5);
    note("a worker", ApiKeys.JOIN_GROUP, 5, joined);
    tell("of a worker", ApiKeys.SYNC_GROUP, 3, sync(3, group, id, 1));
    questions(group, "stable", id, 1);
    tell("of workers", ApiKeys.OFFSET_DELETE, 0, delete(group, TOPIC, 0));
    tell("a consumer among workers", ApiKeys.JOIN_GROUP, 5, join(group, "", "sessioned"));
    tell("a worker goes", ApiKeys.LEAVE_GROUP, 2, leave(2, group, id));
    questions(group, "empty", id, 1);
  }

  private void awaitState(String group, String state) throws Exception {
    for (int i = 0; i < 500 && !describe(0, group).toString().contains(state); i++) {
      Thread.sleep(10);
    }
  }

  /** What does not change the group, asked in every state. */
  private void questions(String group, String state, String id, int generation) throws IOException {
    String in = state + " " + group;
    tell("right " + in, ApiKeys.HEARTBEAT, 3, beat(group, id, generation));
    tell("generation too high " + in, ApiKeys.HEARTBEAT, 3, beat(group, id, generation + 1));
    tell("stranger " + in, ApiKeys.HEARTBEAT, 3, beat(group, "stranger", generation));
    tell(
        "unknown instance " + in,
        ApiKeys.HEARTBEAT,
        3,
        beat(group, id, generation).setGroupInstanceId("i"));
    tell("generation too high " + in, ApiKeys.SYNC_GROUP, 5, sync(5, group, id, generation + 1));
    tell("stranger " + in, ApiKeys.SYNC_GROUP, 5, sync(5, group, "stranger", generation));
    tell(
        "other protocol " + in,
        ApiKeys.SYNC_GROUP,
        5,
        sync(5, group, id, generation).setProtocolName("unheard"));
    tell(
        "other type " + in,
        ApiKeys.SYNC_GROUP,
        5,
        sync(5, group, id, generation).setProtocolType("unheard"));
    for (int v : new int[] {2, 6, 8, 9, 10}) {
      tell(
          "right " + in,
          ApiKeys.OFFSET_COMMIT,
          v,
          commit(v, group, TOPIC, 0).setMemberId(id).setGenerationIdOrMemberEpoch(generation));
      tell(
          "generation too high " + in,
          ApiKeys.OFFSET_COMMIT,
          v,
          commit(v, group, TOPIC, 0).setMemberId(id).setGenerationIdOrMemberEpoch(generation + 1));
      tell(
          "stranger " + in,
          ApiKeys.OFFSET_COMMIT,
          v,
          commit(v, group, TOPIC, 0)
              .setMemberId("stranger")
              .setGenerationIdOrMemberEpoch(generation));
      tell("no member " + in, ApiKeys.OFFSET_COMMIT, v, commit(v, group, TOPIC, 0));
      tell(
          "no generation " + in,
          ApiKeys.OFFSET_COMMIT,
          v,
          commit(v, group, TOPIC, 0).setMemberId(id));
    }
    tell("in " + in, ApiKeys.OFFSET_FETCH, 9, fetch(9, group, TOPIC, 0));
    for (int v = 0; v <= 6; v++) {
      note(in, ApiKeys.DESCRIBE_GROUPS, v, describe(v, group));
    }
    for (int v = 0; v <= 5; v++) {
      ListGroupsResponseData listed =
          asking.ask(ApiKeys.LIST_GROUPS, v, new ListGroupsRequestData());
      listed.groups().removeIf(g -> !g.groupId().equals(group));
      note(in, ApiKeys.LIST_GROUPS, v, listed);
    }
    if (!state.equals("empty")) {
      for (int v = 0; v <= 2; v++) {
        tell(in, ApiKeys.DELETE_GROUPS, v, deleteGroups(group));
      }
    }
    tell(in, ApiKeys.OFFSET_DELETE, 0, delete(group, TOPIC, 1));
    tell("stranger " + in, ApiKeys.LEAVE_GROUP, 1, leave(1, group, "stranger"));
    tell("stranger " + in, ApiKeys.LEAVE_GROUP, 5, leave(5, group, "stranger"));
    tell("stranger " + in, ApiKeys.JOIN_GROUP, 5, join(group, "stranger"));
    tell(
        "stranger, other protocols " + in,
        ApiKeys.JOIN_GROUP,
        5,
        join(group, "stranger", "unheard"));
    tell("session too short " + in, ApiKeys.JOIN_GROUP, 5, join(group, id).setSessionTimeoutMs(1));
  }

  private void staticMembers() throws Exception {
    for (int v = 5; v <= 9; v++) {
      String group = "static" + v;
      JoinGroupResponseData joined =
          joinAside(v, join(group, "").setGroupInstanceId("i")).answer(ApiKeys.JOIN_GROUP, v);
      note("a static member", ApiKeys.JOIN_GROUP, v, joined);
      String id = joined.memberId();
      SyncGroupRequestData sync =
          sync(v >= 7 ? 5 : 3, group, id, joined.generationId()).setGroupInstanceId("i");
      sync.assignments()
          .add(
              new SyncGroupRequestAssignment()
                  .setMemberId(id)
                  .setAssignment("all".getBytes(StandardCharsets.UTF_8)));
      tell("of a static member " + v, ApiKeys.SYNC_GROUP, v >= 7 ? 5 : 3, sync);
      note("one static " + v, ApiKeys.DESCRIBE_GROUPS, 5, describe(5, group));
      tell("by id only " + v, ApiKeys.HEARTBEAT, 3, beat(group, id, joined.generationId()));
      JoinGroupResponseData again =
          tell("it starts anew", ApiKeys.JOIN_GROUP, v, join(group, "").setGroupInstanceId("i"));
      note("anew " + v, ApiKeys.DESCRIBE_GROUPS, 5, describe(5, group));
      int generation = again.generationId();
      tell(
          "fenced " + v, ApiKeys.HEARTBEAT, 3, beat(group, id, generation).setGroupInstanceId("i"));
      tell("fenced, by id only " + v, ApiKeys.HEARTBEAT, 3, beat(group, id, generation));
      tell(
          "fenced " + v,
          ApiKeys.SYNC_GROUP,
          3,
          sync(3, group, id, generation).setGroupInstanceId("i"));
      tell(
          "fenced " + v,
          ApiKeys.OFFSET_COMMIT,
          7,
          commit(7, group, TOPIC, 0)
              .setMemberId(id)
              .setGenerationIdOrMemberEpoch(generation)
              .setGroupInstanceId("i"));
      tell("fenced " + v, ApiKeys.JOIN_GROUP, v, join(group, id).setGroupInstanceId("i"));
      LeaveGroupRequestData fenced = leave(4, group, id);
      fenced.members().getFirst().setGroupInstanceId("i");
      tell("fenced " + v, ApiKeys.LEAVE_GROUP, 4, fenced);
      tell(
          "right " + v,
          ApiKeys.SYNC_GROUP,
          3,
          sync(3, group, again.memberId(), generation).setGroupInstanceId("i"));
      tell(
          "of an instance " + v,
          ApiKeys.OFFSET_COMMIT,
          7,
          commit(7, group, TOPIC, 0).setGroupInstanceId("i"));
      LeaveGroupRequestData byName = leave(4, group, "");
      byName.members().getFirst().setGroupInstanceId("i");
      byName.members().add(new MemberIdentity().setGroupInstanceId("other").setMemberId(""));
      byName.members().add(new MemberIdentity().setMemberId("other"));
      tell("by name " + v, ApiKeys.LEAVE_GROUP, 4, byName);
      note("left " + v, ApiKeys.DESCRIBE_GROUPS, 5, describe(5, group));
    }
  }

  private void administration() throws IOException {
    for (int v = 0; v <= 6; v++) {
      note("unknown and empty", ApiKeys.DESCRIBE_GROUPS, v, describe(v, "nobody", ""));
      if (v >= 3) {
        tell(
            "operations",
            ApiKeys.DESCRIBE_GROUPS,
            v,
            new DescribeGroupsRequestData()
                .setGroups(List.of("simple2", "nobody"))
                .setIncludeAuthorizedOperations(true));
      }
    }
    for (String state : List.of("Empty", "empty", "Stable", "Dead", "unheard")) {
      list("state " + state, 4, new ListGroupsRequestData().setStatesFilter(List.of(state)));
    }
    for (String type : List.of("classic", "Classic", "consumer", "unheard")) {
      list("type " + type, 5, new ListGroupsRequestData().setTypesFilter(List.of(type)));
    }
    for (int v = 0; v <= 2; v++) {
      String group = "simple" + (v + 6);
      tell("empty and unknown", ApiKeys.DELETE_GROUPS, v, deleteGroups("simple2", "nobody"));
      tell("empty id", ApiKeys.DELETE_GROUPS, v, deleteGroups(""));
      tell("none", ApiKeys.DELETE_GROUPS, v, deleteGroups());
      tell("one, twice", ApiKeys.DELETE_GROUPS, v, deleteGroups(group, group));
      tell("life", ApiKeys.DELETE_GROUPS, v, deleteGroups("life" + v));
      tell("deleted " + v, ApiKeys.OFFSET_FETCH, 8, fetch(8, group, ""));
      note("deleted " + v, ApiKeys.DESCRIBE_GROUPS, 6, describe(6, "life" + v));
    }
  }

  private void list(String what, int version, ListGroupsRequestData request) throws IOException {
    ListGroupsResponseData listed = asking.ask(ApiKeys.LIST_GROUPS, version, request);
    var sorted = new ArrayList<>(listed.groups());
    // Kafka keeps a group for a while that nobody was let into; here it leaves no trace.
    sorted.removeIf(g -> g.groupId().startsWith("joins"));
    sorted.sort((a, b) -> a.groupId().compareTo(b.groupId()));
    note(what, ApiKeys.LIST_GROUPS, version, listed.setGroups(sorted));
  }
}
