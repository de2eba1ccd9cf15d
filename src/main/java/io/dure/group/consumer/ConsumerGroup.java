package io.dure.group.consumer;

import io.dure.base.Check;
import io.dure.base.TopicId;
import io.dure.wire.WireError;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A consumer group of the new protocol. Confined to its shard; changed by {@link #apply} only,
 * apart from the deadlines and the reports, which a new coordinator starts afresh.
 *
 * <p>Invariants: a partition is held by one member at most; no epoch falls; the target's epoch is
 * never ahead of the group's, nor a member's ahead of the target's.
 */
public final class ConsumerGroup {
  private final String id;
  private final Map<String, ConsumerMember> members = new TreeMap<>();
  private final Map<String, String> staticIds = new HashMap<>();
  private final Map<String, PartitionSet> target = new TreeMap<>();
  private final Map<String, Set<String>> patterns = new TreeMap<>();
  private final Map<TopicId, Map<Integer, String>> holders = new HashMap<>();
  private final Deadlines deadlines = new Deadlines();
  private final Reports reports = new Reports();
  private int epoch;
  private int targetEpoch;
  private long metadataHash;
  private long createdMs = -1;
  private long nextDealMs;
  private long restlessUntilMs = Long.MIN_VALUE;

  public ConsumerGroup(String id) {
    this.id = id;
  }

  // ---- what records tell

  /** The one place where durable state changes: live when decided, and again in every replay. */
  public void apply(ConsumerRecord record) {
    switch (record) {
      case ConsumerRecord.EpochStored r -> {
        Check.that(r.epoch() >= epoch, "group %s: epoch %d after %d", id, r.epoch(), epoch);
        epoch = r.epoch();
        metadataHash = r.metadataHash();
        createdMs = r.createdMs();
      }
      case ConsumerRecord.MemberStored r -> put(memberOrNew(r.memberId()).with(r.terms()));
      case ConsumerRecord.MemberForgotten r -> remove(r.memberId());
      case ConsumerRecord.TargetEpochStored r -> targetEpoch = r.epoch();
      case ConsumerRecord.TargetStored r -> target.put(r.memberId(), r.partitions());
      case ConsumerRecord.TargetForgotten r -> target.remove(r.memberId());
      // In a compacted log what a member holds may stand before what it told.
      case ConsumerRecord.HoldingStored r -> put(memberOrNew(r.memberId()).with(r.holding()));
      case ConsumerRecord.HoldingForgotten r ->
          member(r.memberId()).ifPresent(m -> put(m.with(Holding.NEW)));
      case ConsumerRecord.RegexStored r -> patterns.put(r.regex(), r.topics());
      case ConsumerRecord.RegexForgotten r -> patterns.remove(r.regex());
      case ConsumerRecord.EpochForgotten _ -> epoch = 0;
      case ConsumerRecord.TargetEpochForgotten _ -> targetEpoch = 0;
    }
  }

  private ConsumerMember memberOrNew(String memberId) {
    return member(memberId)
        .orElseGet(() -> new ConsumerMember(memberId, MemberTerms.UNKNOWN, Holding.NEW));
  }

  private void put(ConsumerMember member) {
    member(member.id()).ifPresent(before -> letGo(before.id(), before.holding().held()));
    members.put(member.id(), member);
    member.instanceId().ifPresent(name -> staticIds.put(name, member.id()));
    member
        .holding()
        .held()
        .forEach((topic, partition) -> {
          String other =
              holders.computeIfAbsent(topic, _ -> new HashMap<>()).put(partition, member.id());
          Check.that(
              other == null || other.equals(member.id()),
              "group %s: partition %d of %s is handed to %s while %s holds it",
              id,
              partition,
              topic,
              member.id(),
              other);
        });
  }

  private void letGo(String memberId, PartitionSet held) {
    held.forEach((topic, partition) -> {
      Map<Integer, String> ofTopic = holders.getOrDefault(topic, Map.of());
      if (memberId.equals(ofTopic.get(partition))) {
        ofTopic.remove(partition);
        if (ofTopic.isEmpty()) {
          holders.remove(topic);
        }
      }
    });
  }

  private void remove(String memberId) {
    ConsumerMember member = members.remove(memberId);
    if (member != null) {
      letGo(memberId, member.holding().held());
      member.instanceId().ifPresent(name -> staticIds.remove(name, memberId));
      deadlines.forget(memberId);
      reports.forget(memberId);
    }
  }

  /** What makes a replay forget all of it; the epoch goes first, so that a part of it is told. */
  public List<ConsumerRecord> tombstones() {
    var all = new ArrayList<ConsumerRecord>();
    all.add(new ConsumerRecord.EpochForgotten(id));
    members
        .keySet()
        .forEach(m -> {
          all.add(new ConsumerRecord.HoldingForgotten(id, m));
          all.add(new ConsumerRecord.TargetForgotten(id, m));
          all.add(new ConsumerRecord.MemberForgotten(id, m));
        });
    target.keySet().stream()
        .filter(m -> !members.containsKey(m))
        .forEach(m -> all.add(new ConsumerRecord.TargetForgotten(id, m)));
    patterns.keySet().forEach(regex -> all.add(new ConsumerRecord.RegexForgotten(id, regex)));
    all.add(new ConsumerRecord.TargetEpochForgotten(id));
    return all;
  }

  /** Nothing of it is left. */
  public boolean isGone() {
    return epoch == 0
        && targetEpoch == 0
        && members.isEmpty()
        && target.isEmpty()
        && patterns.isEmpty();
  }

  // ---- members

  public Optional<ConsumerMember> member(String memberId) {
    return Optional.ofNullable(members.get(memberId));
  }

  public Optional<ConsumerMember> staticMember(String instanceId) {
    return Optional.ofNullable(staticIds.get(instanceId)).flatMap(this::member);
  }

  public Collection<ConsumerMember> members() {
    return List.copyOf(members.values());
  }

  public int size() {
    return members.size();
  }

  public boolean isEmpty() {
    return members.isEmpty();
  }

  /** Whether all its members, of which there are some, speak the older protocol. */
  public boolean hasClassicMembersOnly() {
    return !isEmpty() && members.values().stream().allMatch(ConsumerMember::isClassic);
  }

  // ---- partitions

  /** Of these, those that no member but this one holds. */
  PartitionSet freeFor(String memberId, PartitionSet wanted) {
    var free = new PartitionSet.Draft();
    wanted.forEach((topic, partition) -> {
      String holder = holders.getOrDefault(topic, Map.of()).get(partition);
      if (holder == null || holder.equals(memberId)) {
        free.add(topic, partition);
      }
    });
    return free.done();
  }

  public PartitionSet targetOf(String memberId) {
    return target.getOrDefault(memberId, PartitionSet.NONE);
  }

  Map<String, PartitionSet> targets() {
    return Collections.unmodifiableMap(target);
  }

  // ---- subscriptions

  /** All names that this member reads, those that its pattern matches included. */
  Set<String> topicsOf(MemberTerms terms) {
    if (terms.regex().isEmpty()) {
      return terms.topics();
    }
    var all = new TreeSet<>(terms.topics());
    all.addAll(patterns.getOrDefault(terms.regex().get(), Set.of()));
    return all;
  }

  public Set<String> subscribedTopics() {
    var all = new TreeSet<String>();
    members.values().forEach(m -> all.addAll(topicsOf(m.terms())));
    return all;
  }

  Map<String, Set<String>> patterns() {
    return Collections.unmodifiableMap(patterns);
  }

  Set<String> patternsInUse() {
    var used = new TreeSet<String>();
    members.values().forEach(m -> m.terms().regex().filter(r -> !r.isEmpty()).ifPresent(used::add));
    return used;
  }

  // ---- offsets

  /**
   * Why this caller may not commit offsets of these partitions; NONE if it may. A member that has
   * not heard yet of its newest epoch may name an older one (KIP-1251), as long as it has had all
   * of them since then: so it does not commit what another has or had meanwhile.
   *
   * @param claimedEpoch -1 from no member
   * @param knowsEpochs the request is of a version that names epochs
   */
  public WireError commitRefusal(
      String memberId, int claimedEpoch, boolean knowsEpochs, PartitionSet partitions) {
    if (claimedEpoch < 0 && isEmpty()) {
      return WireError.NONE;
    }
    Optional<ConsumerMember> member = member(memberId);
    if (member.isEmpty()) {
      return WireError.UNKNOWN_MEMBER_ID;
    }
    if (!member.get().isClassic() && !knowsEpochs) {
      return WireError.UNSUPPORTED_VERSION;
    }
    boolean older = claimedEpoch >= 0 && claimedEpoch < member.get().epoch();
    return older && member.get().holding().hasHadSince(claimedEpoch, partitions)
        ? WireError.NONE
        : wrongEpoch(member.get(), claimedEpoch);
  }

  /** Why a member may not be told offsets; whoever does not say that it is one may. */
  public WireError fetchRefusal(Optional<String> memberId, int claimedEpoch) {
    return memberId.isEmpty() && claimedEpoch < 0
        ? WireError.NONE
        : refusalOf(memberId.orElse(""), claimedEpoch);
  }

  private WireError refusalOf(String memberId, int claimedEpoch) {
    return member(memberId)
        .map(member -> wrongEpoch(member, claimedEpoch))
        .orElse(WireError.UNKNOWN_MEMBER_ID);
  }

  private static WireError wrongEpoch(ConsumerMember member, int claimedEpoch) {
    if (member.epoch() == claimedEpoch) {
      return WireError.NONE;
    }
    return member.isClassic() ? WireError.ILLEGAL_GENERATION : WireError.STALE_MEMBER_EPOCH;
  }

  // ---- plain facts

  public String id() {
    return id;
  }

  public int epoch() {
    return epoch;
  }

  public int targetEpoch() {
    return targetEpoch;
  }

  long metadataHash() {
    return metadataHash;
  }

  long createdMs() {
    return createdMs;
  }

  /** Kafka's name of where the group stands. */
  public String stateName() {
    if (isEmpty()) {
      return "Empty";
    }
    if (epoch > targetEpoch) {
      return "Assigning";
    }
    boolean settled = members.values().stream().allMatch(this::isSettled);
    return settled ? "Stable" : "Reconciling";
  }

  /**
   * It has still to take something that it is to give up then: it goes on with its older target
   * until it reports that it took it.
   */
  boolean isBehind(ConsumerMember member) {
    return !member.isClassic()
        && member.epoch() < targetEpoch
        && member.holding().stage() != Holding.Stage.UNREVOKED;
  }

  boolean isSettled(ConsumerMember member) {
    return member.epoch() == targetEpoch
        && targetEpoch == epoch
        && member.holding().stage() == Holding.Stage.STABLE;
  }

  // ---- not durable

  Deadlines deadlines() {
    return deadlines;
  }

  Reports reports() {
    return reports;
  }

  /** Not before then are partitions dealt out again. */
  long nextDealMs() {
    return nextDealMs;
  }

  /** Until then further changes are likely, as there was one lately. */
  long restlessUntilMs() {
    return restlessUntilMs;
  }

  void restlessUntil(long ms) {
    restlessUntilMs = ms;
  }

  void dealAgainFrom(long atMs) {
    nextDealMs = atMs;
  }
}
