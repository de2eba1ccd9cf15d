package io.dure.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.base.Moment;
import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.base.TopicId;
import io.dure.group.consumer.Beat;
import io.dure.group.consumer.BeatAnswer;
import io.dure.group.consumer.ConsumerSettings;
import io.dure.group.consumer.PartitionSet;
import io.dure.metadata.ClusterImage;
import io.dure.metadata.ConfigResource;
import io.dure.metadata.MetadataRecord;
import io.dure.wire.WireError;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Groups of the new protocol, one question at a time. */
class ConsumerGroupTest {
  private static final TopicId T = new TopicId(new UUID(3, 3));

  private final GroupSettings settings =
      GroupSettings.DEFAULTS.withConsumer(
          ConsumerSettings.DEFAULTS.withTimes(10_000, 1_000).withMaxMembers(3));
  private final GroupShard shard = new GroupShard(settings);
  private long nowMs = 1_000;

  ConsumerGroupTest() {
    shard.resume(cluster(), now());
  }

  private static ClusterImage cluster(MetadataRecord... further) {
    var records = new ArrayList<MetadataRecord>();
    records.add(new MetadataRecord.TopicCreated(T, "t", false));
    for (int p = 0; p < 4; p++) {
      records.add(
          new MetadataRecord.PartitionCreated(new PartitionId(T, p), List.of(new NodeId(1))));
    }
    records.addAll(List.of(further));
    return ClusterImage.EMPTY.apply(records, records.size());
  }

  private Moment now() {
    return new Moment(nowMs, nowMs);
  }

  private BeatAnswer ask(Beat beat) {
    Decision decision = shard.decide(1, new GroupCommand.ConsumerHeartbeat(beat), now());
    return ((GroupAnswer.ConsumerHeard) decision.replies().getFirst().answer()).answer();
  }

  private BeatAnswer join(String member, Optional<String> instance) {
    return ask(beat(member, 0, instance, Optional.of("t"), "", Optional.of(PartitionSet.NONE)));
  }

  private BeatAnswer join(String member) {
    return join(member, Optional.empty());
  }

  private BeatAnswer tell(String member, int epoch, int... owned) {
    return ask(
        beat(
            member,
            epoch,
            Optional.empty(),
            Optional.empty(),
            "",
            Optional.of(PartitionSet.of(T, owned))));
  }

  private BeatAnswer live(String member, int epoch) {
    return ask(beat(member, epoch, Optional.empty(), Optional.empty(), "", Optional.empty()));
  }

  private static Beat beat(
      String member,
      int epoch,
      Optional<String> instance,
      Optional<String> topic,
      String regex,
      Optional<PartitionSet> owned) {
    return new Beat(
        "g",
        member,
        epoch,
        "fresh",
        true,
        instance,
        Optional.empty(),
        "client",
        "/host",
        epoch == 0 ? 5_000 : -1,
        topic.map(Set::of),
        regex.isEmpty() ? Optional.empty() : Optional.of(regex),
        Optional.empty(),
        owned);
  }

  private void pass(long ms) {
    for (long end = nowMs + ms; nowMs < end; nowMs += 100) {
      shard.tick(now());
    }
  }

  private GroupAnswer.ConsumerDescribed described() {
    Decision decision = shard.decide(1, new GroupCommand.ConsumerDescribe("g"), now());
    return (GroupAnswer.ConsumerDescribed) decision.replies().getFirst().answer();
  }

  @Test
  void aNewcomerWaitsUntilTheOwnerSaysThatItGaveUp() {
    int first = join("a").memberEpoch();
    assertThat(tell("a", first, 0, 1, 2, 3).error()).isEqualTo(WireError.NONE);
    BeatAnswer joined = join("b");
    assertThat(joined.assignment()).contains(PartitionSet.NONE);
    PartitionSet keeps = live("a", first).assignment().orElseThrow();
    assertThat(keeps.size()).isEqualTo(2);
    assertThat(live("b", joined.memberEpoch()).assignment()).isEmpty();

    assertThat(tell("a", first, 0, 1, 2, 3).memberEpoch()).as("not yet").isEqualTo(first);
    assertThat(live("b", joined.memberEpoch()).assignment()).isEmpty();
    List<Integer> kept = keeps.partitionsOf(T);
    assertThat(tell("a", first, kept.get(0), kept.get(1)).memberEpoch()).isGreaterThan(first);
    PartitionSet obtained = live("b", joined.memberEpoch()).assignment().orElseThrow();
    assertThat(obtained.size()).isEqualTo(2);
    assertThat(obtained.overlaps(keeps)).isFalse();
    assertThat(described().state()).isEqualTo("Stable");
  }

