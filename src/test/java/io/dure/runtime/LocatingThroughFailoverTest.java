package io.dure.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.log.BatchBuilder;
import io.dure.runtime.Partitions.AppendOutcome;
import io.dure.runtime.Partitions.DeleteOutcome;
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
 * Offsets asked for while leaders change: a new leader whose epoch is not open yet does not know
 * what is committed, and must not say that there is nothing; and what was deleted was not cut.
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

  @Test
  void aReaderOfWhatWasDeletedSinceIsNotToldThatItsLogWasCut() {
    cluster.voters().forEach(cluster::start);
    client.awaitServing();
    var partition = new PartitionId(client.createTopic("emptied", 1, 3), 0);
    client.awaitLeader(partition);
    NodeId former = client.leader(partition).orElseThrow();
    commitOneRecord(former, partition);
    int readIn = epochOf(former, partition);
    deleteAll(former, partition);
    cluster.kill(former);

    cluster.runUntil(
        "another leads",
        10_000,
        () -> client.leader(partition).filter(node -> !node.equals(former)).isPresent());
    NodeId leader = client.leader(partition).orElseThrow();
    cluster.runUntil("its epoch is open", 10_000, () -> endKnown(leader, partition));
    Pending<LocateOutcome> end = locate(leader, partition, new Locate.EndOfEpoch(readIn));
    cluster.runUntil("answered", 1_000, end::isThere);

    assertThat(end.get()).isEqualTo(new LocateOutcome.Found(1, -1, readIn));
  }

  private int epochOf(NodeId leader, PartitionId partition) {
    Pending<LocateOutcome> first = locate(leader, partition, new Locate.Earliest());
    cluster.runUntil("answered", 1_000, first::isThere);
    return ((LocateOutcome.Found) first.get()).epoch();
  }

  private boolean endKnown(NodeId leader, PartitionId partition) {
    Pending<LocateOutcome> end =
        locate(leader, partition, new Locate.Latest(Isolation.READ_UNCOMMITTED));
    cluster.runUntil("answered", 1_000, end::isThere);
    return end.get() instanceof LocateOutcome.Found;
  }

  private void deleteAll(NodeId leader, PartitionId partition) {
    Pending<DeleteOutcome> deleted = new Pending<>();
    cluster
        .node(leader)
        .partitions()
        .deleteRecords(partition, 1, cluster.scheduler().nowMs() + 5_000, Runnable::run, deleted);
    cluster.runUntil("deleted", 6_000, deleted::isThere);
    assertThat(deleted.get()).isEqualTo(new DeleteOutcome.Deleted(1));
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
