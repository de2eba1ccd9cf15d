package io.dure.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.base.Clock;
import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.base.TopicId;
import io.dure.group.GroupAnswer;
import io.dure.group.GroupCommand;
import io.dure.group.GroupCommand.OffsetToCommit;
import io.dure.group.GroupSettings;
import io.dure.group.MemberRef;
import io.dure.group.OffsetKey;
import io.dure.group.OffsetReader;
import io.dure.group.Protocol;
import io.dure.sim.Seeds;
import io.dure.sim.SimClient;
import io.dure.sim.SimCluster;
import io.dure.sim.SimNode;
import io.dure.sim.SimRng;
import io.dure.wire.Blob;
import io.dure.wire.WireError;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Coordinators on whole simulated nodes that die, freeze, lose power and lose each other: an offset
 * that was acknowledged is never forgotten, and when all is well again groups work.
 */
class GroupChaosTest {
  private static final int GROUPS = 4;
  private static final int STEPS = 300;

  /**
   * What was sent and acknowledged of one group's only offset; each commit is larger than the last.
   */
  private static final class Progress {
    long sent;
    long acknowledged;
  }

  private final Map<NodeId, GroupShards> shards = new HashMap<>();
  private final Map<String, Progress> groups = new HashMap<>();
  private int commits;

  static LongStream seeds() {
    return Seeds.fromProperties(12);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void whatWasAcknowledgedIsThereWhateverBecameOfTheCoordinators(long seed) {
    SimCluster cluster = new SimCluster(seed, 3, 1);
    cluster.voters().forEach(id -> start(cluster, id));
    var client = new SimClient(cluster);
    client.awaitServing();
    TopicId offsets = client.createTopic(InternalTopics.OFFSETS, 2, 3);
    client.createTopic("t", 1, 3);

    for (int step = 0; step < STEPS; step++) {
      mischief(cluster);
      commit(cluster, "g" + cluster.rng().below(GROUPS));
      cluster.runForMs(cluster.rng().below(60));
    }
    heal(cluster, client);
    client.awaitLeader(new PartitionId(offsets, 0));
    client.awaitLeader(new PartitionId(offsets, 1));

    assertThat(commits).as("acknowledged").isPositive();
    groups.forEach((group, progress) ->
        assertThat(committed(cluster, group))
            .as(group)
            .isBetween(progress.acknowledged, progress.sent));
    assertThat(joined(cluster).error()).isEqualTo(WireError.NONE);
  }

  private void start(SimCluster cluster, NodeId id) {
    SimNode sim = cluster.start(id);
    Clock clock =
        new Clock() {
          @Override
          public long nowMs() {
            return cluster.scheduler().nowMs();
          }

          @Override
          public long wallMs() {
            return 1_700_000_000_000L + cluster.scheduler().nowMs();
          }
        };
    var hosted =
        new GroupShards(new NodeCluster(id, sim.node(), clock), GroupSettings.DEFAULTS, clock);
    shards.put(id, hosted);
    sim.node().partitions().listen(InternalTopics.OFFSETS, hosted);
  }

  private void mischief(SimCluster cluster) {
    SimRng rng = cluster.rng();
    NodeId node = rng.pick(cluster.voters());
    NodeId other = rng.pick(cluster.voters());
    SimNode sim = cluster.sim(node);
    switch (rng.below(40)) {
      case 0 -> {
        if (!sim.isDead()) {
          cluster.kill(node);
        }
      }
      case 1 -> {
        if (!sim.isDead()) {
          cluster.powerOff(node);
        }
      }
      case 2, 3, 4, 5 -> {
        if (sim.isDead()) {
          start(cluster, node);
        }
      }
      case 6 -> sim.freeze();
      case 7, 8 -> sim.thaw();
      case 9 -> {
        if (!node.equals(other)) {
          cluster.cut(node, other);
        }
      }
      case 10, 11 -> cluster.mendAll();
      default -> {}
    }
  }

  private void heal(SimCluster cluster, SimClient client) {
    cluster.voters().stream().map(cluster::sim).forEach(SimNode::thaw);
    for (NodeId id : cluster.voters()) {
      if (cluster.sim(id).isDead()) {
        start(cluster, id);
      }
    }
    cluster.mendAll();
    cluster.runForMs(3_000);
    client.awaitServing();
  }

  /** Sends the next offset to every node that takes itself for the coordinator. */
  private void commit(SimCluster cluster, String group) {
    Progress progress = groups.computeIfAbsent(group, _ -> new Progress());
    long offset = ++progress.sent;
    var key = new OffsetKey("t", TopicId.ZERO, 0);
    var command =
        new GroupCommand.CommitOffsets(
            group,
            MemberRef.dynamic(""),
            -1,
            -1,
            true,
            List.of(new OffsetToCommit(key, offset, -1, "")));
    for (SimNode sim : cluster.alive()) {
      if (leads(sim, group)) {
        shards
            .get(sim.id())
            .ask(
                group,
                command,
                sim.loop(),
                asked -> {
                  if (asked instanceof Asked.Answered<GroupAnswer.Committed>(var answer)
                      && answer.errors().getFirst() == WireError.NONE) {
                    progress.acknowledged = Math.max(progress.acknowledged, offset);
                    commits++;
                  }
                });
      }
    }
  }

  private boolean leads(SimNode sim, String group) {
    GroupShards hosted = shards.get(sim.id());
    return hosted.coordinatorOf(group).filter(p -> hosted.here().contains(p.index())).isPresent();
  }

  /** Asks whoever coordinates the group, until there is an answer. */
  private <A extends GroupAnswer> A ask(SimCluster cluster, String group, GroupCommand<A> command) {
    List<A> answers = new ArrayList<>();
    for (int attempt = 0; attempt < 100 && answers.isEmpty(); attempt++) {
      for (SimNode sim : cluster.alive()) {
        if (answers.isEmpty() && leads(sim, group)) {
          List<Asked<A>> outcome = new ArrayList<>();
          shards.get(sim.id()).ask(group, command, sim.loop(), outcome::add);
          for (int i = 0; i < 100 && outcome.isEmpty(); i++) {
            cluster.runForMs(20);
          }
          assertThat(outcome).as("an answer, if only a refusal").hasSize(1);
          if (outcome.getFirst() instanceof Asked.Answered<A>(A answer)) {
            answers.add(answer);
          }
        }
      }
      cluster.runForMs(50);
    }
    assertThat(answers).as("an answer in the end").isNotEmpty();
    return answers.getFirst();
  }

  private long committed(SimCluster cluster, String group) {
    return ask(cluster, group, new GroupCommand.FetchAllOffsets(group, OffsetReader.ANYONE))
        .offsets()
        .stream()
        .map(GroupAnswer.FetchedOffset::offset)
        .flatMap(Optional::stream)
        .mapToLong(o -> o.offset())
        .findFirst()
        .orElse(0);
  }

  private GroupAnswer.Joined joined(SimCluster cluster) {
    return ask(
        cluster,
        "healed",
        new GroupCommand.Join(
            "healed",
            MemberRef.dynamic(""),
            "id",
            "client",
            "/host",
            10_000,
            10_000,
            "consumer",
            List.of(new Protocol("range", Blob.EMPTY)),
            false,
            true));
  }
}
