package io.dure.broker;

import io.dure.base.Rng;
import io.dure.runtime.Loop;
import io.dure.runtime.Partitions;
import io.dure.runtime.Partitions.Isolation;
import io.dure.wire.WireError;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.requests.FetchMetadata;
import org.apache.kafka.common.requests.FetchRequest;

/**
 * Fetch (API key 1): hands out committed records, waiting for new ones up to the time the consumer
 * allows.
 *
 * <p>Runs on the connection's loop and never waits there. Replicas of this cluster do not fetch,
 * they are pushed to; a request that claims to come from one is refused as Kafka refuses it to a
 * stranger.
 */
public final class FetchHandler implements Handler<FetchRequestData, FetchResponseData> {
  /**
   * A fetch whose connection is gone is forgotten after this; one that still waits is answered
   * empty and asks again.
   */
  static final int MAX_WAIT_MS = 60_000;

  private static final byte READ_COMMITTED = 1;

  private final Cluster cluster;
  private final Partitions partitions;
  private final BrokerSettings settings;
  private final Rng rng;

  /** One cache per loop; the loops are as many as the machine has cores. */
  private final Map<Loop, FetchSessions> sessions = new ConcurrentHashMap<>();

  public FetchHandler(Cluster cluster, Partitions partitions, BrokerSettings settings, Rng rng) {
    this.cluster = cluster;
    this.partitions = partitions;
    this.settings = settings;
    this.rng = rng;
  }

  @Override
  public void handle(
      FetchRequestData request, RequestContext context, Reply<FetchResponseData> reply) {
    FetchSessions ofLoop =
        sessions.computeIfAbsent(
            context.loop(), _ -> new FetchSessions(settings.fetchSessionsPerLoop(), rng));
    switch (ofLoop.plan(request, context.version(), cluster.nowMs())) {
      case FetchPlan.Refused(WireError error) ->
          reply.send(new FetchResponseData().setErrorCode(error.code()));
      case FetchPlan.Sessionless(List<FetchItem> items) ->
          read(
              request,
              context,
              items,
              (found, answer) -> reply.send(answer.with(FetchMetadata.INVALID_SESSION_ID, found)));
      case FetchPlan.Full(FetchSession session) ->
          read(
              request,
              context,
              session.items(),
              (found, answer) ->
                  reply.send(answer.with(session.id(), session.select(found, true))));
      case FetchPlan.Incremental(FetchSession session, int epoch) ->
          read(
              request,
              context,
              session.items(),
              (found, answer) -> reply.send(incremental(session, epoch, found, answer)));
    }
  }

  private static FetchResponseData incremental(
      FetchSession session,
      int epoch,
      Map<FetchItem.Key, PartitionData> found,
      FetchAnswer answer) {
    if (session.epoch() != epoch) {
      // Another request of the session was taken up while this one waited.
      return answer
          .with(session.id(), Map.of())
          .setErrorCode(WireError.INVALID_FETCH_SESSION_EPOCH.code());
    }
    return answer.with(session.id(), session.select(found, false));
  }

  private void read(
      FetchRequestData request,
      RequestContext context,
      List<FetchItem> items,
      FetchRound.Done done) {
    Isolation isolation = isolation(request.isolationLevel());
    var answer = new FetchAnswer(context.version(), cluster.image(), isolation);
    if (FetchRequest.isValidBrokerId(FetchRequest.replicaId(request))) {
      Map<FetchItem.Key, PartitionData> refused = new LinkedHashMap<>();
      items.forEach(item ->
          refused.put(
              item.key(), answer.refused(item.key(), WireError.TOPIC_AUTHORIZATION_FAILED)));
      done.accept(refused, answer);
      return;
    }
    int maxBytes = Math.min(request.maxBytes(), settings.fetchMaxBytes());
    var limits =
        new FetchRound.Limits(
            Math.min(request.minBytes(), maxBytes),
            maxBytes,
            cluster.nowMs() + Math.clamp(request.maxWaitMs(), 0, MAX_WAIT_MS),
            isolation);
    new FetchRound(cluster, partitions, context.loop(), items, limits, answer, done).start();
  }

  static Isolation isolation(byte level) {
    return level == READ_COMMITTED ? Isolation.READ_COMMITTED : Isolation.READ_UNCOMMITTED;
  }
}
