package io.dure.group.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.base.TopicId;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The bytes are those of Apache Kafka's ConsumerGroupCurrentMemberAssignmentValue. */
class HoldingCodecTest {
  private static final TopicId T = new TopicId(new UUID(0x0102030405060708L, 0x1112131415161718L));
  private static final String ID = "01020304050607081112131415161718";

  private static final String HEAD = "0000" + "00000005" + "00000004" + "01";

  @Test
  void sinceWhenAPartitionIsHeldStandsInATaggedFieldBesideIt() {
    var holding =
        new Holding(
            5,
            4,
            Holding.Stage.UNREVOKED,
            PartitionSet.of(T, 1),
            PartitionSet.of(T, 2),
            new Tenures.Draft().add(T, 1, 3).add(T, 2, 5).done());
    var record = new ConsumerRecord.HoldingStored("g", "m", holding);

    byte[] value = ConsumerCodec.value(record).orElseThrow();
    assertThat(HexFormat.of().formatHex(value))
        .isEqualTo(
            HEAD
                + ("02" + ID + "02" + "00000001" + "01" + "00" + "05" + "02" + "00000003")
                + ("02" + ID + "02" + "00000002" + "01" + "00" + "05" + "02" + "00000005")
                + "00");
    assertThat(ConsumerCodec.decode(ConsumerCodec.key(record), Optional.of(value)))
        .contains(record);
  }

  /** As it was written before KIP-1251: an older epoch commits nothing of it. */
  @Test
  void withoutThatFieldAllIsHeldSinceTheMembersEpoch() {
    var record = new ConsumerRecord.HoldingStored("g", "m", Holding.NEW);
    String value = HEAD + ("02" + ID + "02" + "00000001" + "00") + "01" + "00";

    Optional<ConsumerRecord> read =
        ConsumerCodec.decode(
            ConsumerCodec.key(record), Optional.of(HexFormat.of().parseHex(value)));
    assertThat(read)
        .contains(
            new ConsumerRecord.HoldingStored(
                "g",
                "m",
                new Holding(
                    5,
                    4,
                    Holding.Stage.UNREVOKED,
                    PartitionSet.of(T, 1),
                    PartitionSet.NONE,
                    Tenures.since(5, PartitionSet.of(T, 1)))));
  }
}
