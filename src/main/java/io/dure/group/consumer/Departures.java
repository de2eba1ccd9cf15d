package io.dure.group.consumer;

import io.dure.wire.WireError;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Members go: they say so, or they are not heard of, or they do not give up what they are to. */
public final class Departures {
  /** For a client to notice that its connection is over, and to have another. */
  private static final int RECONNECT_MS = 500;

  private Departures() {}

  static BeatAnswer leave(ConsumerGroup group, Beat beat, Rules rules, Journal journal) {
    Optional<ConsumerMember> found =
        beat.instanceId().isPresent()
            ? group.staticMember(beat.instanceId().get())
            : group.member(beat.memberId());
    if (found.isEmpty()) {
      return BeatAnswer.refused(
          WireError.UNKNOWN_MEMBER_ID,
          beat.instanceId().isPresent()
              ? "Instance id " + beat.instanceId().get() + " is unknown."
              : "Member " + beat.memberId() + " is not a member of group " + group.id() + ".");
    }
    ConsumerMember member = found.get();
    if (!member.id().equals(beat.memberId())) {
      return Heartbeats.fenced(beat, member);
    }
    if (beat.memberEpoch() == Holding.LEFT_FOR_NOW) {
      // Its partitions stay with it until it comes back under its name, or its session ends.
      Holding kept = member.holding();
      journal.store(
          new ConsumerRecord.HoldingStored(
              group.id(),
              member.id(),
              new Holding(
                  Holding.LEFT_FOR_NOW,
                  kept.previousEpoch(),
                  Holding.Stage.STABLE,
                  kept.assigned(),
                  PartitionSet.NONE,
                  kept.tenures().over(kept.assigned(), kept.epoch()))));
      group.deadlines().tookStep(member.id());
    } else {
      remove(group, List.of(member), rules, journal);
    }
    return new BeatAnswer(
        WireError.NONE, "", beat.memberId(), beat.memberEpoch(), 0, Optional.empty());
  }

  /** Takes members out, and deals what they held out to the others. */
  public static void remove(
      ConsumerGroup group, Collection<ConsumerMember> gone, Rules rules, Journal journal) {
    gone.forEach(member -> forget(group, member.id(), journal));
    Targets.startEpoch(group, rules, journal);
  }

  static void forget(ConsumerGroup group, String memberId, Journal journal) {
    journal.store(new ConsumerRecord.HoldingForgotten(group.id(), memberId));
    journal.store(new ConsumerRecord.TargetForgotten(group.id(), memberId));
    journal.store(new ConsumerRecord.MemberForgotten(group.id(), memberId));
  }

  /**
   * A member's connection is over. When its process died, it is not heard of any more, and there is
   * no need to wait for the whole session; when it only lost the connection, its next heartbeat
   * comes by another. A static member may die and come back: its session is left alone.
   *
   * @param lastBeat the last heartbeat on that connection; when another came since, nothing is lost
   */
  public static void connectionLost(
      ConsumerGroup group, String memberId, String lastBeat, Rules rules, Journal journal) {
    Optional<ConsumerMember> member = group.member(memberId).filter(m -> !m.isClassic());
    if (member.isEmpty() || member.get().instanceId().isPresent()) {
      return;
    }
    long graceMs = Heartbeats.settledIntervalMs(group, rules.settings()) + RECONNECT_MS;
    if (group.deadlines().suspect(memberId, lastBeat, journal.nowMs() + graceMs)) {
      journal.lookAgainAt(group, group.deadlines().nextMs());
    }
  }

  /** Members whose time is over. */
  public static List<ConsumerMember> overdue(ConsumerGroup group, long nowMs) {
    return group.members().stream()
        .filter(m -> group.deadlines().isOverdue(m.id(), nowMs))
        .toList();
  }

  /** What else time brings: a deal that was put off. Then looks when it is time again. */
  public static void onTime(ConsumerGroup group, Rules rules, Journal journal) {
    Targets.dealIfDue(group, rules, journal);
    journal.lookAgainAt(group, group.deadlines().nextMs());
  }

  /** A new coordinator: everybody is expected as if just heard of. */
  public static void onResume(ConsumerGroup group, Rules rules, Journal journal) {
    for (ConsumerMember member : group.members()) {
      Heartbeats.expect(group, member, rules, journal);
    }
    Targets.onTopics(group, rules, journal);
    Targets.dealIfDue(group, rules, journal);
  }
}
