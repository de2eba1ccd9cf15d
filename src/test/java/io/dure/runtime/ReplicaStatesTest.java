package io.dure.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.base.TopicId;
import io.dure.quorum.QuorumState;
import io.dure.replication.ReplicaState;
import io.dure.sim.SimDisk;
import io.dure.sim.SimRng;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;

/** What a replica was told is durable stays, whatever happens to the machine. */
class ReplicaStatesTest {
  private static final Executor HERE = Runnable::run;

  /** Runs a flush when the test says so. */
  private static final class ManualFlushes implements FlushQueue {
    private final ArrayDeque<Runnable> works = new ArrayDeque<>();

    @Override
    public void submit(Runnable work, Executor owner, Runnable done) {
      works.add(() -> {
        work.run();
        owner.execute(done);
      });
    }

    void runAll() {
      while (!works.isEmpty()) {
        works.remove().run();
      }
    }
  }

  private final ManualFlushes flushes = new ManualFlushes();

  @Test
  void whatIsNotThereIsAtItsBeginning() {
    ReplicaStates states = ReplicaStates.open(new SimDisk(new SimRng(1)), flushes);

    assertThat(states.of(partition(1))).isEqualTo(ReplicaState.INITIAL);
    assertThat(states.quorum()).isEqualTo(QuorumState.INITIAL);
  }

  @Test
  void statesAndVoteAreThereAfterARestart() {
    SimDisk disk = new SimDisk(new SimRng(2));
    ReplicaStates states = ReplicaStates.open(disk, flushes);
    states.persist(partition(1), new ReplicaState(3, 2), HERE, () -> {});
    states.persist(new QuorumState(7, 6, Optional.of(new NodeId(2))), HERE, () -> {});
    flushes.runAll();

    disk.crash();
    ReplicaStates again = ReplicaStates.open(disk, flushes);

    assertThat(again.of(partition(1))).isEqualTo(new ReplicaState(3, 2));
    assertThat(again.quorum()).isEqualTo(new QuorumState(7, 6, Optional.of(new NodeId(2))));
  }

  @Test
  void oneFlushServesAllThatGatheredMeanwhile() {
    SimDisk disk = new SimDisk(new SimRng(3));
    ReplicaStates states = ReplicaStates.open(disk, flushes);
    var done = new int[1];
    for (int i = 0; i < 1_000; i++) {
      states.persist(partition(i), new ReplicaState(1, 0), HERE, () -> done[0]++);
    }
    assertThat(done[0]).isZero();
    long before = disk.flushes();

    flushes.runAll();

    assertThat(done[0]).isEqualTo(1_000);
    assertThat(disk.flushes() - before).isLessThanOrEqualTo(2);
  }

  @Test
  void aForgottenPartitionBeginsAnew() {
    SimDisk disk = new SimDisk(new SimRng(4));
    ReplicaStates states = ReplicaStates.open(disk, flushes);
    states.persist(partition(1), new ReplicaState(3, 2), HERE, () -> {});
    states.forget(partition(1), Runnable::run, () -> {});
    flushes.runAll();

    assertThat(states.of(partition(1))).isEqualTo(ReplicaState.INITIAL);
    disk.crashProcess();
    assertThat(ReplicaStates.open(disk, flushes).of(partition(1))).isEqualTo(ReplicaState.INITIAL);
  }

  @Test
  void aPowerCutLosesNothingThatWasReportedDurable() {
    for (int seed = 0; seed < 300; seed++) {
      SimRng rng = new SimRng(seed);
      SimDisk disk = new SimDisk(rng.split());
      Map<PartitionId, ReplicaState> durable = new HashMap<>();
      Map<PartitionId, ReplicaState> asked = new HashMap<>();
      for (int life = 0; life < 4; life++) {
        flushes.works.clear();
        ReplicaStates states = ReplicaStates.open(disk, flushes);
        for (Map.Entry<PartitionId, ReplicaState> each : durable.entrySet()) {
          ReplicaState found = states.of(each.getKey());
          ReplicaState newest = asked.getOrDefault(each.getKey(), each.getValue());
          assertThat(found.epoch())
              .as("seed %d", seed)
              .isBetween(each.getValue().epoch(), newest.epoch());
        }
        for (int step = rng.below(60); step > 0; step--) {
          PartitionId partition = partition(rng.below(8));
          ReplicaState before = asked.getOrDefault(partition, states.of(partition));
          ReplicaState next = new ReplicaState(before.epoch() + 1, before.epoch());
          asked.put(partition, next);
          states.persist(partition, next, HERE, () -> durable.put(partition, next));
          if (rng.below(3) == 0) {
            flushes.runAll();
          }
        }
        disk.crash();
      }
    }
  }

  @Test
  void theFileDoesNotGrowForEver() {
    SimDisk disk = new SimDisk(new SimRng(5));
    ReplicaStates states = ReplicaStates.open(disk, flushes);
    for (int i = 0; i < 50_000; i++) {
      states.persist(partition(i % 10), new ReplicaState(i, i), HERE, () -> {});
      flushes.runAll();
    }

    assertThat(disk.contents("replica-states").length).isLessThan(400_000);
    assertThat(states.of(partition(9))).isEqualTo(new ReplicaState(49_999, 49_999));
  }

  private static PartitionId partition(int index) {
    return new PartitionId(new TopicId(new UUID(1, 2)), index);
  }
}
