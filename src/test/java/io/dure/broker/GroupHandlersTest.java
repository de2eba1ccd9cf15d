package io.dure.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.base.Clock;
import io.dure.base.PartitionId;
import io.dure.base.TopicId;
import io.dure.group.GroupSettings;
import io.dure.wire.Apis;
import io.dure.wire.WireError;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.DescribeGroupsResponseData.DescribedGroup;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocol;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupRequestData.MemberIdentity;
import org.apache.kafka.common.message.LeaveGroupResponseData;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.ListGroupsResponseData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestPartition;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopic;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopicCollection;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopic;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData.SyncGroupRequestAssignment;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The group APIs, each in every version announced. */
class GroupHandlersTest {
  private static final String GROUP = "g";
  private final FakeCluster cluster = new FakeCluster();
  private final FakeLoop loop = cluster.loop;
  private final GroupShards groups = new GroupShards(cluster, GroupSettings.DEFAULTS, clock());
  private final FindCoordinatorHandler find =
      new FindCoordinatorHandler(
          cluster, new TopicCreation(cluster, BrokerSettings.DEFAULT, new FakeRng()));
  private final JoinGroupHandler join = new JoinGroupHandler(groups, new FakeRng());
  private TopicId read = TopicId.ZERO;
  private PartitionId partition = PartitionId.METADATA;

  private Clock clock() {
    return new Clock() {
      @Override
      public long nowMs() {
        return loop.nowMs();
      }

      @Override
      public long wallMs() {
        return 1_700_000_000_000L + loop.nowMs();
      }
    };
  }

  @BeforeEach
  void leadThePartition() {
    partition = new PartitionId(cluster.topic(InternalTopics.OFFSETS, 1), 0);
    read = cluster.topic("t", 2);
    groups.opened(partition, 5, new FakeOffsetsLog(loop));
  }

  private <Q extends ApiMessage, R extends ApiMessage> FakeReply<R> start(
      ApiKeys api, Handler<Q, R> handler, Q request, int version) {
    var reply = new FakeReply<R>(api, version);
    handler.handle(request, cluster.request(version), reply);
    loop.turn();
    return reply;
  }

  private <Q extends ApiMessage, R extends ApiMessage> R ask(
      ApiKeys api, Handler<Q, R> handler, Q request, int version) {
    return start(api, handler, request, version).get();
  }

  private void pass(long ms) {
    for (long passed = 0; passed < ms; passed += 50) {
      loop.pass(50);
      groups.tick(partition, loop.nowMs());
      loop.turn();
    }
  }

  static IntStream of(ApiKeys api) {
    Apis.Range range = Apis.range(api).orElseThrow();
    return IntStream.rangeClosed(range.min(), range.max());
  }

  static IntStream find() {
    return of(ApiKeys.FIND_COORDINATOR);
  }

  static IntStream join() {
    return of(ApiKeys.JOIN_GROUP);
  }

  static IntStream sync() {
    return of(ApiKeys.SYNC_GROUP);
  }

  static IntStream heartbeat() {
    return of(ApiKeys.HEARTBEAT);
  }

  static IntStream leave() {
    return of(ApiKeys.LEAVE_GROUP);
  }

  static IntStream commit() {
    return of(ApiKeys.OFFSET_COMMIT);
  }

  static IntStream fetch() {
    return of(ApiKeys.OFFSET_FETCH);
  }

  static IntStream describe() {
    return of(ApiKeys.DESCRIBE_GROUPS);
  }

  static IntStream list() {
    return of(ApiKeys.LIST_GROUPS);
  }

  static IntStream delete() {
    return of(ApiKeys.DELETE_GROUPS);
  }

  private static JoinGroupRequestData joinRequest(String memberId) {
    var request =
        new JoinGroupRequestData()
            .setGroupId(GROUP)
            .setMemberId(memberId)
            .setSessionTimeoutMs(10_000)
            .setRebalanceTimeoutMs(10_000)
            .setProtocolType("consumer");
    request
        .protocols()
        .add(new JoinGroupRequestProtocol().setName("range").setMetadata(new byte[] {1}));
    return request;
  }

