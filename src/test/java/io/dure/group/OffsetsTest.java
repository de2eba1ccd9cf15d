package io.dure.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.base.Moment;
import io.dure.base.TopicId;
import io.dure.metadata.ClusterImage;
import io.dure.wire.WireError;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Offsets are stored for those who may, found again, and forgotten when their time has come. */
class OffsetsTest {
  private static final long WEEK_MS = GroupSettings.DEFAULTS.offsetRetentionMs();
  private final Scene scene = new Scene();

  private Optional<Long> offset(String topic, int partition) {
    return offset(new OffsetKey(topic, TopicId.ZERO, partition));
  }

  private Optional<Long> offset(OffsetKey key) {
    return scene
        .answer(new GroupCommand.FetchOffsets(Scene.GROUP, OffsetReader.ANYONE, List.of(key)))
        .offsets()
        .getFirst()
        .offset()
        .map(StoredOffset::offset);
  }

  private WireError commit(String member, int generation, long offset) {
    return scene.answer(scene.commit(member, generation, "t", 0, offset)).errors().getFirst();
  }

  @Test
  void aConsumerWithoutMembershipMakesItsGroupByCommitting() {
    assertThat(commit("", -1, 42)).isEqualTo(WireError.NONE);

    assertThat(offset("t", 0)).contains(42L);
    assertThat(offset("t", 1)).isEmpty();
    assertThat(scene.state()).isEqualTo("Empty");
    scene.failOver();
    assertThat(offset("t", 0)).contains(42L);
  }

  @Test
  void onlyMembersOfTheGenerationCommitToALivingGroup() {
    String id = scene.settled(1).getFirst().memberId();

    assertThat(commit(id, 1, 5)).isEqualTo(WireError.NONE);
    assertThat(commit("", -1, 6)).isEqualTo(WireError.UNKNOWN_MEMBER_ID);
    assertThat(commit(id, 2, 6)).isEqualTo(WireError.ILLEGAL_GENERATION);
    assertThat(commit("stranger", 1, 6)).isEqualTo(WireError.UNKNOWN_MEMBER_ID);
    assertThat(offset("t", 0)).contains(5L);
  }

  @Test
  void aMemberMayCommitWhileOthersRejoinButNotWhileTheLeaderAssigns() {
    String id = scene.settled(1).getFirst().memberId();
    scene.enter();
    assertThat(commit(id, 1, 5)).isEqualTo(WireError.NONE);
    scene.ask(scene.join(id));

    assertThat(scene.state()).isEqualTo("CompletingRebalance");
    assertThat(commit(id, 2, 6)).isEqualTo(WireError.REBALANCE_IN_PROGRESS);
  }

  @Test
  void aCommitCountsAsASignOfLife() {
    String id = scene.settled(1).getFirst().memberId();
    scene.pass(9_000);
    commit(id, 1, 5);
    scene.pass(9_000);

    assertThat(scene.heartbeat(id, 1)).isEqualTo(WireError.NONE);
  }

  @Test
  void commitsToAGroupThatIsNotThereAreToldSo() {
    assertThat(commit("m", 3, 5)).isEqualTo(WireError.GROUP_ID_NOT_FOUND);
    var old =
        new GroupCommand.CommitOffsets(
            Scene.GROUP,
            MemberRef.dynamic("m"),
            3,
            -1,
            false,
            scene.commit("", 3, "t", 0, 1).offsets());
    assertThat(scene.answer(old).errors()).containsExactly(WireError.ILLEGAL_GENERATION);
  }

  @Test
  void tooMuchTextBesideAnOffsetRefusesThatOneOnly() {
    var key = new OffsetKey("t", TopicId.ZERO, 0);
    var command =
        new GroupCommand.CommitOffsets(
            Scene.GROUP,
            MemberRef.dynamic(""),
            -1,
            -1,
            true,
            List.of(
                new GroupCommand.OffsetToCommit(key, 1, -1, "x".repeat(4_097)),
                new GroupCommand.OffsetToCommit(
                    new OffsetKey("t", TopicId.ZERO, 1), 2, -1, "x".repeat(4_096))));

    assertThat(scene.answer(command).errors())
        .containsExactly(WireError.OFFSET_METADATA_TOO_LARGE, WireError.NONE);
    assertThat(offset("t", 0)).isEmpty();
  }

  @Test
  void offsetsOfATopicMadeAnewAreNotThoseOfTheOldOne() {
    var old = new TopicId(new UUID(1, 1));
    var made = new TopicId(new UUID(1, 2));
    scene.answer(
        new GroupCommand.CommitOffsets(
            Scene.GROUP,
            MemberRef.dynamic(""),
            -1,
            -1,
            true,
            List.of(new GroupCommand.OffsetToCommit(new OffsetKey("t", old, 0), 9, -1, ""))));

    assertThat(offset(new OffsetKey("t", old, 0))).contains(9L);
    assertThat(offset(new OffsetKey("t", made, 0))).isEmpty();
    assertThat(scene.answer(new GroupCommand.ForgetMissingTopics(Map.of("t", old))).offsets())
        .isZero();
    assertThat(scene.answer(new GroupCommand.ForgetMissingTopics(Map.of("t", made))).offsets())
        .isOne();
    assertThat(
            scene
                .answer(new GroupCommand.FetchAllOffsets(Scene.GROUP, OffsetReader.ANYONE))
                .offsets())
        .isEmpty();
  }

