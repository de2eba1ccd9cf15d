package io.dure.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.base.Clock;
import io.dure.base.PartitionId;
import io.dure.base.TopicId;
import io.dure.group.GroupAnswer;
import io.dure.group.GroupCommand;
import io.dure.group.GroupCommand.OffsetToCommit;
import io.dure.group.GroupSettings;
import io.dure.group.MemberRef;
import io.dure.group.OffsetKey;
import io.dure.group.OffsetReader;
import io.dure.group.Protocol;
import io.dure.metadata.MetadataRecord;
import io.dure.wire.Blob;
import io.dure.wire.WireError;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * A coordinator answers only what is committed, and starts over from its log whenever it cannot be
 * sure.
 */
class GroupHostingTest {
  private static final String GROUP = "g";
  private final FakeCluster cluster = new FakeCluster();
  private final FakeLoop loop = cluster.loop;
  private final TopicId offsets = cluster.topic(InternalTopics.OFFSETS, 1);
  private final TopicId read = cluster.topic("t", 1);
  private final PartitionId partition = new PartitionId(offsets, 0);
  private final FakeOffsetsLog log = new FakeOffsetsLog(loop);
  private final GroupShards groups = new GroupShards(cluster, GroupSettings.DEFAULTS, clock());

  private Clock clock() {
    return new Clock() {
      @Override
      public long nowMs() {
        return loop.nowMs();
      }

      @Override
      public long wallMs() {
        return 1_700_000_000_000L + loop.nowMs();
      }
    };
  }

  private <A extends GroupAnswer> List<Asked<A>> ask(GroupCommand<A> command) {
    List<Asked<A>> answers = new ArrayList<>();
    groups.ask(GROUP, command, loop, answers::add);
    loop.turn();
    return answers;
  }

  private List<Asked<GroupAnswer.Committed>> commit(long offset) {
    var key = new OffsetKey("t", TopicId.ZERO, 0);
    return ask(
        new GroupCommand.CommitOffsets(
            GROUP,
            MemberRef.dynamic(""),
            -1,
            -1,
            true,
            List.of(new OffsetToCommit(key, offset, -1, ""))));
  }

  private Optional<Long> fetched() {
    var asked = ask(new GroupCommand.FetchAllOffsets(GROUP, OffsetReader.ANYONE)).getFirst();
    assertThat(asked).isInstanceOf(Asked.Answered.class);
    return ((Asked.Answered<GroupAnswer.Fetched>) asked)
        .answer().offsets().stream().map(o -> o.offset().orElseThrow().offset()).findFirst();
  }

  private static void assertUnavailable(List<? extends Asked<?>> answers, WireError error) {
    assertThat(answers).hasSize(1);
    assertThat(answers.getFirst())
        .isInstanceOfSatisfying(
            Asked.Unavailable.class, u -> assertThat(u.error()).isEqualTo(error));
  }

  private void pass(long ms) {
    for (long passed = 0; passed < ms; passed += 50) {
      loop.pass(50);
      groups.tick(partition, loop.nowMs());
      loop.turn();
    }
  }

  @Test
  void aNodeThatDoesNotLeadThePartitionSaysSo() {
    assertUnavailable(commit(1), WireError.NOT_COORDINATOR);
  }

  @Test
  void anAnswerWaitsUntilWhatItRestsOnIsCommitted() {
    groups.opened(partition, 5, log);
    log.commitsAtOnce = false;

    var committing = commit(7);
    var fetching = ask(new GroupCommand.FetchAllOffsets(GROUP, OffsetReader.ANYONE));
    assertThat(committing).isEmpty();
    assertThat(fetching).isEmpty();
    log.commit();
    loop.turn();

    assertThat(committing).hasSize(1);
    assertThat(fetching).hasSize(1);
  }

  @Test
  void aNewCoordinatorReplaysTheLogPieceByPiece() {
    groups.opened(partition, 5, log);
    for (int i = 0; i < 5; i++) {
      commit(i);
    }
    groups.resigned(partition, 5);
    assertUnavailable(commit(9), WireError.NOT_COORDINATOR);

    groups.opened(partition, 6, log);
    var early = new ArrayList<Asked<GroupAnswer.Fetched>>();
    groups.ask(0, new GroupCommand.FetchAllOffsets(GROUP, OffsetReader.ANYONE), loop, early::add);
    loop.turn();
    assertUnavailable(early, WireError.COORDINATOR_LOAD_IN_PROGRESS);
    assertThat(fetched()).contains(4L);
  }

