package io.dure.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.base.PartitionId;
import io.dure.base.TopicId;
import io.dure.log.AbortedTxn;
import io.dure.wire.WireError;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchRequestData.ForgottenTopic;
import org.apache.kafka.common.message.FetchRequestData.ReplicaState;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.FetchResponse;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FetchHandlerTest {
  private final FakeCluster cluster = new FakeCluster();
  private final FakePartitions partitions = new FakePartitions();
  private BrokerSettings settings =
      new BrokerSettings(true, true, Map.of("message.max.bytes", "1000"), 100_000, 2, 50, 50);
  private FetchHandler handler = new FetchHandler(cluster, partitions, settings, new FakeRng());
  private TopicId topic = TopicId.ZERO;

  @BeforeEach
  void aTopicOfThreePartitionsOfWhichTwoAreLedHere() {
    topic = cluster.topic("t", 3);
    partitions.lead(new PartitionId(topic, 0), 5);
    partitions.lead(new PartitionId(topic, 2), 3);
  }

  private FakeReply<FetchResponseData> start(FetchRequestData request, int version) {
    var reply = new FakeReply<FetchResponseData>(ApiKeys.FETCH, version);
    handler.handle(request, cluster.request(version), reply);
    cluster.loop.turn();
    return reply;
  }

  private FetchResponseData ask(FetchRequestData request, int version) {
    return start(request, version).get();
  }

  /** A request without a session for partition and offset pairs, named as the version wants. */
  private FetchRequestData fetch(int version, long... pairs) {
    var of = new FetchTopic();
    if (version >= 13) {
      of.setTopicId(Ids.wire(topic));
    } else {
      of.setTopic("t");
    }
    for (int i = 0; i < pairs.length; i += 2) {
      of.partitions()
          .add(
              new FetchPartition()
                  .setPartition((int) pairs[i])
                  .setFetchOffset(pairs[i + 1])
                  .setPartitionMaxBytes(10_000));
    }
    var request = new FetchRequestData().setMinBytes(1).setMaxBytes(50_000).setMaxWaitMs(500);
    if (pairs.length > 0) {
      request.setTopics(new ArrayList<>(List.of(of)));
    }
    return request;
  }

  private static PartitionData partition(FetchResponseData response, int index) {
    return response.responses().stream()
        .flatMap(of -> of.partitions().stream())
        .filter(p -> p.partitionIndex() == index)
        .findFirst()
        .orElseThrow(() -> new AssertionError("no partition " + index + " in " + response));
  }

  private static int count(FetchResponseData response) {
    return response.responses().stream().mapToInt(of -> of.partitions().size()).sum();
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18})
  void handsOutCommittedRecordsInEveryVersion(int version) {
    FetchResponseData response = ask(fetch(version, 0, 1, 2, 0), version);

    PartitionData first = partition(response, 0);
    assertThat(FetchResponse.recordsSize(first)).isEqualTo(40);
    assertThat(first.highWatermark()).isEqualTo(5);
    assertThat(first.lastStableOffset()).isEqualTo(5);
    assertThat(first.logStartOffset()).isZero();
    assertThat(first.preferredReadReplica()).isEqualTo(-1);
    assertThat(FetchResponse.recordsSize(partition(response, 2))).isEqualTo(30);
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 11, 12, 13, 15, 16, 18})
  void aFollowerNamesTheLeaderWhereTheVersionHasRoomForIt(int version) {
    FetchResponseData response = ask(fetch(version, 1, 0), version);

    PartitionData refused = partition(response, 1);
    assertThat(refused.errorCode()).isEqualTo(WireError.NOT_LEADER_OR_FOLLOWER.code());
    assertThat(refused.currentLeader().leaderId()).isEqualTo(version >= 12 ? 2 : -1);
    if (version >= 16) {
      assertThat(response.nodeEndpoints().find(2).port()).isEqualTo(9092);
    } else {
      assertThat(response.nodeEndpoints()).isEmpty();
    }
  }

  @Test
  void waitsForTheFirstRecordAndThenAnswersAtOnce() {
    var reply = start(fetch(12, 0, 5), 12);
    assertThat(reply.isOpen()).isTrue();

    cluster.loop.pass(100);
    partitions.commit(new PartitionId(topic, 0), 1);
    cluster.loop.turn();

    assertThat(FetchResponse.recordsSize(partition(reply.get(), 0))).isEqualTo(10);
    assertThat(partitions.openWatches).isZero();
  }

  @Test
  void answersEmptyWhenTheTimeIsUp() {
    var reply = start(fetch(12, 0, 5), 12);

    cluster.loop.pass(499);
    assertThat(reply.isOpen()).isTrue();
    cluster.loop.pass(1);

    assertThat(FetchResponse.recordsSize(partition(reply.get(), 0))).isZero();
    assertThat(partitions.openWatches).isZero();
  }

  @Test
  void waitsUntilThereAreAsManyBytesAsWanted() {
    var reply = start(fetch(12, 0, 5, 2, 3).setMinBytes(25), 12);

    partitions.commit(new PartitionId(topic, 0), 1);
    partitions.commit(new PartitionId(topic, 2), 1);
    cluster.loop.turn();
    assertThat(reply.isOpen()).isTrue();
    partitions.commit(new PartitionId(topic, 2), 1);
    cluster.loop.turn();

    assertThat(FetchResponse.recordsSize(partition(reply.get(), 0))).isEqualTo(10);
    assertThat(FetchResponse.recordsSize(partition(reply.get(), 2))).isEqualTo(20);
  }

  @Test
  void doesNotWaitWhenTheClientWillNot() {
    assertThat(start(fetch(12, 0, 5).setMaxWaitMs(0), 12).isOpen()).isFalse();
    assertThat(start(fetch(12, 0, 5).setMinBytes(0), 12).isOpen()).isFalse();
  }

  @Test
  void doesNotWaitWhenSomethingIsWrong() {
    assertThat(partition(ask(fetch(12, 0, 99), 12), 0).errorCode())
        .isEqualTo(WireError.OFFSET_OUT_OF_RANGE.code());
    assertThat(partition(ask(fetch(12, 7, 0), 12), 7).errorCode())
        .isEqualTo(WireError.UNKNOWN_TOPIC_OR_PARTITION.code());
  }

  @Test
  void unknownTopicsAreToldByNameOrById() {
    FetchRequestData byName = fetch(12, 0, 0);
    byName.topics().getFirst().setTopic("nobody");
    FetchRequestData byId = fetch(13, 0, 0);
    byId.topics().getFirst().setTopicId(new Uuid(9, 9));

    assertThat(partition(ask(byName, 12), 0).errorCode())
        .isEqualTo(WireError.UNKNOWN_TOPIC_OR_PARTITION.code());
    assertThat(partition(ask(byId, 13), 0).errorCode())
        .isEqualTo(WireError.UNKNOWN_TOPIC_ID.code());
  }

  @Test
  void allPartitionsTogetherStayWithinTheLimitButTheFirstBatchComesWhole() {
    FetchResponseData tight = ask(fetch(12, 0, 0, 2, 0).setMaxBytes(30), 12);
    FetchResponseData tiny = ask(fetch(12, 0, 0, 2, 0).setMaxBytes(3), 12);

    assertThat(FetchResponse.recordsSize(partition(tight, 0))).isEqualTo(30);
    assertThat(FetchResponse.recordsSize(partition(tight, 2))).isZero();
    assertThat(partition(tight, 2).highWatermark()).isEqualTo(3);
    assertThat(FetchResponse.recordsSize(partition(tiny, 0))).isEqualTo(10);
    assertThat(FetchResponse.recordsSize(partition(tiny, 2))).isZero();
  }

  @Test
  void aReaderWithRecordsThatWereNeverCommittedIsToldWhereItDiverged() {
    FetchRequestData request = fetch(12, 0, 4);
    request.topics().getFirst().partitions().getFirst().setLastFetchedEpoch(9);

    PartitionData answer = partition(ask(request, 12), 0);

    assertThat(answer.divergingEpoch().epoch()).isEqualTo(5);
    assertThat(answer.divergingEpoch().endOffset()).isEqualTo(1);
    assertThat(FetchResponse.recordsSize(answer)).isZero();
  }

  @Test
  void aReaderOfCommittedTransactionsIsToldThatNoneWasAborted() {
    assertThat(partition(ask(fetch(12, 0, 0), 12), 0).abortedTransactions()).isNull();
    assertThat(
            partition(ask(fetch(12, 0, 0).setIsolationLevel((byte) 1), 12), 0)
                .abortedTransactions())
        .isEmpty();
  }

  @Test
  void whoClaimsToBeAReplicaIsRefused() {
    FetchRequestData old = fetch(12, 0, 0).setReplicaId(3);
    FetchRequestData young = fetch(15, 0, 0).setReplicaState(new ReplicaState().setReplicaId(3));

    assertThat(partition(ask(old, 12), 0).errorCode())
        .isEqualTo(WireError.TOPIC_AUTHORIZATION_FAILED.code());
    assertThat(partition(ask(young, 15), 0).errorCode())
        .isEqualTo(WireError.TOPIC_AUTHORIZATION_FAILED.code());
    assertThat(partitions.reads).isEmpty();
  }

  private FetchRequestData session(FetchRequestData request, int id, int epoch) {
    return request.setSessionId(id).setSessionEpoch(epoch);
  }

  @Test
  void aSessionAnswersOnlyWhatChanged() {
    FetchResponseData full = ask(session(fetch(12, 0, 5, 2, 3).setMaxWaitMs(0), 0, 0), 12);
    int id = full.sessionId();
    assertThat(id).isPositive();
    assertThat(count(full)).isEqualTo(2);

    FetchResponseData quiet = ask(session(fetch(12).setMaxWaitMs(0), id, 1), 12);
    assertThat(quiet.sessionId()).isEqualTo(id);
    assertThat(count(quiet)).isZero();

    partitions.commit(new PartitionId(topic, 2), 1);
    FetchResponseData news = ask(session(fetch(12).setMaxWaitMs(0), id, 2), 12);
    assertThat(count(news)).isEqualTo(1);
    assertThat(FetchResponse.recordsSize(partition(news, 2))).isEqualTo(10);
  }

  @Test
  void aSessionTakesUpNewOffsetsAndForgetsPartitions() {
    int id = ask(session(fetch(12, 0, 0, 2, 0), 0, 0), 12).sessionId();
    FetchRequestData next = session(fetch(12, 0, 4).setMaxWaitMs(0), id, 1);
    next.setForgottenTopicsData(
        List.of(new ForgottenTopic().setTopic("t").setPartitions(List.of(2))));

    FetchResponseData response = ask(next, 12);

    assertThat(count(response)).isEqualTo(1);
    assertThat(FetchResponse.recordsSize(partition(response, 0))).isEqualTo(10);
  }

  @Test
  void aSessionServesPartitionsInTurnWhenNotAllFit() {
    FetchRequestData first = session(fetch(12, 0, 0, 2, 0).setMaxBytes(10), 0, 0);
    FetchResponseData full = ask(first, 12);
    assertThat(FetchResponse.recordsSize(partition(full, 0))).isEqualTo(10);

    FetchRequestData second = session(fetch(12).setMaxBytes(10), full.sessionId(), 1);
    FetchResponseData next = ask(second, 12);

    assertThat(FetchResponse.recordsSize(partition(next, 2))).isEqualTo(10);
  }

  @Test
  void anErrorIsToldAgainInEveryAnswerAndItsEndToo() {
    FetchResponseData full = ask(session(fetch(12, 0, 99), 0, 0), 12);
    FetchResponseData again = ask(session(fetch(12).setMaxWaitMs(0), full.sessionId(), 1), 12);
    assertThat(partition(again, 0).errorCode()).isEqualTo(WireError.OFFSET_OUT_OF_RANGE.code());

    FetchResponseData healed =
        ask(session(fetch(12, 0, 5).setMaxWaitMs(0), full.sessionId(), 2), 12);

    assertThat(partition(healed, 0).errorCode()).isZero();
    assertThat(partition(healed, 0).highWatermark()).isEqualTo(5);
  }

  @Test
  void sessionsThatAreNotAsTheClientBelievesAreRefusedWithTheirError() {
    int id = ask(session(fetch(12, 0, 0), 0, 0), 12).sessionId();

    assertThat(ask(session(fetch(12), id + 1, 1), 12).errorCode())
        .isEqualTo(WireError.FETCH_SESSION_ID_NOT_FOUND.code());
    assertThat(ask(session(fetch(12), id, 3), 12).errorCode())
        .isEqualTo(WireError.INVALID_FETCH_SESSION_EPOCH.code());
    assertThat(ask(session(fetch(13), id, 1), 13).errorCode())
        .isEqualTo(WireError.FETCH_SESSION_TOPIC_ID_ERROR.code());
    assertThat(ask(session(fetch(12).setMaxWaitMs(0), id, 1), 12).errorCode()).isZero();
  }

  @Test
  void aSessionIsClosedByTheFinalEpochAndByAskingForANewOne() {
    int first = ask(session(fetch(12, 0, 0), 0, 0), 12).sessionId();
    FetchResponseData closing = ask(session(fetch(12), first, -1), 12);
    assertThat(closing.sessionId()).isZero();
    assertThat(ask(session(fetch(12), first, 1), 12).errorCode())
        .isEqualTo(WireError.FETCH_SESSION_ID_NOT_FOUND.code());

    int second = ask(session(fetch(12, 0, 0), 0, 0), 12).sessionId();
    int third = ask(session(fetch(12, 0, 0), second, 0), 12).sessionId();

    assertThat(third).isPositive().isNotEqualTo(second);
    assertThat(ask(session(fetch(12), second, 1), 12).errorCode())
        .isEqualTo(WireError.FETCH_SESSION_ID_NOT_FOUND.code());
  }

  @Test
  void sessionsAreBoundedAndOnlyAnIdleOneGivesWay() {
    int first = ask(session(fetch(12, 0, 0), 0, 0), 12).sessionId();
    int second = ask(session(fetch(12, 0, 0), 0, 0), 12).sessionId();
    assertThat(ask(session(fetch(12, 0, 0), 0, 0), 12).sessionId()).isZero();

    cluster.loop.pass(FetchSessions.EVICTABLE_AFTER_MS);
    ask(session(fetch(12).setMaxWaitMs(0), first, 1), 12);
    cluster.loop.pass(1);

    assertThat(ask(session(fetch(12, 0, 0), 0, 0), 12).sessionId()).isPositive();
    assertThat(ask(session(fetch(12), second, 1), 12).errorCode())
        .isEqualTo(WireError.FETCH_SESSION_ID_NOT_FOUND.code());
  }

  @Test
  void aSessionOvertakenByItsOwnNextRequestSaysSo() {
    int id = ask(session(fetch(12, 0, 5), 0, 0).setMaxWaitMs(0), 12).sessionId();
    var waiting = start(session(fetch(12), id, 1), 12);
    start(session(fetch(12).setMaxWaitMs(0), id, 2), 12);

    cluster.loop.pass(500);

    assertThat(waiting.get().errorCode()).isEqualTo(WireError.INVALID_FETCH_SESSION_EPOCH.code());
  }

  @Test
  void aRoundThatEndsEarlyLeavesNoTimerBehindHoweverLongItMightHaveWaited() {
    FakeReply<FetchResponseData> reply =
        start(fetch(12, 0, 5).setMaxWaitMs(Integer.MAX_VALUE).setMinBytes(1), 12);
    assertThat(reply.isOpen()).isTrue();
    cluster.loop.pass(10_000);
    assertThat(reply.isOpen()).isTrue();

    partitions.commit(new PartitionId(topic, 0), 8);
    cluster.loop.turn();
    assertThat(reply.isOpen()).isFalse();
    cluster.loop.pass(2_000);

    assertThat(cluster.loop.timers()).isZero();
  }

  private FetchRequestData committedOnly(FetchRequestData request) {
    return request.setIsolationLevel((byte) 1);
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 11, 12, 13, 18})
  void readersOfCommittedTransactionsSeeWhatIsStableAndWhatOfItWasAborted(int version) {
    partitions.stabilize(new PartitionId(topic, 0), 3);
    partitions.aborted = List.of(new AbortedTxn(8, 1, 2, 3));

    PartitionData read = partition(ask(committedOnly(fetch(version, 0, 0)), version), 0);
    PartitionData all = partition(ask(fetch(version, 0, 0), version), 0);

    assertThat(FetchResponse.recordsSize(read)).isEqualTo(3 * FakePartitions.BATCH_BYTES);
    assertThat(read.lastStableOffset()).isEqualTo(3);
    assertThat(read.highWatermark()).isEqualTo(5);
    assertThat(read.abortedTransactions())
        .singleElement()
        .satisfies(a -> {
          assertThat(a.producerId()).isEqualTo(8);
          assertThat(a.firstOffset()).isEqualTo(1);
        });
    assertThat(FetchResponse.recordsSize(all)).isEqualTo(5 * FakePartitions.BATCH_BYTES);
    assertThat(all.abortedTransactions()).isNull();
    assertThat(all.lastStableOffset()).isEqualTo(3);
  }

  @Test
  void aReaderOfCommittedTransactionsWaitsForThemToEnd() {
    partitions.stabilize(new PartitionId(topic, 0), 3);
    var reply = start(committedOnly(fetch(12, 0, 3)), 12);
    assertThat(reply.isOpen()).isTrue();

    partitions.commit(new PartitionId(topic, 0), 4);
    cluster.loop.turn();
    assertThat(reply.isOpen()).as("committed, not stable").isTrue();
    partitions.stabilize(new PartitionId(topic, 0), 9);
    cluster.loop.turn();

    assertThat(FetchResponse.recordsSize(partition(reply.get(), 0)))
        .isEqualTo(6 * FakePartitions.BATCH_BYTES);
  }
}