  /** A member, alone in its group, that has its assignment. */
  private JoinGroupResponseData settled() {
    var joining = start(ApiKeys.JOIN_GROUP, join, joinRequest(""), 3);
    pass(350);
    JoinGroupResponseData joined = joining.get();
    assertThat(joined.errorCode()).isZero();
    ask(ApiKeys.SYNC_GROUP, new SyncGroupHandler(groups), syncRequest(joined), 5);
    return joined;
  }

  private static SyncGroupRequestData syncRequest(JoinGroupResponseData joined) {
    return new SyncGroupRequestData()
        .setGroupId(GROUP)
        .setMemberId(joined.memberId())
        .setGenerationId(joined.generationId())
        .setProtocolType("consumer")
        .setProtocolName("range")
        .setAssignments(
            List.of(
                new SyncGroupRequestAssignment()
                    .setMemberId(joined.memberId())
                    .setAssignment(new byte[] {7})));
  }

  private OffsetCommitResponseData commit(
      int version, String memberId, int generation, int partitionIndex) {
    var topic =
        new OffsetCommitRequestTopic()
            .setName(version < 10 ? "t" : "")
            .setTopicId(version < 10 ? Ids.wire(TopicId.ZERO) : Ids.wire(read))
            .setPartitions(
                List.of(
                    new OffsetCommitRequestPartition()
                        .setPartitionIndex(partitionIndex)
                        .setCommittedOffset(11)
                        .setCommittedLeaderEpoch(version >= 6 ? 4 : -1)
                        .setCommittedMetadata(null)));
    var request =
        new OffsetCommitRequestData()
            .setGroupId(GROUP)
            .setMemberId(memberId)
            .setGenerationIdOrMemberEpoch(generation)
            .setTopics(List.of(topic));
    return ask(ApiKeys.OFFSET_COMMIT, new OffsetCommitHandler(cluster, groups), request, version);
  }

  private static short error(OffsetCommitResponseData response) {
    return response.topics().getFirst().partitions().getFirst().errorCode();
  }

  @ParameterizedTest
  @MethodSource("find")
  void theCoordinatorIsTheLeaderOfTheGroupsPartition(int version) {
    var request = new FindCoordinatorRequestData();
    if (version < 4) {
      request.setKey(GROUP);
    } else {
      request.setCoordinatorKeys(List.of(GROUP, "other"));
    }

    FindCoordinatorResponseData response = ask(ApiKeys.FIND_COORDINATOR, find, request, version);

    if (version < 4) {
      assertThat(response.errorCode()).isZero();
      assertThat(response.nodeId()).isEqualTo(1);
      assertThat(response.port()).isEqualTo(9091);
    } else {
      assertThat(response.coordinators()).hasSize(2).allMatch(c -> c.host().equals("host1"));
    }
  }

  @Test
  void coordinatorsOfOtherKindsAreRefusedInWords() {
    var request =
        new FindCoordinatorRequestData().setKeyType((byte) 2).setCoordinatorKeys(List.of("g"));

    FindCoordinatorResponseData response = ask(ApiKeys.FIND_COORDINATOR, find, request, 6);

    var refused = response.coordinators().getFirst();
    assertThat(refused.errorCode()).isEqualTo(WireError.INVALID_REQUEST.code());
    assertThat(refused.errorMessage()).contains("share groups are not served");
  }

  @Test
  void whileTheTopicIsNotThereTheClientIsToAskAgain() {
    var fresh = new FakeCluster();
    var handler =
        new FindCoordinatorHandler(
            fresh, new TopicCreation(fresh, BrokerSettings.DEFAULT, new FakeRng()));
    var reply = new FakeReply<FindCoordinatorResponseData>(ApiKeys.FIND_COORDINATOR, 3);
    handler.handle(new FindCoordinatorRequestData().setKey(GROUP), fresh.request(3), reply);
    fresh.loop.pass(2_000);

    assertThat(fresh.asked).isNotEmpty();
    assertThat(reply.get().errorCode()).isEqualTo(WireError.COORDINATOR_NOT_AVAILABLE.code());
  }