  @Test
  void offsetsOfTopicsInUseAreNotDeleted() {
    String id = scene.settled(1).getFirst().memberId();
    commit(id, 1, 5);
    scene.answer(scene.commit(id, 1, "other", 0, 6));
    var keys =
        List.of(new OffsetKey("t", TopicId.ZERO, 0), new OffsetKey("other", TopicId.ZERO, 0));

    GroupAnswer.OffsetsDeleted deleted =
        scene.answer(new GroupCommand.DeleteOffsets(Scene.GROUP, keys));

    assertThat(deleted.errors())
        .containsExactly(WireError.GROUP_SUBSCRIBED_TO_TOPIC, WireError.NONE);
    assertThat(offset("t", 0)).contains(5L);
    assertThat(offset("other", 0)).isEmpty();
    assertThat(scene.answer(new GroupCommand.DeleteOffsets("no such", keys)).error())
        .isEqualTo(WireError.GROUP_ID_NOT_FOUND);
  }

  @Test
  void aGroupIsDeletedOnlyWhenNobodyIsInIt() {
    String id = scene.settled(1).getFirst().memberId();
    commit(id, 1, 5);
    assertThat(scene.answer(new GroupCommand.DeleteGroup(Scene.GROUP)).error())
        .isEqualTo(WireError.NON_EMPTY_GROUP);
    scene.answer(new GroupCommand.Leave(Scene.GROUP, List.of(MemberRef.dynamic(id))));

    assertThat(scene.answer(new GroupCommand.DeleteGroup(Scene.GROUP)).error())
        .isEqualTo(WireError.NONE);
    assertThat(scene.state()).isEqualTo("Dead");
    assertThat(offset("t", 0)).isEmpty();
    assertThat(scene.answer(new GroupCommand.DeleteGroup(Scene.GROUP)).error())
        .isEqualTo(WireError.GROUP_ID_NOT_FOUND);
  }

  @Test
  void offsetsAndTheirEmptyGroupAreForgottenAfterTheRetention() {
    var shard = new GroupShard(GroupSettings.DEFAULTS);
    shard.resume(ClusterImage.EMPTY, new Moment(0, 0));
    shard.decide(1, scene.commit("", -1, "t", 0, 7), new Moment(0, 0));

    assertThat(shard.tick(new Moment(WEEK_MS - 1, WEEK_MS - 1)).records()).isEmpty();
    assertThat(shard.tick(new Moment(2 * WEEK_MS, 2 * WEEK_MS)).records())
        .containsExactly(
            new GroupRecord.OffsetForgotten(Scene.GROUP, "t", 0),
            new GroupRecord.GroupForgotten(Scene.GROUP));
  }

  @Test
  void anOldClientsOwnRetentionTimeIsKept() {
    var key = new OffsetKey("t", new TopicId(new UUID(1, 1)), 0);
    scene.answer(
        new GroupCommand.CommitOffsets(
            Scene.GROUP,
            MemberRef.dynamic(""),
            -1,
            1_000,
            false,
            List.of(new GroupCommand.OffsetToCommit(key, 9, 4, ""))));

    StoredOffset stored =
        scene
            .answer(new GroupCommand.FetchAllOffsets(Scene.GROUP, OffsetReader.ANYONE))
            .offsets()
            .getFirst()
            .offset()
            .orElseThrow();
    assertThat(stored.expireMs()).isEqualTo(stored.commitMs() + 1_000);
    assertThat(stored.leaderEpoch()).isEqualTo(-1);
  }

  @Test
  void textsThatNoRecordCouldHoldAreRefused() {
    String tooLong = "\ufffd".repeat(RecordCodec.MAX_TEXT_CHARS + 1);
    var command =
        new GroupCommand.CommitOffsets(
            tooLong,
            MemberRef.dynamic(""),
            -1,
            -1,
            true,
            scene.commit("", -1, "t", 0, 1).offsets());

    assertThat(scene.answer(command).errors()).containsExactly(WireError.INVALID_GROUP_ID);
    assertThat(scene.answer(scene.joinOf(tooLong, "", Optional.empty(), true, 10_000)).error())
        .isEqualTo(WireError.INVALID_GROUP_ID);
    assertThat(scene.answer(scene.join("", Optional.of(tooLong))).error())
        .isEqualTo(WireError.INVALID_REQUEST);
    String longest = tooLong.substring(1);
    scene.ask(scene.join("", Optional.of(longest)));
    scene.pass(400);
    assertThat(scene.described().members()).hasSize(1);
  }

  @Test
  void groupsAreListedByState() {
    commit("", -1, 42);

    assertThat(scene.answer(new GroupCommand.ListGroups(Set.of("empty"), Set.of())).groups())
        .containsExactly(new GroupAnswer.ListedGroup(Scene.GROUP, "", "Empty", "classic"));
    assertThat(scene.answer(new GroupCommand.ListGroups(Set.of("Stable"), Set.of())).groups())
        .isEmpty();
  }
}