  @Test
  void aRefusedAppendIsToldAndLeavesNothingBehind() {
    groups.opened(partition, 5, log);
    commit(1);
    log.refusing = Optional.of(WireError.NOT_ENOUGH_REPLICAS);
    assertUnavailable(commit(2), WireError.COORDINATOR_NOT_AVAILABLE);
    log.refusing = Optional.empty();
    assertUnavailable(commit(2), WireError.COORDINATOR_NOT_AVAILABLE);
    pass(500);

    assertThat(fetched()).contains(1L);
  }

  @Test
  void whatBecameOfADoubtfulAppendIsReadFromTheLogOnceItIsKnown() {
    groups.opened(partition, 5, log);
    commit(1);
    log.commitsAtOnce = false;
    var doubtful = commit(2);
    log.failOpen(WireError.NOT_ENOUGH_REPLICAS_AFTER_APPEND);
    loop.turn();
    assertUnavailable(doubtful, WireError.COORDINATOR_NOT_AVAILABLE);
    pass(1_000);
    assertUnavailable(commit(3), WireError.COORDINATOR_NOT_AVAILABLE);

    log.commit();
    log.commitsAtOnce = true;
    pass(500);
    assertThat(fetched()).contains(2L);
  }

  @Test
  void whoWaitsForOthersIsToldWhenTheCoordinatorMoves() {
    groups.opened(partition, 5, log);
    var joining =
        ask(
            new GroupCommand.Join(
                GROUP,
                MemberRef.dynamic(""),
                "x",
                "c",
                "/h",
                10_000,
                10_000,
                "consumer",
                List.of(new Protocol("range", Blob.EMPTY)),
                false,
                true));
    assertThat(joining).isEmpty();
    groups.resigned(partition, 5);
    loop.turn();

    assertUnavailable(joining, WireError.NOT_COORDINATOR);
  }

  @Test
  void ofManyRecordsEachBatchIsOfModestSizeAndTheAnswerWaitsForTheLast() {
    groups.opened(partition, 5, log);
    List<OffsetToCommit> many = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      many.add(
          new OffsetToCommit(
              new OffsetKey("a-topic-with-a-long-name", TopicId.ZERO, i), i, -1, ""));
    }
    log.commitsAtOnce = false;
    var answer =
        ask(new GroupCommand.CommitOffsets(GROUP, MemberRef.dynamic(""), -1, -1, true, many));
    assertThat(log.endOffset()).isEqualTo(20_000);
    assertThat(answer).isEmpty();
    log.commit();
    loop.turn();

    assertThat(answer).hasSize(1);
  }

  @Test
  void groupsAreSpreadByKafkasHash() {
    var many = new FakeCluster();
    many.topic(InternalTopics.OFFSETS, 50);
    var spread = new GroupShards(many, GroupSettings.DEFAULTS, clock());

    assertThat(spread.coordinatorOf("").orElseThrow().index()).isEqualTo(0);
    assertThat(spread.coordinatorOf("my-group").orElseThrow().index())
        .isEqualTo(Math.abs("my-group".hashCode()) % 50);
    // The one text whose hash has no absolute value.
    assertThat("polygenelubricants".hashCode()).isEqualTo(Integer.MIN_VALUE);
    assertThat(spread.coordinatorOf("polygenelubricants").orElseThrow().index()).isZero();
  }

  @Test
  void offsetsOfADeletedTopicGoAtOnce() {
    groups.opened(partition, 5, log);
    commit(7);
    pass(100);
    assertThat(fetched()).contains(7L);
    cluster.write(new MetadataRecord.TopicDeleted(read));
    pass(100);

    assertThat(fetched()).isEmpty();
  }

  @Test
  void offsetsOfATopicThatWasDeletedWhileNobodyLedGoSomeTimeLater() {
    groups.opened(partition, 5, log);
    commit(7);
    groups.resigned(partition, 5);
    cluster.write(new MetadataRecord.TopicDeleted(read));
    groups.opened(partition, 6, log);
    pass(100);
    assertThat(fetched()).contains(7L);
    pass(31_000);

    assertThat(fetched()).isEmpty();
  }
}
