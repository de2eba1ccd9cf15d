package io.dure.group;

import io.dure.group.consumer.BeatAnswer;
import io.dure.group.consumer.ClassicTerms;
import io.dure.group.consumer.ConsumerGroup;
import io.dure.group.consumer.ConsumerMember;
import io.dure.group.consumer.ConsumerProtocol;
import io.dure.group.consumer.ConsumerRecord;
import io.dure.group.consumer.Departures;
import io.dure.group.consumer.Holding;
import io.dure.group.consumer.Journal;
import io.dure.group.consumer.MemberTerms;
import io.dure.group.consumer.PartitionSet;
import io.dure.group.consumer.Rules;
import io.dure.wire.Blob;
import io.dure.wire.WireError;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Turns a classic group into one of the new protocol when its first new member joins, and back when
 * its last one leaves; members keep what they hold.
 *
 * <p>Records of the new kind are complete before the first of the old kind goes, and the group's
 * epoch is the last to come and the first to go. So a coordinator that finds both knows which is
 * whole, even where a conversion was cut off between two batches.
 */
final class Conversion {
  private final GroupTable table;
  private final Surroundings surroundings;
  private final Rebalance rebalance;

  Conversion(GroupTable table, Surroundings surroundings, Rebalance rebalance) {
    this.table = table;
    this.surroundings = surroundings;
    this.rebalance = rebalance;
  }

  /**
   * Why a member of the new protocol cannot join now; empty when it can, and everything is ready.
   */
  Optional<BeatAnswer> up(Group group, Rules rules, Turn turn) {
    if (group.isEmpty() && group.pendingCount() == 0) {
      if (group.generation() > 0 || !group.protocolType().isEmpty()) {
        turn.store(new GroupRecord.GroupForgotten(group.id()));
      }
      return Optional.empty();
    }
    if (!group.isConsumerGroup() && !group.isEmpty()) {
      return Optional.of(
          BeatAnswer.refused(
              WireError.GROUP_ID_NOT_FOUND, "Group " + group.id() + " is not a consumer group."));
    }
    if (!rules.settings().migration().allowsUp()) {
      return Optional.of(
          BeatAnswer.refused(
              WireError.GROUP_ID_NOT_FOUND,
              "Group "
                  + group.id()
                  + " is not a consumer group, and group.consumer.migration.policy does not let it"
                  + " become one while it has members."));
    }
    if (!(group.phase() instanceof Phase.Stable)) {
      // What its members own is certain only when they have settled: soon.
      return Optional.of(
          BeatAnswer.refused(
              WireError.COORDINATOR_LOAD_IN_PROGRESS,
              "Group " + group.id() + " is rebalancing by the classic protocol: try again."));
    }
    if (group.size() >= rules.settings().maxMembers()) {
      return Optional.of(
          BeatAnswer.refused(
              WireError.GROUP_MAX_SIZE_REACHED,
              "The consumer group has reached its maximum capacity of "
                  + rules.settings().maxMembers()
                  + " members."));
    }
    return convertUp(group, rules, turn);
  }

  private Optional<BeatAnswer> convertUp(Group group, Rules rules, Turn turn) {
    String protocol = group.protocol().orElse("");
    var terms = new HashMap<String, MemberTerms>();
    var holdings = new HashMap<String, PartitionSet>();
    PartitionSet taken = PartitionSet.NONE;
    for (Member member : group.members()) {
      Optional<ConsumerProtocol.Subscription> subscription =
          ConsumerProtocol.subscription(member.metadataFor(protocol));
      Optional<PartitionSet> assigned =
          ConsumerProtocol.assignment(member.assignment(), rules.topics());
      if (subscription.isEmpty() || assigned.isEmpty()) {
        return Optional.of(
            BeatAnswer.refused(
                WireError.GROUP_ID_NOT_FOUND,
                "Group "
                    + group.id()
                    + " has members that do not speak the consumer protocol: it stays classic."));
      }
      terms.put(member.id(), terms(member, subscription.get()));
      holdings.put(member.id(), assigned.get().minus(taken));
      taken = taken.plus(assigned.get());
    }
    store(group, terms, holdings, rules, turn);
    return Optional.empty();
  }

  private static MemberTerms terms(Member member, ConsumerProtocol.Subscription subscription) {
    List<ClassicTerms.Supported> protocols =
        member.protocols().stream()
            .map(p -> new ClassicTerms.Supported(p.name(), p.metadata()))
            .toList();
    return new MemberTerms(
        member.instanceId(),
        subscription.rack(),
        member.clientId(),
        member.clientHost(),
        member.rebalanceTimeoutMs(),
        subscription.topics(),
        Optional.empty(),
        Optional.empty(),
        Optional.of(new ClassicTerms(member.sessionTimeoutMs(), protocols)));
  }

