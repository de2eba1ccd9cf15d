package io.dure.exchanges;

import static io.dure.exchanges.GroupRequests.TOPIC;
import static io.dure.exchanges.GroupRequests.beat;
import static io.dure.exchanges.GroupRequests.delete;
import static io.dure.exchanges.GroupRequests.deleteGroups;
import static io.dure.exchanges.GroupRequests.describe;
import static io.dure.exchanges.GroupRequests.join;
import static io.dure.exchanges.GroupRequests.leave;
import static io.dure.exchanges.GroupRequests.sync;

import io.dure.it.RawConnection;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.DescribeGroupsResponseData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupRequestData.MemberIdentity;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.ListGroupsResponseData;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData.SyncGroupRequestAssignment;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/** Everything that classic groups can be asked, in every version and every state of a group. */
final class GroupExchanges {
  private final Exchange exchange;
  private final GroupRequests requests;

  private GroupExchanges(Exchange exchange, GroupRequests requests) {
    this.exchange = exchange;
    this.requests = requests;
  }

  static void ask(Exchange exchange) throws Exception {
    var all = new GroupExchanges(exchange, Coordinators.prepare(exchange));
    all.strangers();
    all.joins();
    all.lifeOfAGroup();
    all.staticMembers();
    all.administration();
  }

  private void tell(String what, ApiKeys api, int version, ApiMessage request) {
    exchange.tell(what, api, version, request);
  }

  private void note(String what, ApiKeys api, int version, ApiMessage answer) {
    exchange.note(what, api, version, answer);
  }

  private void strangers() {
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

  private void joins() {
    for (int v = 0; v <= 9; v++) {
      String group = "joins" + v;
      exchange.scene();
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
        JoinGroupResponseData told = exchange.ask(api, v, join(group, ""));
        exchange.note("id first", api, v, told);
        tell("state " + group, ApiKeys.DESCRIBE_GROUPS, 5, describe(group));
        tell("heartbeat with it " + group, ApiKeys.HEARTBEAT, 3, beat(group, told.memberId(), 0));
        tell(
            "heartbeat with it, -1 " + group,
            ApiKeys.HEARTBEAT,
            3,
            beat(group, told.memberId(), -1));
        tell("sync with it " + group, ApiKeys.SYNC_GROUP, 3, sync(3, group, told.memberId(), 0));
        tell(
            "commit with it " + group,
            ApiKeys.OFFSET_COMMIT,
            7,
            requests
                .commit(7, group, TOPIC, 0)
                .setMemberId(told.memberId())
                .setGenerationIdOrMemberEpoch(0));
        tell("delete with it " + group, ApiKeys.DELETE_GROUPS, 2, deleteGroups(group));
        tell("leave with it " + group, ApiKeys.LEAVE_GROUP, 3, leave(3, group, told.memberId()));
        tell(
            "leave with it again " + group,
            ApiKeys.LEAVE_GROUP,
            3,
            leave(3, group, told.memberId()));
      }
    }
  }

  /** Joins over a connection of its own, as the answer may take its time. */
  private RawConnection joinAside(int v, JoinGroupRequestData request) throws IOException {
    RawConnection connection = exchange.aside();
    connection.send(ApiKeys.JOIN_GROUP, v, request);
    return connection;
  }

  private String memberId(int v, String group, Optional<String> type) {
    if (v < 4) {
      return "";
    }
    JoinGroupRequestData request = join(group, "");
    type.ifPresent(request::setProtocolType);
    JoinGroupResponseData told = exchange.ask(ApiKeys.JOIN_GROUP, v, request);
    return told.memberId();
  }

