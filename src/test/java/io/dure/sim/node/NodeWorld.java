package io.dure.sim.node;

import io.dure.base.DiskException;
import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.base.TopicId;
import io.dure.controller.Command;
import io.dure.log.EpochHistory;
import io.dure.metadata.BrokerKeys;
import io.dure.metadata.ClusterImage;
import io.dure.metadata.ConfigResource;
import io.dure.metadata.PartitionImage;
import io.dure.metadata.TopicImage;
import io.dure.runtime.NodeProbe;
import io.dure.runtime.Partitions.AppendOutcome;
import io.dure.runtime.Partitions.DeleteOutcome;
import io.dure.runtime.Partitions.Isolation;
import io.dure.runtime.Partitions.ReadOutcome;
import io.dure.runtime.Partitions.ReadRequest;
import io.dure.sim.Invariant;
import io.dure.sim.SimDisk;
import io.dure.sim.SimNode;
import io.dure.sim.SimRng;
import io.dure.sim.SimScheduler;
import io.dure.sim.Trace;
import io.dure.sim.Violation;
import io.dure.sim.node.NodeInvariants.AcknowledgedIsCommitted;
import io.dure.wire.WireError;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * One run: nodes, disks, streams, producers and readers of several topics, and trouble; then all is
 * healed, and progress and equality are demanded. Every turn of every loop is followed by a look at
 * all replicas of its node.
 */
final class NodeWorld {
  private static final long TROUBLE_MS = 6_000;

  /** How one replica stood after the last turn. */
  private static final class Seen {
    private final Object host;
    private long highWatermark;
    private int ledEpoch = -1;
    private boolean open;
    private long generation;
    private long cleanedEnd;
    private List<NodeId> voters = List.of();
    private Optional<EpochHistory> history = Optional.empty();

    Seen(Object host) {
      this.host = host;
    }
  }

  private final SimScheduler scheduler = new SimScheduler();
  private final SimRng rng;
  private final SimRng chance;
  private final Trace trace;
  private final NodeFaults faults;
  private final Weighing weighing;
  private final List<NodeId> nodes;

  /** Who votes at first; the others become voters by themselves. */
  private final List<NodeId> founders;

  private final Map<NodeId, SimDisk> disks = new TreeMap<>();
  private final Map<NodeId, SimNode> sims = new TreeMap<>();
  private final Map<NodeId, Life> lives = new HashMap<>();
  private final Map<NodeId, Map<PartitionId, Seen>> seen = new HashMap<>();
  private final Streams streams;
  private final NodeTrouble trouble;
  private final FullDisks fullDisks;
  private final CommittedLogs committed = new CommittedLogs();
  private final Durability durability = new Durability(disks);
  private final List<Invariant<NodeFact>> invariants;
  private final Map<TopicId, String> topics = new LinkedHashMap<>();
  private final Set<TopicId> compacted = new HashSet<>();
  private final Map<TopicId, String> names = new HashMap<>();
  private final Map<PartitionId, Producer> producers = new LinkedHashMap<>();
  private final List<NodeFact.Read> reads = new ArrayList<>();
  private final Counts counts = new Counts();
  private long nextProducer = 1;
  private int nextName;
  private boolean healed;
  private final int loops;

  /** The newest epoch of the metadata in which it is known who votes. */
  private int settledEpoch = -1;

  /** What happened how often. */
  static final class Counts {
    long committed;
    long acknowledged;
    long elections;
    long truncations;
    long kills;
    long powerCuts;
    long failedFlushes;
    long failedReplicas;
    long freezes;
    long cuts;
    long breaks;
    long topics;
    long reads;
    long deletions;
    long reassignments;
    long restated;
    long compactions;
    long voterChanges;
  }

