package io.dure.broker;

import io.dure.base.Clock;
import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.base.TopicId;
import io.dure.group.GroupAnswer;
import io.dure.group.GroupCommand;
import io.dure.group.GroupSettings;
import io.dure.log.TxnMarker;
import io.dure.runtime.Partitions.LeadershipListener;
import io.dure.runtime.Partitions.LedPartition;
import io.dure.sim.SimClient;
import io.dure.sim.SimCluster;
import io.dure.sim.SimNode;
import io.dure.sim.SimRng;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Three simulated nodes with their group coordinators, and what befalls them. The nodes die,
 * freeze, lose power and lose each other.
 */
final class GroupCluster {
  static final int OFFSETS_PARTITIONS = 2;

  private final SimCluster cluster;
  private final SimClient client;
  private final TopicId offsets;
  private final Map<NodeId, GroupShards> shards = new HashMap<>();
  private final Map<NodeId, Map<Integer, LedPartition>> led = new HashMap<>();

  /** With a topic "t" of two partitions to commit offsets of. */
  GroupCluster(long seed) {
    cluster = new SimCluster(seed, 3, 1);
    cluster.voters().forEach(this::start);
    client = new SimClient(cluster);
    client.awaitServing();
    offsets = client.createTopic(InternalTopics.OFFSETS, OFFSETS_PARTITIONS, 3);
    client.createTopic("t", 2, 3);
  }

  private void start(NodeId id) {
    SimNode sim = cluster.start(id);
    Clock clock = clock();
    var hosted =
        new GroupShards(
            new NodeCluster(id, sim.node(), clock, false), GroupSettings.DEFAULTS, clock);
    shards.put(id, hosted);
    led.put(id, new HashMap<>());
    sim.node().partitions().listen(InternalTopics.OFFSETS, new Listening(hosted, led.get(id)));
  }

  private Clock clock() {
    return new Clock() {
      @Override
      public long nowMs() {
        return cluster.scheduler().nowMs();
      }

      @Override
      public long wallMs() {
        return 1_700_000_000_000L + cluster.scheduler().nowMs();
      }
    };
  }

  /** Passes on, and remembers the logs, to read them at the end. */
  private record Listening(GroupShards to, Map<Integer, LedPartition> led)
      implements LeadershipListener {
    @Override
    public void opened(PartitionId partition, int epoch, LedPartition log) {
      led.put(partition.index(), log);
      to.opened(partition, epoch, log);
    }

    @Override
    public void resigned(PartitionId partition, int epoch) {
      led.remove(partition.index());
      to.resigned(partition, epoch);
    }

    @Override
    public void tick(PartitionId partition, long nowMs) {
      to.tick(partition, nowMs);
    }

    @Override
    public void markerCommitted(PartitionId partition, TxnMarker marker, long offset) {
      to.markerCommitted(partition, marker, offset);
    }
  }

  SimRng rng() {
    return cluster.rng();
  }

  long nowMs() {
    return cluster.scheduler().nowMs();
  }

  void runForMs(long ms) {
    cluster.runForMs(ms);
  }

  PartitionId offsets(int index) {
    return new PartitionId(offsets, index);
  }

  // ---- trouble

  void mischief() {
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
          start(node);
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

  /** All live, hear each other, and the coordinators have leaders. */
  void heal() {
    cluster.voters().stream().map(cluster::sim).forEach(SimNode::thaw);
    for (NodeId id : cluster.voters()) {
      if (cluster.sim(id).isDead()) {
        start(id);
      }
    }
    cluster.mendAll();
    cluster.runForMs(3_000);
    client.awaitServing();
    for (int index = 0; index < OFFSETS_PARTITIONS; index++) {
      client.awaitLeader(offsets(index));
    }
  }

  /** The coordinators move: whoever led them all dies and comes back. */
  void failOver() {
    for (int index = 0; index < OFFSETS_PARTITIONS; index++) {
      client
          .leader(offsets(index))
          .filter(id -> !cluster.sim(id).isDead())
          .ifPresent(cluster::kill);
    }
    cluster.runForMs(500);
    heal();
  }

  // ---- coordinators

  /** The nodes that take themselves for the coordinator of this group. */
  List<SimNode> coordinators(String group) {
    return cluster.alive().stream()
        .filter(sim -> {
          GroupShards hosted = shards.get(sim.id());
          return hosted
              .coordinatorOf(group)
              .filter(p -> hosted.here().contains(p.index()))
              .isPresent();
        })
        .toList();
  }

  /** The nodes that lead one partition of the offsets, as they believe. */
  List<SimNode> leaders(int index) {
    return cluster.alive().stream()
        .filter(sim -> shards.get(sim.id()).here().contains(index))
        .toList();
  }

  GroupShards at(SimNode sim) {
    return shards.get(sim.id());
  }

  int indexOf(String group) {
    return cluster.alive().stream()
        .flatMap(sim -> at(sim).coordinatorOf(group).stream())
        .findFirst()
        .orElseThrow()
        .index();
  }

  /** The log of a partition led somewhere, to be read when all is quiet. */
  LedPartition log(int index) {
    return client
        .leader(offsets(index))
        .flatMap(id -> Optional.ofNullable(led.get(id).get(index)))
        .orElseThrow();
  }

  /** Asks whoever coordinates the group, until there is an answer. */
  <A extends GroupAnswer> A ask(String group, GroupCommand<A> command) {
    List<A> answers = new ArrayList<>();
    for (int attempt = 0; attempt < 100 && answers.isEmpty(); attempt++) {
      for (SimNode sim : coordinators(group)) {
        if (answers.isEmpty()) {
          List<Asked<A>> outcome = new ArrayList<>();
          at(sim).ask(group, command, sim.loop(), outcome::add);
          for (int i = 0; i < 100 && outcome.isEmpty(); i++) {
            cluster.runForMs(20);
          }
          if (outcome.size() != 1) {
            throw new AssertionError("an answer, if only a refusal: " + outcome);
          }
          if (outcome.getFirst() instanceof Asked.Answered<A>(A answer)) {
            answers.add(answer);
          }
        }
      }
      cluster.runForMs(50);
    }
    if (answers.isEmpty()) {
      throw new AssertionError("no answer in the end");
    }
    return answers.getFirst();
  }
}
