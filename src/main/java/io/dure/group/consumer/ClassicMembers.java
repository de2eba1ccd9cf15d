package io.dure.group.consumer;

import io.dure.wire.Blob;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Members that speak the classic protocol within a group of the new one. They say what they own
 * when they join, are told to join again by their heartbeat, and what they get by SyncGroup.
 */
public final class ClassicMembers {
  private ClassicMembers() {}

  /** Whether all classic members understand one of these protocols. */
  public static boolean accept(ConsumerGroup group, Collection<String> offered) {
    return offered.stream()
        .anyMatch(name ->
            group.members().stream()
                .filter(ConsumerMember::isClassic)
                .allMatch(m -> supports(m, name)));
  }

  private static boolean supports(ConsumerMember member, String protocol) {
    return protocols(member).stream().anyMatch(p -> p.name().equals(protocol));
  }

  private static List<ClassicTerms.Supported> protocols(ConsumerMember member) {
    return member.terms().classic().map(ClassicTerms::protocols).orElse(List.of());
  }

  /** The one it is served by: what it would like best, as nobody else has to understand it. */
  public static String protocol(ConsumerMember member) {
    return protocols(member).stream().findFirst().map(ClassicTerms.Supported::name).orElse("");
  }

  /** A new member, one that joins again, or a static one in the place of its former self. */
  public static ConsumerMember join(
      ConsumerGroup group,
      String memberId,
      MemberTerms terms,
      ConsumerProtocol.Subscription subscription,
      Rules rules,
      Journal journal) {
    Optional<ConsumerMember> former = terms.instanceId().flatMap(group::staticMember);
    if (former.isPresent() && !former.get().id().equals(memberId)) {
      Heartbeats.replace(group, former.get(), memberId, journal);
    }
    Optional<ConsumerMember> before = group.member(memberId);
    if (before.isEmpty() || !before.get().terms().equals(terms)) {
      journal.store(new ConsumerRecord.MemberStored(group.id(), memberId, terms));
    }
    if (before.isEmpty() || terms.wantOtherThan(before.get().terms())) {
      Targets.startEpoch(group, rules, journal);
    }
    Targets.dealIfDue(group, rules, journal);
    PartitionSet owned = subscription.ownedIn(rules.topics());
    ConsumerMember current = group.member(memberId).orElseThrow();
    // It joins when it is done with what it was told before, or never heard of it.
    ConsumerMember member =
        Heartbeats.reconcile(
            group,
            current,
            current.epoch(),
            Optional.of(owned),
            current.holding()::assigned,
            journal);
    Heartbeats.expect(group, member, rules, journal);
    return member;
  }

  /** The group went on to another epoch, and this member has not joined since. */
  public static boolean isLeftBehind(ConsumerGroup group, ConsumerMember member) {
    return group.epoch() > member.epoch() && member.holding().stage() != Holding.Stage.UNREVOKED;
  }

  /** What it would get by joining again is there. */
  public static boolean shouldJoinAgain(ConsumerGroup group, ConsumerMember member) {
    return switch (member.holding().stage()) {
      case STABLE -> group.epoch() > member.epoch();
      case UNREVOKED -> true;
      case UNRELEASED -> {
        PartitionSet wanted = group.targetOf(member.id()).minus(member.holding().assigned());
        yield group.epoch() > member.epoch() || group.freeFor(member.id(), wanted).equals(wanted);
      }
    };
  }

  /** It was told to join again, and has its rebalance timeout from the first time it was told. */
  public static void expectJoin(ConsumerGroup group, ConsumerMember member, Journal journal) {
    long untilMs = journal.nowMs() + Math.max(member.terms().rebalanceTimeoutMs(), 0);
    group.deadlines().expectStep(member, untilMs);
    journal.lookAgainAt(group, group.deadlines().nextMs());
  }

  /** It lives. */
  public static void heard(
      ConsumerGroup group, ConsumerMember member, Rules rules, Journal journal) {
    int sessionMs =
        member
            .terms()
            .classic()
            .map(ClassicTerms::sessionTimeoutMs)
            .orElse(rules.settings().sessionMs());
    group.deadlines().expect(member.id(), journal.nowMs() + sessionMs);
    journal.lookAgainAt(group, group.deadlines().nextMs());
  }

  /** What it may read, in the words of its protocol. */
  public static Blob assignment(ConsumerMember member, Topics topics) {
    int version =
        protocols(member).stream()
            .findFirst()
            .flatMap(p -> ConsumerProtocol.subscription(p.metadata()))
            .map(ConsumerProtocol.Subscription::version)
            .orElse(0);
    return ConsumerProtocol.assignment(version, member.holding().assigned(), topics);
  }
}