  @Test
  void aGroupIsDealtOutAsSeldomAsItsOwnSettingSays() {
    shard.resume(
        cluster(
            new MetadataRecord.ConfigChanged(
                ConfigResource.group("g"), "consumer.assignment.interval.ms", Optional.of("2000"))),
        now());
    int first = join("a").memberEpoch();
    tell("a", first, 0, 1, 2, 3);
    join("b");

    pass(1_900);
    assertThat(live("a", first).assignment()).as("too early").isEmpty();
    assertThat(described().state()).isEqualTo("Assigning");

    pass(200);
    assertThat(live("a", first).assignment().orElseThrow().size()).isEqualTo(2);
  }

  /** It works off what it was told in its own time; until then it reports what it had before. */
  @Test
  void whatAMemberWasGivenAndHasNotTakenYetIsNotGivenToAnother() {
    int first = join("a").memberEpoch();
    BeatAnswer joined = join("b");
    BeatAnswer early = tell("a", first);
    assertThat(early.assignment()).as("it has to take what it was told first").isEmpty();
    assertThat(early.memberEpoch()).isEqualTo(first);
    assertThat(live("b", joined.memberEpoch()).assignment()).isEmpty();

    PartitionSet keeps = tell("a", first, 0, 1, 2, 3).assignment().orElseThrow();
    assertThat(keeps.size()).isEqualTo(2);
    assertThat(live("b", joined.memberEpoch()).assignment()).isEmpty();
    List<Integer> kept = keeps.partitionsOf(T);
    tell("a", first, kept.get(0), kept.get(1));
    assertThat(live("b", joined.memberEpoch()).assignment().orElseThrow().size()).isEqualTo(2);
  }

  @Test
  void whoJoinsAgainHasAbandonedWhatItWasAboutToTake() {
    join("a");
    BeatAnswer joined = join("b");
    assertThat(join("a").assignment().orElseThrow().size()).isEqualTo(2);
    assertThat(live("b", joined.memberEpoch()).assignment().orElseThrow().size()).isEqualTo(2);
  }

  @Test
  void whoseConnectionIsOverAndWhoIsNotHeardOfAgainIsSoonOut() {
    int first = join("a").memberEpoch();
    BeatAnswer joined = join("b");
    assertThat(joined.assignment()).contains(PartitionSet.NONE);
    connectionOver("a", "fresh");
    assertThat(live("b", joined.memberEpoch()).heartbeatIntervalMs())
        .as("there may be something to take soon")
        .isLessThan(1_000);
    pass(1_000);
    assertThat(described().members()).as("it may only have lost its connection").hasSize(2);
    pass(600);
    assertThat(described().members()).hasSize(1);
    assertThat(live("a", first).error()).isEqualTo(WireError.UNKNOWN_MEMBER_ID);
    assertThat(live("b", joined.memberEpoch()).assignment().orElseThrow().size()).isEqualTo(4);
  }

  @Test
  void whoIsHeardOfByAnotherConnectionStays() {
    int first = join("a").memberEpoch();
    connectionOver("a", "fresh");
    tell("a", first, 0, 1, 2, 3);
    pass(4_000);
    assertThat(described().members()).hasSize(1);
    connectionOver("a", "a former heartbeat");
    pass(4_000);
    assertThat(described().members()).hasSize(1);
  }

  @Test
  void aStaticMemberMayDieAndComeBack() {
    ask(beat("a", 0, Optional.of("one"), Optional.of("t"), "", Optional.of(PartitionSet.NONE)));
    connectionOver("a", "fresh");
    pass(4_000);
    assertThat(described().members()).hasSize(1);
  }

