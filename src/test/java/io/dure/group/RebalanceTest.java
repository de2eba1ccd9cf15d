package io.dure.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.wire.WireError;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Members come, go and die: who is in which generation, and who is told what when. */
class RebalanceTest {
  private final Scene scene = new Scene();

  @Test
  void newMemberIsToldItsIdFirstAndJoinsWithIt() {
    GroupAnswer.Joined told = scene.answer(scene.join(""));

    assertThat(told.error()).isEqualTo(WireError.MEMBER_ID_REQUIRED);
    assertThat(told.memberId()).startsWith("client-id");
    long ticket = scene.ask(scene.join(told.memberId()));
    assertThat(scene.waits(ticket)).isTrue();
    scene.pass(300);
    GroupAnswer.Joined joined = scene.answerTo(ticket);
    assertThat(joined.error()).isEqualTo(WireError.NONE);
    assertThat(joined.generation()).isEqualTo(1);
    assertThat(joined.leader()).isEqualTo(told.memberId());
    assertThat(joined.members()).hasSize(1);
  }

  @Test
  void firstRebalanceWaitsLongerWhileMembersKeepComing() {
    long first = scene.enter();
    scene.pass(250);
    long second = scene.enter();
    scene.pass(250);
    assertThat(scene.waits(first)).isTrue();
    scene.pass(100);

    GroupAnswer.Joined one = scene.answerTo(first);
    GroupAnswer.Joined two = scene.answerTo(second);
    assertThat(one.generation()).isEqualTo(two.generation());
    assertThat(one.members()).hasSize(2);
    assertThat(two.members()).isEmpty();
  }

  @Test
  void followersGetTheirAssignmentWhenTheLeaderBringsIt() {
    List<Long> tickets = List.of(scene.enter(), scene.enter());
    scene.pass(700);
    GroupAnswer.Joined leader = scene.answerTo(tickets.get(0));
    GroupAnswer.Joined follower = scene.answerTo(tickets.get(1));

    long followerSync = scene.ask(scene.sync(follower, Map.of()));
    assertThat(scene.waits(followerSync)).isTrue();
    GroupAnswer.Synced ofLeader =
        scene.answer(scene.sync(leader, Map.of(leader.memberId(), "a", follower.memberId(), "bc")));

    GroupAnswer.Synced ofFollower = scene.answerTo(followerSync);
    assertThat(ofLeader.assignment().sizeBytes()).isEqualTo(1);
    assertThat(ofFollower.assignment().sizeBytes()).isEqualTo(2);
    assertThat(scene.state()).isEqualTo("Stable");
  }

  @Test
  void aThirdMemberMakesTheOthersJoinAgain() {
    List<GroupAnswer.Joined> two = scene.settled(2);
    long third = scene.enter();

    assertThat(scene.heartbeat(two.get(0).memberId(), 1))
        .isEqualTo(WireError.REBALANCE_IN_PROGRESS);
    long first = scene.ask(scene.join(two.get(0).memberId()));
    assertThat(scene.waits(third)).isTrue();
    long second = scene.ask(scene.join(two.get(1).memberId()));

    List<GroupAnswer.Joined> three = scene.settle(List.of(first, second, third));
    assertThat(three).allMatch(j -> j.generation() == 2);
    assertThat(scene.described().members()).hasSize(3);
  }

  @Test
  void aMemberThatFallsSilentIsOutAfterItsSession() {
    List<GroupAnswer.Joined> two = scene.settled(2);
    scene.pass(6_000);
    assertThat(scene.heartbeat(two.get(1).memberId(), 1)).isEqualTo(WireError.NONE);
    scene.pass(4_100);

    assertThat(scene.heartbeat(two.get(1).memberId(), 1))
        .isEqualTo(WireError.REBALANCE_IN_PROGRESS);
    GroupAnswer.Joined joined = scene.answer(scene.join(two.get(1).memberId()));
    assertThat(joined.generation()).isEqualTo(2);
    assertThat(joined.leader()).isEqualTo(two.get(1).memberId());
    assertThat(scene.heartbeat(two.get(0).memberId(), 1)).isEqualTo(WireError.UNKNOWN_MEMBER_ID);
  }

