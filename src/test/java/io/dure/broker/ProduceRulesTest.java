package io.dure.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.base.NodeId;
import io.dure.base.TopicId;
import io.dure.metadata.ClusterImage;
import io.dure.metadata.ConfigResource;
import io.dure.metadata.MetadataRecord;
import io.dure.metadata.TopicSettings;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ProduceRulesTest {
  private static final TopicId ORDERS = new TopicId(new UUID(1, 1));
  private static final NodeId SELF = new NodeId(1);

  private static ProduceRules rules(Map<String, String> own) {
    return ProduceRules.of(TopicSettings.of(own));
  }

  private static ClusterImage withOrders() {
    return ClusterImage.EMPTY.apply(
        List.of(new MetadataRecord.TopicCreated(ORDERS, "orders", false)), 1);
  }

  private static ProduceRules held(HeldRules held, ClusterImage image) {
    return held.of(image.topic(ORDERS).orElseThrow(), image);
  }

  @Test
  void timestampsAreMeasuredFromNow() {
    ProduceRules some =
        rules(
            Map.of(
                "message.timestamp.before.max.ms", "10",
                "message.timestamp.after.max.ms", "20"));
    assertThat(some.limits(1_000))
        .isEqualTo(new ProducedRecords.Limits(some.maxBatchBytes(), 990, 1_020));
    assertThat(some.times()).isTrue();
    assertThat(rules(Map.of()).times()).isFalse();
  }

  @Test
  void aLimitBeyondAllTimeIsNone() {
    ProduceRules all = rules(Map.of("message.timestamp.after.max.ms", "" + Long.MAX_VALUE));
    assertThat(all.limits(1_000).latestMs()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void timesOfRecordsDoNotCountWhereTheyAreStampedHere() {
    ProduceRules stamped =
        rules(
            Map.of(
                "message.timestamp.type", "LogAppendTime",
                "message.timestamp.before.max.ms", "10"));
    assertThat(stamped.times()).isFalse();
    assertThat(stamped.limits(1_000).earliestMs()).isEqualTo(Long.MIN_VALUE);
    assertThat(stamped.limits(1_000).latestMs()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void rulesAreReadOncePerImage() {
    var held = new HeldRules(SELF, Map.of());
    ClusterImage image = withOrders();
    assertThat(held(held, image)).isSameAs(held(held, image));
  }

  @Test
  void whatIsSetForTheTopicOrTheBrokersHoldsFromTheNextImageOn() {
    var held = new HeldRules(SELF, Map.of("message.max.bytes", "7000"));
    ClusterImage before = withOrders();
    assertThat(held(held, before).maxBatchBytes()).isEqualTo(7_000);
    ClusterImage ofBrokers =
        before.apply(
            List.of(
                new MetadataRecord.ConfigChanged(
                    ConfigResource.ALL_BROKERS, "message.max.bytes", Optional.of("6000"))),
            2);
    assertThat(held(held, ofBrokers).maxBatchBytes()).isEqualTo(6_000);
    ClusterImage ofTopic =
        ofBrokers.apply(
            List.of(
                new MetadataRecord.TopicConfigured(
                    ORDERS, "max.message.bytes", Optional.of("5000"))),
            3);
    assertThat(held(held, ofTopic).maxBatchBytes()).isEqualTo(5_000);
    assertThat(held(held, before).maxBatchBytes()).isEqualTo(7_000);
  }
}
