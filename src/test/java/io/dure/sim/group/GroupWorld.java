package io.dure.sim.group;

import io.dure.base.Endpoint;
import io.dure.base.Incarnation;
import io.dure.base.Moment;
import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.base.TopicId;
import io.dure.group.Decision;
import io.dure.group.GroupAnswer;
import io.dure.group.GroupCommand;
import io.dure.group.GroupRecord;
import io.dure.group.GroupSettings;
import io.dure.group.GroupShard;
import io.dure.group.RecordCodec;
import io.dure.group.consumer.ConsumerMember;
import io.dure.group.consumer.ConsumerSettings;
import io.dure.group.consumer.Holding;
import io.dure.group.consumer.PartitionSet;
import io.dure.group.consumer.Topics;
import io.dure.metadata.ClusterImage;
import io.dure.metadata.MetadataRecord;
import io.dure.metadata.TopicImage;
import io.dure.sim.SimRng;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * One group, its members, and a coordinator whose decisions take time to be committed: answers go
 * out with the commit, and what was not committed is lost with the coordinator.
 */
final class GroupWorld {
  /** Whether a failure shows what came before; it costs time. */
  private static final boolean TRACED = Boolean.getBoolean("sim.trace");

  static final String GROUP = "orders";
  static final int REBALANCE_MS = 6_000;
  static final int SESSION_MS = 15_000;

  private record Entry(byte[] key, Optional<byte[]> value) {}

  private record Undelivered(long atMs, long ticket, GroupAnswer answer) {}

  private final GroupSettings settings =
      GroupSettings.DEFAULTS
          .withInitialDelayMs(50)
          .withConsumer(ConsumerSettings.DEFAULTS.withTimes(SESSION_MS, 1_000));
  private final SimRng rng;
  private final Commits commits;
  private final int lostPerMille;
  private final List<Entry> log = new ArrayList<>();
  private final ArrayDeque<Decision> uncommitted = new ArrayDeque<>();
  private final List<Undelivered> underWay = new ArrayList<>();
  private final Map<Long, GroupMember> askers = new HashMap<>();
  private final Map<String, GroupMember> members = new TreeMap<>();
  private final StringBuilder trace = new StringBuilder();
  private ClusterImage image = ClusterImage.EMPTY;
  private GroupShard shard;
  private long nowMs = 10_000;
  private long nextTicket = 1;
  private long lastLost = -1;
  private long fresh;
  private int lastEpoch;
  private boolean healed;

  GroupWorld(SimRng rng, Commits commits, int lostPerMille) {
    this.rng = rng;
    this.commits = commits;
    this.lostPerMille = lostPerMille;
    for (int node = 1; node <= 3; node++) {
      apply(
          new MetadataRecord.BrokerRegistered(
              new NodeId(node),
              new UUID(0, node),
              new Incarnation(node),
              new Endpoint("127.0.0.1", 9000 + node),
              Optional.of("rack" + node)));
    }
    shard = new GroupShard(settings);
    take(shard.resume(image, now()));
  }

  // ---- for members

  long nowMs() {
    return nowMs;
  }

  SimRng rng() {
    return rng;
  }

  long nextFresh() {
    return fresh++;
  }

  Topics topics() {
    return new Topics(image);
  }

  long ask(GroupMember member, GroupCommand<?> command) {
    long ticket = nextTicket++;
    if (lost()) {
      lastLost = ticket;
      return ticket;
    }
    note(() -> member.name() + " asks " + command);
    askers.put(ticket, member);
    take(shard.decide(ticket, command, now()));
    return ticket;
  }

  /** Whether the request that was sent last got lost with its connection, as its sender notices. */
  boolean broke(long ticket) {
    return ticket == lastLost;
  }

  private boolean lost() {
    return !healed && rng.chance(lostPerMille);
  }

  void check(boolean holds, String what) {
    check(holds, () -> what);
  }

  void check(boolean holds, Supplier<String> what) {
    if (!holds) {
      String lines = trace.toString();
      throw new AssertionError(
          what.get()
              + " at "
              + nowMs
              + "\n"
              + lines.substring(Math.max(0, lines.length() - 100_000)));
    }
  }

  /** The one rule of safety, as members see it. */
  void checkOwners(GroupMember of) {
    note(() -> of.name() + " owns " + of.owned());
    commits.owns(of.life(), of.owned());
    for (GroupMember other : members.values()) {
      check(
          other == of || !other.owned().overlaps(of.owned()),
          () ->
              of.name()
                  + " owns what "
                  + other.name()
                  + " owns: "
                  + of.owned()
                  + " "
                  + other.owned());
    }
  }