  NodeWorld(long seed, Trace.Sink sink) {
    this.rng = new SimRng(seed);
    this.chance = new SimRng(seed ^ 0xBA1A4CEL);
    this.weighing = new Weighing(seed);
    this.trace = new Trace(scheduler, sink);
    this.faults = NodeFaults.pick(rng);
    this.loops = 1 + rng.below(2);
    var ids = new ArrayList<NodeId>();
    for (int i = 1; i <= (rng.below(6) == 0 ? 5 : 3); i++) {
      ids.add(new NodeId(i));
    }
    this.nodes = List.copyOf(ids);
    this.founders = nodes.subList(0, rng.below(3) == 0 ? 1 + rng.below(2) : nodes.size());
    nodes.forEach(node -> disks.put(node, new SimDisk(rng.split())));
    this.streams = new Streams(scheduler, rng.split(), this::isUp, this::receive, this::connected);
    this.trouble = new NodeTrouble(this, scheduler, rng.split(), faults);
    this.fullDisks = new FullDisks(disks, scheduler, new SimRng(seed ^ 0xF0115L), this::say);
    this.invariants = NodeInvariants.all(committed, durability);
    durability.known(PartitionId.METADATA, "__cluster_metadata-0", founders.size() / 2 + 1, false);
  }

  Counts counts() {
    return counts;
  }

  SimScheduler scheduler() {
    return scheduler;
  }

  long messages() {
    return streams.messages();
  }

  NodeFaults faults() {
    return faults;
  }

  void run() {
    say("%d nodes with %d loops each, %s".formatted(nodes.size(), loops, faults));
    nodes.forEach(this::bringUp);
    until("a controller", 5_000, () -> controller().isPresent());
    createTopic(2);
    createTopic(1);
    scheduler.afterMs(1, this::drive);
    trouble.begin();
    fullDisks.begin();
    scheduler.runForMs(TROUBLE_MS);
    heal();
    new Healed(this, committed).check();
  }

  // ---- what the checks after healing need ----

  List<NodeId> nodes() {
    return nodes;
  }

  SimNode sim(NodeId node) {
    return sims.get(node);
  }

  List<Producer> producers() {
    return List.copyOf(producers.values());
  }

  Optional<Producer> producer(PartitionId partition) {
    return Optional.ofNullable(producers.get(partition));
  }

  ClusterImage image() {
    return sims.get(nodes.getFirst()).node().image();
  }

  List<NodeFact.Acknowledged> acknowledgedButNeverCommitted() {
    return invariants.stream()
        .filter(AcknowledgedIsCommitted.class::isInstance)
        .flatMap(each -> ((AcknowledgedIsCommitted) each).open().stream())
        .toList();
  }

  /** Whether the controller has nothing to move for the sake of disks and traffic either. */
  boolean isSettledByWeight() {
    return weighing.isSettled(controller());
  }

  void until(String what, long ms, BooleanSupplier condition) {
    until(() -> what, ms, condition);
  }

  void until(Supplier<String> what, long ms, BooleanSupplier condition) {
    long untilUs = scheduler.nowUs() + ms * 1000;
    while (!condition.getAsBoolean()) {
      if (scheduler.nowUs() > untilUs) {
        throw new Violation("no progress: not within " + ms + " ms: " + what.get());
      }
      scheduler.runForMs(5);
    }
  }

  void say(String what) {
    trace.say("world", () -> what);
  }

  private void say(NodeId node, String what) {
    trace.say("n" + node.value(), () -> what);
  }

  long nowMs() {
    return scheduler.nowMs();
  }

  private void heal() {
    trouble.end();
    fullDisks.end();
    healed = true;
    streams.mendAll();
    producers.values().forEach(Producer::drain);
    for (NodeId node : nodes) {
      disks.get(node).failFlushAfter(-1);
      if (isUp(node) && NodeProbe.hasFailed(sims.get(node).node())) {
        counts.failedReplicas++;
        bringDown(node, false); // as people do
      }
      if (isUp(node)) {
        sims.get(node).thaw();
      } else {
        bringUp(node);
      }
    }
    say("all is healed");
  }

  // ---- nodes ----

  boolean isUp(NodeId node) {
    SimNode sim = sims.get(node);
    return sim != null && !sim.isDead();
  }

