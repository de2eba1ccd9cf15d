package io.dure.broker;

import io.dure.base.TopicId;
import java.util.UUID;
import org.apache.kafka.common.Uuid;

/** Our ids as the wire has them, and back. */
final class Ids {
  private Ids() {}

  static Uuid wire(TopicId id) {
    return wire(id.value());
  }

  static Uuid wire(UUID id) {
    return new Uuid(id.getMostSignificantBits(), id.getLeastSignificantBits());
  }

  static TopicId topic(Uuid id) {
    return new TopicId(new UUID(id.getMostSignificantBits(), id.getLeastSignificantBits()));
  }
}
