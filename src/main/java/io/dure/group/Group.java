package io.dure.group;

import io.dure.group.consumer.ConsumerGroup;
import io.dure.group.consumer.ConsumerRecord;
import io.dure.wire.Blob;
import io.dure.wire.WireError;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One group: its members in the order they came, its phase, and its offsets. Confined to its shard.
 *
 * <p>Invariants: the leader is a member, or there are no members; a static name belongs to one
 * member; a group without members has no chosen protocol once it is Empty.
 */
final class Group {
  private final String id;
  private final Map<String, Member> members = new LinkedHashMap<>();
  private final Map<String, String> staticIds = new HashMap<>();
  private final Map<String, Long> pendingDeadlines = new LinkedHashMap<>();
  private final GroupOffsets offsets;
  private String protocolType = "";
  private int generation;
  private Optional<String> protocol = Optional.empty();
  private Optional<String> leader = Optional.empty();
  private Phase phase;
  private Optional<ConsumerGroup> consumer = Optional.empty();

  Group(String id, long wallMs) {
    this(id, wallMs, new GroupOffsets());
  }

  Group(String id, long wallMs, GroupOffsets offsets) {
    this.id = id;
    this.offsets = offsets;
    this.phase = new Phase.Empty(wallMs);
  }

  // ---- of the new protocol

  /** Its members where they speak the new protocol; the classic membership is empty then. */
  Optional<ConsumerGroup> consumer() {
    return consumer.filter(g -> !g.isGone());
  }

  /** Makes a group of the new protocol of it, of which nothing is written down yet. */
  ConsumerGroup adopt() {
    ConsumerGroup of = new ConsumerGroup(id);
    consumer = Optional.of(of);
    return of;
  }

  void apply(ConsumerRecord change) {
    ConsumerGroup of = consumer.orElseGet(() -> new ConsumerGroup(id));
    of.apply(change);
    consumer = Optional.of(of).filter(g -> !g.isGone());
  }

  /** The same without its classic members. */
  Group withoutMembers() {
    var bare = new Group(id, 0, offsets);
    bare.consumer = consumer;
    return bare;
  }

  // ---- members

  void add(Member member) {
    if (members.isEmpty()) {
      leader = Optional.of(member.id());
    }
    pendingDeadlines.remove(member.id());
    members.put(member.id(), member);
    member.instanceId().ifPresent(name -> staticIds.put(name, member.id()));
  }

  void remove(Member member) {
    members.remove(member.id());
    member.instanceId().ifPresent(name -> staticIds.remove(name, member.id()));
    if (isLeader(member.id())) {
      leader = members.keySet().stream().findFirst();
    }
    forgetSync(member.id());
  }

  /** Puts {@code taker} into the place of {@code leaver}, and into its lead. */
  void replace(Member leaver, Member taker) {
    var all = new ArrayList<>(members.values());
    all.replaceAll(m -> m == leaver ? taker : m);
    members.clear();
    all.forEach(m -> members.put(m.id(), m));
    taker.instanceId().ifPresent(name -> staticIds.put(name, taker.id()));
    if (isLeader(leaver.id())) {
      leader = Optional.of(taker.id());
    }
    forgetSync(leaver.id());
  }

  Optional<Member> member(String memberId) {
    return Optional.ofNullable(members.get(memberId));
  }

  Optional<Member> staticMember(String instanceId) {
    return Optional.ofNullable(staticIds.get(instanceId)).flatMap(this::member);
  }

  /** Why this caller is not the member it says it is; NONE if it is. */
  WireError refusal(MemberRef ref) {
    if (ref.instanceId().isPresent()) {
      Optional<Member> known = staticMember(ref.instanceId().get());
      if (known.isEmpty()) {
        return WireError.UNKNOWN_MEMBER_ID;
      }
      if (!known.get().id().equals(ref.memberId())) {
        return WireError.FENCED_INSTANCE_ID;
      }
    }
    return members.containsKey(ref.memberId()) ? WireError.NONE : WireError.UNKNOWN_MEMBER_ID;
  }

  Collection<Member> members() {
    return List.copyOf(members.values());
  }

  int size() {
    return members.size();
  }

  boolean isLeader(String memberId) {
    return leader.isPresent() && leader.get().equals(memberId);
  }

  /**
   * Passes the lead to a member that has joined again, if the leader has not; false if nobody has.
   */
  boolean electJoinedLeader() {
    Optional<Member> current = leader.flatMap(this::member);
    if (current.isPresent() && current.get().waitsForJoin()) {
      return true;
    }
    Optional<Member> next = members.values().stream().filter(Member::waitsForJoin).findFirst();
    next.ifPresent(m -> leader = Optional.of(m.id()));
    return next.isPresent();
  }

  boolean allJoined() {
    return pendingDeadlines.isEmpty() && members.values().stream().allMatch(Member::waitsForJoin);
  }

  int joinsWaiting() {
    return (int) members.values().stream().filter(Member::waitsForJoin).count();
  }

  int rebalanceTimeoutMs() {
    return members.values().stream().mapToInt(Member::rebalanceTimeoutMs).max().orElse(0);
  }

  // ---- pending members: they were given an id and are to join with it (KIP-394)

  void expectJoinOf(String memberId, long deadlineMs) {
    pendingDeadlines.put(memberId, deadlineMs);
  }

  boolean isPending(String memberId) {
    return pendingDeadlines.containsKey(memberId);
  }

  void forgetPending(String memberId) {
    pendingDeadlines.remove(memberId);
  }