  private void lifeOfAGroup() throws Exception {
    for (int v = 0; v <= 9; v++) {
      String group = "life" + v;
      exchange.scene();
      RawConnection first =
          joinAside(v, join(group, memberId(v, group, Optional.empty()), "range", "sticky"));
      JoinGroupResponseData joined = first.answer(ApiKeys.JOIN_GROUP, v);
      note("first of the group", ApiKeys.JOIN_GROUP, v, joined);
      String id = joined.memberId();
      if (isQuestioned(v)) {
        questions(group, "assigning", id, joined.generationId());
      }

      SyncGroupRequestData sync = sync(v >= 7 ? 5 : 2, group, id, joined.generationId());
      sync.assignments()
          .add(
              new SyncGroupRequestAssignment()
                  .setMemberId(id)
                  .setAssignment("all".getBytes(StandardCharsets.UTF_8)));
      tell("of the leader in " + group, ApiKeys.SYNC_GROUP, v >= 7 ? 5 : 2, sync);
      if (isQuestioned(v)) {
        questions(group, "stable", id, joined.generationId());
      }
      tell("other protocols in " + group, ApiKeys.JOIN_GROUP, v, join(group, "", "unheard"));
      tell(
          "other type in " + group,
          ApiKeys.JOIN_GROUP,
          v,
          join(group, "").setProtocolType("connect"));

      String secondId = memberId(v, group, Optional.empty());
      RawConnection second = joinAside(v, join(group, secondId, "range", "sticky"));
      awaitState(group, "PreparingRebalance");
      if (isQuestioned(v)) {
        questions(group, "rejoining", id, joined.generationId());
      }
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
      if (isQuestioned(v)) {
        questions(group, "empty", id, joined.generationId());
      }
      tell("old member of an empty group " + group, ApiKeys.JOIN_GROUP, v, join(group, id));
    }
    // A kind of group of its own, as Connect's or Schema Registry's.
    String group = "workers";
    exchange.scene();
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

  private void awaitState(String group, String state) {
    Exchange.until(
        group + " to be " + state,
        () ->
            exchange
                .<DescribeGroupsResponseData>ask(ApiKeys.DESCRIBE_GROUPS, 0, describe(group))
                .groups()
                .getFirst()
                .groupState()
                .equals(state));
  }

  /** In the groups of those versions of JoinGroup that made a difference, so as to be quick. */
  private static boolean isQuestioned(int joinVersion) {
    return joinVersion == 3 || joinVersion == 5 || joinVersion == 9;
  }

  /** What does not change the group, asked in every state. */
  private void questions(String group, String state, String id, int generation) {
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
          requests
              .commit(v, group, TOPIC, 0)
              .setMemberId(id)
              .setGenerationIdOrMemberEpoch(generation));
      tell(
          "generation too high " + in,
          ApiKeys.OFFSET_COMMIT,
          v,
          requests
              .commit(v, group, TOPIC, 0)
              .setMemberId(id)
              .setGenerationIdOrMemberEpoch(generation + 1));
      tell(
          "stranger " + in,
          ApiKeys.OFFSET_COMMIT,
          v,
          requests
              .commit(v, group, TOPIC, 0)
              .setMemberId("stranger")
              .setGenerationIdOrMemberEpoch(generation));
      tell("no member " + in, ApiKeys.OFFSET_COMMIT, v, requests.commit(v, group, TOPIC, 0));
      tell(
          "no generation " + in,
          ApiKeys.OFFSET_COMMIT,
          v,
          requests.commit(v, group, TOPIC, 0).setMemberId(id));
    }
    tell("in " + in, ApiKeys.OFFSET_FETCH, 9, requests.fetch(9, group, TOPIC, 0));
    for (int v = 0; v <= 6; v++) {
      tell(in, ApiKeys.DESCRIBE_GROUPS, v, describe(group));
    }
    for (int v = 0; v <= 5; v++) {
      ListGroupsResponseData listed =
          exchange.ask(ApiKeys.LIST_GROUPS, v, new ListGroupsRequestData());
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
      exchange.scene();
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
      tell("one static " + v, ApiKeys.DESCRIBE_GROUPS, 5, describe(group));
      tell("by id only " + v, ApiKeys.HEARTBEAT, 3, beat(group, id, joined.generationId()));
      JoinGroupResponseData again =
          exchange.ask(ApiKeys.JOIN_GROUP, v, join(group, "").setGroupInstanceId("i"));
      exchange.note("it starts anew", ApiKeys.JOIN_GROUP, v, again);
      tell("anew " + v, ApiKeys.DESCRIBE_GROUPS, 5, describe(group));
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
          requests
              .commit(7, group, TOPIC, 0)
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
          requests.commit(7, group, TOPIC, 0).setGroupInstanceId("i"));
      LeaveGroupRequestData byName = leave(4, group, "");
      byName.members().getFirst().setGroupInstanceId("i");
      byName.members().add(new MemberIdentity().setGroupInstanceId("other").setMemberId(""));
      byName.members().add(new MemberIdentity().setMemberId("other"));
      tell("by name " + v, ApiKeys.LEAVE_GROUP, 4, byName);
      tell("left " + v, ApiKeys.DESCRIBE_GROUPS, 5, describe(group));
    }
  }

  private void administration() {
    for (int v = 0; v <= 6; v++) {
      tell("unknown and empty", ApiKeys.DESCRIBE_GROUPS, v, describe("nobody", ""));
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
      tell("deleted " + v, ApiKeys.OFFSET_FETCH, 8, requests.fetch(8, group, ""));
      tell("deleted " + v, ApiKeys.DESCRIBE_GROUPS, 6, describe("life" + v));
    }
  }

  private void list(String what, int version, ListGroupsRequestData request) {
    ListGroupsResponseData listed = exchange.ask(ApiKeys.LIST_GROUPS, version, request);
    // Kafka keeps a group for a while that nobody was let into; here it leaves no trace.
    listed.groups().removeIf(g -> g.groupId().startsWith("joins"));
    note(what, ApiKeys.LIST_GROUPS, version, listed);
  }
}
