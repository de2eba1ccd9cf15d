package io.dure.broker;

import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.runtime.Partitions.Leadership;
import io.dure.txn.MarkerOrder;
import io.dure.txn.TopicPart;
import io.dure.txn.TxnCommand;
import io.dure.wire.WireError;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.apache.kafka.common.message.WriteTxnMarkersResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the markers of one coordinator partition written by the leaders of their partitions, on this
 * node and others alike, and tries again for as long as it takes. What is due for one node goes in
 * one request. On the partition's loop; a courier whose coordinator is gone is ticked no more, and
 * stops.
 *
 * <p>A partition that does not exist any more needs no marker. That this is known here, and not
 * merely unheard of yet, follows from who may add partitions: the coordinator takes only those that
 * it sees, and its successor's image is newer still.
 */
final class MarkerCourier {
  private static final Logger LOG = LoggerFactory.getLogger(MarkerCourier.class);

  /** A node that does not answer for so long is asked again, or another one in its place. */
  private static final int ANSWER_WITHIN_MS = 5_000;

  private static final int MAX_ASKS_PER_NODE = 32;
  private static final int MAX_STOPS_PER_ASK = 2_000;
  private static final long FIRST_PAUSE_MS = 20;
  private static final long LONGEST_PAUSE_MS = 1_000;
  private static final int COMPLAIN_AFTER = 30;

  /** One partition that still needs the marker of one order. */
  static final class Stop {
    private final Errand errand;
    private final TopicPart part;
    private boolean asked;
    private int leaderEpoch = -1;
    private int failures;
    private long notBeforeMs;

    private Stop(Errand errand, TopicPart part) {
      this.errand = errand;
      this.part = part;
    }

    MarkerOrder order() {
      return errand.order;
    }

    TopicPart part() {
      return part;
    }

    int leaderEpoch() {
      return leaderEpoch;
    }
  }

  private static final class Errand {
    private final MarkerOrder order;
    private final Map<TopicPart, Stop> left = new LinkedHashMap<>();

    private Errand(MarkerOrder order) {
      this.order = order;
      order.partitions().forEach(part -> left.put(part, new Stop(this, part)));
    }
  }

  private final Cluster cluster;
  private final int coordinatorEpoch;
  private final Executor loop;
  private final Consumer<TxnCommand> coordinator;
  private final Map<String, Errand> errands = new LinkedHashMap<>();
  private final Map<NodeId, Integer> asksUnderWay = new HashMap<>();

  /**
   * @param coordinator is told of orders that are carried out
   */
  MarkerCourier(
      Cluster cluster, int coordinatorEpoch, Executor loop, Consumer<TxnCommand> coordinator) {
    this.cluster = cluster;
    this.coordinatorEpoch = coordinatorEpoch;
    this.loop = loop;
    this.coordinator = coordinator;
  }

  void carry(List<MarkerOrder> orders) {
    List<Errand> fresh = new ArrayList<>();
    for (MarkerOrder order : orders) {
      var errand = new Errand(order);
      errands.put(order.transactionalId(), errand);
      fresh.add(errand);
    }
    send(fresh);
  }

  void tick() {
    if (!errands.isEmpty()) {
      send(List.copyOf(errands.values()));
    }
  }

  // ---- out

  private void send(Collection<Errand> some) {
    Map<NodeId, List<Stop>> byNode = new LinkedHashMap<>();
    for (Errand errand : some) {
      for (Stop stop : List.copyOf(errand.left.values())) {
        if (!stop.asked && stop.notBeforeMs <= cluster.nowMs()) {
          route(stop, byNode);
        }
      }
    }
    byNode.forEach((node, stops) -> {
      for (int from = 0; from < stops.size(); from += MAX_STOPS_PER_ASK) {
        ask(node, stops.subList(from, Math.min(stops.size(), from + MAX_STOPS_PER_ASK)));
      }
    });
  }

  private void route(Stop stop, Map<NodeId, List<Stop>> byNode) {
    Optional<PartitionId> partition =
        cluster
            .image()
            .topic(stop.part.topic())
            .filter(topic -> stop.part.partition() < topic.partitions().size())
            .map(topic -> new PartitionId(topic.id(), stop.part.partition()));
    if (partition.isEmpty()) {
      done(stop);
      return;
    }
    Optional<Leadership> leadership = cluster.leaderForClients(partition.get());
    if (leadership.isPresent()) {
      stop.leaderEpoch = leadership.get().epoch();
      byNode.computeIfAbsent(leadership.get().leader(), _ -> new ArrayList<>()).add(stop);
    } else {
      failed(stop, "it has no leader");
    }
  }

  /**
   * With enough asks on the way already the stops stay due, and are looked at with a later tick.
   */
  private void ask(NodeId node, List<Stop> stops) {
    if (asksUnderWay.getOrDefault(node, 0) >= MAX_ASKS_PER_NODE) {
      return;
    }
    asksUnderWay.merge(node, 1, Integer::sum);
    stops.forEach(stop -> stop.asked = true);
    cluster.askNode(
        node,
        AskCodec.request(
            ApiKeys.WRITE_TXN_MARKERS,
            MarkerWords.VERSION,
            "",
            MarkerWords.request(stops, coordinatorEpoch)),
        cluster.nowMs() + ANSWER_WITHIN_MS,
        loop,
        response -> onAnswer(node, stops, response));
  }

  // ---- back

  private void onAnswer(NodeId node, List<Stop> stops, Optional<ByteBuffer> response) {
    asksUnderWay.merge(node, -1, Integer::sum);
    stops.forEach(stop -> stop.asked = false);
    if (response.isEmpty()) {
      stops.forEach(stop -> failed(stop, node + " did not answer"));
      return;
    }
    var body =
        (WriteTxnMarkersResponseData)
            AskCodec.response(
                ApiKeys.WRITE_TXN_MARKERS, MarkerWords.VERSION, response.get().duplicate());
    Map<MarkerWords.Target, WireError> errors = MarkerWords.errors(body);
    for (Stop stop : stops) {
      WireError error =
          errors.getOrDefault(MarkerWords.target(stop), WireError.UNKNOWN_SERVER_ERROR);
      switch (error) {
        case NONE -> done(stop);
        case INVALID_PRODUCER_EPOCH -> {
          // A higher epoch is only given out once a transaction is complete everywhere: somebody
          // ended this one by hand.
          LOG.warn(
              "{}: {} needs no marker of {} any more, it knows a later epoch",
              stop.order().transactionalId(),
              stop.part,
              stop.order().producer());
          done(stop);
        }
        default -> failed(stop, node + " says " + error);
      }
    }
  }

  private void done(Stop stop) {
    Errand errand = stop.errand;
    errand.left.remove(stop.part);
    if (errand.left.isEmpty() && errands.remove(errand.order.transactionalId(), errand)) {
      coordinator.accept(
          new TxnCommand.MarkersWritten(errand.order.transactionalId(), errand.order.producer()));
    }
  }

  private void failed(Stop stop, String reason) {
    stop.failures++;
    long pauseMs = FIRST_PAUSE_MS << Math.min(stop.failures - 1, 10);
    stop.notBeforeMs = cluster.nowMs() + Math.min(pauseMs, LONGEST_PAUSE_MS);
    if (stop.failures % COMPLAIN_AFTER == 0) {
      LOG.warn(
          "the transaction of {} cannot be finished on {}: {}; tried {} times, goes on trying",
          stop.order().transactionalId(),
          stop.part,
          reason,
          stop.failures);
    }
  }
}
