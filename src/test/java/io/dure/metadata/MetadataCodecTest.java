package io.dure.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dure.base.Endpoint;
import io.dure.base.Incarnation;
import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.base.TopicId;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Metadata records as bytes. */
class MetadataCodecTest {
  private static final TopicId TOPIC =
      new TopicId(new UUID(0x0102030405060708L, 0x090a0b0c0d0e0f10L));
  private static final PartitionId PARTITION = new PartitionId(TOPIC, 300);

  private static final List<MetadataRecord> ONE_OF_EACH =
      List.of(
          new MetadataRecord.ClusterFormed(new UUID(1, 2)),
          new MetadataRecord.BrokerRegistered(
              new NodeId(1),
              new UUID(3, 4),
              new Incarnation(1L << 40),
              new Endpoint("broker-1.example", 9092),
              Optional.of("rack")),
          new MetadataRecord.BrokerRegistered(
              new NodeId(0),
              new UUID(-1, -1),
              new Incarnation(0),
              new Endpoint("::1", 65_535),
              Optional.empty()),
          new MetadataRecord.BrokerFenced(new NodeId(2), new Incarnation(9)),
          new MetadataRecord.BrokerUnfenced(new NodeId(2), new Incarnation(9)),
          new MetadataRecord.BrokerRemoved(new NodeId(Integer.MAX_VALUE)),
          new MetadataRecord.TopicCreated(TOPIC, "orders", false),
          new MetadataRecord.TopicCreated(TOPIC, "__consumer_offsets", true),
          new MetadataRecord.TopicDeleted(TOPIC),
          new MetadataRecord.PartitionCreated(
              PARTITION, List.of(new NodeId(3), new NodeId(1), new NodeId(2))),
          new MetadataRecord.LeaderAppointed(PARTITION, 7, new NodeId(3), new Incarnation(12)),
          new MetadataRecord.LeaderAppointed(PARTITION, 0, new NodeId(3), Incarnation.NONE),
          new MetadataRecord.LeaderAppointed(
              PARTITION,
              7,
              new NodeId(3),
              new Incarnation(12),
              List.of(new NodeId(3), new NodeId(1)),
              2),
          new MetadataRecord.EpochOpened(PARTITION, 7),
          new MetadataRecord.TargetSet(PARTITION, List.of(new NodeId(4), new NodeId(1))),
          new MetadataRecord.TargetSet(PARTITION, List.of()),
          new MetadataRecord.PlacedByHand(PARTITION, true),
          new MetadataRecord.PlacedByHand(PARTITION, false),
          new MetadataRecord.CopiesByDefault(TOPIC, true),
          new MetadataRecord.CopiesByDefault(TOPIC, false),
          new MetadataRecord.LeaderLost(PARTITION, 7),
          new MetadataRecord.InStepChanged(PARTITION, 7, Set.of(new NodeId(1), new NodeId(3))),
          new MetadataRecord.InStepChanged(PARTITION, 7, Set.of()),
          new MetadataRecord.TopicConfigured(TOPIC, "retention.ms", Optional.of("보관")),
          new MetadataRecord.TopicConfigured(TOPIC, "retention.ms", Optional.empty()),
          new MetadataRecord.ProducerIdsAllocated(Long.MAX_VALUE),
          new MetadataRecord.ConfigChanged(
              ConfigResource.ALL_BROKERS, "message.max.bytes", Optional.of("7")),
          new MetadataRecord.ConfigChanged(
              ConfigResource.group("그룹"), "consumer.session.timeout.ms", Optional.empty()),
          new MetadataRecord.FeatureLevelSet("transaction.version", 0));

  @Test
  void everyRecordComesBackAsItWas() {
    for (MetadataRecord record : ONE_OF_EACH) {
      assertThat(MetadataCodec.decode(ByteBuffer.wrap(MetadataCodec.encode(record))))
          .isEqualTo(record);
    }
  }

  /** Bytes on disk must stay readable: this changes only together with a new version. */
  @Test
  void bytesOnDiskAreThese() {
    assertThat(
            hex(
                new MetadataRecord.LeaderAppointed(
                    PARTITION, 7, new NodeId(3), new Incarnation(300))))
        .isEqualTo("0900" + "0102030405060708090a0b0c0d0e0f10" + "ac02" + "07" + "03" + "ac02");
    assertThat(
            hex(
                new MetadataRecord.LeaderAppointed(
                    PARTITION,
                    7,
                    new NodeId(3),
                    new Incarnation(300),
                    List.of(new NodeId(3)),
                    1,
                    129)))
        .isEqualTo(
            "0902"
                + "0102030405060708090a0b0c0d0e0f10"
                + "ac02"
                + "07"
                + "03"
                + "ac02"
                + "01"
                + "03"
                + "01"
                + "8101");
    assertThat(
            hex(
                new MetadataRecord.LeaderAppointed(
                    PARTITION, 7, new NodeId(3), new Incarnation(300), List.of(new NodeId(3)), 1)))
        .isEqualTo(
            "0901"
                + "0102030405060708090a0b0c0d0e0f10"
                + "ac02"
                + "07"
                + "03"
                + "ac02"
                + "01"
                + "03"
                + "01");
    assertThat(
            hex(
                new MetadataRecord.ConfigChanged(
                    ConfigResource.broker(new NodeId(3)), "k", Optional.of("v"))))
        .isEqualTo("0e00" + "04" + "0133" + "016b" + "01" + "0176");
    assertThat(hex(new MetadataRecord.FeatureLevelSet("f", 300)))
        .isEqualTo("0f00" + "0166" + "ac02");
    assertThat(hex(new MetadataRecord.TopicConfigured(TOPIC, "k", Optional.of("v"))))
        .isEqualTo("0c00" + "0102030405060708090a0b0c0d0e0f10" + "016b" + "01" + "0176");
  }

  private static String hex(MetadataRecord record) {
    return HexFormat.of().formatHex(MetadataCodec.encode(record));
  }

  @Test
  void recordsOfTheFutureAreRefused() {
    byte[] newerVersion = MetadataCodec.encode(new MetadataRecord.ProducerIdsAllocated(1));
    newerVersion[1] = 1;
    byte[] unknownKind = MetadataCodec.encode(new MetadataRecord.ProducerIdsAllocated(1));
    unknownKind[0] = 99;

    assertThatThrownBy(() -> MetadataCodec.decode(ByteBuffer.wrap(newerVersion)))
        .isInstanceOf(MetadataFormatException.class)
        .hasMessageContaining("older version of the program");
    assertThatThrownBy(() -> MetadataCodec.decode(ByteBuffer.wrap(unknownKind)))
        .isInstanceOf(MetadataFormatException.class);
  }

  @Test
  void cutOrLongerRecordsAreRefused() {
    for (MetadataRecord record : ONE_OF_EACH) {
      byte[] bytes = MetadataCodec.encode(record);
      for (int length = 0; length < bytes.length; length++) {
        byte[] cut = Arrays.copyOf(bytes, length);
        assertThatThrownBy(() -> MetadataCodec.decode(ByteBuffer.wrap(cut)))
            .isInstanceOf(MetadataFormatException.class);
      }
      byte[] longer = Arrays.copyOf(bytes, bytes.length + 1);
      assertThatThrownBy(() -> MetadataCodec.decode(ByteBuffer.wrap(longer)))
          .isInstanceOf(MetadataFormatException.class);
    }
  }
}
