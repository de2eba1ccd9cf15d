package io.dure.group.consumer;

import io.dure.wire.WireError;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** ConsumerGroupHeartbeat: members come, show that they live, report, are told, and go. */
public final class Heartbeats {
  /** However large a group is, its members are heard of so often at most: every 2 ms one. */
  private static final int MS_PER_MEMBER = 2;

  private static final int MAX_INTERVAL_MS = 5_000;

  private Heartbeats() {}

  /** Why this cannot be answered whatever the group; empty when it can. */
  public static Optional<BeatAnswer> malformed(Beat beat, ConsumerSettings settings, int maxChars) {
    Optional<String> complaint = complaint(beat);
    if (complaint.isPresent()) {
      return Optional.of(BeatAnswer.refused(WireError.INVALID_REQUEST, complaint.get()));
    }
    if (texts(beat).anyMatch(text -> text.length() > maxChars)) {
      return Optional.of(
          BeatAnswer.refused(
              WireError.INVALID_REQUEST,
              "No text may be longer than " + maxChars + " characters."));
    }
    if (beat.assignor().filter(a -> !settings.assignors().contains(a)).isPresent()) {
      return Optional.of(
          BeatAnswer.refused(
              WireError.UNSUPPORTED_ASSIGNOR,
              "ServerAssignor "
                  + beat.assignor().get()
                  + " is not supported. Supported assignors: "
                  + String.join(", ", settings.assignors())
                  + "."));
    }
    return beat.regex()
        .filter(regex -> !regex.isEmpty() && !beat.leaves())
        .flatMap(regex -> TopicPattern.complaint(regex, settings.maxRegexChars()))
        .map(reason -> BeatAnswer.refused(WireError.INVALID_REGULAR_EXPRESSION, reason));
  }

  private static Optional<String> complaint(Beat beat) {
    boolean needsId =
        beat.makesItsOwnId() || beat.memberEpoch() > 0 || beat.memberEpoch() == Beat.LEAVE;
    if (needsId && beat.memberId().isBlank()) {
      return Optional.of("MemberId can't be empty.");
    }
    if (beat.groupId().isBlank()) {
      return Optional.of("GroupId can't be empty.");
    }
    if (beat.instanceId().filter(String::isBlank).isPresent()) {
      return Optional.of("InstanceId can't be empty.");
    }
    if (beat.rackId().filter(String::isBlank).isPresent()) {
      return Optional.of("RackId can't be empty.");
    }
    if (beat.joins()) {
      if (beat.rebalanceTimeoutMs() == -1) {
        return Optional.of("RebalanceTimeoutMs must be provided in first request.");
      }
      if (beat.owned().isEmpty() || !beat.owned().get().isEmpty()) {
        return Optional.of("TopicPartitions must be empty when (re-)joining.");
      }
      if (beat.topics().isEmpty() && beat.regex().isEmpty()) {
        return Optional.of(
            "Either SubscribedTopicNames or SubscribedTopicRegex must be non-null when"
                + " (re-)joining.");
      }
    } else if (beat.memberEpoch() == Holding.LEFT_FOR_NOW && beat.instanceId().isEmpty()) {
      return Optional.of("InstanceId can't be null.");
    } else if (beat.memberEpoch() < Holding.LEFT_FOR_NOW) {
      return Optional.of("MemberEpoch is invalid.");
    }
    return Optional.empty();
  }

  private static Stream<String> texts(Beat beat) {
    Stream<String> single =
        Stream.of(
                Stream.of(beat.groupId(), beat.memberId(), beat.clientId(), beat.clientHost()),
                beat.instanceId().stream(),
                beat.rackId().stream(),
                beat.regex().stream())
            .flatMap(s -> s);
    return Stream.concat(single, beat.topics().orElse(Set.of()).stream());
  }

  /** Decides on a well-formed heartbeat. */
  public static BeatAnswer beat(ConsumerGroup group, Beat beat, Rules rules, Journal journal) {
    if (beat.leaves()) {
      return Departures.leave(group, beat, rules, journal);
    }
    Optional<BeatAnswer> refusal = refusal(group, beat, rules.settings());
    if (refusal.isPresent()) {
      return refusal.get();
    }
    String memberId = beat.memberId().isEmpty() ? beat.freshId() : beat.memberId();
    takePlaceOfFormerSelf(group, beat, memberId, journal);
    Holding before = group.member(memberId).map(ConsumerMember::holding).orElse(Holding.NEW);
    takeTerms(group, beat, memberId, rules, journal);
    Targets.dealIfDue(group, rules, journal);
    ConsumerMember current = group.member(memberId).orElseThrow();
    ConsumerMember member =
        reconcile(
            group,
            current,
            beat.memberEpoch(),
            beat.owned(),
            () -> taken(group, current, beat, rules.topics()),
            journal);
    beat.owned().ifPresent(owned -> group.reports().heard(memberId, owned));
    expect(group, member, rules, journal);
    if (group.isBehind(member) && !group.reports().knows(memberId)) {
      return BeatAnswer.refused(
          WireError.NOT_COORDINATOR,
          "The coordinator is new and has to know what the member owns: say everything again.");
    }
    // Only what is answered well has a connection to tell of.
    group.deadlines().heard(memberId, beat.freshId());
    boolean tell =
        beat.joins()
            || beat.saysEverything()
            || !member.holding().assigned().equals(before.assigned());
    return new BeatAnswer(
        WireError.NONE,
        "",
        memberId,
        member.epoch(),
        intervalMs(group, member, rules.settings(), journal.nowMs()),
        tell ? Optional.of(member.holding().assigned()) : Optional.empty());
  }