  void bringUp(NodeId node) {
    if (isUp(node)) {
      return;
    }
    Life life = new Life(node, lives.containsKey(node) ? lives.get(node).number() + 1 : 1);
    lives.put(node, life);
    say(node, "starts life " + life.number());
    SimNode sim;
    try {
      sim =
          new SimNode(
              node,
              founders,
              loops,
              scheduler,
              rng.split(),
              disks.get(node),
              streams::send,
              settings ->
                  weighing
                      .tuned(settings)
                      .withSnapshotRecords(30)
                      .withRestMs(2_000)
                      .withStarted("log.segment.bytes", "4000")
                      .withDiskReserveBytes(FullDisks.RESERVE_BYTES)
                      .withRetentionCheckMs(100)
                      .withCompactionCheckMs(50),
              weighing.tuned(faults.pace()));
    } catch (DiskException e) {
      say(node, "cannot start: " + e.getMessage());
      diedOfItself(node);
      return;
    }
    sims.put(node, sim);
    seen.put(node, new HashMap<>());
    sim.longestFlushUs(faults.longestFlushMs() * 1000L);
    sim.observed(() -> look(life, sim));
    sim.onFatal(() -> {
      say(node, "stops: " + sim.fatal().orElse(""));
      streams.ended(node);
      diedOfItself(node);
    });
    sim.start();
    streams.started(node, nodes.stream().filter(each -> !each.equals(node)).toList());
  }

  private void diedOfItself(NodeId node) {
    counts.failedFlushes++;
    disks.get(node).crashProcess();
    tellGone(node);
    scheduler.afterMs(rng.between(1, faults.longestDownMs()), () -> bringUp(node));
  }

  void bringDown(NodeId node, boolean power) {
    say(node, power ? "loses power" : "is killed");
    sims.get(node).die();
    streams.ended(node);
    if (power) {
      counts.powerCuts++;
      disks.get(node).crash();
    } else {
      counts.kills++;
      disks.get(node).crashProcess();
    }
    tellGone(node);
  }

  /** Those that dial it while it is down are refused; a quick restart goes unnoticed. */
  private void tellGone(NodeId node) {
    Life life = lives.get(node);
    for (NodeId other : nodes) {
      scheduler.afterMs(
          rng.between(1, 40),
          () -> {
            if (isUp(other) && !isUp(node) && lives.get(node).equals(life)) {
              sims.get(other).node().peerGone(node);
            }
          });
    }
  }

  void freeze(NodeId node) {
    say(node, "freezes");
    counts.freezes++;
    sims.get(node).freeze();
  }

  void thaw(NodeId node, SimNode frozen) {
    if (!frozen.isDead() && frozen.isFrozen()) {
      say(node, "goes on");
      frozen.thaw();
    }
  }

  void failFlush(NodeId node, int after) {
    disks.get(node).failFlushAfter(after);
  }

  // ---- streams ----

  private void receive(NodeId from, NodeId to, byte[] frame) {
    sims.get(to).receive(from, frame);
  }

  private void connected(NodeId from, NodeId to) {
    sims.get(from).node().peerConnected(to);
  }

  void breakStream(NodeId from, NodeId to) {
    if (streams.breakOff(from, to)) {
      counts.breaks++;
      say(from, "its stream to n" + to.value() + " breaks");
    }
  }

  void pause(NodeId from, NodeId to, long ms) {
    streams.pause(from, to, ms);
  }

  void cut(NodeId from, NodeId to) {
    counts.cuts++;
    say(from, "is cut off from n" + to.value() + ", one way");
    streams.cut(from, to);
  }

  void mend(NodeId from, NodeId to) {
    say(from, "reaches n" + to.value() + " again");
    streams.mend(from, to);
  }

  // ---- topics and clients ----

  private Optional<SimNode> controller() {
    return sims.values().stream()
        .filter(sim -> !sim.isDead() && !sim.isFrozen())
        .filter(sim -> sim.node().metadata().controllerHere())
        .findFirst();
  }

