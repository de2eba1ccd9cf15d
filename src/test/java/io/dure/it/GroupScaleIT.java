package io.dure.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.wire.RecordWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocol;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData.SyncGroupRequestAssignment;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many members, many groups, many offsets on one broker; the figures go to standard output. */
class GroupScaleIT {
  private static final int MEMBERS = 500;
  private static final int GROUPS = 10_000;
  private static final int OFFSETS_EACH = 10;
  private static final int AHEAD = 100;
  private static final byte[] SUBSCRIPTION =
      new RecordWriter().int16(0).int32(1).string("t").int32(-1).toArray();

  /** Much more than it takes here, as such machines are shared. */
  private static final long PATIENCE_MS = 30_000;

  @Test
  void fiveHundredMembersSettleInOneRebalance(@TempDir Path folder) throws Exception {
    try (ClusterFork cluster = ClusterFork.start(1, folder)) {
      awaitCoordinator(cluster.port(1), folder, cluster);
      List<RawConnection> members = new ArrayList<>();
      for (int i = 0; i < MEMBERS; i++) {
        members.add(new RawConnection(cluster.port(1)));
      }
      long beganNs = System.nanoTime();
      for (RawConnection member : members) {
        member.send(ApiKeys.JOIN_GROUP, 3, join());
      }
      List<JoinGroupResponseData> joined = new ArrayList<>();
      for (RawConnection member : members) {
        joined.add(member.answer(ApiKeys.JOIN_GROUP, 3));
      }
      for (int i = 0; i < MEMBERS; i++) {
        members.get(i).send(ApiKeys.SYNC_GROUP, 2, sync(joined.get(i)));
      }
      int assigned = 0;
      for (RawConnection member : members) {
        SyncGroupResponseData synced = member.answer(ApiKeys.SYNC_GROUP, 2);
        assigned += synced.errorCode() == 0 && synced.assignment().length == 4 ? 1 : 0;
      }
      long ms = (System.nanoTime() - beganNs) / 1_000_000;
      System.out.printf("%d members settled in %d ms%n", MEMBERS, ms);
      for (RawConnection member : members) {
        member.close();
      }

      assertThat(joined).allMatch(j -> j.errorCode() == 0 && j.generationId() == 1);
      assertThat(assigned).isEqualTo(MEMBERS);
      assertThat(ms).isLessThan(PATIENCE_MS);
    }
  }

  private static JoinGroupRequestData join() {
    var request =
        new JoinGroupRequestData()
            .setGroupId("large")
            .setMemberId("")
            .setProtocolType("consumer")
            .setSessionTimeoutMs(60_000)
            .setRebalanceTimeoutMs(60_000);
    request
        .protocols()
        .add(new JoinGroupRequestProtocol().setName("range").setMetadata(SUBSCRIPTION));
    return request;
  }

  private static SyncGroupRequestData sync(JoinGroupResponseData joined) {
    var request =
        new SyncGroupRequestData()
            .setGroupId("large")
            .setMemberId(joined.memberId())
            .setGenerationId(joined.generationId());
    joined
        .members()
        .forEach(m ->
            request
                .assignments()
                .add(
                    new SyncGroupRequestAssignment()
                        .setMemberId(m.memberId())
                        .setAssignment(new byte[4])));
    return request;
  }

  @Test
  void aHundredThousandOffsetsOfTenThousandGroupsAreThereSoonAfterAKill(@TempDir Path folder)
      throws Exception {
    try (ClusterFork cluster = ClusterFork.start(1, folder)) {
      awaitCoordinator(cluster.port(1), folder, cluster);
      long beganNs = System.nanoTime();
      commitAll(cluster.port(1));
      System.out.printf(
          "%d offsets committed in %d ms%n",
          GROUPS * OFFSETS_EACH, (System.nanoTime() - beganNs) / 1_000_000);

      cluster.broker(1).kill();
      beganNs = System.nanoTime();
      cluster.broker(1).restart();
      cluster.broker(1).awaitReady();
      long readyMs = (System.nanoTime() - beganNs) / 1_000_000;
      for (int group : IntStream.iterate(0, g -> g < GROUPS, g -> g + 97).toArray()) {
        awaitOffsets(cluster.port(1), "g" + group);
      }
      long ms = (System.nanoTime() - beganNs) / 1_000_000;
      System.out.printf("ready after %d ms, all offsets told after %d ms%n", readyMs, ms);

      assertThat(ms).isLessThan(PATIENCE_MS);
    }
  }

  private static void commitAll(int port) throws IOException {
    try (var connection = new RawConnection(port)) {
      int answered = 0;
      for (int sent = 0; answered < GROUPS; ) {
        while (sent < GROUPS && sent - answered < AHEAD) {
          connection.send(ApiKeys.OFFSET_COMMIT, 8, commit("g" + sent));
          sent++;
        }
        OffsetCommitResponseData response = connection.answer(ApiKeys.OFFSET_COMMIT, 8);
        assertThat(response.topics().getFirst().partitions()).allMatch(p -> p.errorCode() == 0);
        answered++;
      }
    }
  }

  private static OffsetCommitRequestData commit(String group) {
    var topic = new OffsetCommitRequestTopic().setName("t");
    for (int i = 0; i < OFFSETS_EACH; i++) {
      topic
          .partitions()
          .add(new OffsetCommitRequestPartition().setPartitionIndex(i).setCommittedOffset(i));
    }
    return new OffsetCommitRequestData()
        .setGroupId(group)
        .setGenerationIdOrMemberEpoch(-1)
        .setMemberId("")
        .setTopics(List.of(topic));
  }

  private static void awaitOffsets(int port, String group) throws Exception {
    long untilNs = System.nanoTime() + PATIENCE_MS * 1_000_000;
    while (System.nanoTime() < untilNs) {
      try (var connection = new RawConnection(port)) {
        var of = new OffsetFetchRequestGroup().setGroupId(group).setTopics(null);
        OffsetFetchResponseData response =
            connection.ask(
                ApiKeys.OFFSET_FETCH, 8, new OffsetFetchRequestData().setGroups(List.of(of)));
        var told = response.groups().getFirst();
        if (told.errorCode() == 0) {
          assertThat(told.topics().getFirst().partitions()).hasSize(OFFSETS_EACH);
          return;
        }
      }
      Thread.sleep(5); // between two questions of a poll that ends
    }
    throw new AssertionError("no offsets of " + group);
  }

  /** Makes the topic, and has the coordinators' topic made and led. */
  private static void awaitCoordinator(int port, Path folder, ClusterFork cluster)
      throws Exception {
    try (Admin admin =
        Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, cluster.bootstrap()))) {
      admin.createTopics(List.of(new NewTopic("t", OFFSETS_EACH, (short) 1))).all().get();
    }
    long untilNs = System.nanoTime() + PATIENCE_MS * 1_000_000;
    while (System.nanoTime() < untilNs) {
      try (var connection = new RawConnection(port)) {
        connection.ask(ApiKeys.FIND_COORDINATOR, 3, new FindCoordinatorRequestData().setKey("x"));
        OffsetCommitResponseData response =
            connection.ask(ApiKeys.OFFSET_COMMIT, 8, commit("first"));
        if (response.topics().getFirst().partitions().getFirst().errorCode() == 0) {
          return;
        }
      }
      Thread.sleep(20); // between two questions of a poll that ends
    }
    throw new AssertionError("no coordinator in " + folder);
  }
}
