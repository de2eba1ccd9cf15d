package io.dure.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.base.NodeId;
import io.dure.txn.TopicPart;
import io.dure.wire.WireError;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData.AddPartitionsToTxnPartitionResult;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData.AddPartitionsToTxnResult;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData.AddPartitionsToTxnTopicResult;
import org.junit.jupiter.api.Test;

/** The gate asks the coordinator's node and passes on what it says of each partition. */
class CoordinatorGateTest {
  private static final TopicPart A0 = new TopicPart("a", 0);
  private static final TopicPart A1 = new TopicPart("a", 1);
  private static final TopicPart B0 = new TopicPart("b", 0);

  private final FakeCluster cluster = new FakeCluster();
  private final CoordinatorGate gate = new CoordinatorGate(cluster);
  private final List<AddPartitionsToTxnRequestData> asked = new ArrayList<>();
  private final Map<TopicPart, WireError> answers = new HashMap<>();

  private void answer(ByteBuffer request, Consumer<Optional<ByteBuffer>> answer) {
    var body = (AddPartitionsToTxnRequestData) AskCodec.asked(request.duplicate()).body();
    asked.add(body);
    var result = new AddPartitionsToTxnResult().setTransactionalId("pay");
    answers.forEach((part, error) -> {
      var topic = result.topicResults().find(part.topic());
      if (topic == null) {
        topic = new AddPartitionsToTxnTopicResult().setName(part.topic());
        result.topicResults().add(topic);
      }
      topic
          .resultsByPartition()
          .add(
              new AddPartitionsToTxnPartitionResult()
                  .setPartitionIndex(part.partition())
                  .setPartitionErrorCode(error.code()));
    });
    var response = new AddPartitionsToTxnResponseData();
    response.resultsByTransaction().add(result);
    answer.accept(Optional.of(AskCodec.response(response, (short) 5)));
  }

  private Map<TopicPart, WireError> confirm(boolean add) {
    List<Map<TopicPart, WireError>> got = new ArrayList<>();
    gate.confirm("pay", 7, (short) 3, List.of(A0, A1, B0), add, 5_000, cluster.loop, got::add);
    cluster.loop.turn();
    assertThat(got).hasSize(1);
    return got.getFirst();
  }

  @Test
  void withoutACoordinatorNothingIsConfirmed() {
    assertThat(confirm(true))
        .containsOnlyKeys(A0, A1, B0)
        .allSatisfy((_, error) -> assertThat(error).isEqualTo(WireError.COORDINATOR_NOT_AVAILABLE));
  }

  @Test
  void eachPartitionGetsWhatTheCoordinatorSaysOfIt() {
    cluster.topic(InternalTopics.TRANSACTIONS, 1);
    cluster.nodes.put(new NodeId(1), this::answer);
    answers.putAll(
        Map.of(A0, WireError.NONE, A1, WireError.CONCURRENT_TRANSACTIONS, B0, WireError.NONE));

    assertThat(confirm(false)).isEqualTo(answers);

    var transaction = asked.getFirst().transactions().find("pay");
    assertThat(transaction.verifyOnly()).isTrue();
    assertThat(transaction.producerId()).isEqualTo(7);
    assertThat(transaction.topics().find("a").partitions()).containsExactly(0, 1);
    confirm(true);
    assertThat(asked.getLast().transactions().find("pay").verifyOnly()).isFalse();
  }

  @Test
  void whatTheAnswerLeavesOutIsNotConfirmed() {
    cluster.topic(InternalTopics.TRANSACTIONS, 1);
    cluster.nodes.put(new NodeId(1), this::answer);
    answers.put(A0, WireError.NONE);

    assertThat(confirm(true))
        .containsEntry(A0, WireError.NONE)
        .containsEntry(A1, WireError.COORDINATOR_NOT_AVAILABLE)
        .containsEntry(B0, WireError.COORDINATOR_NOT_AVAILABLE);
  }

  @Test
  void aCoordinatorThatDoesNotAnswerConfirmsNothing() {
    cluster.topic(InternalTopics.TRANSACTIONS, 1);

    assertThat(confirm(true).values()).containsOnly(WireError.COORDINATOR_NOT_AVAILABLE);
  }
}