  @ParameterizedTest
  @MethodSource("join")
  void aMemberJoinsInEveryVersion(int version) {
    String memberId = "";
    if (version >= 4) {
      JoinGroupResponseData told = ask(ApiKeys.JOIN_GROUP, join, joinRequest(""), version);
      assertThat(told.errorCode()).isEqualTo(WireError.MEMBER_ID_REQUIRED.code());
      memberId = told.memberId();
    }
    var joining = start(ApiKeys.JOIN_GROUP, join, joinRequest(memberId), version);
    assertThat(joining.isOpen()).isTrue();
    pass(350);

    JoinGroupResponseData joined = joining.get();
    assertThat(joined.errorCode()).isZero();
    assertThat(joined.leader()).isEqualTo(joined.memberId()).startsWith("test-");
    assertThat(joined.protocolName()).isEqualTo("range");
    assertThat(joined.members()).hasSize(1);
  }

  @ParameterizedTest
  @MethodSource("join")
  void aRefusedJoinCanBeToldInEveryVersion(int version) {
    var request = joinRequest("stranger");

    assertThat(ask(ApiKeys.JOIN_GROUP, join, request, version).errorCode())
        .isEqualTo(WireError.UNKNOWN_MEMBER_ID.code());
  }

  @ParameterizedTest
  @MethodSource("sync")
  void aMemberGetsItsAssignmentInEveryVersion(int version) {
    JoinGroupResponseData joined = settled();

    SyncGroupResponseData synced =
        ask(ApiKeys.SYNC_GROUP, new SyncGroupHandler(groups), syncRequest(joined), version);

    assertThat(synced.errorCode()).isZero();
    assertThat(synced.assignment()).containsExactly(7);
    var stranger = syncRequest(joined).setMemberId("stranger");
    assertThat(ask(ApiKeys.SYNC_GROUP, new SyncGroupHandler(groups), stranger, version).errorCode())
        .isEqualTo(WireError.UNKNOWN_MEMBER_ID.code());
  }

  @ParameterizedTest
  @MethodSource("heartbeat")
  void heartbeatsAreHeardInEveryVersion(int version) {
    var request =
        new HeartbeatRequestData()
            .setGroupId(GROUP)
            .setMemberId(settled().memberId())
            .setGenerationId(1);

    assertThat(ask(ApiKeys.HEARTBEAT, new HeartbeatHandler(groups), request, version).errorCode())
        .isZero();
  }

  @ParameterizedTest
  @MethodSource("leave")
  void membersLeaveInEveryVersion(int version) {
    String id = settled().memberId();
    var request = new LeaveGroupRequestData().setGroupId(GROUP);
    if (version < 3) {
      request.setMemberId(id);
    } else {
      request.setMembers(
          List.of(
              new MemberIdentity().setMemberId(id), new MemberIdentity().setMemberId("stranger")));
    }

    LeaveGroupResponseData left =
        ask(ApiKeys.LEAVE_GROUP, new LeaveGroupHandler(groups), request, version);

    assertThat(left.errorCode()).isZero();
    if (version >= 3) {
      assertThat(left.members().get(0).errorCode()).isZero();
      assertThat(left.members().get(1).errorCode()).isEqualTo(WireError.UNKNOWN_MEMBER_ID.code());
    } else {
      assertThat(
              ask(ApiKeys.LEAVE_GROUP, new LeaveGroupHandler(groups), request, version).errorCode())
          .isEqualTo(WireError.UNKNOWN_MEMBER_ID.code());
    }
  }

  @ParameterizedTest
  @MethodSource("commit")
  void offsetsAreCommittedInEveryVersion(int version) {
    assertThat(error(commit(version, "", -1, 1))).isZero();
    assertThat(error(commit(version, "", -1, 2)))
        .isEqualTo(WireError.UNKNOWN_TOPIC_OR_PARTITION.code());
    assertThat(error(commit(version, "m", 3, 1))).isEqualTo(WireError.UNKNOWN_MEMBER_ID.code());
  }

