package io.dure.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dure.base.TopicId;
import io.dure.wire.Blob;
import io.dure.wire.MalformedRecord;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * The bytes are those of Apache Kafka's OffsetCommitKey, OffsetCommitValue, GroupMetadataKey and
 * GroupMetadataValue.
 */
class RecordCodecTest {
  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  private static GroupRecord again(GroupRecord record) {
    return RecordCodec.decode(RecordCodec.key(record), RecordCodec.value(record)).orElseThrow();
  }

  @Test
  void anOffsetWithoutATopicIdIsVersion3() {
    var record =
        new GroupRecord.OffsetStored(
            "g", "to", 5, new StoredOffset(258, 7, "hi", 1, -1, TopicId.ZERO));

    assertThat(hex(RecordCodec.key(record))).isEqualTo("0001" + "000167" + "0002746f" + "00000005");
    assertThat(hex(RecordCodec.value(record).orElseThrow()))
        .isEqualTo("0003" + "0000000000000102" + "00000007" + "00026869" + "0000000000000001");
    assertThat(again(record)).isEqualTo(record);
  }

  @Test
  void anOffsetWithATopicIdIsVersion4() {
    var id = new TopicId(new UUID(0x0102030405060708L, 0x1112131415161718L));
    var record =
        new GroupRecord.OffsetStored("g", "to", 5, new StoredOffset(258, 7, "hi", 1, -1, id));

    assertThat(hex(RecordCodec.value(record).orElseThrow()))
        .isEqualTo(
            "0004"
                + "0000000000000102"
                + "00000007"
                + "036869"
                + "0000000000000001"
                + "01"
                + "00"
                + "10"
                + "01020304050607081112131415161718");
    assertThat(again(record)).isEqualTo(record);
  }

  @Test
  void anOffsetWithAnExpiryIsVersion1() {
    var record =
        new GroupRecord.OffsetStored("g", "t", 0, new StoredOffset(1, -1, "", 2, 3, TopicId.ZERO));

    assertThat(hex(RecordCodec.value(record).orElseThrow()))
        .isEqualTo("0001" + "0000000000000001" + "0000" + "0000000000000002" + "0000000000000003");
    assertThat(again(record)).isEqualTo(record);
  }

  @Test
  void aGroupIsVersion3() {
    var member =
        new GroupRecord.StoredMember(
            "m", Optional.of("i"), "c", "/h", 4, 5, Blob.of(new byte[] {9}), Blob.EMPTY);
    var record =
        new GroupRecord.GroupStored(
            "g", "consumer", 2, Optional.of("range"), Optional.of("m"), 6, List.of(member));

    assertThat(hex(RecordCodec.key(record))).isEqualTo("0002" + "000167");
    assertThat(hex(RecordCodec.value(record).orElseThrow()))
        .isEqualTo(
            "0003"
                + "0008636f6e73756d6572"
                + "00000002"
                + "000572616e6765"
                + "00016d"
                + "0000000000000006"
                + "00000001"
                + "00016d"
                + "000169"
                + "000163"
                + "00022f68"
                + "00000004"
                + "00000005"
                + "0000000109"
                + "00000000");
    assertThat(again(record)).isEqualTo(record);
  }

  @Test
  void tombstonesForget() {
    assertThat(again(new GroupRecord.OffsetForgotten("g", "t", 1)))
        .isEqualTo(new GroupRecord.OffsetForgotten("g", "t", 1));
    assertThat(again(new GroupRecord.GroupForgotten("g")))
        .isEqualTo(new GroupRecord.GroupForgotten("g"));
  }

  @Test
  void recordsOfOtherKindsOfGroupsArePassedOver() {
    assertThat(RecordCodec.decode(new byte[] {0, 9, 0, 0}, Optional.empty())).isEmpty();
  }

  @Test
  void bytesThatEndEarlyAreToldSo() {
    assertThatThrownBy(() -> RecordCodec.decode(new byte[] {0, 1, 0, 9, 1}, Optional.empty()))
        .isInstanceOf(MalformedRecord.class)
        .hasMessageContaining("9 bytes");
  }
}
