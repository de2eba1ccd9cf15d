package io.dure.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.conformance.Scene.Member;
import io.dure.conformance.Scene.Topic;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ConsumerGroupDescribeRequestData;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.DescribeGroupsResponseData;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupRequestData.MemberIdentity;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.ListGroupsResponseData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
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
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/** Groups of both kinds and their offsets. */
final class GroupSpecimens {
  private GroupSpecimens() {}

  static void addTo(Map<ApiKeys, List<Specimen>> all) {
    all.put(ApiKeys.FIND_COORDINATOR, findCoordinator());
    all.put(ApiKeys.JOIN_GROUP, joinGroup());
    all.put(ApiKeys.SYNC_GROUP, syncGroup());
    all.put(ApiKeys.HEARTBEAT, heartbeat());
    all.put(ApiKeys.LEAVE_GROUP, leaveGroup());
    all.put(ApiKeys.OFFSET_COMMIT, offsetCommit());
    all.put(ApiKeys.OFFSET_FETCH, offsetFetch());
    all.put(ApiKeys.OFFSET_DELETE, offsetDelete());
    all.put(ApiKeys.DESCRIBE_GROUPS, describeGroups());
    all.put(ApiKeys.LIST_GROUPS, listGroups());
    all.put(ApiKeys.DELETE_GROUPS, deleteGroups());
    all.put(ApiKeys.CONSUMER_GROUP_HEARTBEAT, consumerGroupHeartbeat());
    all.put(ApiKeys.CONSUMER_GROUP_DESCRIBE, consumerGroupDescribe());
  }

  private static List<Specimen> findCoordinator() {
    return List.of(
        Specimen.of(
                "of a group",
                (version, scene) -> coordinatorOf(version, scene.fresh("group"), (byte) 0))
            .answering(FindCoordinatorResponseData.class, GroupSpecimens::namesTheOnlyBroker),
        Specimen.of(
            "of several groups",
            (version, scene) -> {
              String group = scene.fresh("group");
              return version >= 4
                  ? new FindCoordinatorRequestData()
                      .setCoordinatorKeys(List.of(group, scene.fresh("group")))
                  : new FindCoordinatorRequestData().setKey(group);
            }),
        Specimen.of(
                "of a transactional id",
                (version, scene) ->
                    coordinatorOf(version, scene.fresh("txn"), (byte) (version == 0 ? 0 : 1)))
            .needing(ApiKeys.END_TXN)
            .answering(FindCoordinatorResponseData.class, GroupSpecimens::namesTheOnlyBroker));
  }

  static FindCoordinatorRequestData coordinatorOf(int version, String key, byte type) {
    var request = new FindCoordinatorRequestData();
    if (version >= 1) {
      request.setKeyType(type);
    }
    return version >= 4 ? request.setCoordinatorKeys(List.of(key)) : request.setKey(key);
  }

  private static void namesTheOnlyBroker(short version, FindCoordinatorResponseData answer) {
    int node = version >= 4 ? answer.coordinators().getFirst().nodeId() : answer.nodeId();
    assertThat(node).isEqualTo(1);
  }

  private static JoinGroupRequestData join(int version, String group, String member) {
    JoinGroupRequestData join = Scene.join(group, member, "");
    if (version == 0) {
      join.setRebalanceTimeoutMs(-1);
    }
    return version >= 8 ? join.setReason("to see") : join;
  }

