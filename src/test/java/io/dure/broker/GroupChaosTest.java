package io.dure.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.base.TopicId;
import io.dure.group.GroupAnswer;
import io.dure.group.GroupCommand;
import io.dure.group.GroupCommand.OffsetToCommit;
import io.dure.group.MemberRef;
import io.dure.group.OffsetKey;
import io.dure.group.OffsetReader;
import io.dure.group.Protocol;
import io.dure.sim.Seeds;
import io.dure.sim.SimNode;
import io.dure.wire.Blob;
import io.dure.wire.WireError;
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

  private final Map<String, Progress> groups = new HashMap<>();
  private int commits;

  static LongStream seeds() {
    return Seeds.fromProperties(12);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void whatWasAcknowledgedIsThereWhateverBecameOfTheCoordinators(long seed) {
    var cluster = new GroupCluster(seed);

    for (int step = 0; step < STEPS; step++) {
      cluster.mischief();
      commit(cluster, "g" + cluster.rng().below(GROUPS));
      cluster.runForMs(cluster.rng().below(60));
    }
    cluster.heal();

    assertThat(commits).as("acknowledged").isPositive();
    groups.forEach((group, progress) ->
        assertThat(committed(cluster, group))
            .as(group)
            .isBetween(progress.acknowledged, progress.sent));
    assertThat(joined(cluster).error()).isEqualTo(WireError.NONE);
  }

  /** Sends the next offset to every node that takes itself for the coordinator. */
  private void commit(GroupCluster cluster, String group) {
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
    for (SimNode sim : cluster.coordinators(group)) {
      cluster
          .at(sim)
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

  private long committed(GroupCluster cluster, String group) {
    return cluster
        .ask(group, new GroupCommand.FetchAllOffsets(group, OffsetReader.ANYONE))
        .offsets()
        .stream()
        .map(GroupAnswer.FetchedOffset::offset)
        .flatMap(Optional::stream)
        .mapToLong(o -> o.offset())
        .findFirst()
        .orElse(0);
  }

  private GroupAnswer.Joined joined(GroupCluster cluster) {
    return cluster.ask(
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