  /** Makes a topic or has one deleted; a deleted one's name is used again. */
  void churn() {
    List<TopicId> extra = topics.keySet().stream().skip(2).toList();
    if (extra.size() < 3 && rng.below(2) == 0) {
      createTopic(1 + rng.below(2));
    } else if (!extra.isEmpty()) {
      deleteTopic(rng.pick(extra));
    }
  }

  private void createTopic(int partitions) {
    TopicId id = new TopicId(new UUID(rng.nextLong(), rng.nextLong()));
    String name = "t" + nextName++ % 4;
    int wanted = Math.min(nodes.size(), rng.below(4) == 0 ? 2 + rng.below(4) : 3);
    int copies = chance.below(3) == 0 ? -1 : wanted;
    controller()
        .ifPresent(sim -> {
          say(sim.id(), "is asked for topic %s %s, %d copies".formatted(name, id, copies));
          counts.topics++;
          topics.put(id, name);
          names.put(id, name);
          var topic =
              new Command.NewTopic(id, name, partitions, copies, List.of(), configs(id), false);
          sim.node()
              .command(new Command.CreateTopics(List.of(topic), false), Runnable::run, _ -> {});
        });
  }

  /** Some topics keep little, so that their logs start later and later. */
  private Map<String, Optional<String>> configs(TopicId id) {
    if (rng.below(3) == 0) {
      compacted.add(id);
      return Map.of(
          "cleanup.policy", Optional.of(rng.below(2) == 0 ? "compact" : "compact,delete"),
          "min.cleanable.dirty.ratio", Optional.of("0.2"));
    }
    return rng.below(3) == 0
        ? Map.of("retention.bytes", Optional.of(Integer.toString(8_000 + rng.below(8_000))))
        : Map.of();
  }

  /** Somebody wants other replicas of a partition, or does not want them any more. */
  void reassign() {
    List<PartitionId> known =
        producers.keySet().stream().filter(each -> topics.containsKey(each.topic())).toList();
    Optional<SimNode> controller = controller();
    if (known.isEmpty() || controller.isEmpty()) {
      return;
    }
    PartitionId partition = rng.pick(known);
    Optional<List<NodeId>> wanted = rng.below(5) == 0 ? Optional.empty() : Optional.of(someNodes());
    say(
        controller.get().id(),
        "is asked for %s on %s"
            .formatted(nameOf(partition), wanted.map(List::toString).orElse("none other")));
    counts.reassignments++;
    var wish = new Command.Reassignment(topics.get(partition.topic()), partition.index(), wanted);
    controller
        .get()
        .node()
        .command(new Command.AlterReassignments(List.of(wish), true), Runnable::run, _ -> {});
  }

  private List<NodeId> someNodes() {
    List<NodeId> left = new ArrayList<>(nodes);
    List<NodeId> some = new ArrayList<>();
    int count = 1 + rng.below(nodes.size());
    while (some.size() < count) {
      some.add(left.remove(rng.below(left.size())));
    }
    return some;
  }

  /** Somebody wants a node to lead nothing, or to become empty; or all to be alike again. */
  void restate() {
    String node = Integer.toString(chance.pick(nodes).value());
    counts.restated++;
    // No more than one at a time: the others have to have room.
    switch (chance.below(3)) {
      case 0 -> state("", "");
      case 1 -> state(node, "");
      default -> state("", node);
    }
  }

  /** Asks whoever is the controller now, if anybody is. */
  void state(String drained, String decommissioned) {
    state(drained, decommissioned, () -> {});
  }

  /** As above; {@code done} runs when it is committed, and with it all that was asked before. */
  void state(String drained, String decommissioned, Runnable done) {
    controller()
        .ifPresent(sim -> {
          say(
              sim.id(),
              "is asked to have (%s) drained and (%s) emptied".formatted(drained, decommissioned));
          var set = Command.Change.SET;
          var changes =
              List.of(
                  new Command.ConfigChange(BrokerKeys.DRAINED, set, drained),
                  new Command.ConfigChange(BrokerKeys.DECOMMISSIONED, set, decommissioned));
          var target = new Command.ConfigTarget.Of(ConfigResource.ALL_BROKERS);
          var alteration = new Command.Alteration(target, false, changes);
          sim.node()
              .command(
                  new Command.AlterConfigs(List.of(alteration), false),
                  Runnable::run,
                  answer -> answer.ifPresent(_ -> done.run()));
        });
  }