  @Test
  void whoDoesNotJoinAgainInTimeIsOut() {
    List<GroupAnswer.Joined> two = scene.settled(2);
    long third = scene.enter();
    long first = scene.ask(scene.join(two.get(0).memberId()));
    for (int i = 0; i < 12; i++) {
      scene.heartbeat(two.get(1).memberId(), 1);
      scene.pass(5_000);
    }

    GroupAnswer.Joined one = scene.answerTo(first);
    assertThat(one.members()).extracting(GroupAnswer.JoinedMember::memberId).hasSize(2);
    assertThat(scene.waits(third)).isFalse();
    assertThat(scene.heartbeat(two.get(1).memberId(), 2)).isEqualTo(WireError.UNKNOWN_MEMBER_ID);
  }

  @Test
  void whoDoesNotSyncInTimeIsOut() {
    List<Long> tickets = List.of(scene.enter(), scene.enter());
    scene.pass(700);
    GroupAnswer.Joined leader = scene.answerTo(tickets.get(0));
    GroupAnswer.Joined lazy = scene.answerTo(tickets.get(1));
    scene.ask(scene.sync(leader, Map.of()));
    for (int i = 0; i < 12; i++) {
      scene.heartbeat(lazy.memberId(), 1);
      scene.heartbeat(leader.memberId(), 1);
      scene.pass(5_000);
    }

    assertThat(scene.state()).isEqualTo("PreparingRebalance");
    assertThat(scene.heartbeat(lazy.memberId(), 1)).isEqualTo(WireError.UNKNOWN_MEMBER_ID);
  }

  @Test
  void anewMemberDuringAssignmentStartsItOver() {
    List<Long> tickets = List.of(scene.enter(), scene.enter());
    scene.pass(700);
    GroupAnswer.Joined follower = scene.answerTo(tickets.get(1));
    long sync = scene.ask(scene.sync(follower, Map.of()));
    scene.enter();

    GroupAnswer.Synced refused = scene.answerTo(sync);
    assertThat(refused.error()).isEqualTo(WireError.REBALANCE_IN_PROGRESS);
    assertThat(scene.state()).isEqualTo("PreparingRebalance");
  }

  @Test
  void aGroupThatAllHaveLeftIsEmptyAndKeepsItsGeneration() {
    List<GroupAnswer.Joined> two = scene.settled(2);
    GroupAnswer.Left left =
        scene.answer(
            new GroupCommand.Leave(
                Scene.GROUP,
                List.of(
                    MemberRef.dynamic(two.get(0).memberId()),
                    MemberRef.dynamic("nobody"),
                    MemberRef.dynamic(two.get(1).memberId()))));

    assertThat(left.members())
        .extracting(GroupAnswer.LeftMember::error)
        .containsExactly(WireError.NONE, WireError.UNKNOWN_MEMBER_ID, WireError.NONE);
    assertThat(scene.state()).isEqualTo("Empty");
    long next = scene.enter();
    scene.pass(300);
    GroupAnswer.Joined joined = scene.answerTo(next);
    assertThat(joined.generation()).isEqualTo(3);
  }

  @Test
  void whoNeverJoinsWithItsIdDoesNotHoldUpTheOthersForLong() {
    List<GroupAnswer.Joined> one = scene.settled(1);
    scene.answer(scene.join(""));
    long again = scene.ask(scene.join(one.get(0).memberId()));
    assertThat(scene.waits(again)).isTrue();
    scene.pass(10_100);

    assertThat(scene.waits(again)).isFalse();
  }

