package io.dure.controller;

import io.dure.base.Endpoint;
import io.dure.base.Incarnation;
import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.base.TopicId;
import io.dure.metadata.BrokerImage;
import io.dure.metadata.ClusterImage;
import io.dure.metadata.MetadataRecord;
import io.dure.metadata.PartitionImage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;

/**
 * One partition whose replicas crash, restart, miss messages and see the metadata late, under
 * controllers that come and go and lose what was not committed. Replication itself is reduced to
 * what elections rest on: joining an epoch, holding a prefix of its leader's log, and committing
 * what a quorum of the epoch holds.
 *
 * <p>Checked at every step: one leader per epoch; no appointment from too few answers or into a
 * life that is over; a leader holds everything committed.
 */
final class ElectionsUnderFaults {
  private static final TopicId TOPIC = new TopicId(new UUID(1, 1));
  private static final PartitionId PARTITION = new PartitionId(TOPIC, 0);

  private final Random random;
  private final int replicas;
  private final int commitQuorum;
  private final List<Replica> nodes = new ArrayList<>();

  /** The metadata log; what is at or past {@code committedEnd} may be lost with its controller. */
  private final List<List<MetadataRecord>> batches = new ArrayList<>();

  private final List<ClusterImage> images = new ArrayList<>(List.of(ClusterImage.EMPTY));
  private int committedBatches;
  private Controller controller;
  private int controllerNode;
  private int controllerEpoch;
  private long nowMs;

  private final List<ControllerEffect.SendFence> fences = new ArrayList<>();
  private final List<ControllerEvent.FencesAnswered> answers = new ArrayList<>();
  private final Map<Integer, Map<NodeId, Incarnation>> answered = new HashMap<>();
  private final Map<Integer, NodeId> leaderOfEpoch = new HashMap<>();
  private final List<Long> committed = new ArrayList<>();
  private long recordIds;
  int appointments;
  int plannedReturns;

  /** One replica; {@code epoch}, {@code joined} and {@code log} survive a crash. */
  private static final class Replica {
    final NodeId node;
    boolean up;

    /** The controller does not hear of it, though it runs. */
    boolean muted;

    UUID process = new UUID(0, 0);
    Incarnation incarnation = Incarnation.NONE;
    int seenBatches;
    int epoch = -1;
    int joined = -1;
    List<Long> log = new ArrayList<>();
    int leading = -1;
    int startEnd;
    final Set<Integer> ledInThisLife = new HashSet<>();
    final Map<NodeId, Integer> acked = new HashMap<>();

    Replica(int id) {
      node = new NodeId(id);
    }
  }

  ElectionsUnderFaults(long seed) {
    random = new Random(seed);
    replicas = random.nextInt(4) == 0 ? 5 : 3;
    commitQuorum = replicas / 2 + 1 + (random.nextInt(4) == 0 ? 1 : 0);
    for (int i = 1; i <= replicas; i++) {
      nodes.add(new Replica(i));
    }
    nodes.forEach(this::start);
    takeOver();
    for (Replica replica : nodes) {
      register(replica);
    }
    toController(
        new ControllerEvent.Commanded(
            1,
            new Command.CreateTopics(
                List.of(
                    new Command.NewTopic(
                        TOPIC,
                        "t",
                        1,
                        replicas,
                        List.of(),
                        Map.of("min.insync.replicas", Optional.of(Integer.toString(commitQuorum))),
                        false)),
                false)));
    committedBatches = batches.size();
  }

  void run(int steps) {
    for (int i = 0; i < steps; i++) {
      step();
    }
  }

  /**
   * No more faults: everything arrives, and time passes. Returns whether the preferred replica
   * leads and commits.
   */
  boolean heal() {
    nodes.stream().filter(replica -> !replica.up).forEach(this::start);
    nodes.forEach(replica -> replica.muted = false);
    takeOver();
    for (int i = 0; i < 2_000; i++) {
      tick();
      while (!fences.isEmpty()) {
        deliverFence(fences.removeFirst());
      }
      while (!answers.isEmpty()) {
        deliverAnswer(answers.removeFirst());
      }
      committedBatches = batches.size();
      for (Replica replica : nodes) {
        catchUp(replica, batches.size());
        register(replica);
      }
      replicateAll();
    }
    int before = committed.size();
    nodes.stream().filter(replica -> replica.leading >= 0).forEach(this::append);
    replicateAll();
    Optional<NodeId> leader = partition().flatMap(PartitionImage::leader);
    return committed.size() > before
        && leader.equals(partition().map(PartitionImage::preferredLeader));
  }

  private void replicateAll() {
    for (Replica leader : nodes) {
      for (Replica follower : nodes) {
        if (leader.leading >= 0) {
          replicate(leader, follower, Integer.MAX_VALUE);
          reportInStep(leader);
        }
      }
    }
  }