  private static Optional<BeatAnswer> refusal(
      ConsumerGroup group, Beat beat, ConsumerSettings settings) {
    Optional<ConsumerMember> named = beat.instanceId().flatMap(group::staticMember);
    if (beat.joins()) {
      if (named.isPresent()) {
        boolean released =
            named.get().id().equals(beat.memberId())
                || named.get().holding().isAway()
                || named.get().isClassic();
        return released
            ? Optional.empty()
            : Optional.of(
                BeatAnswer.refused(
                    WireError.UNRELEASED_INSTANCE_ID,
                    "Static member "
                        + beat.memberId()
                        + " with instance id "
                        + beat.instanceId().get()
                        + " cannot join the group because the instance id is owned by "
                        + named.get().id()
                        + " member."));
      }
      boolean full =
          group.size() >= settings.maxMembers() && group.member(beat.memberId()).isEmpty();
      return full
          ? Optional.of(
              BeatAnswer.refused(
                  WireError.GROUP_MAX_SIZE_REACHED,
                  "The consumer group has reached its maximum capacity of "
                      + settings.maxMembers()
                      + " members."))
          : Optional.empty();
    }
    if (beat.instanceId().isPresent() && named.isEmpty()) {
      return Optional.of(
          BeatAnswer.refused(
              WireError.UNKNOWN_MEMBER_ID,
              "Instance id " + beat.instanceId().get() + " is unknown."));
    }
    if (named.isPresent() && !named.get().id().equals(beat.memberId())) {
      return Optional.of(fenced(beat, named.get()));
    }
    Optional<ConsumerMember> member = group.member(beat.memberId());
    return member.isEmpty()
        ? Optional.of(
            BeatAnswer.refused(
                WireError.UNKNOWN_MEMBER_ID,
                "Member " + beat.memberId() + " is not a member of group " + group.id() + "."))
        : wrongEpoch(member.get(), beat);
  }

  /**
   * A member may be behind when our answers were lost: then it says all it owns, and nobody else
   * has been given any of it.
   */
  private static Optional<BeatAnswer> wrongEpoch(ConsumerMember member, Beat beat) {
    int known = member.epoch();
    if (beat.memberEpoch() == known) {
      return Optional.empty();
    }
    boolean lostAnswer =
        beat.memberEpoch() == member.holding().previousEpoch()
            && beat.owned().filter(o -> member.holding().held().containsAll(o)).isPresent();
    if (beat.memberEpoch() < known && lostAnswer) {
      return Optional.empty();
    }
    return Optional.of(
        BeatAnswer.refused(
            WireError.FENCED_MEMBER_EPOCH,
            "The consumer group member has a "
                + (beat.memberEpoch() > known ? "greater" : "smaller")
                + " member epoch ("
                + beat.memberEpoch()
                + ") than the one known by the group coordinator ("
                + known
                + "). The member must abandon all its partitions and rejoin."));
  }

  static BeatAnswer fenced(Beat beat, ConsumerMember holder) {
    return BeatAnswer.refused(
        WireError.FENCED_INSTANCE_ID,
        "Static member "
            + beat.memberId()
            + " with instance id "
            + beat.instanceId().orElse("")
            + " was fenced by member "
            + holder.id()
            + ".");
  }

  /** A static member is back under another id: it gets what its former self had. */
  private static void takePlaceOfFormerSelf(
      ConsumerGroup group, Beat beat, String memberId, Journal journal) {
    Optional<ConsumerMember> former = beat.instanceId().flatMap(group::staticMember);
    if (former.isPresent() && !former.get().id().equals(memberId)) {
      replace(group, former.get(), memberId, journal);
    }
  }

