package io.dure.broker;

import io.dure.base.Moment;
import io.dure.base.TopicId;
import io.dure.group.Decision;
import io.dure.group.GroupAnswer;
import io.dure.group.GroupCommand;
import io.dure.group.GroupRecord;
import io.dure.group.GroupSettings;
import io.dure.group.GroupShard;
import io.dure.group.ProducerRef;
import io.dure.group.RecordCodec;
import io.dure.log.LogRecord;
import io.dure.log.TxnMarker;
import io.dure.metadata.ClusterImage;
import io.dure.runtime.Partitions.KeyValue;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A {@link GroupShard} as its host drives it: its records as bytes, and the cluster's topics told
 * to it now and then. On the partition's loop.
 */
final class GroupCore implements CoordinatorCore<GroupCommand<?>, GroupAnswer> {
  private static final long TOPICS_CHECK_MS = 30_000;
  private static final long OWN_TICKET = -1;

  private final GroupShard shard;
  private long nextTopicsCheckMs;
  private ClusterImage topicsChecked = ClusterImage.EMPTY;
  private ClusterImage topicsSeen = ClusterImage.EMPTY;

  GroupCore(GroupSettings settings) {
    this.shard = new GroupShard(settings);
  }

  @Override
  public void replay(LogRecord record) {
    if (record.marker().isPresent()) {
      ended(record.marker().get());
    } else if (record.key().isPresent()) {
      decoded(record, record.key().get()).ifPresent(shard::apply);
    }
  }

  private static Optional<GroupRecord> decoded(LogRecord record, ByteBuffer keyBytes) {
    byte[] key = CoordinatorHost.bytes(keyBytes);
    Optional<byte[]> value = record.value().map(CoordinatorHost::bytes);
    return record.transactional()
        ? RecordCodec.decode(
            key, value, new ProducerRef(record.producerId(), record.producerEpoch()))
        : RecordCodec.decode(key, value);
  }

  @Override
  public void ended(TxnMarker marker) {
    shard.endTransaction(marker.producerId(), marker.commit());
  }

  @Override
  public Decided<GroupAnswer> resume(Moment now, ClusterImage image) {
    nextTopicsCheckMs = now.nowMs() + TOPICS_CHECK_MS;
    topicsSeen = image;
    return encoded(shard.resume(image, now));
  }

  @Override
  public Decided<GroupAnswer> decide(long ticket, GroupCommand<?> command, Moment now) {
    return encoded(shard.decide(ticket, command, now));
  }

  @Override
  public Decided<GroupAnswer> tick(Moment now, ClusterImage image) {
    if (image != topicsSeen) {
      if (!image.changedSince(topicsSeen).removedTopics().isEmpty()) {
        nextTopicsCheckMs = now.nowMs();
      }
      topicsSeen = image;
    }
    Decided<GroupAnswer> decided = encoded(shard.onImage(image, now)).and(encoded(shard.tick(now)));
    return now.nowMs() >= nextTopicsCheckMs
        ? decided.and(forgetMissingTopics(now, image))
        : decided;
  }

  /**
   * A deleted topic's offsets go as soon as that is known; what was missed, as a deletion while
   * nobody led this partition, or an offset that a late commit brought, some time later.
   */
  private Decided<GroupAnswer> forgetMissingTopics(Moment now, ClusterImage image) {
    nextTopicsCheckMs = now.nowMs() + TOPICS_CHECK_MS;
    if (image == topicsChecked) {
      return Decided.nothing();
    }
    topicsChecked = image;
    Map<String, TopicId> existing = new HashMap<>();
    image.topics().forEach(topic -> existing.put(topic.name(), topic.id()));
    return decide(OWN_TICKET, new GroupCommand.ForgetMissingTopics(existing), now);
  }

  private static Decided<GroupAnswer> encoded(Decision decision) {
    return new Decided<>(
        decision.records().stream()
            .map(record -> new KeyValue(RecordCodec.key(record), RecordCodec.value(record)))
            .toList(),
        decision.replies().stream()
            .map(reply -> new Decided.Reply<>(reply.ticket(), reply.answer()))
            .toList(),
        List.of());
  }
}