  PartitionSet existing(PartitionSet partitions) {
    var draft = new PartitionSet.Draft();
    partitions.forEach((topic, p) -> {
      if (image.topic(topic).filter(t -> p < t.partitions().size()).isPresent()) {
        draft.add(topic, p);
      }
    });
    return draft.done();
  }

  Map<String, List<Integer>> named(PartitionSet partitions) {
    var byName = new TreeMap<String, List<Integer>>();
    for (TopicId topic : existing(partitions).topics()) {
      byName.put(nameOf(topic), partitions.partitionsOf(topic));
    }
    return byName;
  }

  String nameOf(TopicId topic) {
    return image.topic(topic).map(TopicImage::name).orElse("");
  }

  PartitionSet partitionsOf(Collection<Set<String>> names) {
    var draft = new PartitionSet.Draft();
    names.forEach(set ->
        set.forEach(name ->
            image
                .topic(name)
                .ifPresent(t -> t.partitions().forEach(p -> draft.add(t.id(), p.id().index())))));
    return draft.done();
  }

  // ---- for the simulation

  Collection<GroupMember> members() {
    return List.copyOf(members.values());
  }

  void add(GroupMember member) {
    note(() -> member.name() + " comes");
    members.put(member.name(), member);
  }

  /** Out of sight; whatever it owned it reads no more. */
  void remove(GroupMember member) {
    note(() -> member.name() + " is gone");
    members.remove(member.name());
    member.deathNotice().filter(_ -> rng.chance(500)).ifPresent(this::hint);
  }

  private void hint(GroupCommand.ConnectionLost notice) {
    note(() -> "the coordinator hears " + notice);
    take(shard.decide(nextTicket++, notice, now()));
  }

  void apply(MetadataRecord... records) {
    image = image.apply(List.of(records), image.endOffset() + records.length);
    note(() ->
        "topics " + image.topics().stream().map(t -> t.name() + t.partitions().size()).toList());
    members.values().forEach(m -> m.forgetTopics(existing(m.owned())));
  }

  ClusterImage image() {
    return image;
  }

  void createTopic(String name, int from, int end) {
    TopicId id =
        from == 0 ? new TopicId(new UUID(7, rng.nextLong())) : image.topic(name).orElseThrow().id();
    if (from == 0) {
      apply(new MetadataRecord.TopicCreated(id, name, false));
    }
    for (int p = from; p < end; p++) {
      apply(
          new MetadataRecord.PartitionCreated(
              new PartitionId(id, p), List.of(new NodeId(1 + p % 3))));
    }
  }

  /** Lets some milliseconds pass. */
  void pass(long ms) {
    nowMs += ms;
    take(shard.onImage(image, now()));
    take(shard.tick(now()));
    if (healed || rng.chance(700)) {
      commit(uncommitted.size());
    }
    for (Undelivered u : List.copyOf(underWay)) {
      if (u.atMs() <= nowMs) {
        underWay.remove(u);
        GroupMember member = askers.remove(u.ticket());
        if (member != null && members.containsValue(member)) {
          if (lost()) {
            member.broken(u.ticket());
          } else {
            note(() -> member.name() + " is told " + u.answer());
            member.answered(u.ticket(), u.answer());
          }
        }
      }
    }
    commits.arriving(nowMs).forEach(this::takeCommit);
    for (GroupMember member : members()) {
      commits.maybeSend(
          member.life(),
          member.committer(),
          member.epoch(),
          member.owned(),
          this::existing,
          this::nameOf,
          nowMs);
      member.lateNotice().filter(_ -> rng.chance(30)).ifPresent(this::hint);
      if (member.nextActMs() <= nowMs && members.containsValue(member)) {
        member.act();
      }
    }
  }

  private void takeCommit(GroupCommand.CommitOffsets commit) {
    Decision decision = shard.decide(nextTicket++, commit, now());
    var answer = (GroupAnswer.Committed) decision.replies().getFirst().answer();
    note(() -> commit + " is answered " + answer.errors());
    String fault = commits.fault(commit, answer);
    check(fault.isEmpty(), fault);
    take(decision);
  }

  private Moment now() {
    return new Moment(nowMs, 1_700_000_000_000L + nowMs);
  }