  static void replace(
      ConsumerGroup group, ConsumerMember former, String memberId, Journal journal) {
    PartitionSet target = group.targetOf(former.id());
    Departures.forget(group, former.id(), journal);
    journal.store(new ConsumerRecord.MemberStored(group.id(), memberId, former.terms()));
    journal.store(new ConsumerRecord.TargetStored(group.id(), memberId, target));
    journal.store(
        new ConsumerRecord.HoldingStored(
            group.id(),
            memberId,
            new Holding(0, 0, Holding.Stage.STABLE, former.holding().assigned())));
  }

  private static void takeTerms(
      ConsumerGroup group, Beat beat, String memberId, Rules rules, Journal journal) {
    Optional<ConsumerMember> known = group.member(memberId);
    MemberTerms before = known.map(ConsumerMember::terms).orElse(MemberTerms.UNKNOWN);
    // A member that joins says everything; what it does not say then, it does not want.
    MemberTerms base = beat.joins() ? MemberTerms.UNKNOWN : before;
    var terms =
        new MemberTerms(
            beat.instanceId().or(base::instanceId),
            beat.rackId().or(base::rackId),
            beat.clientId(),
            beat.clientHost(),
            beat.rebalanceTimeoutMs() == -1
                ? before.rebalanceTimeoutMs()
                : beat.rebalanceTimeoutMs(),
            beat.topics().orElse(base.topics()),
            beat.regex().or(base::regex).filter(regex -> !regex.isEmpty()),
            beat.assignor().or(base::assignor),
            Optional.empty());
    if (known.isPresent() && terms.equals(before)) {
      return;
    }
    journal.store(new ConsumerRecord.MemberStored(group.id(), memberId, terms));
    if (terms.regex().isPresent() && !group.patterns().containsKey(terms.regex().get())) {
      Targets.match(group, terms.regex().get(), rules, journal);
    }
    if (known.isEmpty() || terms.wantOtherThan(before)) {
      Targets.startEpoch(group, rules, journal);
    }
  }

  /** Of what it was given, what it is certainly not about to take. */
  private static PartitionSet taken(
      ConsumerGroup group, ConsumerMember member, Beat beat, Topics topics) {
    PartitionSet assigned = member.holding().assigned();
    if (beat.joins()) {
      return assigned; // it has abandoned everything, also what it was told and had not taken
    }
    return group
        .reports()
        .of(member.id())
        .plus(beat.owned().orElse(PartitionSet.NONE))
        .plus(topics.gone(assigned));
  }

  /** Brings the member nearer to its target, and writes down what changed. */
  static ConsumerMember reconcile(
      ConsumerGroup group,
      ConsumerMember member,
      int claimedEpoch,
      Optional<PartitionSet> owned,
      Supplier<PartitionSet> taken,
      Journal journal) {
    Holding next =
        new Reconciliation(
                claimedEpoch,
                group.targetEpoch(),
                group.targetOf(member.id()),
                owned,
                taken,
                wanted -> group.freeFor(member.id(), wanted))
            .next(member.holding());
    if (claimedEpoch == 0) {
      next = next.begunAnew();
    }
    if (!next.equals(member.holding())) {
      journal.store(new ConsumerRecord.HoldingStored(group.id(), member.id(), next));
    }
    return group.member(member.id()).orElseThrow();
  }

  static void expect(ConsumerGroup group, ConsumerMember member, Rules rules, Journal journal) {
    int sessionMs =
        member
            .terms()
            .classic()
            .map(ClassicTerms::sessionTimeoutMs)
            .orElse(rules.settings().sessionMs());
    group.deadlines().expect(member.id(), journal.nowMs() + sessionMs);
    if (member.holding().stage() == Holding.Stage.UNREVOKED || group.isBehind(member)) {
      long untilMs = journal.nowMs() + Math.max(member.terms().rebalanceTimeoutMs(), 0);
      group.deadlines().expectStep(member, untilMs);
    } else {
      group.deadlines().tookStep(member.id());
    }
    journal.lookAgainAt(group, group.deadlines().nextMs());
  }

  /**
   * One that waits for others asks more often, and all do for a while after something changed: they
   * will have to give up for those who come next. Who is in a settled group, seldom.
   */
  private static int intervalMs(
      ConsumerGroup group, ConsumerMember member, ConsumerSettings settings, long nowMs) {
    boolean waits =
        member.holding().stage() == Holding.Stage.UNRELEASED
            || group.epoch() > group.targetEpoch()
            || nowMs < group.restlessUntilMs()
            || group.deadlines().suspectsSomebody();
    return waits
        ? Math.max(settings.settlingHeartbeatMs(), leastIntervalMs(group))
        : settledIntervalMs(group, settings);
  }

  static int settledIntervalMs(ConsumerGroup group, ConsumerSettings settings) {
    return Math.max(settings.heartbeatMs(), leastIntervalMs(group));
  }

  private static int leastIntervalMs(ConsumerGroup group) {
    return Math.min(group.size() * MS_PER_MEMBER, MAX_INTERVAL_MS);
  }
}
