package io.dure.broker;

import io.dure.base.Endpoint;
import io.dure.metadata.BrokerImage;
import io.dure.runtime.Partitions.Leadership;
import io.dure.wire.WireError;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.FindCoordinatorResponseData.Coordinator;

/**
 * FindCoordinator (API key 10): which broker keeps a group or a transactional id; makes the topic
 * that they are kept in when there is none yet.
 *
 * <p>Waits (without holding a thread) for a topic in the making, but not for long: the client asks
 * again.
 */
public final class FindCoordinatorHandler
    implements Handler<FindCoordinatorRequestData, FindCoordinatorResponseData> {
  private static final int CREATION_WAIT_MS = 1_500;
  private static final short FIRST_BATCHED_VERSION = 4;
  private static final byte GROUP = 0;
  private static final byte TRANSACTION = 1;

  private final Cluster cluster;
  private final TopicCreation creation;

  public FindCoordinatorHandler(Cluster cluster, TopicCreation creation) {
    this.cluster = cluster;
    this.creation = creation;
  }

  @Override
  public void handle(
      FindCoordinatorRequestData request,
      RequestContext context,
      Reply<FindCoordinatorResponseData> reply) {
    Optional<String> missing =
        topic(request.keyType()).filter(name -> cluster.image().topic(name).isEmpty());
    if (missing.isEmpty()) {
      reply.send(answer(request, context));
      return;
    }
    creation.create(
        List.of(missing.get()),
        cluster.nowMs() + CREATION_WAIT_MS,
        context,
        () -> reply.send(answer(request, context)));
  }

  /** Where coordinators of a type keep their state; empty for a type that we do not have. */
  private static Optional<String> topic(byte keyType) {
    return switch (keyType) {
      case GROUP -> Optional.of(InternalTopics.OFFSETS);
      case TRANSACTION -> Optional.of(InternalTopics.TRANSACTIONS);
      default -> Optional.empty();
    };
  }

  private FindCoordinatorResponseData answer(
      FindCoordinatorRequestData request, RequestContext context) {
    if (context.version() < FIRST_BATCHED_VERSION) {
      Coordinator one = coordinator(request.keyType(), request.key(), context);
      return new FindCoordinatorResponseData()
          .setErrorCode(one.errorCode())
          .setErrorMessage(one.errorCode() == 0 ? WireError.NONE.name() : one.errorMessage())
          .setNodeId(one.nodeId())
          .setHost(one.host())
          .setPort(one.port());
    }
    return new FindCoordinatorResponseData()
        .setCoordinators(
            request.coordinatorKeys().stream()
                .map(key -> coordinator(request.keyType(), key, context))
                .toList());
  }

  private Coordinator coordinator(byte keyType, String key, RequestContext context) {
    Optional<String> topic = topic(keyType);
    if (topic.isEmpty()) {
      String kind = keyType == 2 ? "share groups are" : "coordinators of type " + keyType + " are";
      return refused(key, WireError.INVALID_REQUEST, kind + " not served by this cluster");
    }
    Optional<BrokerImage> leader = leader(topic.get(), key);
    if (leader.isEmpty()) {
      return refused(
          key, WireError.COORDINATOR_NOT_AVAILABLE, "its partition has no leader at the moment");
    }
    Endpoint address = cluster.addressOf(leader.get(), context.arrivedAt());
    return new Coordinator()
        .setKey(key)
        .setNodeId(leader.get().node().value())
        .setHost(address.host())
        .setPort(address.port())
        .setErrorCode(WireError.NONE.code());
  }

  private Optional<BrokerImage> leader(String topic, String key) {
    return Coordinators.homeOf(cluster.image(), topic, key)
        .flatMap(cluster::leaderForClients)
        .map(Leadership::leader)
        .flatMap(cluster.image()::broker);
  }

  private static Coordinator refused(String key, WireError error, String reason) {
    return new Coordinator()
        .setKey(key)
        .setNodeId(-1)
        .setHost("")
        .setPort(-1)
        .setErrorCode(error.code())
        .setErrorMessage(reason);
  }
}
