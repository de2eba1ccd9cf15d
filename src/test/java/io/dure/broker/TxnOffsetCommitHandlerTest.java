package io.dure.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.base.Clock;
import io.dure.base.PartitionId;
import io.dure.base.TopicId;
import io.dure.group.GroupSettings;
import io.dure.log.TxnMarker;
import io.dure.runtime.Loop;
import io.dure.txn.TopicPart;
import io.dure.wire.WireError;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponsePartitions;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData.TxnOffsetCommitRequestPartition;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData.TxnOffsetCommitRequestTopic;
import org.apache.kafka.common.message.TxnOffsetCommitResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * TxnOffsetCommit in each version: confirmed by the gate, pending, and then what the marker says.
 */
class TxnOffsetCommitHandlerTest {
  private static final String GROUP = "g";
  private static final long PRODUCER = 7;

  /** What the gate was asked. */
  private record Question(String transactionalId, List<TopicPart> partitions, boolean add) {}

  /** Says the same to everybody. */
  private static final class FakeGate implements TransactionGate {
    final List<Question> asked = new ArrayList<>();
    WireError answer = WireError.NONE;

    @Override
    public void confirm(
        String transactionalId,
        long producerId,
        short producerEpoch,
        List<TopicPart> partitions,
        boolean add,
        long deadlineMs,
        Loop caller,
        Consumer<Map<TopicPart, WireError>> done) {
      asked.add(new Question(transactionalId, partitions, add));
      var answers = new HashMap<TopicPart, WireError>();
      partitions.forEach(p -> answers.put(p, answer));
      caller.run(() -> done.accept(answers));
    }
  }

  private final FakeCluster cluster = new FakeCluster();
  private final FakeLoop loop = cluster.loop;
  private final GroupShards groups = new GroupShards(cluster, GroupSettings.DEFAULTS, clock());
  private final FakeGate gate = new FakeGate();
  private final TxnOffsetCommitHandler commit = new TxnOffsetCommitHandler(cluster, groups, gate);
  private final OffsetFetchHandler fetch = new OffsetFetchHandler(cluster, groups);
  private final FakeOffsetsLog log = new FakeOffsetsLog(loop);
  private TopicId read = TopicId.ZERO;
  private PartitionId partition = PartitionId.METADATA;

  private Clock clock() {
    return new Clock() {
      @Override
      public long nowMs() {
        return loop.nowMs();
      }

      @Override
      public long wallMs() {
        return 1_700_000_000_000L + loop.nowMs();
      }
    };
  }

  @BeforeEach
  void leadThePartition() {
    partition = new PartitionId(cluster.topic(InternalTopics.OFFSETS, 1), 0);
    read = cluster.topic("t", 2);
    groups.opened(partition, 5, log);
  }

  static IntStream versions() {
    return IntStream.rangeClosed(0, 6);
  }

  private TxnOffsetCommitRequestData request(int version, int index, long offset) {
    var topic = new TxnOffsetCommitRequestTopic();
    if (version >= 6) {
      topic.setTopicId(Ids.wire(read));
    } else {
      topic.setName("t");
    }
    var of = new TxnOffsetCommitRequestPartition();
    topic
        .partitions()
        .add(of.setPartitionIndex(index).setCommittedOffset(offset).setCommittedMetadata(null));
    return new TxnOffsetCommitRequestData()
        .setTransactionalId("x")
        .setGroupId(GROUP)
        .setProducerId(PRODUCER)
        .setProducerEpoch((short) 3)
        .setTopics(List.of(topic));
  }

  private WireError answer(int version, TxnOffsetCommitRequestData request) {
    var reply = new FakeReply<TxnOffsetCommitResponseData>(ApiKeys.TXN_OFFSET_COMMIT, version);
    commit.handle(request, cluster.request(version), reply);
    loop.turn();
    return WireError.of(reply.get().topics().getFirst().partitions().getFirst().errorCode());
  }

  private OffsetFetchResponsePartitions fetched(boolean stable) {
    var reply = new FakeReply<OffsetFetchResponseData>(ApiKeys.OFFSET_FETCH, 8);
    var of =
        new OffsetFetchRequestGroup()
            .setGroupId(GROUP)
            .setTopics(
                List.of(
                    new OffsetFetchRequestTopics().setName("t").setPartitionIndexes(List.of(0))));
    fetch.handle(
        new OffsetFetchRequestData().setGroups(List.of(of)).setRequireStable(stable),
        cluster.request(8),
        reply);
    loop.turn();
    return reply.get().groups().getFirst().topics().getFirst().partitions().getFirst();
  }

  private void end(boolean commits) {
    end(commits, log.endOffset());
  }

  private void end(boolean commits, long markerAt) {
    groups.markerCommitted(
        partition, new TxnMarker(PRODUCER, (short) 4, 1, commits, (short) 2), markerAt);
  }

