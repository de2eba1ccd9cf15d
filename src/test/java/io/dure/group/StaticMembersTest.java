package io.dure.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.wire.WireError;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Members with a name of their own keep their place over a restart (KIP-345). */
class StaticMembersTest {
  private final Scene scene = new Scene();

  private long enter(String name) {
    return scene.ask(scene.join("", Optional.of(name)));
  }

  private List<GroupAnswer.Joined> settledTwo() {
    List<Long> tickets = List.of(enter("a"), enter("b"));
    scene.pass(2_000);
    return scene.settle(tickets);
  }

  @Test
  void aRestartedFollowerKeepsItsAssignmentWithoutARebalance() {
    List<GroupAnswer.Joined> two = settledTwo();

    GroupAnswer.Joined again = scene.answer(scene.join("", Optional.of("b")));

    assertThat(again.generation()).isEqualTo(1);
    assertThat(again.memberId()).isNotEqualTo(two.get(1).memberId());
    assertThat(again.skipAssignment()).isFalse();
    assertThat(scene.answer(scene.sync(again, Map.of())).assignment().sizeBytes()).isPositive();
    assertThat(scene.heartbeat(two.get(0).memberId(), 1)).isEqualTo(WireError.NONE);
    assertThat(scene.state()).isEqualTo("Stable");
  }

  @Test
  void aRestartedLeaderIsToldNotToAssignAgain() {
    settledTwo();

    GroupAnswer.Joined again = scene.answer(scene.join("", Optional.of("a")));

    assertThat(again.skipAssignment()).isTrue();
    assertThat(again.leader()).isEqualTo(again.memberId());
    assertThat(again.members()).hasSize(2);
    scene.failOver();
    assertThat(scene.heartbeat(again.memberId(), 1)).isEqualTo(WireError.NONE);
  }

  @Test
  void theFormerSelfIsFenced() {
    List<GroupAnswer.Joined> two = settledTwo();
    scene.ask(scene.join("", Optional.of("b")));

    var former = new MemberRef(two.get(1).memberId(), Optional.of("b"));
    assertThat(scene.answer(new GroupCommand.Heartbeat(Scene.GROUP, former, 1)).error())
        .isEqualTo(WireError.FENCED_INSTANCE_ID);
    assertThat(scene.answer(scene.join(former.memberId(), former.instanceId())).error())
        .isEqualTo(WireError.FENCED_INSTANCE_ID);
    assertThat(scene.heartbeat(former.memberId(), 1)).isEqualTo(WireError.UNKNOWN_MEMBER_ID);
  }

  @Test
  void theFormerSelfsParkedJoinIsAnsweredWithTheFence() {
    long former = enter("a");
    long next = enter("a");

    GroupAnswer.Joined fenced = scene.answerTo(former);
    assertThat(fenced.error()).isEqualTo(WireError.FENCED_INSTANCE_ID);
    scene.pass(700);
    GroupAnswer.Joined joined = scene.answerTo(next);
    assertThat(joined.error()).isEqualTo(WireError.NONE);
  }

  @Test
  void aRestartWithOtherProtocolsIsARebalance() {
    settledTwo();
    scene.ask(scene.joinOf(Scene.GROUP, "", Optional.of("b"), true, 10_000, "sticky", "range"));
    assertThat(scene.state()).isEqualTo("Stable");

    var lone = new Scene();
    long first = lone.ask(lone.join("", Optional.of("a"), "range", "sticky"));
    lone.pass(700);
    lone.settle(List.of(first));
    long again = lone.ask(lone.join("", Optional.of("a"), "sticky", "range"));

    GroupAnswer.Joined joined = lone.answerTo(again);
    assertThat(joined.generation()).isEqualTo(2);
    assertThat(joined.protocol()).contains("sticky");
  }

  @Test
  void aSilentStaticMemberStaysUntilItsSessionEndsEvenThroughARebalance() {
    settledTwo();
    GroupAnswer.Joined a = scene.answer(scene.join("", Optional.of("a")));
    long third = scene.enter();
    scene.ask(scene.join(a.memberId(), Optional.of("a")));
    assertThat(scene.waits(third)).isTrue();
    scene.pass(10_100);

    GroupAnswer.Joined joined = scene.answerTo(third);
    assertThat(joined.error()).isEqualTo(WireError.NONE);
  }

  @Test
  void anAdministratorRemovesAStaticMemberByItsName() {
    settledTwo();

    GroupAnswer.Left left =
        scene.answer(
            new GroupCommand.Leave(
                Scene.GROUP,
                List.of(new MemberRef("", Optional.of("b")), new MemberRef("", Optional.of("x")))));

    assertThat(left.members())
        .extracting(GroupAnswer.LeftMember::error)
        .containsExactly(WireError.NONE, WireError.UNKNOWN_MEMBER_ID);
    assertThat(scene.state()).isEqualTo("PreparingRebalance");
  }

  @Test
  void aGroupWhoseSessionsAreOverCanBeDeletedBeforeTheNextTick() {
    settledTwo();

    scene.passWithoutTicks(9_999);
    assertThat(scene.answer(new GroupCommand.DeleteGroup(Scene.GROUP)).error())
        .isEqualTo(WireError.NON_EMPTY_GROUP);
    scene.passWithoutTicks(1);
    assertThat(scene.answer(new GroupCommand.DeleteGroup(Scene.GROUP)).error())
        .isEqualTo(WireError.NONE);
  }
}
