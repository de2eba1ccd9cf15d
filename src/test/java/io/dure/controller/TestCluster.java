package io.dure.controller;

import io.dure.base.Endpoint;
import io.dure.base.Incarnation;
import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.base.TopicId;
import io.dure.metadata.ClusterImage;
import io.dure.metadata.MetadataRecord;
import io.dure.metadata.PartitionImage;
import io.dure.metadata.TopicImage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * A controller, the log it appends to (everything is committed at once), and the brokers as it sees
 * them.
 */
final class TestCluster {
  static final UUID CLUSTER_ID = new UUID(7, 7);

  final List<MetadataRecord> log = new ArrayList<>();
  final List<ControllerEffect.SendFence> fences = new ArrayList<>();
  final List<ControllerEffect.RegistrationRefused> refusals = new ArrayList<>();
  final List<Integer> batchSizes = new ArrayList<>();
  final Map<Long, Answer> answers = new LinkedHashMap<>();
  final Map<NodeId, UUID> processes = new LinkedHashMap<>();
  ClusterImage image = ClusterImage.EMPTY;
  Controller controller;
  int controllerEpoch;
  long nowMs = 1_000;
  private Set<NodeId> voters;
  private final ControllerSettings settings;
  private long commands;
  private long ids;

  private TestCluster(Set<NodeId> voters, ControllerSettings settings) {
    this.voters = voters;
    this.settings = settings;
    takeOver(1);
  }

  /** Brokers 1 to {@code brokers}, all registered; the controller runs on broker 1. */
  static TestCluster of(int brokers) {
    return of(brokers, ControllerSettings.DEFAULTS);
  }

  static TestCluster of(int brokers, ControllerSettings settings) {
    TestCluster cluster = new TestCluster(Set.of(node(1)), settings);
    for (int i = 1; i <= brokers; i++) {
      cluster.register(i);
    }
    return cluster;
  }

  /** Nobody has registered yet. */
  static TestCluster ofFounders(Integer... nodes) {
    return new TestCluster(Set.copyOf(nodes(nodes)), ControllerSettings.DEFAULTS);
  }

  /** A new controller, on {@code node}, starts from what is committed. */
  void takeOver(int node) {
    controllerEpoch++;
    controller = new Controller(node(node), settings);
    fences.clear();
    step(new ControllerEvent.Activated(controllerEpoch, image, voters, CLUSTER_ID, nowMs));
  }

  /** A setting changes, and a new controller finds it in the log. */
  void configure(MetadataRecord record) {
    log.add(record);
    image = image.apply(List.of(record), log.size());
    takeOver(1);
  }

  void step(ControllerEvent event) {
    for (ControllerEffect effect : controller.step(event)) {
      switch (effect) {
        case ControllerEffect.Append append -> {
          if (append.baseOffset() != log.size()) {
            throw new AssertionError(
                "append at " + append.baseOffset() + ", log ends at " + log.size());
          }
          log.addAll(append.records());
          batchSizes.add(append.records().size());
          image = image.apply(append.records(), log.size());
        }
        case ControllerEffect.Reply reply -> answers.put(reply.id(), reply.answer());
        case ControllerEffect.SendFence fence -> fences.add(fence);
        case ControllerEffect.RegistrationRefused refused -> refusals.add(refused);
      }
    }
  }

  /** A new process of the node asks to take part. */
  void register(int node) {
    UUID process = new UUID(node, ++ids);
    registerAs(node, process);
    processes.put(node(node), process);
  }

  void registerAs(int node, UUID process) {
    step(
        new ControllerEvent.RegistrationAsked(
            node(node), process, new Endpoint("127.0.0.1", 9092 + node), Optional.empty()));
  }

  void heard(int... nodes) {
    for (int node : nodes) {
      step(new ControllerEvent.Heard(node(node), processes.get(node(node)), nowMs));
    }
  }

  void gone(int node) {
    step(new ControllerEvent.Gone(node(node)));
  }

  /** Time passes in steps of 50 ms while {@code heard} keep giving signs of life. */
  void pass(long ms, int... heard) {
    for (long until = nowMs + ms; nowMs < until; ) {
      nowMs += 50;
      heard(heard);
      step(new ControllerEvent.Tick(nowMs));
    }
  }

  Answer ask(Command command) {
    long id = ++commands;
    step(new ControllerEvent.Commanded(id, command));
    return Optional.ofNullable(answers.get(id)).orElseThrow(() -> new AssertionError("no answer"));
  }

  Answer.TopicCreation create(Command.NewTopic topic) {
    Answer.TopicsCreated created =
        (Answer.TopicsCreated) ask(new Command.CreateTopics(List.of(topic), false));
    return created.topics().getFirst();
  }

  Answer.TopicCreation create(String name, int partitions, int copies) {
    return create(
        new Command.NewTopic(freshId(), name, partitions, copies, List.of(), Map.of(), false));
  }

  TopicId freshId() {
    return new TopicId(new UUID(0x1234, ++ids));
  }

  TopicImage topic(String name) {
    return image.topic(name).orElseThrow(() -> new AssertionError("no topic " + name));
  }

  PartitionImage partition(String topic, int index) {
    return topic(topic).partitions().get(index);
  }

  Incarnation incarnation(int node) {
    return image.broker(node(node)).orElseThrow().incarnation();
  }

  /**
   * The epoch that the broker was last asked to fence for the partition; empty: it was not asked.
   */
  Optional<Integer> fenceSentTo(int node, PartitionId partition) {
    Optional<Integer> epoch = Optional.empty();
    for (ControllerEffect.SendFence fence : fences) {
      if (fence.to().equals(node(node))) {
        for (ControllerEffect.FenceOf of : fence.fences()) {
          if (of.partition().equals(partition)) {
            epoch = Optional.of(of.epoch());
          }
        }
      }
    }
    return epoch;
  }

  void answerFence(int node, PartitionId partition, int epoch, int joinedEpoch, long end) {
    answerFence(node, incarnation(node), partition, epoch, joinedEpoch, end);
  }

  void answerFence(
      int node,
      Incarnation incarnation,
      PartitionId partition,
      int epoch,
      int joinedEpoch,
      long end) {
    step(
        new ControllerEvent.FencesAnswered(
            node(node),
            controllerEpoch,
            incarnation,
            Long.MAX_VALUE,
            List.of(new ControllerEvent.FenceAnswer(partition, epoch, joinedEpoch, 0, end))));
  }

  void inStep(String topic, int index, Integer... nodes) {
    PartitionImage partition = partition(topic, index);
    step(
        new ControllerEvent.InStepReported(
            partition.leader().orElseThrow(),
            partition.id(),
            partition.epoch(),
            Set.copyOf(nodes(nodes))));
  }

  static NodeId node(int value) {
    return new NodeId(value);
  }

  static List<NodeId> nodes(Integer... values) {
    return List.of(values).stream().map(NodeId::new).toList();
  }
}
