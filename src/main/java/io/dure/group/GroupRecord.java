package io.dure.group;

import io.dure.group.consumer.ConsumerRecord;
import io.dure.wire.Blob;
import java.util.List;
import java.util.Optional;

/** One change of the durable state, as it stands in {@code __consumer_offsets}. */
public sealed interface GroupRecord {
  String groupId();

  record OffsetStored(String groupId, String topic, int partition, StoredOffset offset)
      implements GroupRecord {}

  /** Counts once the producer's transaction is committed; a marker in the log says so. */
  record OffsetPending(ProducerRef producer, OffsetStored offset) implements GroupRecord {
    @Override
    public String groupId() {
      return offset.groupId();
    }
  }

  record OffsetForgotten(String groupId, String topic, int partition) implements GroupRecord {}

  /**
   * A group as it settled: with members it is stable, without it is empty.
   *
   * @param settledMs wall time
   */
  record GroupStored(
      String groupId,
      String protocolType,
      int generation,
      Optional<String> protocol,
      Optional<String> leader,
      long settledMs,
      List<StoredMember> members)
      implements GroupRecord {
    public GroupStored {
      members = List.copyOf(members);
    }
  }

  /**
   * A member of a settled group.
   *
   * @param subscription what it sent for the protocol that was chosen
   */
  record StoredMember(
      String memberId,
      Optional<String> instanceId,
      String clientId,
      String clientHost,
      int rebalanceTimeoutMs,
      int sessionTimeoutMs,
      Blob subscription,
      Blob assignment) {}

  record GroupForgotten(String groupId) implements GroupRecord {}

  /** A change of a group of the new protocol. */
  record OfConsumer(ConsumerRecord change) implements GroupRecord {
    @Override
    public String groupId() {
      return change.groupId();
    }
  }
}
