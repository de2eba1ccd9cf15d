package io.dure.group;

import io.dure.wire.Blob;
import io.dure.wire.MalformedRecord;
import io.dure.wire.RecordReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads the topics out of what a consumer sends along with a join. All that follows them is the
 * assignor's.
 */
final class Subscription {
  static final String PROTOCOL_TYPE = "consumer";

  private Subscription() {}

  /**
   * Empty when these bytes are not a subscription: the group may use the type's name for something
   * else.
   */
  static Optional<List<String>> topics(Blob metadata) {
    try {
      var in = new RecordReader(metadata.raw());
      in.int16();
      int count = in.int32();
      var topics = new ArrayList<String>();
      for (int i = 0; i < count; i++) {
        topics.add(in.string());
      }
      return Optional.of(topics);
    } catch (MalformedRecord _) {
      return Optional.empty();
    }
  }
}
