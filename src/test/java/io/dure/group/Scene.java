package io.dure.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.base.Moment;
import io.dure.base.TopicId;
import io.dure.metadata.ClusterImage;
import io.dure.wire.Blob;
import io.dure.wire.RecordWriter;
import io.dure.wire.WireError;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * One shard with a clock and a log, for tests: after every step a copy is replayed from the log,
 * through the record format, and must show the same settled state.
 */
final class Scene {
  static final String GROUP = "orders";
  final GroupLog log = new GroupLog();
  final Map<Long, GroupAnswer> answers = new HashMap<>();
  final GroupSettings settings;
  private GroupShard shard;
  private long nowMs = 1_000;
  private long nextTicket;
  private int nextFresh;

  Scene() {
    this(GroupSettings.DEFAULTS);
  }

  Scene(GroupSettings settings) {
    this.settings = settings;
    shard = new GroupShard(settings);
    shard.resume(ClusterImage.EMPTY, now());
  }

  Moment now() {
    return new Moment(nowMs, 1_700_000_000_000L + nowMs);
  }

  /** Gives the command to the shard; its answer is in {@link #answers} now or later. */
  long ask(GroupCommand<?> command) {
    long ticket = nextTicket++;
    take(shard.decide(ticket, command, now()));
    return ticket;
  }

  <A extends GroupAnswer> A answer(GroupCommand<A> command) {
    return answerTo(ask(command));
  }

  @SuppressWarnings("unchecked")
  <A extends GroupAnswer> A answerTo(long ticket) {
    assertThat(answers).as("answer to %s", ticket).containsKey(ticket);
    return (A) answers.get(ticket);
  }

  boolean waits(long ticket) {
    return !answers.containsKey(ticket);
  }

  /** Lets time pass in steps of 50 ms. */
  Scene pass(long ms) {
    for (long end = nowMs + ms; nowMs < end; ) {
      nowMs = Math.min(nowMs + 50, end);
      take(shard.tick(now()));
    }
    return this;
  }

  void passWithoutTicks(long ms) {
    nowMs += ms;
  }

  private void take(Decision decision) {
    decision.records().forEach(log::append);
    for (Decision.Reply reply : decision.replies()) {
      assertThat(answers.put(reply.ticket(), reply.answer())).as("second answer").isNull();
    }
    if (!decision.records().isEmpty() || !decision.replies().isEmpty()) {
      assertReplayShowsTheSame();
    }
  }

  /** The coordinator dies; another one replays. */
  Scene failOver() {
    shard = replayed();
    take(shard.resume(ClusterImage.EMPTY, now()));
    return this;
  }

  /** A marker of this producer has come: the end of its transaction. */
  Scene end(long producerId, boolean commit) {
    log.end(producerId, commit);
    shard.endTransaction(producerId, commit);
    assertReplayShowsTheSame();
    return this;
  }

  private GroupShard replayed() {
    return replayed(log.all());
  }

  private GroupShard replayed(List<GroupLog.Entry> entries) {
    var copy = new GroupShard(settings);
    GroupLog.replay(entries, copy);
    return copy;
  }

  private void assertReplayShowsTheSame() {
    int size = log.all().size();
    assertShowsTheSame(replayed());
    // A cleaner goes over the log up to anywhere; where does not matter, so this stands for many.
    int until = Math.floorMod(size * 31, size + 1);
    assertShowsTheSame(replayed(log.compacted(until, true)));
    assertShowsTheSame(replayed(log.compacted(until, false)));
  }

  private void assertShowsTheSame(GroupShard copy) {
    for (GroupAnswer.ListedGroup group : list(shard)) {
      assertThat(offsets(copy, group.groupId())).isEqualTo(offsets(shard, group.groupId()));
      assertThat(counting(copy, group.groupId())).isEqualTo(log.offsets(group.groupId()));
      GroupAnswer.Described live = describe(shard, group.groupId());
      boolean written = isWritten(group.groupId());
      if (written && (group.state().equals("Stable") || group.state().equals("Empty"))) {
        assertThat(describe(copy, group.groupId())).isEqualTo(live);
      }
    }
    for (GroupAnswer.ListedGroup group : list(copy)) {
      // A group that lost its last offset is forgotten now or a little later.
      if (!group.protocolType().isEmpty() || !counting(copy, group.groupId()).isEmpty()) {
        assertThat(describe(shard, group.groupId()).error()).isEqualTo(WireError.NONE);
      }
    }
  }

  /** A group that members were only told their ids for leaves no record. */
  private boolean isWritten(String groupId) {
    return log.records().stream()
        .filter(r -> r.groupId().equals(groupId))
        .reduce((_, later) -> later)
        .filter(r -> r instanceof GroupRecord.GroupStored || r instanceof GroupRecord.OffsetStored)
        .isPresent();
  }

  private List<GroupAnswer.ListedGroup> list(GroupShard of) {
    return ((GroupAnswer.Listed) only(of, new GroupCommand.ListGroups(Set.of(), Set.of())))
        .groups();
  }

  private GroupAnswer offsets(GroupShard of, String group) {
    return only(of, new GroupCommand.FetchAllOffsets(group, OffsetReader.STABLE));
  }

