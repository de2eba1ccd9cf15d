package io.dure.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.base.NodeId;
import io.dure.txn.MarkerOrder;
import io.dure.txn.ProducerRef;
import io.dure.txn.TopicPart;
import io.dure.txn.TxnCommand;
import io.dure.wire.WireError;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData.WritableTxnMarker;
import org.apache.kafka.common.message.WriteTxnMarkersResponseData;
import org.apache.kafka.common.message.WriteTxnMarkersResponseData.WritableTxnMarkerPartitionResult;
import org.apache.kafka.common.message.WriteTxnMarkersResponseData.WritableTxnMarkerResult;
import org.apache.kafka.common.message.WriteTxnMarkersResponseData.WritableTxnMarkerTopicResult;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Markers are asked for until each is written, and only then is the coordinator told. */
class MarkerCourierTest {
  private static final ProducerRef PRODUCER = new ProducerRef(7, (short) 3);

  private final FakeCluster cluster = new FakeCluster();
  private final List<TxnCommand> told = new ArrayList<>();
  private final Map<Integer, WireError> errors = new HashMap<>();
  private final List<WritableTxnMarker> written = new ArrayList<>();
  private final MarkerCourier courier = new MarkerCourier(cluster, 9, cluster.loop, told::add);

  /** Partition n of the topic is led by node 1 + n. */
  @BeforeEach
  void makeATopic() {
    cluster.topic("t", 3);
    for (int node = 1; node <= 3; node++) {
      cluster.nodes.put(new NodeId(node), this::answer);
    }
  }

  private void answer(ByteBuffer request, Consumer<Optional<ByteBuffer>> answer) {
    var body = (WriteTxnMarkersRequestData) AskCodec.asked(request.duplicate()).body();
    var response = new WriteTxnMarkersResponseData();
    for (WritableTxnMarker marker : body.markers()) {
      written.add(marker);
      var result = new WritableTxnMarkerResult().setProducerId(marker.producerId());
      response.markers().add(result);
      marker
          .topics()
          .forEach(topic -> {
            var of = new WritableTxnMarkerTopicResult().setName(topic.name());
            result.topics().add(of);
            for (int index : topic.partitionIndexes()) {
              WireError error = errors.getOrDefault(index, WireError.NONE);
              of.partitions()
                  .add(
                      new WritableTxnMarkerPartitionResult()
                          .setPartitionIndex(index)
                          .setErrorCode(error.code()));
            }
          });
    }
    answer.accept(Optional.of(AskCodec.response(response, MarkerWords.VERSION)));
  }

  private static MarkerOrder order(Integer... partitions) {
    return new MarkerOrder(
        "pay",
        PRODUCER,
        true,
        (short) 2,
        List.of(partitions).stream().map(index -> new TopicPart("t", index)).toList());
  }

  private static TxnCommand done() {
    return new TxnCommand.MarkersWritten("pay", PRODUCER);
  }

  private void pass(long ms) {
    for (long passed = 0; passed < ms; passed += 100) {
      cluster.loop.pass(100);
      courier.tick();
      cluster.loop.turn();
    }
  }

  @Test
  void theCoordinatorIsToldOnceWhenAllAreWritten() {
    courier.carry(List.of(order(0, 1, 2)));
    cluster.loop.turn();

    assertThat(told).containsExactly(done());
    assertThat(written).hasSize(3).allMatch(marker -> marker.coordinatorEpoch() == 9);
    assertThat(written).allMatch(WritableTxnMarker::transactionResult);
    pass(5_000);
    assertThat(told).hasSize(1);
    assertThat(written).hasSize(3);
  }

  @Test
  void whatGoesToOneNodeGoesInOneRequest() {
    cluster.topic("u", 1); // its leader is node 1, as of t's partition 0
    var both =
        new MarkerOrder(
            "pay",
            PRODUCER,
            false,
            (short) 2,
            List.of(new TopicPart("t", 0), new TopicPart("u", 0)));

    courier.carry(List.of(both));
    cluster.loop.turn();

    assertThat(cluster.askedOfNodes.get(new NodeId(1))).hasSize(1);
    assertThat(written.getFirst().topics()).hasSize(2);
    assertThat(told).containsExactly(done());
  }

  @Test
  void aLeaderThatRefusesIsAskedAgainAndTheOthersAreNot() {
    errors.put(1, WireError.NOT_LEADER_OR_FOLLOWER);
    courier.carry(List.of(order(0, 1)));
    pass(2_000);
    assertThat(told).isEmpty();

    errors.clear();
    pass(2_000);

    assertThat(told).containsExactly(done());
    assertThat(cluster.askedOfNodes.get(new NodeId(1))).hasSize(1);
    assertThat(cluster.askedOfNodes.get(new NodeId(2))).hasSizeGreaterThan(1);
  }

  @Test
  void aNodeThatDoesNotAnswerIsAskedAgain() {
    cluster.nodes.remove(new NodeId(2));
    courier.carry(List.of(order(1)));
    pass(3_000);
    assertThat(told).isEmpty();

    cluster.nodes.put(new NodeId(2), this::answer);
    pass(2_000);

    assertThat(told).containsExactly(done());
  }

  @Test
  void pausesBetweenAttemptsGrow() {
    cluster.nodes.remove(new NodeId(2));
    courier.carry(List.of(order(1)));

    pass(20_000);

    assertThat(cluster.askedOfNodes.get(new NodeId(2))).hasSizeBetween(15, 30);
  }

  @Test
  void aPartitionThatIsNotThereNeedsNoMarker() {
    courier.carry(List.of(order(0, 77)));
    cluster.loop.turn();

    assertThat(told).containsExactly(done());
  }

  @Test
  void aLaterEpochOfTheProducerMeansThatSomebodyEndedItByHand() {
    errors.put(0, WireError.INVALID_PRODUCER_EPOCH);
    courier.carry(List.of(order(0)));
    cluster.loop.turn();

    assertThat(told).containsExactly(done());
  }
}