  private void deleteTopic(TopicId id) {
    controller()
        .ifPresent(sim -> {
          say(sim.id(), "is asked to delete topic %s %s".formatted(topics.get(id), id));
          topics.remove(id);
          for (int i = 0; i < 2; i++) {
            PartitionId partition = new PartitionId(id, i);
            durability.doomed(partition);
            producer(partition).ifPresent(Producer::stop);
          }
          var command = new Command.DeleteTopics(List.of(new Command.TopicRef.ById(id)));
          sim.node().command(command, Runnable::run, _ -> {});
        });
  }

  /** Producers and readers take a step every few milliseconds. */
  private void drive() {
    SimNode any = sims.get(rng.pick(nodes));
    if (any != null && !any.isDead()) {
      for (TopicImage topic : any.node().image().topics()) {
        if (topics.containsKey(topic.id())) {
          topic.partitions().forEach(this::meet);
        }
      }
    }
    producers
        .values()
        .forEach(producer -> {
          if (rng.below(3) == 0) {
            producer.step();
          }
        });
    if (rng.below(40) == 0 && !producers.isEmpty()) {
      deleteRecords(rng.pick(List.copyOf(producers.keySet())));
    }
    if (rng.below(4) == 0 && !producers.isEmpty()) {
      read(rng.pick(List.copyOf(producers.keySet())));
    }
    scheduler.afterUs(rng.between(1_000, 12_000), this::drive);
  }

  private void meet(PartitionImage partition) {
    if (!producers.containsKey(partition.id())) {
      int copies = partition.replicas().size();
      String folder = topics.get(partition.id().topic()) + "-" + partition.id().index();
      boolean isCompacted = compacted.contains(partition.id().topic());
      durability.known(partition.id(), folder, copies / 2 + 1, isCompacted);
      if (isCompacted) {
        committed.of(partition.id()).compacted();
      }
      var producer = new Producer(this, partition.id(), nextProducer++, rng.split());
      producers.put(partition.id(), producer);
      if (healed) {
        producer.drain();
      }
    }
  }

  /** Whom some node, which may be wrong, takes for the leader. */
  Optional<NodeId> believedLeader(PartitionId partition) {
    SimNode asked = sims.get(rng.pick(nodes));
    return asked == null || asked.isDead() || asked.isFrozen()
        ? Optional.empty()
        : asked.node().leaderForClients(partition).map(each -> each.leader()).filter(this::isUp);
  }

  void append(
      NodeId to, PartitionId partition, ByteBuffer batch, BiConsumer<Life, AppendOutcome> done) {
    if (isUp(to)) {
      Life life = lives.get(to);
      sims.get(to)
          .node()
          .partitions()
          .append(
              partition,
              batch,
              -1,
              nowMs() + 1_000,
              Runnable::run,
              outcome -> done.accept(life, outcome));
    }
  }

  void acknowledged(Life life, PartitionId partition, long base, int contentCrc) {
    counts.acknowledged++;
    trace(life, partition, () -> "acknowledges the batch at " + base);
    tell(new NodeFact.Acknowledged(life, partition, base, contentCrc));
  }

  void refused(Life life, PartitionId partition, WireError error) {
    trace.say("n" + life.node().value(), () -> nameOf(partition) + ": refuses a batch, " + error);
  }

  /** Somebody deletes records up to an offset that need not lie between batches. */
  private void deleteRecords(PartitionId partition) {
    Optional<NodeId> to = believedLeader(partition);
    // Also what a producer has no answer to yet, and repeats.
    long most = committed.of(partition).end();
    if (to.isEmpty() || most <= 0) {
      return;
    }
    Life life = lives.get(to.get());
    long offset = rng.below(2) == 0 ? most : rng.between(0, most);
    sims.get(to.get())
        .node()
        .partitions()
        .deleteRecords(
            partition,
            offset,
            nowMs() + 500,
            Runnable::run,
            outcome -> {
              if (outcome instanceof DeleteOutcome.Deleted deleted) {
                counts.deletions++;
                trace(life, partition, () -> "has deleted up to " + deleted.lowWatermark());
                tell(new NodeFact.Deleted(life, partition, deleted.lowWatermark()));
              }
            });
  }