  private Map<String, StoredOffset> counting(GroupShard of, String group) {
    var offsets = new TreeMap<String, StoredOffset>();
    ((GroupAnswer.Fetched) only(of, new GroupCommand.FetchAllOffsets(group, OffsetReader.ANYONE)))
        .offsets()
        .forEach(o ->
            offsets.put(o.key().topic() + "-" + o.key().partition(), o.offset().orElseThrow()));
    return offsets;
  }

  private GroupAnswer.Described describe(GroupShard of, String group) {
    return (GroupAnswer.Described) only(of, new GroupCommand.Describe(group));
  }

  private GroupAnswer only(GroupShard of, GroupCommand<?> query) {
    Decision decision = of.decide(-1, query, now());
    assertThat(decision.records()).isEmpty();
    return decision.replies().getFirst().answer();
  }

  // ---- commands as short as tests want them

  GroupCommand.Join join(String memberId, String... protocols) {
    return join(memberId, Optional.empty(), protocols);
  }

  GroupCommand.Join join(String memberId, Optional<String> instanceId, String... protocols) {
    return joinOf(GROUP, memberId, instanceId, true, 10_000, protocols);
  }

  GroupCommand.Join joinOf(
      String group,
      String memberId,
      Optional<String> instance,
      boolean idFirst,
      int sessionMs,
      String... protocols) {
    var offered = new ArrayList<Protocol>();
    for (String name : protocols.length == 0 ? new String[] {"range"} : protocols) {
      offered.add(new Protocol(name, subscription("t")));
    }
    return new GroupCommand.Join(
        group,
        new MemberRef(memberId, instance),
        "id" + nextFresh++,
        "client",
        "/10.0.0.1",
        sessionMs,
        60_000,
        "consumer",
        offered,
        idFirst,
        true);
  }

  static Blob subscription(String... topics) {
    RecordWriter out = new RecordWriter().int16(0).int32(topics.length);
    for (String topic : topics) {
      out.string(topic);
    }
    return Blob.of(out.int32(-1).toArray());
  }

  GroupCommand.Sync sync(GroupAnswer.Joined joined, Map<String, String> assignments) {
    var all = new HashMap<String, Blob>();
    assignments.forEach((id, text) -> all.put(id, Blob.of(text.getBytes(StandardCharsets.UTF_8))));
    return new GroupCommand.Sync(
        GROUP,
        MemberRef.dynamic(joined.memberId()),
        joined.generation(),
        joined.protocolType(),
        joined.protocol(),
        all);
  }

  WireError heartbeat(String memberId, int generation) {
    return answer(new GroupCommand.Heartbeat(GROUP, MemberRef.dynamic(memberId), generation))
        .error();
  }

  GroupCommand.CommitOffsets commit(
      String memberId, int generation, String topic, int partition, long offset) {
    return new GroupCommand.CommitOffsets(
        GROUP,
        MemberRef.dynamic(memberId),
        generation,
        -1,
        true,
        List.of(
            new GroupCommand.OffsetToCommit(
                new OffsetKey(topic, TopicId.ZERO, partition), offset, 3, "m")));
  }

  GroupCommand.CommitInTransaction commitInTransaction(
      long producerId, String topic, int partition, long offset) {
    return commitInTransaction(producerId, MemberRef.dynamic(""), -1, topic, partition, offset);
  }

  GroupCommand.CommitInTransaction commitInTransaction(
      long producerId, MemberRef member, int generation, String topic, int partition, long offset) {
    return new GroupCommand.CommitInTransaction(
        GROUP,
        new ProducerRef(producerId, (short) 0),
        member,
        generation,
        false,
        List.of(
            new GroupCommand.OffsetToCommit(
                new OffsetKey(topic, TopicId.ZERO, partition), offset, 3, "m")));
  }

  /** A new dynamic member asks for its id and joins with it; the answer comes later. */
  long enter(String... protocols) {
    GroupAnswer.Joined told = answer(join("", protocols));
    assertThat(told.error()).isEqualTo(WireError.MEMBER_ID_REQUIRED);
    return ask(join(told.memberId(), protocols));
  }

  /** So many members, settled, in the order they came; the first is the leader. */
  List<GroupAnswer.Joined> settled(int members) {
    var tickets = new ArrayList<Long>();
    for (int i = 0; i < members; i++) {
      tickets.add(enter());
    }
    pass(2_000);
    return settle(tickets);
  }

  List<GroupAnswer.Joined> settle(List<Long> tickets) {
    var joined = new ArrayList<GroupAnswer.Joined>();
    tickets.forEach(t -> joined.add(answerTo(t)));
    GroupAnswer.Joined leader =
        joined.stream().filter(j -> j.leader().equals(j.memberId())).findFirst().orElseThrow();
    var assignments = new HashMap<String, String>();
    leader.members().forEach(m -> assignments.put(m.memberId(), "part of " + m.memberId()));
    for (GroupAnswer.Joined j : joined) {
      ask(sync(j, j == leader ? assignments : Map.of()));
    }
    assertThat(state()).isEqualTo("Stable");
    return joined;
  }

  GroupAnswer.Described described() {
    return describe(shard, GROUP);
  }

  String state() {
    return described().state();
  }
}