  private static List<Specimen> joinGroup() {
    return List.of(
        Specimen.of("as a new member", (version, scene) -> join(version, scene.fresh("group"), ""))
            .refusedWith(
                version -> version >= 4 ? Set.of(Errors.MEMBER_ID_REQUIRED) : Set.<Errors>of())
            .answering(
                JoinGroupResponseData.class,
                (version, answer) -> assertThat(answer.memberId()).isNotEmpty()),
        Specimen.of(
                "with the id that was given",
                (version, scene) -> {
                  JoinGroupRequestData join = join(9, scene.fresh("group"), "");
                  JoinGroupResponseData told = scene.ask(ApiKeys.JOIN_GROUP, join);
                  return join(version, join.groupId(), told.memberId());
                })
            .answering(
                JoinGroupResponseData.class,
                (version, answer) -> {
                  assertThat(answer.generationId()).isEqualTo(1);
                  assertThat(answer.leader()).isEqualTo(answer.memberId());
                  assertThat(answer.protocolName()).isEqualTo("range");
                  assertThat(answer.protocolType()).isEqualTo(version >= 7 ? "consumer" : null);
                  assertThat(answer.members()).hasSize(1);
                }),
        Specimen.of(
                "as a static member",
                (version, scene) ->
                    version >= 5
                        ? join(version, scene.fresh("group"), "").setGroupInstanceId("one")
                        : join(version, scene.fresh("group"), ""))
            .refusedWith(
                version -> version == 4 ? Set.of(Errors.MEMBER_ID_REQUIRED) : Set.<Errors>of()),
        Specimen.of(
                "with an id that was never given",
                (version, scene) -> join(version, scene.fresh("group"), "nobody"))
            .refusedWith(Errors.UNKNOWN_MEMBER_ID),
        Specimen.of("without a group", (version, scene) -> join(version, "", ""))
            .refusedWith(Errors.INVALID_GROUP_ID));
  }

  private static SyncGroupRequestData sync(Member member) {
    return new SyncGroupRequestData()
        .setGroupId(member.group())
        .setMemberId(member.id())
        .setGenerationId(member.generation())
        .setAssignments(
            List.of(
                new SyncGroupRequestAssignment()
                    .setMemberId(member.id())
                    .setAssignment(new byte[] {1, 2, 3})));
  }

  private static List<Specimen> syncGroup() {
    return List.of(
        Specimen.of(
                "the leader's",
                (version, scene) -> {
                  SyncGroupRequestData sync = sync(scene.member());
                  return version >= 5
                      ? sync.setProtocolType("consumer").setProtocolName("range")
                      : sync;
                })
            .answering(
                SyncGroupResponseData.class,
                (version, answer) ->
                    assertThat(answer.assignment()).isEqualTo(new byte[] {1, 2, 3})),
        Specimen.of(
                "of a stranger",
                (version, scene) -> {
                  SyncGroupRequestData sync = sync(new Member(scene.member().group(), "who", 1));
                  return version >= 5
                      ? sync.setProtocolType("consumer").setProtocolName("range")
                      : sync;
                })
            .refusedWith(Errors.UNKNOWN_MEMBER_ID));
  }

  private static HeartbeatRequestData beat(Member member) {
    return new HeartbeatRequestData()
        .setGroupId(member.group())
        .setMemberId(member.id())
        .setGenerationId(member.generation());
  }

  private static List<Specimen> heartbeat() {
    return List.of(
        Specimen.of("of a member", (version, scene) -> beat(scene.member())),
        Specimen.of(
            "of a static member",
            (version, scene) -> {
              HeartbeatRequestData beat = beat(scene.member(scene.fresh("group"), "one"));
              return version >= 3 ? beat.setGroupInstanceId("one") : beat;
            }),
        Specimen.of(
                "of another generation",
                (version, scene) -> beat(scene.member()).setGenerationId(4_711))
            .refusedWith(Errors.ILLEGAL_GENERATION),
        Specimen.of(
                "of a stranger", (version, scene) -> beat(new Member(scene.fresh("group"), "x", 1)))
            .refusedWith(Errors.UNKNOWN_MEMBER_ID));
  }

  private static List<Specimen> leaveGroup() {
    return List.of(
        Specimen.of("a member", (version, scene) -> leave(version, scene.member())),
        Specimen.of(
                "a stranger",
                (version, scene) -> leave(version, new Member(scene.member().group(), "who", 1)))
            .refusedWith(Errors.UNKNOWN_MEMBER_ID));
  }

  private static LeaveGroupRequestData leave(int version, Member member) {
    var request = new LeaveGroupRequestData().setGroupId(member.group());
    if (version < 3) {
      return request.setMemberId(member.id());
    }
    var identity = new MemberIdentity().setMemberId(member.id());
    return request.setMembers(List.of(version >= 5 ? identity.setReason("to see") : identity));
  }