  private void read(PartitionId partition) {
    NodeId from = rng.pick(nodes);
    if (!isUp(from)) {
      return;
    }
    Life life = lives.get(from);
    long end = committed.of(partition).end();
    long offset = committed.of(partition).floor(rng.between(0, Math.max(0, end)));
    sims.get(from)
        .node()
        .partitions()
        .read(
            partition,
            new ReadRequest(offset, 2_000, -1, -1, Isolation.READ_UNCOMMITTED),
            Runnable::run,
            outcome -> {
              if (outcome instanceof ReadOutcome.Found found && found.slice().sizeBytes() > 0) {
                counts.reads++;
                ByteBuffer bytes = ByteBuffer.allocate(found.slice().sizeBytes());
                found.slice().file().read(found.slice().position(), bytes);
                reads.add(new NodeFact.Read(life, partition, Batch.in(bytes.flip())));
              }
            });
  }

  // ---- looking ----

  private void tell(NodeFact fact) {
    for (Invariant<NodeFact> invariant : invariants) {
      Optional<String> broken = invariant.brokenBy(fact);
      if (broken.isPresent()) {
        String what =
            "%s: %s of %s: %s"
                .formatted(
                    invariant.name(),
                    fact.getClass().getSimpleName().toLowerCase(Locale.ROOT),
                    nameOf(fact.partition()),
                    broken.get());
        say("VIOLATION " + what);
        throw new Violation(what);
      }
    }
  }

  private String nameOf(PartitionId partition) {
    if (partition.equals(PartitionId.METADATA)) {
      return "the metadata";
    }
    // Names are used again, so a part of the id goes with them.
    return "%s-%d(%s)"
        .formatted(
            names.getOrDefault(partition.topic(), "?"),
            partition.index(),
            partition.topic().value().toString().substring(0, 4));
  }

  private void look(Life life, SimNode sim) {
    if (sim.isDead()) {
      return;
    }
    Map<PartitionId, Seen> before = seen.get(sim.id());
    lookAtVoters(life, before, sim);
    Set<PartitionId> here = new HashSet<>();
    NodeProbe.each(
        sim.node(),
        replica -> {
          here.add(replica.partition());
          look(life, before, replica);
        });
    // Committed, given out and dropped with its topic in one turn: nobody saw what it was.
    reads.removeIf(read ->
        read.life().equals(life)
            && !here.contains(read.partition())
            && reachesPast(read, committed.of(read.partition())));
    List<NodeFact.Read> given = List.copyOf(reads);
    reads.clear();
    given.forEach(read -> {
      if (isKnown(read)) {
        tell(read);
      } else {
        reads.add(read);
      }
    });
  }

  /**
   * A node may commit, give out, and lose its copy to others within one turn: then only they will
   * show what was committed, and the read is judged by it later.
   */
  private boolean isKnown(NodeFact.Read read) {
    return read.batches().isEmpty()
        || read.batches().getLast().end() <= committed.of(read.partition()).end();
  }

  /** Reads that gave out what nobody is known to have committed. */
  List<NodeFact.Read> readsNotKnown() {
    return List.copyOf(reads);
  }

  private static boolean reachesPast(NodeFact.Read read, CommittedLogs.Log known) {
    return read.batches().stream().anyMatch(batch -> batch.end() > known.end());
  }

