package io.dure.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.base.Moment;
import io.dure.base.TopicId;
import io.dure.metadata.ClusterImage;
import io.dure.wire.WireError;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is committed in a transaction counts from its commit marker on, and as its place says. */
class TransactionalOffsetsTest {
  private static final long WEEK_MS = GroupSettings.DEFAULTS.offsetRetentionMs();
  private final Scene scene = new Scene();

  private WireError commit(long producerId, int partition, long offset) {
    return only(scene.commitInTransaction(producerId, "t", partition, offset));
  }

  private WireError commit(long producerId, String member, int generation) {
    return only(
        scene.commitInTransaction(producerId, MemberRef.dynamic(member), generation, "t", 0, 9));
  }

  private WireError plainCommit(int partition, long offset) {
    return only(scene.commit("", -1, "t", partition, offset));
  }

  private WireError only(GroupCommand<GroupAnswer.Committed> command) {
    return scene.answer(command).errors().getFirst();
  }

  private Optional<Long> offset(int partition) {
    return fetched(partition, OffsetReader.ANYONE).offset().map(StoredOffset::offset);
  }

  private GroupAnswer.FetchedOffset fetched(int partition, OffsetReader reader) {
    var key = new OffsetKey("t", TopicId.ZERO, partition);
    return scene
        .answer(new GroupCommand.FetchOffsets(Scene.GROUP, reader, List.of(key)))
        .offsets()
        .getFirst();
  }

  @Test
  void countsOnceItsTransactionIsCommitted() {
    plainCommit(0, 1);
    assertThat(commit(7, 0, 5)).isEqualTo(WireError.NONE);
    assertThat(offset(0)).contains(1L);

    scene.failOver();
    assertThat(offset(0)).contains(1L);
    scene.end(7, true);
    assertThat(offset(0)).contains(5L);
    scene.failOver();
    assertThat(offset(0)).contains(5L);
  }

  @Test
  void isGoneWhenItsTransactionIsAborted() {
    plainCommit(0, 1);
    commit(7, 0, 5);
    commit(7, 1, 6);

    scene.end(7, false);
    assertThat(offset(0)).contains(1L);
    assertThat(offset(1)).isEmpty();
  }

  @Test
  void ofAPlainCommitAndATransactionTheOneWrittenLaterWins() {
    commit(7, 0, 5);
    plainCommit(0, 1);
    plainCommit(1, 2);
    commit(7, 1, 6);
    scene.end(7, true);

    assertThat(offset(0)).contains(1L);
    assertThat(offset(1)).contains(6L);
  }

  @Test
  void ofTwoTransactionsTheCommitWrittenLaterWinsWhicheverEndsLast() {
    commit(7, 0, 5);
    commit(8, 0, 6);
    scene.end(8, true);
    scene.end(7, true);
    assertThat(offset(0)).contains(6L);

    commit(7, 0, 7);
    commit(8, 0, 8);
    scene.end(8, false);
    assertThat(offset(0)).contains(6L);
    scene.end(7, true);
    assertThat(offset(0)).contains(7L);
  }

  @Test
  void ofTwoCommitsInOneTransactionTheSecondStands() {
    commit(7, 0, 5);
    commit(7, 0, 6);
    scene.end(7, true);

    assertThat(offset(0)).contains(6L);
  }

  @Test
  void aMarkerEndsOneTransactionAndNotTheNext() {
    commit(7, 0, 5);
    scene.end(7, true);
    commit(7, 0, 6);
    assertThat(offset(0)).contains(5L);
    scene.end(8, true);
    assertThat(offset(0)).contains(5L);
    scene.end(7, false);
    assertThat(offset(0)).contains(5L);
  }

  @Test
  void whoNeedsAStableOffsetIsToldWhileATransactionMayMoveIt() {
    plainCommit(0, 1);
    plainCommit(1, 2);
    commit(7, 0, 5);
    commit(7, 2, 6);

    assertThat(fetched(0, OffsetReader.STABLE).error()).isEqualTo(WireError.UNSTABLE_OFFSET_COMMIT);
    assertThat(fetched(0, OffsetReader.STABLE).offset()).isEmpty();
    assertThat(fetched(1, OffsetReader.STABLE).offset().map(StoredOffset::offset)).contains(2L);
    assertThat(fetched(2, OffsetReader.STABLE).error()).isEqualTo(WireError.UNSTABLE_OFFSET_COMMIT);
    assertThat(offset(0)).contains(1L);
    assertThat(
            scene
                .answer(new GroupCommand.FetchAllOffsets(Scene.GROUP, OffsetReader.STABLE))
                .offsets())
        .extracting(GroupAnswer.FetchedOffset::error)
        .containsExactly(WireError.UNSTABLE_OFFSET_COMMIT, WireError.NONE);

    scene.end(7, true);
    assertThat(fetched(0, OffsetReader.STABLE).offset().map(StoredOffset::offset)).contains(5L);
  }

  @Test
  void onlyMembersOfTheGenerationCommit() {
    String id = scene.settled(1).getFirst().memberId();

    assertThat(commit(7, id, 1)).isEqualTo(WireError.NONE);
    assertThat(commit(7, id, 0)).isEqualTo(WireError.ILLEGAL_GENERATION);
    assertThat(commit(7, "stranger", 1)).isEqualTo(WireError.UNKNOWN_MEMBER_ID);
    assertThat(
            only(
                scene.commitInTransaction(7, new MemberRef(id, Optional.of("name")), 1, "t", 0, 9)))
        .isEqualTo(WireError.UNKNOWN_MEMBER_ID);
  }

