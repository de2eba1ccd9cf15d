package io.dure.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.log.BatchBuilder;
import io.dure.runtime.Partitions.AppendOutcome;
import io.dure.runtime.Partitions.Isolation;
import io.dure.runtime.Partitions.Locate;
import io.dure.runtime.Partitions.LocateOutcome;
import io.dure.sim.SimClient;
import io.dure.sim.SimClient.Pending;
import io.dure.sim.SimCluster;
import io.dure.sim.SimNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * Offsets asked for by time while leaders change: a new leader whose epoch is not open yet does not
 * know what is committed, and must not say that there is nothing.
 */
class LocatingThroughFailoverTest {
  private static final long TIME_MS = 1_000;

  private final SimCluster cluster = new SimCluster(3, 3, 1);
  private final SimClient client = new SimClient(cluster);

  @Test
  void aCommittedRecordIsFoundByItsTimeOrTheAnswerIsToAskAgain() {
    cluster.voters().forEach(cluster::start);
    client.awaitServing();
    for (int round = 0; round < 10; round++) {
      var partition = new PartitionId(client.createTopic("t" + round, 1, 3), 0);
      client.awaitLeader(partition);
      NodeId leader = client.leader(partition).orElseThrow();
      commitOneRecord(leader, partition);

      cluster.kill(leader);
      List<Pending<LocateOutcome>> answers = new ArrayList<>();
      for (int ms = 0; ms < 2_000 && !anyFound(answers); ms++) {
        for (SimNode node : cluster.alive()) {
          answers.add(
              locate(node.id(), partition, new Locate.AtTime(TIME_MS, Isolation.READ_UNCOMMITTED)));
          answers.add(
              locate(node.id(), partition, new Locate.MaxTimestamp(Isolation.READ_UNCOMMITTED)));
        }
        cluster.runForMs(1);
      }

      assertThat(anyFound(answers)).isTrue();
      assertThat(answers)
          .filteredOn(Pending::isThere)
          .extracting(Pending::get)
          .filteredOn(LocateOutcome.Found.class::isInstance)
          .allSatisfy(found -> assertThat(((LocateOutcome.Found) found).offset()).isZero());
      cluster.start(leader);
      client.awaitServing();
    }
  }

  private static boolean anyFound(List<Pending<LocateOutcome>> answers) {
    return answers.stream().anyMatch(a -> a.isThere() && a.get() instanceof LocateOutcome.Found);
  }

  private Pending<LocateOutcome> locate(NodeId node, PartitionId partition, Locate what) {
    Pending<LocateOutcome> answer = new Pending<>();
    cluster.node(node).partitions().locate(partition, what, -1, Runnable::run, answer);
    return answer;
  }

  private void commitOneRecord(NodeId leader, PartitionId partition) {
    var batch =
        new BatchBuilder()
            .add(Optional.empty(), Optional.of("v".getBytes(StandardCharsets.UTF_8)), TIME_MS)
            .build();
    Pending<AppendOutcome> answer = new Pending<>();
    cluster
        .node(leader)
        .partitions()
        .append(partition, batch, -1, cluster.scheduler().nowMs() + 5_000, Runnable::run, answer);
    cluster.runUntil("committed", 6_000, answer::isThere);
    assertThat(answer.get()).isInstanceOf(AppendOutcome.Committed.class);
  }
}