  private void connectionOver(String member, String lastBeat) {
    shard.decide(1, new GroupCommand.ConnectionLost("g", member, lastBeat), now());
  }

  @Test
  void whoDoesNotGiveUpWithinItsRebalanceTimeoutIsOut() {
    int first = join("a").memberEpoch();
    BeatAnswer joined = join("b");
    for (int i = 0; i < 6; i++) {
      live("a", first);
      live("b", joined.memberEpoch());
      pass(1_000);
    }
    assertThat(live("a", first).error()).isEqualTo(WireError.UNKNOWN_MEMBER_ID);
    assertThat(live("b", joined.memberEpoch()).assignment().orElseThrow().size()).isEqualTo(4);
  }

  @Test
  void whoIsNotHeardOfForItsSessionIsOut() {
    join("a");
    pass(9_800);
    assertThat(described().members()).hasSize(1);
    pass(400);
    assertThat(described().state()).isEqualTo("Empty");
  }

  @Test
  void aStaticMemberThatWillBeBackKeepsItsPartitions() {
    join("a", Optional.of("i"));
    assertThat(join("b", Optional.of("i")).error()).isEqualTo(WireError.UNRELEASED_INSTANCE_ID);
    ask(beat("a", -2, Optional.of("i"), Optional.empty(), "", Optional.empty()));
    assertThat(join("c").assignment()).contains(PartitionSet.NONE);
    BeatAnswer back = join("b", Optional.of("i"));
    assertThat(back.error()).isEqualTo(WireError.NONE);
    Beat former = beat("a", 1, Optional.of("i"), Optional.empty(), "", Optional.empty());
    assertThat(ask(former).error()).isEqualTo(WireError.FENCED_INSTANCE_ID);
  }

  @Test
  void anEpochThatNobodyWasToldIsFenced() {
    int epoch = join("a").memberEpoch();
    assertThat(live("a", epoch + 1).error()).isEqualTo(WireError.FENCED_MEMBER_EPOCH);
    assertThat(live("x", epoch).error()).isEqualTo(WireError.UNKNOWN_MEMBER_ID);
    assertThat(live("a", epoch).error()).isEqualTo(WireError.NONE);
  }

  @Test
  void aFullGroupTurnsNewcomersAway() {
    join("a");
    join("b");
    join("c");
    assertThat(join("d").error()).isEqualTo(WireError.GROUP_MAX_SIZE_REACHED);
    assertThat(join("c").error()).isEqualTo(WireError.NONE);
  }

  @Test
  void patternsAreTakenInRe2SyntaxAndWithinBounds() {
    for (String bad : List.of("(", "a{1001}", "(?=a)", "((a{100}){100}){100}", "x".repeat(1_001))) {
      assertThat(matching("a", bad).error())
          .as(bad)
          .isEqualTo(WireError.INVALID_REGULAR_EXPRESSION);
    }
    assertThat(matching("a", "(t|u){1,3}").assignment().orElseThrow().size()).isEqualTo(4);
    assertThat(matching("b", "(x*)*y").assignment()).contains(PartitionSet.NONE);
  }

  private BeatAnswer matching(String member, String regex) {
    return ask(
        beat(member, 0, Optional.empty(), Optional.empty(), regex, Optional.of(PartitionSet.NONE)));
  }

  @Test
  void anAssignorThatIsNotOnOfferIsRefused() {
    Beat join =
        beat("a", 0, Optional.empty(), Optional.of("t"), "", Optional.of(PartitionSet.NONE));
    var wish =
        new Beat(
            join.groupId(),
            join.memberId(),
            0,
            "fresh",
            true,
            Optional.empty(),
            Optional.empty(),
            "client",
            "/host",
            5_000,
            join.topics(),
            Optional.empty(),
            Optional.of("sticky"),
            join.owned());
    assertThat(ask(wish).error()).isEqualTo(WireError.UNSUPPORTED_ASSIGNOR);
    assertThat(ask(wish).reason()).contains("uniform, range");
  }