  static OffsetCommitRequestData commit(
      int version, String group, String member, int generation, Topic topic, long offset) {
    var partition =
        new OffsetCommitRequestPartition()
            .setPartitionIndex(0)
            .setCommittedOffset(offset)
            .setCommittedMetadata("note");
    var committed = new OffsetCommitRequestTopic().setPartitions(List.of(partition));
    if (version >= 10) {
      committed.setTopicId(topic.id());
    } else {
      committed.setName(topic.name());
    }
    return new OffsetCommitRequestData()
        .setGroupId(group)
        .setMemberId(member)
        .setGenerationIdOrMemberEpoch(generation)
        .setTopics(List.of(committed));
  }

  private static List<Specimen> offsetCommit() {
    return List.of(
        Specimen.of(
            "nothing",
            (version, scene) -> new OffsetCommitRequestData().setGroupId(scene.fresh("group"))),
        Specimen.of(
            "without members, with everything that may be said",
            (version, scene) -> {
              var request = commit(version, scene.fresh("group"), "", -1, scene.topic(1), 3);
              if (version <= 4) {
                request.setRetentionTimeMs(3_600_000);
              }
              if (version >= 6) {
                request.topics().getFirst().partitions().getFirst().setCommittedLeaderEpoch(0);
              }
              return request;
            }),
        Specimen.of(
            "of a member",
            (version, scene) -> {
              Member member = scene.member();
              return commit(
                  version, member.group(), member.id(), member.generation(), scene.topic(1), 3);
            }),
        Specimen.of(
                "of a stranger",
                (version, scene) ->
                    commit(version, scene.member().group(), "who", 1, scene.topic(1), 3))
            .refusedWith(Errors.UNKNOWN_MEMBER_ID));
  }

  /**
   * @param topic null asks for all
   */
  static OffsetFetchRequestData fetch(int version, String group, @Nullable Topic topic) {
    if (version < 8) {
      return new OffsetFetchRequestData()
          .setGroupId(group)
          .setTopics(
              topic == null
                  ? null
                  : List.of(
                      new OffsetFetchRequestTopic()
                          .setName(topic.name())
                          .setPartitionIndexes(List.of(0, 1))));
    }
    var asked = new OffsetFetchRequestGroup().setGroupId(group).setTopics(null);
    if (topic != null) {
      var topics = new OffsetFetchRequestTopics().setPartitionIndexes(List.of(0, 1));
      asked.setTopics(
          List.of(version >= 10 ? topics.setTopicId(topic.id()) : topics.setName(topic.name())));
    }
    return new OffsetFetchRequestData().setGroups(List.of(asked));
  }

  private static List<Specimen> offsetFetch() {
    return List.of(
        Specimen.of(
            "all of a group that does not exist",
            (version, scene) ->
                version >= 2
                    ? fetch(version, scene.fresh("group"), null)
                    : fetch(version, scene.fresh("group"), scene.topic(2))),
        Specimen.of(
                "of a partition that has one and one that has none",
                (version, scene) -> {
                  String group = scene.fresh("group");
                  Topic topic = scene.topic(2);
                  short commitVersion = scene.latest(ApiKeys.OFFSET_COMMIT);
                  scene.ask(ApiKeys.OFFSET_COMMIT, commit(commitVersion, group, "", -1, topic, 7));
                  OffsetFetchRequestData request = fetch(version, group, topic);
                  return version >= 7 ? request.setRequireStable(true) : request;
                })
            .answering(
                OffsetFetchResponseData.class,
                (version, answer) -> {
                  List<Long> offsets =
                      version >= 8
                          ? answer.groups().getFirst().topics().getFirst().partitions().stream()
                              .map(partition -> partition.committedOffset())
                              .toList()
                          : answer.topics().getFirst().partitions().stream()
                              .map(partition -> partition.committedOffset())
                              .toList();
                  assertThat(offsets).containsExactlyInAnyOrder(7L, -1L);
                }));
  }

