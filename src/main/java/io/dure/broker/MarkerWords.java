package io.dure.broker;

import io.dure.txn.MarkerOrder;
import io.dure.txn.TopicPart;
import io.dure.wire.WireError;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData.WritableTxnMarker;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData.WritableTxnMarkerTopic;
import org.apache.kafka.common.message.WriteTxnMarkersResponseData;
import org.apache.kafka.common.message.WriteTxnMarkersResponseData.WritableTxnMarkerPartitionResult;
import org.apache.kafka.common.message.WriteTxnMarkersResponseData.WritableTxnMarkerResult;
import org.apache.kafka.common.message.WriteTxnMarkersResponseData.WritableTxnMarkerTopicResult;

/** Markers in the words of Kafka's WriteTxnMarkers, and its answers. Stateless. */
final class MarkerWords {
  /** The first that tells the transaction version. */
  static final short VERSION = 2;

  /** A producer is at one transaction at a time, so this names a marker within a request. */
  record Target(long producerId, TopicPart part) {}

  private MarkerWords() {}

  static Target target(MarkerCourier.Stop stop) {
    return new Target(stop.order().producer().id(), stop.part());
  }

  static WriteTxnMarkersRequestData request(List<MarkerCourier.Stop> stops, int coordinatorEpoch) {
    // By transactional id: two orders of one id are never on their way together.
    Map<String, MarkerOrder> orders = new LinkedHashMap<>();
    Map<String, Map<String, Map<Integer, Integer>>> partitions = new LinkedHashMap<>();
    for (MarkerCourier.Stop stop : stops) {
      orders.put(stop.order().transactionalId(), stop.order());
      partitions
          .computeIfAbsent(stop.order().transactionalId(), _ -> new TreeMap<>())
          .computeIfAbsent(stop.part().topic(), _ -> new LinkedHashMap<>())
          .put(stop.part().partition(), stop.leaderEpoch());
    }
    var request = new WriteTxnMarkersRequestData();
    orders.forEach((id, order) ->
        request
            .markers()
            .add(marker(order, partitions.getOrDefault(id, Map.of()), coordinatorEpoch)));
    return request;
  }

  private static WritableTxnMarker marker(
      MarkerOrder order, Map<String, Map<Integer, Integer>> topics, int coordinatorEpoch) {
    var marker =
        new WritableTxnMarker()
            .setProducerId(order.producer().id())
            .setProducerEpoch(order.producer().epoch())
            .setTransactionResult(order.commit())
            .setCoordinatorEpoch(coordinatorEpoch)
            .setTransactionVersion((byte) order.transactionVersion());
    topics.forEach((topic, epochs) -> {
      var of =
          new WritableTxnMarkerTopic()
              .setName(topic)
              .setPartitionIndexes(List.copyOf(epochs.keySet()));
      MarkerEpochs.put(of, List.copyOf(epochs.values()));
      marker.topics().add(of);
    });
    return marker;
  }

  static Map<Target, WireError> errors(WriteTxnMarkersResponseData response) {
    Map<Target, WireError> errors = new HashMap<>();
    for (WritableTxnMarkerResult marker : response.markers()) {
      for (WritableTxnMarkerTopicResult topic : marker.topics()) {
        for (WritableTxnMarkerPartitionResult partition : topic.partitions()) {
          errors.put(
              new Target(
                  marker.producerId(), new TopicPart(topic.name(), partition.partitionIndex())),
              WireError.of(partition.errorCode()));
        }
      }
    }
    return errors;
  }
}
