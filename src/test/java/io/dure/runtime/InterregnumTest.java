package io.dure.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.controller.Answer;
import io.dure.controller.Command;
import io.dure.runtime.Partitions.AppendOutcome;
import io.dure.runtime.Partitions.ReadOutcome;
import io.dure.sim.SimClient;
import io.dure.sim.SimClient.Pending;
import io.dure.sim.SimCluster;
import io.dure.wire.WireError;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * An epoch is changed on purpose while clients are at work. None of them is sent away without being
 * told where to go, as each would then wait for longer than all of the change takes.
 */
class InterregnumTest {
  private static final int CHANGES = 6;

  private final SimCluster cluster = new SimCluster(31, 3, 1).startAll();
  private final SimClient client = new SimClient(cluster);
  private final List<Pending<AppendOutcome>> sent = new ArrayList<>();
  private final List<Pending<ReadOutcome>> reads = new ArrayList<>();
  private PartitionId partition = new PartitionId(PartitionId.METADATA.topic(), 1);

  private void topic() {
    client.awaitServing();
    partition = new PartitionId(client.createTopic("t", 1, 3), 0);
    client.produceUntilCommitted(partition, "first");
    cluster.runForMs(5_000);
  }

  private List<NodeId> replicas() {
    return client.controller().image().partition(partition).orElseThrow().replicas();
  }

  private NodeId leader() {
    client.awaitLeader(partition);
    return client.leader(partition).orElseThrow();
  }

  /** Wants the replicas in this order, and writes and reads at {@code at} until they are so. */
  private void change(List<NodeId> wanted, NodeId at) {
    var answer = new Pending<Optional<Answer>>();
    var wish = new Command.Reassignment("t", 0, Optional.of(wanted));
    client
        .controller()
        .command(new Command.AlterReassignments(List.of(wish), true), Runnable::run, answer);
    for (int ms = 0; ms < 8_000 && !(answer.isThere() && isDone(wanted)); ms++) {
      if (ms % 5 == 0) {
        sent.add(client.send(at, partition, "v" + sent.size()));
      }
      reads.add(readAtEnd(at));
      cluster.runForMs(1);
    }
    assertThat(isDone(wanted)).isTrue();
    cluster.runForMs(1_000);
  }

  private boolean isDone(List<NodeId> wanted) {
    return replicas().equals(wanted)
        && client.leader(partition).equals(Optional.of(wanted.getFirst()));
  }

  private Pending<ReadOutcome> readAtEnd(NodeId at) {
    var answer = new Pending<ReadOutcome>();
    cluster
        .node(at)
        .partitions()
        .read(
            partition,
            new Partitions.ReadRequest(1, 1 << 20, -1, -1, Partitions.Isolation.READ_UNCOMMITTED),
            Runnable::run,
            answer);
    return answer;
  }

  @Test
  void whoeverWritesToALeaderThatLeadsAgainIsNeverRefused() {
    topic();
    for (int i = 0; i < CHANGES; i++) {
      NodeId leader = leader();
      List<NodeId> wanted = new ArrayList<>(replicas());
      wanted.add(wanted.remove(1));
      change(wanted, leader);
    }

    assertThat(sent)
        .allSatisfy(each -> assertThat(each.get()).isInstanceOf(AppendOutcome.Committed.class));
    assertThat(sent.stream().map(each -> ((AppendOutcome.Committed) each.get()).baseOffset()))
        .isSorted()
        .doesNotHaveDuplicates();
    assertThat(reads)
        .allSatisfy(each -> assertThat(each.get()).isInstanceOf(ReadOutcome.Found.class));
  }

  @Test
  void whoReadsWithTheEpochOfBeforeIsToldTheNewOne() {
    topic();
    NodeId leader = leader();
    List<NodeId> wanted = new ArrayList<>(replicas());
    wanted.add(wanted.remove(1));
    change(wanted, leader);

    var answer = new Pending<ReadOutcome>();
    var request =
        new Partitions.ReadRequest(1, 1 << 20, 0, -1, Partitions.Isolation.READ_UNCOMMITTED);
    cluster.node(leader).partitions().read(partition, request, Runnable::run, answer);
    client.until(answer);

    assertThat(answer.get())
        .isInstanceOfSatisfying(
            ReadOutcome.Refused.class,
            refused -> {
              assertThat(refused.error()).isEqualTo(WireError.FENCED_LEADER_EPOCH);
              assertThat(refused.where()).contains(new Partitions.Leadership(leader, 1));
            });
  }

  @Test
  void whoeverWritesToALeaderThatIsReplacedIsToldByWhom() {
    topic();
    int refused = 0;
    for (int i = 0; i < CHANGES; i++) {
      sent.clear();
      List<NodeId> wanted = new ArrayList<>(replicas());
      wanted.add(wanted.removeFirst());
      change(wanted, leader());

      for (Pending<AppendOutcome> each : sent) {
        if (each.get() instanceof AppendOutcome.Refused refusal) {
          refused++;
          assertThat(refusal.error()).isEqualTo(WireError.NOT_LEADER_OR_FOLLOWER);
          assertThat(refusal.where())
              .hasValueSatisfying(there -> assertThat(there.leader()).isEqualTo(wanted.getFirst()));
        }
      }
    }
    assertThat(refused).as("the change was under way when somebody wrote").isPositive();
  }

  @Test
  void nobodyIsHeldForLongAndAllComeBackInOrder() {
    var interregnum = new Interregnum(new ByteBudget(100));
    List<String> asked = new ArrayList<>();
    assertThat(interregnum.holds(10, () -> asked.add("too early"))).isFalse();

    interregnum.begin(1_000, true);
    assertThat(interregnum.holds(60, () -> asked.add("first"))).isTrue();
    interregnum.begin(1_300, false);
    assertThat(interregnum.holds(40, () -> asked.add("second"))).isTrue();
    assertThat(interregnum.holds(1, () -> asked.add("one too much"))).isFalse();
    interregnum.release();
    assertThat(asked).isEmpty();

    assertThat(interregnum.isTooLong(1_499)).isFalse();
    assertThat(interregnum.isTooLong(1_500)).isTrue();
    interregnum.end();
    interregnum.release();
    assertThat(asked).containsExactly("first", "second");
    assertThat(interregnum.holds(1, () -> asked.add("too late"))).isFalse();
  }
}