  private void step() {
    Replica one = nodes.get(random.nextInt(replicas));
    int dice = random.nextInt(1_000);
    if (dice < 12) {
      crash(one);
    } else if (dice < 40) {
      if (!one.up) {
        start(one);
      }
    } else if (dice < 44) {
      takeOver();
    } else if (dice < 260) {
      tick();
    } else if (dice < 470) {
      if (!fences.isEmpty()) {
        ControllerEffect.SendFence fence = fences.remove(random.nextInt(fences.size()));
        if (random.nextInt(10) == 0) {
          fences.add(fence);
        }
        if (random.nextInt(8) != 0) {
          deliverFence(fence);
        }
      }
    } else if (dice < 660) {
      if (!answers.isEmpty()) {
        ControllerEvent.FencesAnswered answer = answers.remove(random.nextInt(answers.size()));
        if (random.nextInt(10) == 0) {
          answers.add(answer);
        }
        if (random.nextInt(8) != 0) {
          deliverAnswer(answer);
        }
      }
    } else if (dice < 700) {
      committedBatches += random.nextInt(batches.size() - committedBatches + 1);
    } else if (dice < 800) {
      catchUp(one, one.seenBatches + random.nextInt(committedBatches - one.seenBatches + 1));
      register(one);
    } else if (dice < 830) {
      append(one);
    } else if (dice < 980) {
      replicate(one, nodes.get(random.nextInt(replicas)), random.nextInt(6));
    } else if (dice < 985) {
      one.muted = !one.muted;
    } else {
      reportInStep(one);
    }
  }

  private void crash(Replica replica) {
    replica.up = false;
    replica.leading = -1;
    replica.acked.clear();
    replica.ledInThisLife.clear();
    if (replica.node.value() == controllerNode) {
      takeOver();
    } else if (random.nextBoolean()) {
      toController(new ControllerEvent.Gone(replica.node));
    }
  }

  private void start(Replica replica) {
    replica.up = true;
    replica.process = new UUID(random.nextLong(), random.nextLong());
    replica.incarnation = Incarnation.NONE;
    replica.seenBatches = Math.min(replica.seenBatches, committedBatches);
  }

  private void register(Replica replica) {
    if (replica.up && replica.incarnation.equals(Incarnation.NONE)) {
      toController(
          new ControllerEvent.RegistrationAsked(
              replica.node, replica.process, new Endpoint("h", 1), Optional.empty()));
    }
  }

  /**
   * A controller on some node that is up starts from a log that holds all that is committed, and
   * perhaps more.
   */
  private void takeOver() {
    List<Replica> up = nodes.stream().filter(replica -> replica.up).toList();
    if (up.isEmpty()) {
      start(nodes.getFirst());
      up = List.of(nodes.getFirst());
    }
    controllerNode = up.get(random.nextInt(up.size())).node.value();
    committedBatches += random.nextInt(batches.size() - committedBatches + 1);
    batches.subList(committedBatches, batches.size()).clear();
    images.subList(committedBatches + 1, images.size()).clear();
    controllerEpoch++;
    answered.clear();
    controller = new Controller(new NodeId(controllerNode), ControllerSettings.DEFAULTS);
    toController(
        new ControllerEvent.Activated(
            controllerEpoch, images.getLast(), Set.of(), new UUID(1, 2), nowMs));
  }

  private void tick() {
    nowMs += 50;
    for (Replica replica : nodes) {
      if (replica.up && !replica.muted) {
        toController(new ControllerEvent.Heard(replica.node, replica.process, nowMs));
      }
    }
    toController(new ControllerEvent.Tick(nowMs));
  }

  private void toController(ControllerEvent event) {
    for (ControllerEffect effect : controller.step(event)) {
      switch (effect) {
        case ControllerEffect.Append append -> {
          check(append.baseOffset() == images.getLast().endOffset(), "append in the middle");
          for (MetadataRecord record : append.records()) {
            if (record instanceof MetadataRecord.LeaderAppointed appointed) {
              checkAppointment(appointed);
            }
          }
          batches.add(append.records());
          images.add(
              images
                  .getLast()
                  .apply(append.records(), append.baseOffset() + append.records().size()));
        }
        case ControllerEffect.SendFence fence -> fences.add(fence);
        case ControllerEffect.Reply _, ControllerEffect.RegistrationRefused _ -> {}
      }
    }
  }

  private void checkAppointment(MetadataRecord.LeaderAppointed appointed) {
    appointments++;
    ClusterImage image = images.getLast();
    Optional<BrokerImage> leader = image.broker(appointed.leader());
    check(leader.isPresent() && leader.get().live(), "appointed a dead leader");
    check(
        leader.orElseThrow().incarnation().equals(appointed.incarnation()),
        "appointed a life that is over");
    if (appointed.epoch() > 0) {
      long counting =
          answered.getOrDefault(appointed.epoch(), Map.of()).entrySet().stream()
              .filter(answer ->
                  image
                      .broker(answer.getKey())
                      .filter(broker -> broker.incarnation().equals(answer.getValue()))
                      .isPresent())
              .count();
      check(counting >= replicas - commitQuorum + 1, "appointed from " + counting + " answers");
    }
    if (partition()
        .filter(p ->
            p.leader().isPresent()
                && p.preferredLeader().equals(appointed.leader())
                && image.isLive(p.leader().get()))
        .isPresent()) {
      plannedReturns++;
    }
  }

