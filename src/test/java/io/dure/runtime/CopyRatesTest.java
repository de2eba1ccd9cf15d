package io.dure.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.base.TopicId;
import io.dure.metadata.ClusterImage;
import io.dure.metadata.ConfigResource;
import io.dure.metadata.MetadataRecord;
import io.dure.runtime.CopyRates.Limit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** How fast learners may copy. */
class CopyRatesTest {
  private static final NodeId SELF = new NodeId(1);
  private static final NodeId TO = new NodeId(2);
  private static final TopicId TOPIC = new TopicId(new UUID(1, 2));
  private static final String RATE = "replica.copy.bytes.per.second";
  private static final String LEADER = "leader.replication.throttled.rate";
  private static final String FOLLOWER = "follower.replication.throttled.rate";

  private final CopyRates rates = new CopyRates();

  private static long copiedIn(CopyRates rates, List<Limit> limits, long ms, int chunk) {
    long copied = 0;
    for (long nowMs = 10_000; nowMs < 10_000 + ms; nowMs += 50) {
      for (int allowed = 1; allowed > 0; ) {
        allowed = rates.allowed(limits, chunk, nowMs);
        if (allowed > 0) {
          rates.sent(limits, chunk, nowMs); // a batch goes whole
          copied += chunk;
        }
      }
    }
    return copied;
  }

  @Test
  void aLimitHoldsOverTimeHoweverLargeTheBatches() {
    for (int chunk : new int[] {100, 10_000, 400_000}) {
      long copied = copiedIn(new CopyRates(), List.of(new Limit(RATE, TO, 100_000)), 20_000, chunk);
      assertThat(copied).as("batches of %d", chunk).isBetween(1_900_000L, 2_020_000L + chunk);
    }
  }

  @Test
  void nodesHaveBucketsOfTheirOwnAndTheTightestLimitCounts() {
    List<Limit> two = List.of(new Limit(RATE, TO, 1_000), new Limit(LEADER, SELF, 500));
    assertThat(copiedIn(rates, two, 10_000, 50)).isBetween(4_900L, 5_200L);
    assertThat(rates.allowed(List.of(new Limit(RATE, new NodeId(3), 1_000)), 100, 20_000))
        .isEqualTo(100);
  }

  @Test
  void zeroStopsAndAnotherRateCountsAtOnce() {
    assertThat(rates.allowed(List.of(new Limit(RATE, TO, 0)), 100, 1_000)).isZero();
    assertThat(rates.allowed(List.of(new Limit(RATE, TO, 0)), 100, 100_000)).isZero();
    assertThat(rates.allowed(List.of(new Limit(RATE, TO, 10_000)), 100, 100_100)).isPositive();
  }

  @Test
  void ratesAreThoseOfTheBrokersAndThrottlesOnlyForWhomTheTopicNames() {
    ClusterImage image = image(Map.of());
    PartitionId partition = new PartitionId(TOPIC, 3);
    assertThat(CopyRates.limits(image, SELF, partition, TO))
        .containsExactly(new Limit(RATE, TO, 50 << 20));

    image =
        image(
            Map.of(
                "leader.replication.throttled.replicas", "3:1,4:2",
                "follower.replication.throttled.replicas", "*"),
            new MetadataRecord.ConfigChanged(ConfigResource.ALL_BROKERS, RATE, Optional.of("7")),
            new MetadataRecord.ConfigChanged(ConfigResource.broker(SELF), LEADER, Optional.of("8")),
            new MetadataRecord.ConfigChanged(
                ConfigResource.broker(TO), FOLLOWER, Optional.of("9")));
    assertThat(CopyRates.limits(image, SELF, partition, TO))
        .containsExactly(
            new Limit(RATE, TO, 7), new Limit(LEADER, SELF, 8), new Limit(FOLLOWER, TO, 9));
    assertThat(CopyRates.limits(image, SELF, new PartitionId(TOPIC, 4), TO))
        .containsExactly(new Limit(RATE, TO, 7), new Limit(FOLLOWER, TO, 9));
  }

  private static ClusterImage image(Map<String, String> topic, MetadataRecord... more) {
    var records = new java.util.ArrayList<MetadataRecord>();
    records.add(new MetadataRecord.TopicCreated(TOPIC, "t", false));
    topic.forEach((key, value) ->
        records.add(new MetadataRecord.TopicConfigured(TOPIC, key, Optional.of(value))));
    records.addAll(List.of(more));
    return ClusterImage.EMPTY.apply(records, records.size());
  }
}