  private void take(Decision decision) {
    if (!decision.records().isEmpty() || !decision.replies().isEmpty()) {
      uncommitted.add(decision);
    }
  }

  private void commit(int decisions) {
    for (int i = 0; i < decisions; i++) {
      Decision decision = uncommitted.remove();
      decision.records().forEach(this::write);
      for (Decision.Reply reply : decision.replies()) {
        underWay.add(new Undelivered(nowMs + rng.between(0, 100), reply.ticket(), reply.answer()));
      }
    }
  }

  private void write(GroupRecord record) {
    note(() -> "  log " + record);
    log.add(new Entry(RecordCodec.key(record), RecordCodec.value(record)));
  }

  /** The coordinator is lost: of what it decided last some is committed, and no answer goes out. */
  void failOver() {
    note(() -> "coordinator lost");
    commit(rng.below(uncommitted.size() + 1));
    uncommitted.clear();
    underWay.removeIf(_ -> rng.chance(500));
    breakConnections();
    shard = replayed();
    take(shard.resume(image, now()));
  }

  /** Whoever waits for an answer that is not on its way has lost its connection. */
  private void breakConnections() {
    var onTheirWay = new TreeSet<Long>();
    underWay.forEach(u -> onTheirWay.add(u.ticket()));
    for (Map.Entry<Long, GroupMember> asker : new TreeMap<>(askers).entrySet()) {
      if (!onTheirWay.contains(asker.getKey())) {
        askers.remove(asker.getKey());
        if (members.containsValue(asker.getValue())) {
          asker.getValue().broken(asker.getKey());
        }
      }
    }
  }

  /** As the log's compaction leaves it: of each key the last record, where it stands. */
  void compact() {
    note(() -> "log compacted");
    var last = new HashMap<String, Integer>();
    for (int i = 0; i < log.size(); i++) {
      last.put(new String(log.get(i).key(), StandardCharsets.ISO_8859_1), i);
    }
    var kept = new TreeSet<>(last.values());
    var rest = new ArrayList<Entry>();
    kept.forEach(i -> rest.add(log.get(i)));
    log.clear();
    log.addAll(rest);
  }

  private GroupShard replayed() {
    var copy = new GroupShard(settings);
    for (Entry entry : log) {
      RecordCodec.decode(entry.key(), entry.value()).ifPresent(copy::apply);
    }
    return copy;
  }

  void heal() {
    note(() -> "all is healed");
    healed = true;
  }

  // ---- what must hold

  /** What was replayed is what was decided. */
  void checkReplay() {
    if (uncommitted.isEmpty()) {
      GroupAnswer.ConsumerDescribed live = described(shard);
      GroupAnswer.ConsumerDescribed copy = described(replayed());
      check(same(live, copy), "replay differs:\n" + live + "\n" + copy);
    }
  }

  private static boolean same(
      GroupAnswer.ConsumerDescribed one, GroupAnswer.ConsumerDescribed other) {
    return one.error() == other.error()
        && one.state().equals(other.state())
        && one.epoch() == other.epoch()
        && one.targetEpoch() == other.targetEpoch()
        && one.members().equals(other.members())
        && one.targets().equals(other.targets());
  }

  void checkEpochs() {
    GroupAnswer.ConsumerDescribed live = described(shard);
    int epoch = live.epoch();
    boolean forgotten = epoch == 0;
    check(forgotten || epoch >= lastEpoch || live.members().isEmpty(), "epoch falls to " + epoch);
    if (forgotten || uncommitted.isEmpty()) {
      lastEpoch = epoch;
    }
    PartitionSet taken = PartitionSet.NONE;
    for (ConsumerMember member : live.members()) {
      Holding holding = member.holding();
      check(!taken.overlaps(holding.held()), () -> "handed out twice: " + live);
      taken = taken.plus(holding.held());
      check(member.epoch() <= live.targetEpoch(), () -> "member ahead of its target: " + live);
    }
    check(live.targetEpoch() <= epoch, () -> "target ahead of its group: " + live);
  }

  GroupAnswer.ConsumerDescribed described() {
    return described(shard);
  }

  private GroupAnswer.ConsumerDescribed described(GroupShard of) {
    Decision decision = of.decide(-1, new GroupCommand.ConsumerDescribe(GROUP), now());
    return (GroupAnswer.ConsumerDescribed) decision.replies().getFirst().answer();
  }

  private void note(Supplier<String> line) {
    if (TRACED) {
      trace.append(nowMs).append(' ').append(line.get()).append('\n');
    }
  }
}