  private void store(
      Group group,
      Map<String, MemberTerms> terms,
      Map<String, PartitionSet> holdings,
      Rules rules,
      Turn turn) {
    String id = group.id();
    int epoch = Math.max(group.generation(), 1);
    Journal journal = turn.journal();
    for (Member member : group.members()) {
      PartitionSet held = holdings.getOrDefault(member.id(), PartitionSet.NONE);
      MemberTerms its = terms.getOrDefault(member.id(), MemberTerms.UNKNOWN);
      journal.store(new ConsumerRecord.MemberStored(id, member.id(), its));
      journal.store(new ConsumerRecord.TargetStored(id, member.id(), held));
      journal.store(
          new ConsumerRecord.HoldingStored(
              id, member.id(), new Holding(epoch, epoch, Holding.Stage.STABLE, held)));
    }
    journal.store(new ConsumerRecord.TargetEpochStored(id, epoch, turn.wallMs()));
    journal.store(new ConsumerRecord.EpochStored(id, epoch, 0, turn.wallMs()));
    turn.store(new GroupRecord.GroupForgotten(id));
    table.find(id).flatMap(Group::consumer).ifPresent(g -> Departures.onResume(g, rules, journal));
  }

  /** The last member of the new protocol is gone: the others go on by themselves, as before. */
  void downIfOnlyClassicAreLeft(String groupId, Turn turn) {
    Optional<Group> found = table.find(groupId);
    Optional<ConsumerGroup> consumer = found.flatMap(Group::consumer);
    boolean allowed = surroundings.rules(groupId).settings().migration().allowsDown();
    if (consumer.isEmpty() || !consumer.get().hasClassicMembersOnly() || !allowed) {
      return;
    }
    Group group = found.orElseThrow();
    turn.store(classic(consumer.get(), turn.wallMs()));
    forget(consumer.get(), turn);
    group.members().forEach(m -> turn.expect(group, m, m.sessionTimeoutMs()));
    rebalance.prepare(group, turn);
  }

  private GroupRecord.GroupStored classic(ConsumerGroup group, long wallMs) {
    String protocol = commonProtocol(group);
    var members = new ArrayList<GroupRecord.StoredMember>();
    for (ConsumerMember member : group.members()) {
      ClassicTerms terms = member.terms().classic().orElseThrow();
      Blob subscription =
          terms.protocols().stream()
              .filter(p -> p.name().equals(protocol))
              .map(ClassicTerms.Supported::metadata)
              .findFirst()
              .orElse(Blob.EMPTY);
      int version =
          ConsumerProtocol.subscription(subscription)
              .map(ConsumerProtocol.Subscription::version)
              .orElse(0);
      members.add(
          new GroupRecord.StoredMember(
              member.id(),
              member.terms().instanceId(),
              member.terms().clientId(),
              member.terms().clientHost(),
              member.terms().rebalanceTimeoutMs(),
              terms.sessionTimeoutMs(),
              subscription,
              ConsumerProtocol.assignment(
                  version, member.holding().held(), surroundings.topics())));
    }
    Optional<String> leader = members.stream().map(GroupRecord.StoredMember::memberId).findFirst();
    return new GroupRecord.GroupStored(
        group.id(),
        ConsumerProtocol.TYPE,
        group.epoch(),
        Optional.of(protocol),
        leader,
        wallMs,
        members);
  }

  /** One that all understand; there is one, as nobody was let in without. */
  private static String commonProtocol(ConsumerGroup group) {
    List<List<String>> offered =
        group.members().stream()
            .map(m ->
                m.terms().classic().orElseThrow().protocols().stream()
                    .map(ClassicTerms.Supported::name)
                    .toList())
            .toList();
    return offered.getFirst().stream()
        .filter(name -> offered.stream().allMatch(names -> names.contains(name)))
        .findFirst()
        .orElse("");
  }

  /** Forgets all of a group of the new protocol but the offsets. */
  static void forget(ConsumerGroup group, Turn turn) {
    group.tombstones().forEach(r -> turn.store(new GroupRecord.OfConsumer(r)));
  }

  /** What a former coordinator did not come to. */
  void finish(Group group, Turn turn) {
    ConsumerGroup consumer = group.consumer().orElseThrow();
    if (consumer.epoch() == 0) {
      forget(consumer, turn);
    } else if (group.size() > 0) {
      turn.store(new GroupRecord.GroupForgotten(group.id()));
    }
  }
}