  @Test
  void aStaticMemberThatWasReplacedIsFenced() {
    scene.ask(scene.join("", Optional.of("name")));
    scene.pass(2_000);
    String before = scene.described().members().getFirst().memberId();
    scene.ask(scene.join("", Optional.of("name")));

    assertThat(
            only(
                scene.commitInTransaction(
                    7, new MemberRef(before, Optional.of("name")), 1, "t", 0, 9)))
        .isEqualTo(WireError.FENCED_INSTANCE_ID);
  }

  @Test
  void clientsThatTellNoMembershipCommitToALivingGroup() {
    scene.settled(1);

    assertThat(commit(7, "", -1)).isEqualTo(WireError.NONE);
    scene.end(7, true);
    assertThat(offset(0)).contains(9L);
  }

  @Test
  void aMemberCommitsItsTransactionWhileTheLeaderAssigns() {
    String id = scene.settled(1).getFirst().memberId();
    scene.enter();
    scene.ask(scene.join(id));
    assertThat(scene.state()).isEqualTo("CompletingRebalance");

    assertThat(commit(7, id, 2)).isEqualTo(WireError.NONE);
  }

  @Test
  void aGenerationOfAGroupThatIsNotThereIsIllegal() {
    assertThat(commit(7, "m", 3)).isEqualTo(WireError.ILLEGAL_GENERATION);
    assertThat(scene.state()).isEqualTo("Dead");
  }

  @Test
  void clientsThatKnowItAreToldThatThereIsNoGroup() {
    var command = scene.commitInTransaction(7, MemberRef.dynamic("m"), 3, "t", 0, 9);
    var knowing =
        new GroupCommand.CommitInTransaction(
            Scene.GROUP, command.producer(), command.member(), 3, true, command.offsets());

    assertThat(only(knowing)).isEqualTo(WireError.GROUP_ID_NOT_FOUND);
  }

  @Test
  void anOpenTransactionKeepsAGroupAlive() {
    commit(7, 0, 5);
    scene.pass(1_200_000);
    assertThat(scene.state()).isEqualTo("Empty");

    scene.end(7, false);
    scene.pass(1_200_000);
    assertThat(scene.state()).isEqualTo("Dead");
  }

  @Test
  void anOffsetDoesNotExpireWhileATransactionMayMoveIt() {
    var shard = new GroupShard(GroupSettings.DEFAULTS);
    shard.resume(ClusterImage.EMPTY, new Moment(0, 0));
    shard.decide(1, scene.commit("", -1, "t", 0, 7), new Moment(0, 0));
    shard.decide(2, scene.commitInTransaction(7, "t", 0, 8), new Moment(0, 0));
    assertThat(shard.tick(new Moment(2 * WEEK_MS, 2 * WEEK_MS)).records()).isEmpty();

    shard.endTransaction(7, false);
    assertThat(shard.tick(new Moment(3 * WEEK_MS, 3 * WEEK_MS)).records())
        .contains(new GroupRecord.OffsetForgotten(Scene.GROUP, "t", 0));
  }

  @Test
  void aDeletedGroupsOpenTransactionsBringNothingBack() {
    plainCommit(0, 1);
    commit(7, 0, 5);
    commit(7, 1, 6);
    assertThat(scene.answer(new GroupCommand.DeleteGroup(Scene.GROUP)).error())
        .isEqualTo(WireError.NONE);

    scene.end(7, true);
    assertThat(scene.state()).isEqualTo("Dead");
    assertThat(offset(0)).isEmpty();
    assertThat(offset(1)).isEmpty();
  }

  @Test
  void aDeletedOffsetDoesNotComeBackByAnOpenTransaction() {
    commit(7, 0, 5);
    commit(7, 1, 6);
    var key = new OffsetKey("t", TopicId.ZERO, 0);
    scene.answer(new GroupCommand.DeleteOffsets(Scene.GROUP, List.of(key)));
    scene.end(7, true);

    assertThat(offset(0)).isEmpty();
    assertThat(offset(1)).contains(6L);
  }

  @Test
  void aDeletedTopicsOffsetDoesNotComeBackByAnOpenTransaction() {
    commit(7, 0, 5);
    assertThat(scene.answer(new GroupCommand.ForgetMissingTopics(Map.of())).offsets()).isOne();
    scene.end(7, true);

    assertThat(offset(0)).isEmpty();
  }

  @Test
  void tooMuchTextBesideAnOffsetRefusesIt() {
    var command =
        new GroupCommand.CommitInTransaction(
            Scene.GROUP,
            new ProducerRef(7, (short) 0),
            MemberRef.dynamic(""),
            -1,
            true,
            List.of(
                new GroupCommand.OffsetToCommit(
                    new OffsetKey("t", TopicId.ZERO, 0), 1, -1, "x".repeat(4_097))));

    assertThat(only(command)).isEqualTo(WireError.OFFSET_METADATA_TOO_LARGE);
    assertThat(scene.log.records()).isEmpty();
  }
}