  /** The voters of the metadata change within an epoch; fewer commit at once, more once settled. */
  private void lookAtVoters(Life life, Map<PartitionId, Seen> before, SimNode sim) {
    NodeProbe.Voters now = NodeProbe.voters(sim.node());
    Seen last = before.get(PartitionId.METADATA);
    if (last == null || now.ledEpoch() < 0) {
      return;
    }
    int quorum = now.nodes().size() / 2 + 1;
    // Who was deposed and does not know it yet says nothing about who commits.
    boolean current = now.ledEpoch() >= settledEpoch;
    if (!now.nodes().equals(last.voters)) {
      last.voters = now.nodes();
      counts.voterChanges++;
      trace(life, PartitionId.METADATA, () -> "is voted for by " + now.nodes());
      if (current) {
        durability.led(PartitionId.METADATA, quorum);
      }
    }
    if (current && now.settled()) {
      settledEpoch = now.ledEpoch();
      durability.open(PartitionId.METADATA, quorum);
    }
  }

  private void look(Life life, Map<PartitionId, Seen> before, NodeProbe.Replica replica) {
    PartitionId partition = replica.partition();
    Seen last = before.get(partition);
    if (last == null || last.host != replica.host()) {
      last = new Seen(replica.host());
      before.put(partition, last);
    }
    boolean isCut = replica.log().generation() != last.generation;
    if (isCut) {
      last.generation = replica.log().generation();
      counts.truncations++;
      trace(life, partition, () -> "cuts its log to " + replica.log().endOffset());
      tell(new NodeFact.Cut(life, partition, replica.highWatermark(), replica));
    }
    if (replica.ledEpoch() != last.ledEpoch) {
      int was = last.ledEpoch;
      last.ledEpoch = replica.ledEpoch();
      if (was >= 0) {
        trace(life, partition, () -> "leads epoch " + was + " no more");
      }
      if (replica.ledEpoch() >= 0) {
        durability.led(partition, replica.commitQuorum());
        counts.elections++;
        trace(
            life,
            partition,
            () ->
                "leads epoch %d, log ends at %d"
                    .formatted(replica.ledEpoch(), replica.log().endOffset()));
        tell(new NodeFact.Led(life, partition, replica.ledEpoch(), replica));
      }
    }
    if (replica.open() && !last.open) {
      trace(life, partition, () -> "has epoch " + replica.ledEpoch() + " open");
      if (!partition.equals(PartitionId.METADATA)) {
        durability.open(partition, replica.commitQuorum());
      }
    }
    last.open = replica.open();
    if (replica.log().cleanedEnd() != last.cleanedEnd) {
      last.cleanedEnd = replica.log().cleanedEnd();
      counts.compactions++;
      trace(life, partition, () -> "has compacted all before " + replica.log().cleanedEnd());
    }
    EpochHistory history = replica.log().history();
    last.history
        .filter(old -> old.start() < history.start())
        // A log that cannot be compared with its leader's is replaced as a whole.
        .filter(_ -> !isCut || history.start() < history.end())
        .ifPresent(old -> tell(new NodeFact.Dropped(life, partition, old, history.start())));
    last.history = Optional.of(history);
    if (replica.ledEpoch() >= 0 && !partition.equals(PartitionId.METADATA)) {
      durability.startsAt(partition, history.start());
    }
    if (replica.highWatermark() != last.highWatermark) {
      moved(life, replica, last);
    }
  }

  private void moved(Life life, NodeProbe.Replica replica, Seen last) {
    long from = Math.max(last.highWatermark, replica.log().history().start());
    long to = replica.highWatermark();
    long was = last.highWatermark;
    last.highWatermark = to;
    committed.of(replica.partition()).droppedBefore(from);
    long endBefore = committed.of(replica.partition()).end();
    List<Batch> batches = Batch.of(replica.log(), from, Math.min(to, replica.log().endOffset()));
    trace(life, replica.partition(), () -> "knows %d as committed".formatted(to));
    tell(new NodeFact.Moved(life, replica.partition(), was, to, replica, batches));
    counts.committed += committed.of(replica.partition()).end() - endBefore;
  }

  private void trace(Life life, PartitionId partition, Supplier<String> what) {
    trace.say("n" + life.node().value(), () -> nameOf(partition) + ": " + what.get());
  }
}