  private Optional<PartitionImage> partition() {
    return images.getLast().partition(PARTITION);
  }

  private Replica replica(NodeId node) {
    return nodes.get(node.value() - 1);
  }

  private void deliverFence(ControllerEffect.SendFence fence) {
    Replica replica = replica(fence.to());
    if (!replica.up) {
      return;
    }
    for (ControllerEffect.FenceOf of : fence.fences()) {
      if (of.epoch() > replica.epoch) {
        replica.epoch = of.epoch();
        replica.leading = -1;
      }
    }
    answers.add(
        new ControllerEvent.FencesAnswered(
            replica.node,
            fence.controllerEpoch(),
            replica.incarnation,
            images.get(replica.seenBatches).endOffset(),
            List.of(
                new ControllerEvent.FenceAnswer(
                    PARTITION, replica.epoch, replica.joined, 0, replica.log.size()))));
  }

  private void deliverAnswer(ControllerEvent.FencesAnswered answer) {
    if (answer.controllerEpoch() == controllerEpoch) {
      answered
          .computeIfAbsent(answer.answers().getFirst().epoch(), _ -> new HashMap<>())
          .merge(answer.from(), answer.incarnation(), (a, b) -> a.value() > b.value() ? a : b);
    }
    toController(answer);
  }

  /** The replica learns of committed metadata, one batch after the other. */
  private void catchUp(Replica replica, int toBatches) {
    while (replica.up && replica.seenBatches < toBatches) {
      replica.seenBatches++;
      ClusterImage image = images.get(replica.seenBatches);
      image
          .broker(replica.node)
          .filter(broker -> broker.process().equals(replica.process))
          .ifPresent(broker -> replica.incarnation = broker.incarnation());
      image
          .partition(PARTITION)
          .filter(p -> p.leader().isPresent())
          .ifPresent(p -> appointed(replica, p));
    }
  }

  private void appointed(Replica replica, PartitionImage partition) {
    NodeId leader = partition.leader().orElseThrow();
    NodeId before = leaderOfEpoch.putIfAbsent(partition.epoch(), leader);
    check(before == null || before.equals(leader), "two leaders of epoch " + partition.epoch());
    boolean mine =
        leader.equals(replica.node)
            && partition.leaderIncarnation().equals(replica.incarnation)
            && partition.epoch() >= replica.epoch
            && replica.ledInThisLife.add(partition.epoch());
    if (partition.epoch() > replica.epoch) {
      replica.leading = -1;
      replica.epoch = partition.epoch();
    }
    if (mine) {
      check(
          replica.log.size() >= committed.size()
              && replica.log.subList(0, committed.size()).equals(committed),
          "leader of epoch " + partition.epoch() + " lacks committed records");
      replica.leading = partition.epoch();
      replica.startEnd = replica.log.size();
      replica.joined = partition.epoch();
      replica.acked.clear();
    }
  }

  private void append(Replica leader) {
    if (leader.up && leader.leading >= 0) {
      leader.log.add(((long) leader.leading << 32) | recordIds++);
      commit(leader);
    }
  }

  /**
   * The follower cuts what its leader never had, copies some more, and acknowledges it once it has
   * joined.
   */
  private void replicate(Replica leader, Replica follower, int records) {
    boolean possible =
        leader.up
            && leader.leading >= 0
            && follower.up
            && follower != leader
            && follower.epoch <= leader.leading;
    if (!possible) {
      return;
    }
    if (follower.epoch < leader.leading) {
      follower.epoch = leader.leading;
      follower.leading = -1;
    }
    int common = 0;
    while (common < Math.min(follower.log.size(), leader.log.size())
        && follower.log.get(common).equals(leader.log.get(common))) {
      common++;
    }
    int end = (int) Math.min(leader.log.size(), (long) common + records);
    follower.log = new ArrayList<>(leader.log.subList(0, end));
    if (end >= leader.startEnd) {
      follower.joined = leader.leading;
      leader.acked.put(follower.node, end);
    }
    commit(leader);
  }

  private void commit(Replica leader) {
    List<Integer> ends = new ArrayList<>(leader.acked.values());
    ends.add(leader.log.size());
    if (ends.size() < commitQuorum) {
      return;
    }
    ends.sort((a, b) -> Integer.compare(b, a));
    int end = ends.get(commitQuorum - 1);
    int shared = Math.min(end, committed.size());
    check(
        leader.log.subList(0, shared).equals(committed.subList(0, shared)),
        "committed records changed");
    if (end > committed.size()) {
      committed.addAll(leader.log.subList(committed.size(), end));
    }
  }

  private void reportInStep(Replica leader) {
    if (leader.up && leader.leading >= 0) {
      Set<NodeId> inStep = new HashSet<>(leader.acked.keySet());
      inStep.add(leader.node);
      toController(
          new ControllerEvent.InStepReported(leader.node, PARTITION, leader.leading, inStep));
    }
  }

  private static void check(boolean condition, String message) {
    if (!condition) {
      throw new AssertionError(message);
    }
  }
}
