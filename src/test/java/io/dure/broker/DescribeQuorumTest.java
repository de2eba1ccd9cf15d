package io.dure.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.base.NodeId;
import io.dure.runtime.MetadataStatus;
import io.dure.wire.WireError;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.message.DescribeQuorumRequestData;
import org.apache.kafka.common.message.DescribeQuorumResponseData;
import org.apache.kafka.common.message.DescribeQuorumResponseData.ReplicaState;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is told of the metadata quorum, and by whom. */
class DescribeQuorumTest {
  private final FakeCluster cluster = new FakeCluster();
  private final NodeId self = cluster.self();
  private final NodeId other = new NodeId(self.value() + 1);

  private MetadataStatus ledBy(Optional<NodeId> leader) {
    return ledBy(leader, new MetadataStatus.Copy(18, 700, 600));
  }

  /** The leader's log ends at 19; monotonic time is 1,000. */
  private MetadataStatus ledBy(Optional<NodeId> leader, MetadataStatus.Copy copy) {
    return new MetadataStatus(
        leader,
        4,
        leader.equals(Optional.of(self)),
        17,
        19,
        List.of(self, other),
        Set.of(),
        Map.of(other, copy));
  }

  private static DescribeQuorumRequestData of(String topic) {
    return new DescribeQuorumRequestData()
        .setTopics(
            List.of(
                new DescribeQuorumRequestData.TopicData()
                    .setTopicName(topic)
                    .setPartitions(
                        List.of(
                            new DescribeQuorumRequestData.PartitionData().setPartitionIndex(0)))));
  }

  private DescribeQuorumResponseData ask(
      MetadataStatus status, String topic, RequestContext context) {
    var reply =
        new FakeReply<DescribeQuorumResponseData>(ApiKeys.DESCRIBE_QUORUM, context.version());
    new DescribeQuorumHandler(cluster, () -> status).handle(of(topic), context, reply);
    cluster.loop.turn();
    return reply.get();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void theLeaderTellsHowFarEverybodyIs(int version) {
    DescribeQuorumResponseData response =
        ask(ledBy(Optional.of(self)), "__cluster_metadata", cluster.request(version));

    var quorum = response.topics().getFirst().partitions().getFirst();
    assertThat(quorum.leaderId()).isEqualTo(self.value());
    assertThat(quorum.leaderEpoch()).isEqualTo(4);
    assertThat(quorum.highWatermark()).isEqualTo(17);
    assertThat(quorum.currentVoters())
        .extracting(ReplicaState::logEndOffset)
        .containsExactly(19L, 18L);
  }

  private ReplicaState follower(MetadataStatus.Copy copy) {
    return ask(ledBy(Optional.of(self), copy), "__cluster_metadata", cluster.request(2))
        .topics()
        .getFirst()
        .partitions()
        .getFirst()
        .currentVoters()
        .getLast();
  }

  @Test
  void aFollowerThatIsBehindWasHeardOfAndHadCaughtUpThen() {
    ReplicaState state = follower(new MetadataStatus.Copy(18, 700, 600));

    assertThat(state.lastFetchTimestamp()).isEqualTo(FakeCluster.WALL_MS - 300);
    assertThat(state.lastCaughtUpTimestamp()).isEqualTo(FakeCluster.WALL_MS - 400);
    assertThat(follower(new MetadataStatus.Copy(3, 700, -1)).lastCaughtUpTimestamp()).isEqualTo(-1);
  }

  @Test
  void aFollowerThatHasAllHasCaughtUpNowUnlessItIsDead() {
    var all = new MetadataStatus.Copy(19, 700, 700);
    assertThat(follower(all).lastCaughtUpTimestamp()).isEqualTo(FakeCluster.WALL_MS);

    cluster.die(other.value());

    assertThat(follower(all).lastCaughtUpTimestamp()).isEqualTo(FakeCluster.WALL_MS - 300);
  }

  @Test
  void anotherTopicIsNone() {
    var partition =
        ask(ledBy(Optional.of(self)), "orders", cluster.request(2))
            .topics()
            .getFirst()
            .partitions()
            .getFirst();

    assertThat(partition.errorCode()).isEqualTo(WireError.UNKNOWN_TOPIC_OR_PARTITION.code());
  }

  @Test
  void whoDoesNotLeadAsksTheLeaderAndSaysWhenItIsSilent() {
    DescribeQuorumResponseData response =
        ask(ledBy(Optional.of(other)), "__cluster_metadata", cluster.request(2));

    assertThat(cluster.askedOfNodes).containsKey(other);
    assertThat(response.errorCode()).isEqualTo(WireError.REQUEST_TIMED_OUT.code());
    assertThat(response.errorMessage()).contains("node " + other.value());
  }

  @Test
  void whoIsAskedByANodeDoesNotAskOn() {
    var fromNode = RequestContext.ofNode((short) 2, cluster.loop);

    DescribeQuorumResponseData response =
        ask(ledBy(Optional.of(other)), "__cluster_metadata", fromNode);

    assertThat(cluster.askedOfNodes).isEmpty();
    assertThat(response.errorCode()).isEqualTo(WireError.REQUEST_TIMED_OUT.code());
  }
}
