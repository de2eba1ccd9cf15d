package io.dure.exchanges;

import static io.dure.exchanges.GroupRequests.TOPIC;
import static io.dure.exchanges.GroupRequests.delete;

import java.util.List;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/** Questions about offsets of groups without members, in every version. */
final class GroupOffsetExchanges {
  private final Exchange exchange;
  private final GroupRequests requests;

  private GroupOffsetExchanges(Exchange exchange, GroupRequests requests) {
    this.exchange = exchange;
    this.requests = requests;
  }

  static void ask(Exchange exchange) {
    var all = new GroupOffsetExchanges(exchange, Coordinators.prepare(exchange));
    all.committed();
    all.fetched();
    all.deleted();
  }

  private void tell(String what, ApiKeys api, int version, ApiMessage request) {
    exchange.tell(what, api, version, request);
  }

  private void committed() {
    for (int v = 2; v <= 10; v++) {
      String group = "simple" + v;
      ApiKeys api = ApiKeys.OFFSET_COMMIT;
      tell("to a new group", api, v, requests.commit(v, group, TOPIC, 0));
      tell("unknown topic", api, v, requests.commit(v, group, "nothing", 0));
      tell("no such partition", api, v, requests.commit(v, group, TOPIC, 2));
      tell("negative partition", api, v, requests.commit(v, group, TOPIC, -1));
      OffsetCommitRequestData request = requests.commit(v, group, TOPIC, 1);
      only(request).setCommittedMetadata(null);
      tell("null text", api, v, request);
      only(request).setCommittedMetadata("x".repeat(4_096));
      tell("longest text", api, v, request);
      only(request).setCommittedMetadata("x".repeat(4_097));
      tell("text too long", api, v, request);
      only(request).setCommittedMetadata("").setCommittedOffset(-1);
      tell("offset -1", api, v, request);
      tell("empty group id", api, v, requests.commit(v, "", TOPIC, 0));
      tell("nothing", api, v, requests.commit(v, group, TOPIC, 0).setTopics(List.of()));
      OffsetCommitRequestData two = requests.commit(v, group, TOPIC, 0);
      two.topics().addAll(requests.commit(v, group, "nothing", 0).topics());
      tell("two topics", api, v, two);
      tell(
          "a generation of no group",
          api,
          v,
          requests
              .commit(v, "none" + v, TOPIC, 0)
              .setGenerationIdOrMemberEpoch(3)
              .setMemberId("m"));
      tell(
          "generation 0 of no group",
          api,
          v,
          requests.commit(v, "none" + v, TOPIC, 0).setGenerationIdOrMemberEpoch(0));
      tell(
          "a generation of a simple group",
          api,
          v,
          requests.commit(v, group, TOPIC, 0).setGenerationIdOrMemberEpoch(3).setMemberId("m"));
      tell(
          "a member without generation",
          api,
          v,
          requests.commit(v, group, TOPIC, 0).setMemberId("m"));
      if (v >= 7) {
        tell(
            "an instance without generation",
            api,
            v,
            requests.commit(v, group, TOPIC, 0).setGroupInstanceId("i"));
      }
      if (v <= 4) {
        tell(
            "with a retention",
            api,
            v,
            requests.commit(v, group, TOPIC, 0).setRetentionTimeMs(60_000));
        tell(
            "no retention", api, v, requests.commit(v, "gone" + v, TOPIC, 0).setRetentionTimeMs(0));
      }
    }
  }

  private static OffsetCommitRequestPartition only(OffsetCommitRequestData request) {
    return request.topics().getFirst().partitions().getFirst();
  }

  private void fetched() {
    for (int v = 1; v <= 10; v++) {
      for (int of = 2; of <= 10; of += 4) {
        String group = "simple" + of;
        tell("known of " + of, ApiKeys.OFFSET_FETCH, v, requests.fetch(v, group, TOPIC, 0, 1));
        tell(
            "unknown partitions of " + of,
            ApiKeys.OFFSET_FETCH,
            v,
            requests.fetch(v, group, TOPIC, 5, -1));
        if (v >= 2) {
          tell("all of " + of, ApiKeys.OFFSET_FETCH, v, requests.fetch(v, group, ""));
        }
      }
      tell("unknown topic", ApiKeys.OFFSET_FETCH, v, requests.fetch(v, "simple2", "nothing", 0));
      tell("no topics", ApiKeys.OFFSET_FETCH, v, requests.noTopics(v));
      tell("unknown group", ApiKeys.OFFSET_FETCH, v, requests.fetch(v, "nobody", TOPIC, 0));
      tell("empty group", ApiKeys.OFFSET_FETCH, v, requests.fetch(v, "", TOPIC, 0));
      if (v >= 2) {
        tell("all of unknown", ApiKeys.OFFSET_FETCH, v, requests.fetch(v, "nobody", ""));
      }
      if (v >= 7) {
        tell(
            "stable",
            ApiKeys.OFFSET_FETCH,
            v,
            requests.fetch(v, "simple2", TOPIC, 0).setRequireStable(true));
      }
      if (v >= 8) {
        OffsetFetchRequestData several = requests.fetch(v, "simple2", TOPIC, 0);
        several.groups().addAll(requests.fetch(v, "nobody", TOPIC, 0).groups());
        several.groups().addAll(requests.fetch(v, "simple3", "").groups());
        tell("several groups", ApiKeys.OFFSET_FETCH, v, several);
        tell("no groups", ApiKeys.OFFSET_FETCH, v, new OffsetFetchRequestData());
      }
      if (v >= 9) {
        OffsetFetchRequestData member = requests.fetch(v, "simple2", TOPIC, 0);
        member.groups().getFirst().setMemberId("m").setMemberEpoch(4);
        tell("a member of a simple group", ApiKeys.OFFSET_FETCH, v, member);
        OffsetFetchRequestData nobody = requests.fetch(v, "nobody", TOPIC, 0);
        nobody.groups().getFirst().setMemberId("m").setMemberEpoch(4);
        tell("a member of no group", ApiKeys.OFFSET_FETCH, v, nobody);
      }
    }
  }

  private void deleted() {
    tell("of a simple group", ApiKeys.OFFSET_DELETE, 0, delete("simple4", TOPIC, 0, 1, 7));
    tell("again", ApiKeys.OFFSET_DELETE, 0, delete("simple4", TOPIC, 0));
    tell("unknown topic", ApiKeys.OFFSET_DELETE, 0, delete("simple4", "nothing", 0));
    tell("unknown group", ApiKeys.OFFSET_DELETE, 0, delete("nobody", TOPIC, 0));
    tell("unknown group and topic", ApiKeys.OFFSET_DELETE, 0, delete("nobody", "nothing", 0));
    tell("empty group id", ApiKeys.OFFSET_DELETE, 0, delete("", TOPIC, 0));
    tell("nothing", ApiKeys.OFFSET_DELETE, 0, new OffsetDeleteRequestData().setGroupId("simple4"));
    tell("after it", ApiKeys.OFFSET_FETCH, 8, requests.fetch(8, "simple4", ""));
  }
}