  @ParameterizedTest
  @MethodSource("fetch")
  void offsetsAreFoundAgainInEveryVersion(int version) {
    commit(10, "", -1, 1);

    OffsetFetchResponseData response = fetchBoth(version);

    if (version < 8) {
      var partitions = response.topics().getFirst().partitions();
      assertThat(partitions.get(0).committedOffset()).isEqualTo(-1);
      assertThat(partitions.get(1).committedOffset()).isEqualTo(11);
      assertThat(partitions.get(1).committedLeaderEpoch()).isEqualTo(4);
      assertThat(partitions.get(1).metadata()).isEmpty();
    } else {
      assertThat(response.groups()).hasSize(2);
      var partitions = response.groups().getFirst().topics().getFirst().partitions();
      assertThat(partitions.get(1).committedOffset()).isEqualTo(11);
      assertThat(
              response.groups().getLast().topics().getFirst().partitions().get(1).committedOffset())
          .isEqualTo(-1);
    }
  }

  private OffsetFetchResponseData fetchBoth(int version) {
    var request = new OffsetFetchRequestData();
    if (version < 8) {
      request
          .setGroupId(GROUP)
          .setTopics(
              List.of(
                  new OffsetFetchRequestTopic().setName("t").setPartitionIndexes(List.of(0, 1))));
    } else {
      request.setGroups(List.of(fetchGroup(GROUP, version), fetchGroup("other", version)));
    }
    return ask(ApiKeys.OFFSET_FETCH, new OffsetFetchHandler(cluster, groups), request, version);
  }

  private OffsetFetchRequestGroup fetchGroup(String group, int version) {
    return new OffsetFetchRequestGroup()
        .setGroupId(group)
        .setTopics(
            List.of(
                new OffsetFetchRequestTopics()
                    .setName(version < 10 ? "t" : "")
                    .setTopicId(version < 10 ? Ids.wire(TopicId.ZERO) : Ids.wire(read))
                    .setPartitionIndexes(List.of(0, 1))));
  }

  @ParameterizedTest
  @MethodSource("fetch")
  void allOffsetsOfAGroupAreToldInEveryVersion(int version) {
    if (version == 1) {
      return; // it has no way to ask for all
    }
    commit(10, "", -1, 1);
    var request = new OffsetFetchRequestData();
    if (version < 8) {
      request.setGroupId(GROUP).setTopics(null);
    } else {
      request.setGroups(List.of(new OffsetFetchRequestGroup().setGroupId(GROUP).setTopics(null)));
    }

    OffsetFetchResponseData response =
        ask(ApiKeys.OFFSET_FETCH, new OffsetFetchHandler(cluster, groups), request, version);

    if (version < 8) {
      assertThat(response.topics().getFirst().partitions()).hasSize(1);
    } else {
      var topic = response.groups().getFirst().topics().getFirst();
      assertThat(topic.partitions()).hasSize(1);
      assertThat(topic.topicId()).isEqualTo(Ids.wire(read));
    }
  }

  @ParameterizedTest
  @MethodSource("fetch")
  void aCoordinatorThatMovedAwayIsToldInEveryVersion(int version) {
    groups.resigned(partition, 5);

    OffsetFetchResponseData response = fetchBoth(version);

    short moved = WireError.NOT_COORDINATOR.code();
    if (version == 1) {
      assertThat(response.topics().getFirst().partitions()).allMatch(p -> p.errorCode() == moved);
    } else if (version < 8) {
      assertThat(response.errorCode()).isEqualTo(moved);
    } else {
      assertThat(response.groups()).allMatch(g -> g.errorCode() == moved);
    }
  }

  @Test
  void topicIdsThatNobodyKnowsAreToldSo() {
    read = TopicId.METADATA;

    assertThat(error(commit(10, "", -1, 0))).isEqualTo(WireError.UNKNOWN_TOPIC_ID.code());
    assertThat(fetchBoth(10).groups().getFirst().topics().getFirst().partitions())
        .hasSize(2)
        .allMatch(p -> p.errorCode() == WireError.UNKNOWN_TOPIC_ID.code());
  }