  private static List<Specimen> offsetDelete() {
    return List.of(
        Specimen.of(
            "of a group",
            (version, scene) -> {
              String group = scene.fresh("group");
              Topic topic = scene.topic(1);
              scene.ask(
                  ApiKeys.OFFSET_COMMIT,
                  commit(scene.latest(ApiKeys.OFFSET_COMMIT), group, "", -1, topic, 7));
              return deleteOffset(group, topic);
            }),
        Specimen.of(
                "of a group that does not exist",
                (version, scene) -> deleteOffset(scene.fresh("group"), scene.topic(1)))
            .refusedWith(Errors.GROUP_ID_NOT_FOUND));
  }

  private static OffsetDeleteRequestData deleteOffset(String group, Topic topic) {
    var topics = new OffsetDeleteRequestTopicCollection();
    topics.add(
        new OffsetDeleteRequestTopic()
            .setName(topic.name())
            .setPartitions(List.of(new OffsetDeleteRequestPartition().setPartitionIndex(0))));
    return new OffsetDeleteRequestData().setGroupId(group).setTopics(topics);
  }

  private static List<Specimen> describeGroups() {
    return List.of(
        Specimen.of("nothing", (version, scene) -> new DescribeGroupsRequestData()),
        Specimen.of(
                "a stable group",
                (version, scene) -> {
                  var request =
                      new DescribeGroupsRequestData().setGroups(List.of(scene.member().group()));
                  return version >= 3 ? request.setIncludeAuthorizedOperations(true) : request;
                })
            .answering(
                DescribeGroupsResponseData.class,
                (version, answer) -> {
                  var group = answer.groups().getFirst();
                  assertThat(group.groupState()).isEqualTo("Stable");
                  assertThat(group.members()).hasSize(1);
                  assertThat(group.members().getFirst().clientId()).isEqualTo("conformance");
                  assertThat(group.members().getFirst().memberAssignment())
                      .isEqualTo(new byte[] {1, 2, 3});
                }),
        Specimen.of(
                "a group that does not exist",
                (version, scene) ->
                    new DescribeGroupsRequestData().setGroups(List.of(scene.fresh("group"))))
            .refusedWith(
                version -> version >= 6 ? Set.of(Errors.GROUP_ID_NOT_FOUND) : Set.<Errors>of())
            .answering(
                DescribeGroupsResponseData.class,
                (version, answer) ->
                    assertThat(answer.groups().getFirst().groupState()).isEqualTo("Dead")));
  }

  private static List<Specimen> listGroups() {
    return List.of(
        Specimen.of("all", (version, scene) -> new ListGroupsRequestData()),
        Specimen.of(
                "stable classic ones",
                (version, scene) -> {
                  scene.member();
                  var request = new ListGroupsRequestData();
                  if (version >= 4) {
                    request.setStatesFilter(List.of("Stable"));
                  }
                  return version >= 5 ? request.setTypesFilter(List.of("Classic")) : request;
                })
            .answering(
                ListGroupsResponseData.class,
                (version, answer) -> {
                  assertThat(answer.groups()).isNotEmpty();
                  if (version >= 4) {
                    assertThat(answer.groups())
                        .allMatch(group -> group.groupState().equals("Stable"));
                  }
                }));
  }

  private static List<Specimen> deleteGroups() {
    return List.of(
        Specimen.of("nothing", (version, scene) -> new DeleteGroupsRequestData()),
        Specimen.of(
            "an empty group",
            (version, scene) -> {
              String group = scene.fresh("group");
              scene.ask(
                  ApiKeys.OFFSET_COMMIT,
                  commit(scene.latest(ApiKeys.OFFSET_COMMIT), group, "", -1, scene.topic(1), 7));
              return new DeleteGroupsRequestData().setGroupsNames(List.of(group));
            }),
        Specimen.of(
                "a group with a member and one that does not exist",
                (version, scene) ->
                    new DeleteGroupsRequestData()
                        .setGroupsNames(List.of(scene.member().group(), scene.fresh("group"))))
            .refusedWith(version -> Set.of(Errors.NON_EMPTY_GROUP, Errors.GROUP_ID_NOT_FOUND)));
  }