  @Test
  void membersWithoutACommonProtocolAreTurnedAway() {
    scene.ask(scene.join(scene.answer(scene.join("", "range")).memberId(), "range"));

    assertThat(scene.answer(scene.join("", "sticky")).error())
        .isEqualTo(WireError.INCONSISTENT_GROUP_PROTOCOL);
  }

  @Test
  void theProtocolThatMostMembersPreferIsChosen() {
    scene.enter("range", "sticky");
    scene.enter("sticky", "range");
    long third = scene.enter("sticky", "range", "other");
    scene.pass(2_000);

    GroupAnswer.Joined joined = scene.answerTo(third);
    assertThat(joined.protocol()).contains("sticky");
  }

  @Test
  void aFollowerThatJoinsAgainUnchangedIsToldTheGenerationAndTheLeaderStartsANewOne() {
    List<GroupAnswer.Joined> two = scene.settled(2);

    GroupAnswer.Joined same = scene.answer(scene.join(two.get(1).memberId()));
    assertThat(same.generation()).isEqualTo(1);
    assertThat(scene.state()).isEqualTo("Stable");
    scene.ask(scene.join(two.get(0).memberId()));
    assertThat(scene.state()).isEqualTo("PreparingRebalance");
  }

  @Test
  void wrongGenerationsAndStrangersAreRefused() {
    List<GroupAnswer.Joined> one = scene.settled(1);
    String id = one.get(0).memberId();

    assertThat(scene.heartbeat(id, 7)).isEqualTo(WireError.ILLEGAL_GENERATION);
    assertThat(scene.heartbeat("stranger", 1)).isEqualTo(WireError.UNKNOWN_MEMBER_ID);
    assertThat(scene.answer(scene.join("stranger")).error()).isEqualTo(WireError.UNKNOWN_MEMBER_ID);
    assertThat(scene.answer(scene.joinOf("", "", Optional.empty(), true, 10_000)).error())
        .isEqualTo(WireError.INVALID_GROUP_ID);
    assertThat(scene.answer(scene.joinOf("g", "", Optional.empty(), true, 10)).error())
        .isEqualTo(WireError.INVALID_SESSION_TIMEOUT);
    var other =
        new GroupCommand.Sync(
            Scene.GROUP,
            MemberRef.dynamic(id),
            1,
            Optional.of("connect"),
            Optional.empty(),
            Map.of());
    assertThat(scene.answer(other).error()).isEqualTo(WireError.INCONSISTENT_GROUP_PROTOCOL);
  }

  @Test
  void aFullGroupTakesNobodyElse() {
    var small = new Scene(GroupSettings.DEFAULTS.withMaxMembers(2));
    small.settled(2);

    assertThat(small.answer(small.join("")).error()).isEqualTo(WireError.GROUP_MAX_SIZE_REACHED);
  }

  @Test
  void aNewCoordinatorGoesOnWithTheMembersAsTheyWere() {
    List<GroupAnswer.Joined> two = scene.settled(2);
    GroupAnswer.Described before = scene.described();
    scene.failOver();

    assertThat(scene.described()).isEqualTo(before);
    assertThat(scene.heartbeat(two.get(0).memberId(), 1)).isEqualTo(WireError.NONE);
    GroupAnswer.Synced synced = scene.answer(scene.sync(two.get(1), Map.of()));
    assertThat(synced.assignment().sizeBytes()).isPositive();
    scene.pass(9_000);
    scene.heartbeat(two.get(0).memberId(), 1);
    scene.pass(2_000);
    assertThat(scene.state()).isEqualTo("PreparingRebalance");
  }

  @Test
  void oldClientsJoinAtOnceWithoutAnIdOfTheirOwn() {
    long ticket = scene.ask(scene.joinOf(Scene.GROUP, "", Optional.empty(), false, 10_000));
    scene.pass(300);

    GroupAnswer.Joined joined = scene.answerTo(ticket);
    assertThat(joined.error()).isEqualTo(WireError.NONE);
  }
}
