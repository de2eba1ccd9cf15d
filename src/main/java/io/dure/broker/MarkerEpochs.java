package io.dure.broker;

import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData.WritableTxnMarkerTopic;
import org.apache.kafka.common.protocol.types.RawTaggedField;

/**
 * The leader epochs that a coordinator believes in, beside the partitions it asks markers for: a
 * field of our own, by a tag that others pass over.
 *
 * <p>Clients from before version 2 begin their next transaction with the same epoch. A question
 * that is left over from a broken stream would end that one early, if its node led the partition
 * again by then; so it is good in the leadership that it was meant for, and in no other.
 */
final class MarkerEpochs {
  private static final int TAG = 10_000;
  private static final int UNKNOWN = -1;

  private MarkerEpochs() {}

  /**
   * @param epochs in the order of the topic's partition indexes; -1 where none is known
   */
  static void put(WritableTxnMarkerTopic topic, List<Integer> epochs) {
    ByteBuffer bytes = ByteBuffer.allocate(epochs.size() * Integer.BYTES);
    epochs.forEach(bytes::putInt);
    topic.unknownTaggedFields().add(new RawTaggedField(TAG, bytes.array()));
  }

  /**
   * The epoch for the {@code i}-th partition; -1 when the asker, not being one of us, told none.
   */
  static int of(WritableTxnMarkerTopic topic, int i) {
    for (RawTaggedField field : topic.unknownTaggedFields()) {
      if (field.tag() == TAG && field.data().length >= (i + 1) * Integer.BYTES) {
        return ByteBuffer.wrap(field.data()).getInt(i * Integer.BYTES);
      }
    }
    return UNKNOWN;
  }
}
