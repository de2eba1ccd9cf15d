package io.dure.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.base.Moment;
import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.base.TopicId;
import io.dure.group.consumer.Beat;
import io.dure.group.consumer.BeatAnswer;
import io.dure.group.consumer.ConsumerProtocol;
import io.dure.group.consumer.ConsumerSettings;
import io.dure.group.consumer.MigrationPolicy;
import io.dure.group.consumer.PartitionSet;
import io.dure.group.consumer.Topics;
import io.dure.metadata.ClusterImage;
import io.dure.metadata.MetadataRecord;
import io.dure.wire.Blob;
import io.dure.wire.WireError;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A group with one member of the classic protocol, to which one of the new protocol comes. */
class MigrationPolicyTest {
  private static final TopicId T = new TopicId(new UUID(3, 3));
  private static final ClusterImage IMAGE =
      ClusterImage.EMPTY.apply(
          List.of(
              new MetadataRecord.TopicCreated(T, "t", false),
              new MetadataRecord.PartitionCreated(new PartitionId(T, 0), List.of(new NodeId(1)))),
          2);

  private long nowMs = 1_000;

  private Moment now() {
    return new Moment(nowMs, nowMs);
  }

  private GroupShard shard(MigrationPolicy policy) {
    var shard =
        new GroupShard(
            GroupSettings.DEFAULTS.withConsumer(ConsumerSettings.DEFAULTS.withMigration(policy)));
    shard.resume(IMAGE, now());
    return shard;
  }

  /** The answer may come with a later moment. */
  private GroupAnswer ask(GroupShard shard, GroupCommand<?> command) {
    Decision decision = shard.decide(1, command, now());
    while (decision.replies().isEmpty() && nowMs < 20_000) {
      nowMs += 50;
      decision = shard.tick(now());
    }
    return decision.replies().getFirst().answer();
  }

  private void classicMemberSettles(GroupShard shard) {
    var joined =
        (GroupAnswer.Joined)
            ask(
                shard,
                new GroupCommand.Join(
                    "g",
                    MemberRef.dynamic(""),
                    "classic",
                    "client",
                    "/host",
                    10_000,
                    60_000,
                    "consumer",
                    List.of(new Protocol("range", Scene.subscription("t"))),
                    false,
                    true));
    Blob all = ConsumerProtocol.assignment(0, PartitionSet.of(T, 0), new Topics(IMAGE));
    var synced =
        (GroupAnswer.Synced)
            ask(
                shard,
                new GroupCommand.Sync(
                    "g",
                    MemberRef.dynamic(joined.memberId()),
                    joined.generation(),
                    Optional.empty(),
                    Optional.empty(),
                    Map.of(joined.memberId(), all)));
    assertThat(synced.error()).isEqualTo(WireError.NONE);
  }

  private BeatAnswer beat(GroupShard shard, int epoch) {
    boolean joins = epoch == 0;
    var beat =
        new Beat(
            "g",
            "new",
            epoch,
            "fresh",
            true,
            Optional.empty(),
            Optional.empty(),
            "client",
            "/host",
            joins ? 5_000 : -1,
            joins ? Optional.of(Set.of("t")) : Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            joins ? Optional.of(PartitionSet.NONE) : Optional.empty());
    return ((GroupAnswer.ConsumerHeard) ask(shard, new GroupCommand.ConsumerHeartbeat(beat)))
        .answer();
  }

  private boolean isConsumerGroup(GroupShard shard) {
    var described =
        (GroupAnswer.ConsumerDescribed) ask(shard, new GroupCommand.ConsumerDescribe("g"));
    return described.error() == WireError.NONE;
  }

  @ParameterizedTest
  @EnumSource(MigrationPolicy.class)
  void aGroupInUseBecomesOneOfTheNewProtocolWhereUpgradesAreAllowed(MigrationPolicy policy) {
    GroupShard shard = shard(policy);
    classicMemberSettles(shard);
    BeatAnswer answer = beat(shard, 0);

    boolean allowed = policy == MigrationPolicy.BIDIRECTIONAL || policy == MigrationPolicy.UPGRADE;
    assertThat(answer.error()).isEqualTo(allowed ? WireError.NONE : WireError.GROUP_ID_NOT_FOUND);
    assertThat(answer.reason()).contains(allowed ? "" : "group.consumer.migration.policy");
    assertThat(isConsumerGroup(shard)).isEqualTo(allowed);
  }

  @ParameterizedTest
  @EnumSource(
      value = MigrationPolicy.class,
      names = {"BIDIRECTIONAL", "UPGRADE"})
  void itGoesBackWhereDowngradesAreAllowed(MigrationPolicy policy) {
    GroupShard shard = shard(policy);
    classicMemberSettles(shard);
    assertThat(beat(shard, 0).error()).isEqualTo(WireError.NONE);
    assertThat(beat(shard, -1).error()).isEqualTo(WireError.NONE);

    assertThat(isConsumerGroup(shard)).isEqualTo(policy == MigrationPolicy.UPGRADE);
  }

  @ParameterizedTest
  @EnumSource(MigrationPolicy.class)
  void aGroupThatNobodyIsInIsEitherWhateverThePolicy(MigrationPolicy policy) {
    GroupShard shard = shard(policy);
    assertThat(beat(shard, 0).error()).isEqualTo(WireError.NONE);
    assertThat(beat(shard, -1).error()).isEqualTo(WireError.NONE);
    classicMemberSettles(shard);
    assertThat(isConsumerGroup(shard)).isFalse();
  }
}