  static ConsumerGroupHeartbeatRequestData consumer(
      String group, String member, int epoch, Topic topic) {
    return new ConsumerGroupHeartbeatRequestData()
        .setGroupId(group)
        .setMemberId(member)
        .setMemberEpoch(epoch)
        .setRebalanceTimeoutMs(60_000)
        .setSubscribedTopicNames(List.of(topic.name()))
        .setTopicPartitions(List.of());
  }

  private static List<Specimen> consumerGroupHeartbeat() {
    return List.of(
        Specimen.of(
                "as a new member",
                (version, scene) ->
                    consumer(
                        scene.fresh("group"),
                        version >= 1 ? Uuid.randomUuid().toString() : "",
                        0,
                        scene.topic(2)))
            .answering(
                ConsumerGroupHeartbeatResponseData.class,
                (version, answer) -> {
                  assertThat(answer.memberId()).isNotEmpty();
                  assertThat(answer.memberEpoch()).isPositive();
                  assertThat(answer.heartbeatIntervalMs()).isPositive();
                  // What it holds may come with a later heartbeat: the first says that there is
                  // none.
                  assertThat(answer.assignment()).isNotNull();
                }),
        Specimen.of(
            "as a new member, with everything that may be said",
            (version, scene) -> {
              var request =
                  consumer(
                          scene.fresh("group"),
                          version >= 1 ? Uuid.randomUuid().toString() : "",
                          0,
                          scene.topic(2))
                      .setInstanceId("one")
                      .setRackId("here")
                      .setServerAssignor("range");
              return version >= 1 ? request.setSubscribedTopicRegex("no-such-.*") : request;
            }),
        Specimen.of(
                "of a stranger",
                (version, scene) ->
                    new ConsumerGroupHeartbeatRequestData()
                        .setGroupId(scene.fresh("group"))
                        .setMemberId("who")
                        .setMemberEpoch(3))
            .refusedWith(Errors.GROUP_ID_NOT_FOUND),
        Specimen.of(
                "of a member in an epoch it never had",
                (version, scene) -> {
                  String group = scene.fresh("group");
                  String member = Uuid.randomUuid().toString();
                  scene.ask(
                      ApiKeys.CONSUMER_GROUP_HEARTBEAT, consumer(group, member, 0, scene.topic(1)));
                  return new ConsumerGroupHeartbeatRequestData()
                      .setGroupId(group)
                      .setMemberId(member)
                      .setMemberEpoch(4_711);
                })
            .refusedWith(Errors.FENCED_MEMBER_EPOCH));
  }

  private static List<Specimen> consumerGroupDescribe() {
    return List.of(
        Specimen.of("nothing", (version, scene) -> new ConsumerGroupDescribeRequestData()),
        Specimen.of(
                "a group with a member",
                (version, scene) -> {
                  String group = scene.fresh("group");
                  scene.ask(
                      ApiKeys.CONSUMER_GROUP_HEARTBEAT,
                      consumer(group, Uuid.randomUuid().toString(), 0, scene.topic(2)));
                  return new ConsumerGroupDescribeRequestData()
                      .setGroupIds(List.of(group))
                      .setIncludeAuthorizedOperations(true);
                })
            .answering(
                ConsumerGroupDescribeResponseData.class,
                (version, answer) -> {
                  var group = answer.groups().getFirst();
                  assertThat(group.members()).hasSize(1);
                  assertThat(group.assignorName()).isEqualTo("uniform");
                  assertThat(group.members().getFirst().subscribedTopicNames()).hasSize(1);
                }),
        Specimen.of(
                "a group that does not exist",
                (version, scene) ->
                    new ConsumerGroupDescribeRequestData()
                        .setGroupIds(List.of(scene.fresh("group"))))
            .refusedWith(Errors.GROUP_ID_NOT_FOUND));
  }
}