  Map<String, Long> pendingDeadlines() {
    return Map.copyOf(pendingDeadlines);
  }

  int pendingCount() {
    return pendingDeadlines.size();
  }

  // ---- protocols

  /** Whether a joiner and all members have a protocol in common. */
  boolean accepts(String type, List<Protocol> offered) {
    if (members.isEmpty()) {
      return !type.isEmpty() && !offered.isEmpty();
    }
    return type.equals(protocolType)
        && offered.stream()
            .anyMatch(p -> members.values().stream().allMatch(m -> m.supports(p.name())));
  }

  void adoptType(String type) {
    protocolType = type;
  }

  /**
   * The protocol with most votes among those that all support; of equals the one that was voted for
   * first.
   */
  String selectProtocol() {
    Set<String> candidates = new LinkedHashSet<>();
    members.values().stream().findFirst().ifPresent(m -> candidates.addAll(m.protocolNames()));
    members.values().forEach(m -> candidates.removeIf(name -> !m.supports(name)));
    Map<String, Integer> votes = new LinkedHashMap<>();
    members
        .values()
        .forEach(m -> m.vote(candidates).ifPresent(v -> votes.merge(v, 1, Integer::sum)));
    String chosen = "";
    int most = 0;
    for (Map.Entry<String, Integer> vote : votes.entrySet()) {
      if (vote.getValue() > most) {
        chosen = vote.getKey();
        most = vote.getValue();
      }
    }
    return chosen;
  }

  /** The topics its members read; empty when that cannot be told. */
  Optional<Set<String>> subscribedTopics() {
    if (consumer().isPresent()) {
      return Optional.of(consumer().get().subscribedTopics());
    }
    if (members.isEmpty()) {
      return Optional.of(Set.of());
    }
    if (protocol.isEmpty() || !isConsumerGroup()) {
      return Optional.empty();
    }
    var topics = new LinkedHashSet<String>();
    for (Member member : members.values()) {
      Optional<List<String>> its = Subscription.topics(member.metadataFor(protocol.get()));
      if (its.isEmpty()) {
        return Optional.empty();
      }
      topics.addAll(its.get());
    }
    return Optional.of(topics);
  }

  boolean isConsumerGroup() {
    return consumer().isPresent() || protocolType.equals(Subscription.PROTOCOL_TYPE);
  }

  // ---- phases

  void enter(Phase next) {
    phase = next;
  }

  void startGeneration() {
    generation++;
    protocol = Optional.of(selectProtocol());
  }

  void forgetSync(String memberId) {
    switch (phase) {
      case Phase.Completing c ->
          phase = new Phase.Completing(c.endsMs(), without(c.yetToSync(), memberId));
      case Phase.Stable s -> phase = new Phase.Stable(s.endsMs(), without(s.yetToSync(), memberId));
      case Phase.Empty _, Phase.Gathering _, Phase.Rejoining _ -> {}
    }
  }

  private static Set<String> without(Set<String> ids, String id) {
    if (!ids.contains(id)) {
      return ids;
    }
    var rest = new LinkedHashSet<>(ids);
    rest.remove(id);
    return rest;
  }

  /**
   * What is written down when all members have these assignments; a member left out gets an empty
   * one.
   */
  GroupRecord.GroupStored settled(Map<String, Blob> assignments, long wallMs) {
    String chosen = protocol.orElse("");
    var stored = new ArrayList<GroupRecord.StoredMember>();
    members
        .values()
        .forEach(m -> stored.add(m.toStored(chosen, assignments.getOrDefault(m.id(), Blob.EMPTY))));
    return new GroupRecord.GroupStored(
        id, protocolType, generation, protocol, leader, wallMs, stored);
  }

  /** What is written down when nobody is left. */
  GroupRecord.GroupStored emptied(long wallMs) {
    return new GroupRecord.GroupStored(
        id, protocolType, generation + 1, Optional.empty(), Optional.empty(), wallMs, List.of());
  }

  /** Takes over what was written down; those who are here already keep what they wait for. */
  void restore(GroupRecord.GroupStored stored) {
    Map<String, Member> before = new HashMap<>(members);
    members.clear();
    staticIds.clear();
    protocolType = stored.protocolType();
    generation = stored.generation();
    protocol = stored.protocol();
    leader = stored.leader();
    for (GroupRecord.StoredMember s : stored.members()) {
      Member member =
          Optional.ofNullable(before.get(s.memberId()))
              .filter(m -> m.toStored(protocol.orElse(""), s.assignment()).equals(s))
              .orElseGet(() -> Member.restored(s, protocol));
      member.assign(s.assignment());
      members.put(member.id(), member);
      member.instanceId().ifPresent(name -> staticIds.put(name, member.id()));
    }
    if (members.isEmpty()) {
      phase = new Phase.Empty(stored.settledMs());
    } else if (phase instanceof Phase.Completing c) {
      phase = new Phase.Stable(c.endsMs(), c.yetToSync());
    } else if (!(phase instanceof Phase.Stable)) {
      phase = new Phase.Stable(Long.MAX_VALUE, Set.of());
    }
  }

  // ---- plain facts

  String id() {
    return id;
  }

  GroupOffsets offsets() {
    return offsets;
  }

  String protocolType() {
    return protocolType;
  }

  int generation() {
    return generation;
  }

  Optional<String> protocol() {
    return protocol;
  }

  String leader() {
    return leader.orElse("");
  }

  Phase phase() {
    return phase;
  }

  boolean isEmpty() {
    return phase instanceof Phase.Empty && consumer.map(ConsumerGroup::isEmpty).orElse(true);
  }
}