  /** A marker that was asked for twice; the repeat is committed when the next one is under way. */
  @Test
  void aMarkerThatStandsBeforeTheTransactionDoesNotEndIt() {
    long before = log.endOffset();
    answer(5, request(5, 0, 42));

    end(true, before - 1);
    assertThat(fetched(false).committedOffset()).isEqualTo(-1);

    end(true);
    assertThat(fetched(true).committedOffset()).isEqualTo(42);
  }

  @ParameterizedTest
  @MethodSource("versions")
  void theOffsetCountsFromTheMarkerOn(int version) {
    assertThat(answer(version, request(version, 0, 42))).isEqualTo(WireError.NONE);
    assertThat(fetched(false).committedOffset()).isEqualTo(-1);
    assertThat(fetched(true).errorCode()).isEqualTo(WireError.UNSTABLE_OFFSET_COMMIT.code());

    end(true);
    assertThat(fetched(true).committedOffset()).isEqualTo(42);
    assertThat(fetched(true).metadata()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("versions")
  void theGroupsPartitionIsConfirmedOrMadePartOfTheTransaction(int version) {
    answer(version, request(version, 0, 42));

    assertThat(gate.asked)
        .containsExactly(
            new Question("x", List.of(new TopicPart(InternalTopics.OFFSETS, 0)), version >= 5));
  }

  @ParameterizedTest
  @MethodSource("versions")
  void whatTheGateSaysIsPutInTheClientsWords(int version) {
    WireError tryAgain =
        version >= 2 ? WireError.COORDINATOR_LOAD_IN_PROGRESS : WireError.COORDINATOR_NOT_AVAILABLE;
    Map<WireError, WireError> told =
        Map.of(
            WireError.NOT_ENOUGH_REPLICAS,
            tryAgain,
            WireError.CONCURRENT_TRANSACTIONS,
            version >= 5 ? WireError.CONCURRENT_TRANSACTIONS : tryAgain,
            WireError.INVALID_TXN_STATE,
            version >= 4 ? WireError.TRANSACTION_ABORTABLE : WireError.INVALID_TXN_STATE,
            WireError.TRANSACTION_ABORTABLE,
            version >= 4 ? WireError.TRANSACTION_ABORTABLE : WireError.INVALID_TXN_STATE,
            WireError.PRODUCER_FENCED,
            WireError.INVALID_PRODUCER_EPOCH);
    told.forEach((says, expected) -> {
      gate.answer = says;
      assertThat(answer(version, request(version, 0, 42))).isEqualTo(expected);
    });
    assertThat(log.endOffset()).isZero();
  }

  @ParameterizedTest
  @MethodSource("versions")
  void nobodyIsAskedForWhatDoesNotExist(int version) {
    TxnOffsetCommitRequestData unknown = request(version, 0, 42);
    unknown.topics().getFirst().setName(version >= 6 ? "" : "nothing");
    unknown.topics().getFirst().setTopicId(Ids.wire(TopicId.ZERO));

    assertThat(answer(version, unknown))
        .isEqualTo(
            version >= 6 ? WireError.UNKNOWN_TOPIC_ID : WireError.UNKNOWN_TOPIC_OR_PARTITION);
    assertThat(answer(version, request(version, 2, 42)))
        .isEqualTo(WireError.UNKNOWN_TOPIC_OR_PARTITION);
    assertThat(answer(version, request(version, 0, 42).setGroupId("")))
        .isEqualTo(WireError.INVALID_GROUP_ID);
    assertThat(gate.asked).isEmpty();
  }

  @Test
  void anAbortedTransactionLeavesNothing() {
    answer(5, request(5, 0, 42));
    end(false);

    assertThat(fetched(true).committedOffset()).isEqualTo(-1);
    assertThat(fetched(true).errorCode()).isZero();
  }

  @Test
  void aZombieIsTurnedAwayAndNobodyElseNotices() {
    log.refusing = Optional.of(WireError.INVALID_PRODUCER_EPOCH);
    assertThat(answer(5, request(5, 0, 42))).isEqualTo(WireError.INVALID_PRODUCER_EPOCH);
    log.refusing = Optional.empty();

    assertThat(fetched(true).errorCode()).isZero();
    assertThat(answer(5, request(5, 0, 43))).isEqualTo(WireError.NONE);
  }

  @Test
  void aMemberThatIsUnknownIsToldInItsVersionsWords() {
    for (int version = 3; version <= 6; version++) {
      TxnOffsetCommitRequestData request =
          request(version, 0, 42).setMemberId("m").setGenerationIdOrMemberEpoch(4);
      assertThat(answer(version, request))
          .isEqualTo(version >= 6 ? WireError.GROUP_ID_NOT_FOUND : WireError.ILLEGAL_GENERATION);
    }
  }

  @Test
  void aNewCoordinatorKnowsWhatIsPendingAndWhatHasEnded() {
    answer(5, request(5, 0, 42));
    groups.resigned(partition, 5);
    groups.opened(partition, 6, log);
    loop.turn();
    assertThat(fetched(true).errorCode()).isEqualTo(WireError.UNSTABLE_OFFSET_COMMIT.code());

    end(true);
    assertThat(fetched(true).committedOffset()).isEqualTo(42);
  }
}
