package io.dure.broker;

import io.dure.base.PartitionId;
import io.dure.metadata.ClusterImage;
import io.dure.metadata.TopicImage;
import io.dure.runtime.Loop;
import io.dure.runtime.Partitions;
import io.dure.txn.TopicPart;
import io.dure.wire.WireError;
import io.dure.wire.WireRecords;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData;

/**
 * Produce (API key 0): appends batches to partitions led here, and answers when they are committed.
 *
 * <p>Runs on the connection's loop and never waits there. acks=1 is treated as acks=all: nothing is
 * acknowledged that a majority does not hold. With acks=0 there is no answer, and a failure closes
 * the connection, as with Kafka.
 */
public final class ProduceHandler implements Handler<ProduceRequestData, ProduceResponseData> {
  private static final short FIRST_VERSION_WITH_TOPIC_IDS = 13;

  private final Cluster cluster;
  private final Partitions partitions;
  private final BrokerSettings settings;
  private final TransactionGate gate;

  /** A loop's are used by it alone. */
  private final Map<Loop, TransactionLanes> lanes = new ConcurrentHashMap<>();

  /** As above. */
  private final Map<Loop, HeldRules> held = new ConcurrentHashMap<>();

  public ProduceHandler(
      Cluster cluster, Partitions partitions, BrokerSettings settings, TransactionGate gate) {
    this.cluster = cluster;
    this.partitions = partitions;
    this.settings = settings;
    this.gate = gate;
  }

  @Override
  public void handle(
      ProduceRequestData request, RequestContext context, Reply<ProduceResponseData> reply) {
    ClusterImage image = cluster.image();
    var round = new ProduceRound(request, context, image, reply);
    Optional<WireError> refusal = refusal(request);
    String transactionalId = Optional.ofNullable(request.transactionalId()).orElse("");
    var transactional =
        new TransactionalProduce(
            gate,
            partitions,
            context.loop(),
            transactionalId,
            context.version(),
            cluster.nowMs() + Math.max(0, request.timeoutMs()));
    for (TopicProduceData topic : request.topicData()) {
      for (PartitionProduceData data : topic.partitionData()) {
        ProduceRound.Slot slot = round.slot(topic, data);
        if (refusal.isPresent()) {
          slot.refused(refusal.get(), "", Optional.empty());
        } else {
          append(request, context, image, topic, data, slot, transactional);
        }
      }
    }
    if (!transactional.isEmpty()) {
      lanes
          .computeIfAbsent(context.loop(), TransactionLanes::new)
          .start(transactionalId, transactional);
    }
    round.allStarted();
  }

  /** What is wrong with the request as a whole; batches of a transaction need one that is named. */
  private static Optional<WireError> refusal(ProduceRequestData request) {
    if (request.acks() < -1 || request.acks() > 1) {
      return Optional.of(WireError.INVALID_REQUIRED_ACKS);
    }
    return request.transactionalId() == null && isTransactional(request)
        ? Optional.of(WireError.TRANSACTIONAL_ID_AUTHORIZATION_FAILED)
        : Optional.empty();
  }

  private static boolean isTransactional(ProduceRequestData request) {
    for (TopicProduceData topic : request.topicData()) {
      for (PartitionProduceData data : topic.partitionData()) {
        Optional<ByteBuffer> batches = WireRecords.of(data);
        if (batches.isPresent() && ProducedRecords.isTransactional(batches.get())) {
          return true;
        }
      }
    }
    return false;
  }

  private void append(
      ProduceRequestData request,
      RequestContext context,
      ClusterImage image,
      TopicProduceData topicData,
      PartitionProduceData data,
      ProduceRound.Slot slot,
      TransactionalProduce transactional) {
    boolean byId = context.version() >= FIRST_VERSION_WITH_TOPIC_IDS;
    Optional<TopicImage> found = topic(image, topicData, byId);
    if (found.isEmpty()) {
      slot.refused(
          byId ? WireError.UNKNOWN_TOPIC_ID : WireError.UNKNOWN_TOPIC_OR_PARTITION,
          "",
          Optional.empty());
      return;
    }
    TopicImage topic = found.get();
    if (data.index() < 0 || data.index() >= topic.partitions().size()) {
      slot.refused(WireError.UNKNOWN_TOPIC_OR_PARTITION, "", Optional.empty());
      return;
    }
    ByteBuffer batches = WireRecords.of(data).orElseGet(() -> ByteBuffer.allocate(0));
    ProduceRules rules =
        held.computeIfAbsent(context.loop(), _ -> new HeldRules(cluster.self(), settings.started()))
            .of(topic, image);
    ProducedRecords.Limits limits = rules.limits(cluster.wallMs());
    Optional<ProducedRecords.Refusal> wrong =
        ProducedRecords.check(batches, context.version(), limits);
    if (wrong.isPresent()) {
      slot.refused(wrong.get().error(), wrong.get().reason(), Optional.empty());
      return;
    }
    RecordRules.Outcome ruled =
        RecordRules.apply(batches, rules, limits, topic.name(), data.index());
    if (ruled.refusal().isPresent()) {
      slot.refusedRecords(ruled.refusal().get());
      return;
    }
    batches = ruled.batch();
    var partition = new PartitionId(topic.id(), data.index());
    if (ProducedRecords.isTransactional(batches)) {
      transactional.add(partition, new TopicPart(topic.name(), data.index()), batches, slot);
      return;
    }
    partitions.append(
        partition,
        batches,
        -1, // a produce request names no leader epoch
        cluster.nowMs() + Math.max(0, request.timeoutMs()),
        context.loop(),
        slot::outcome);
  }

  private static Optional<TopicImage> topic(
      ClusterImage image, TopicProduceData data, boolean byId) {
    if (!byId) {
      return image.topic(data.name());
    }
    return data.topicId().equals(Uuid.ZERO_UUID)
        ? Optional.empty()
        : image.topic(Ids.topic(data.topicId()));
  }
}