  @Test
  void offsetsAreDeleted() {
    commit(10, "", -1, 1);
    var topics = new OffsetDeleteRequestTopicCollection();
    for (String name : List.of("t", "no-such")) {
      topics.add(
          new OffsetDeleteRequestTopic()
              .setName(name)
              .setPartitions(List.of(new OffsetDeleteRequestPartition().setPartitionIndex(1))));
    }
    var request = new OffsetDeleteRequestData().setGroupId(GROUP).setTopics(topics);

    var response = ask(ApiKeys.OFFSET_DELETE, new OffsetDeleteHandler(cluster, groups), request, 0);

    assertThat(response.topics().find("t").partitions().find(1).errorCode()).isZero();
    assertThat(response.topics().find("no-such").partitions().find(1).errorCode())
        .isEqualTo(WireError.UNKNOWN_TOPIC_OR_PARTITION.code());
  }

  @ParameterizedTest
  @MethodSource("describe")
  void groupsAreDescribedInEveryVersion(int version) {
    settled();
    var request =
        new DescribeGroupsRequestData()
            .setGroups(List.of(GROUP, "none"))
            .setIncludeAuthorizedOperations(version >= 3);

    List<DescribedGroup> described =
        ask(ApiKeys.DESCRIBE_GROUPS, new DescribeGroupsHandler(groups), request, version).groups();

    assertThat(described.get(0).groupState()).isEqualTo("Stable");
    assertThat(described.get(0).members().getFirst().clientHost()).isEqualTo("/127.0.0.1");
    assertThat(described.get(0).members().getFirst().memberAssignment()).containsExactly(7);
    assertThat(described.get(1).groupState()).isEqualTo("Dead");
    assertThat(described.get(1).errorCode())
        .isEqualTo(version < 6 ? 0 : WireError.GROUP_ID_NOT_FOUND.code());
  }

  @ParameterizedTest
  @MethodSource("list")
  void groupsAreListedInEveryVersion(int version) {
    settled();

    ListGroupsResponseData response =
        ask(
            ApiKeys.LIST_GROUPS,
            new ListGroupsHandler(groups),
            new ListGroupsRequestData(),
            version);

    assertThat(response.groups()).hasSize(1);
    assertThat(response.groups().getFirst().protocolType()).isEqualTo("consumer");
  }

  @Test
  void groupsAreListedByStateAndType() {
    settled();
    var handler = new ListGroupsHandler(groups);

    assertThat(
            ask(
                    ApiKeys.LIST_GROUPS,
                    handler,
                    new ListGroupsRequestData().setStatesFilter(List.of("Stable")),
                    5)
                .groups())
        .hasSize(1);
    assertThat(
            ask(
                    ApiKeys.LIST_GROUPS,
                    handler,
                    new ListGroupsRequestData().setStatesFilter(List.of("Empty")),
                    5)
                .groups())
        .isEmpty();
    assertThat(
            ask(
                    ApiKeys.LIST_GROUPS,
                    handler,
                    new ListGroupsRequestData().setTypesFilter(List.of("Classic")),
                    5)
                .groups())
        .hasSize(1);
    assertThat(
            ask(
                    ApiKeys.LIST_GROUPS,
                    handler,
                    new ListGroupsRequestData().setTypesFilter(List.of("share")),
                    5)
                .groups())
        .isEmpty();
  }

  @ParameterizedTest
  @MethodSource("delete")
  void groupsAreDeletedInEveryVersion(int version) {
    commit(10, "", -1, 1);
    var request = new DeleteGroupsRequestData().setGroupsNames(List.of(GROUP, "none"));

    var results =
        ask(ApiKeys.DELETE_GROUPS, new DeleteGroupsHandler(groups), request, version).results();

    assertThat(results.find(GROUP).errorCode()).isZero();
    assertThat(results.find("none").errorCode()).isEqualTo(WireError.GROUP_ID_NOT_FOUND.code());
  }
}