  @Test
  void aStaleEpochCommitsNothing() {
    int epoch = join("a").memberEpoch();
    assertThat(commit("a", epoch)).isEqualTo(WireError.NONE);
    assertThat(commit("a", epoch + 1)).isEqualTo(WireError.STALE_MEMBER_EPOCH);
    assertThat(commit("b", epoch)).isEqualTo(WireError.UNKNOWN_MEMBER_ID);
    assertThat(commit("", -1)).isEqualTo(WireError.UNKNOWN_MEMBER_ID);
  }

  /** Whoever comes next needs something of it. */
  @Test
  void whoIsInAGroupThatChangedLatelyIsToBeHeardOfSoon() {
    int epoch = join("a").memberEpoch();
    tell("a", epoch, 0, 1, 2, 3);
    assertThat(live("a", epoch).heartbeatIntervalMs()).isEqualTo(300);
    pass(3_000);
    assertThat(live("a", epoch).heartbeatIntervalMs()).isEqualTo(1_000);
  }

  /** It sends before it hears of its next epoch (KIP-1251). */
  @Test
  void anOlderEpochCommitsWhatTheMemberHasHadSince() {
    int first = join("a").memberEpoch();
    tell("a", first, 0, 1, 2, 3);
    BeatAnswer joined = join("b");
    List<Integer> kept = live("a", first).assignment().orElseThrow().partitionsOf(T);
    List<Integer> given = List.of(0, 1, 2, 3).stream().filter(p -> !kept.contains(p)).toList();
    assertThat(commit("a", first, given.getFirst())).as("not given up").isEqualTo(WireError.NONE);
    int second = tell("a", first, kept.get(0), kept.get(1)).memberEpoch();
    assertThat(second).isGreaterThan(first);

    assertThat(commit("a", first, kept.getFirst())).isEqualTo(WireError.NONE);
    assertThat(commit("a", first, given.getFirst())).isEqualTo(WireError.STALE_MEMBER_EPOCH);
    assertThat(commit("a", first, kept.getFirst(), given.getFirst()))
        .as("all or nothing")
        .isEqualTo(WireError.STALE_MEMBER_EPOCH);
    assertThat(commit("b", joined.memberEpoch(), given.getFirst())).isEqualTo(WireError.NONE);
    assertThat(commit("a", 0, kept.getFirst())).isEqualTo(WireError.STALE_MEMBER_EPOCH);
  }

  @Test
  void whatAMemberLostAndGotAgainItHasAnew() {
    int first = join("a").memberEpoch();
    tell("a", first, 0, 1, 2, 3);
    BeatAnswer joined = join("b");
    List<Integer> kept = live("a", first).assignment().orElseThrow().partitionsOf(T);
    int second = tell("a", first, kept.get(0), kept.get(1)).memberEpoch();
    live("b", joined.memberEpoch());
    leave("b");
    int third = live("a", second).memberEpoch();
    assertThat(third).isGreaterThan(second);

    List<Integer> again = List.of(0, 1, 2, 3).stream().filter(p -> !kept.contains(p)).toList();
    assertThat(commit("a", third, again.getFirst())).isEqualTo(WireError.NONE);
    assertThat(commit("a", second, again.getFirst())).isEqualTo(WireError.STALE_MEMBER_EPOCH);
    assertThat(commit("a", first, again.getFirst())).isEqualTo(WireError.STALE_MEMBER_EPOCH);
    assertThat(commit("a", first, kept.getFirst())).isEqualTo(WireError.NONE);
  }

  private void leave(String member) {
    assertThat(
            ask(beat(member, -1, Optional.empty(), Optional.empty(), "", Optional.empty())).error())
        .isEqualTo(WireError.NONE);
  }

  private WireError commit(String member, int epoch) {
    return commit(member, epoch, 0);
  }

  private WireError commit(String member, int epoch, int... partitions) {
    var command =
        new GroupCommand.CommitOffsets(
            "g",
            MemberRef.dynamic(member),
            epoch,
            -1,
            true,
            Arrays.stream(partitions)
                .mapToObj(p -> new GroupCommand.OffsetToCommit(new OffsetKey("t", T, p), 5, -1, ""))
                .toList());
    return ((GroupAnswer.Committed) shard.decide(1, command, now()).replies().getFirst().answer())
        .errors()
        .getFirst();
  }
}
