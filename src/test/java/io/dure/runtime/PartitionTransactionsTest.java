package io.dure.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.log.AbortedTxn;
import io.dure.log.BatchBuilder;
import io.dure.log.ProducerState;
import io.dure.log.TxnGuard;
import io.dure.log.TxnMarker;
import io.dure.runtime.Partitions.AppendOutcome;
import io.dure.runtime.Partitions.Isolation;
import io.dure.runtime.Partitions.KeyValue;
import io.dure.runtime.Partitions.LeadershipListener;
import io.dure.runtime.Partitions.LedPartition;
import io.dure.runtime.Partitions.Locate;
import io.dure.runtime.Partitions.LocateOutcome;
import io.dure.runtime.Partitions.Preparation;
import io.dure.runtime.Partitions.ProducersOutcome;
import io.dure.runtime.Partitions.ReadOutcome;
import io.dure.runtime.Partitions.ReadRequest;
import io.dure.runtime.Partitions.TxnWriter;
import io.dure.sim.SimClient;
import io.dure.sim.SimClient.Pending;
import io.dure.sim.SimCluster;
import io.dure.wire.WireError;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Transactions on one partition of three replicas, as its handlers and coordinators use it. */
class PartitionTransactionsTest {
  private static final long PRODUCER = 77;

  private final SimCluster cluster = new SimCluster(1, 3, 1);
  private final SimClient client = new SimClient(cluster);
  private PartitionId partition = PartitionId.METADATA;

  @BeforeEach
  void aPartitionOfThreeReplicas() {
    cluster.voters().forEach(cluster::start);
    client.awaitServing();
    partition = new PartitionId(client.createTopic("t", 1, 3), 0);
  }

  private NodeId leader() {
    client.awaitLeader(partition);
    return client.leader(partition).orElseThrow();
  }

  private Partitions leading() {
    return cluster.node(leader()).partitions();
  }

  private long deadline() {
    return cluster.scheduler().nowMs() + 5_000;
  }

  private <T> T await(Pending<T> answer) {
    cluster.runUntil("answered", 6_000, answer::isThere);
    return answer.get();
  }

  private TxnGuard guard() {
    Pending<Preparation> answer = new Pending<>();
    leading()
        .prepareTransactional(
            partition, new TxnWriter(PRODUCER, (short) 0, 0, false), Runnable::run, answer);
    return await(answer) instanceof Preparation.ToConfirm(TxnGuard guard) ? guard : TxnGuard.NONE;
  }

  private AppendOutcome write(TxnGuard guard, int sequence) {
    ByteBuffer batch =
        new BatchBuilder()
            .add(Optional.empty(), Optional.of(bytes("v" + sequence)), 1_000)
            .buildTransactional(PRODUCER, (short) 0, sequence);
    Pending<AppendOutcome> answer = new Pending<>();
    leading().append(partition, batch, -1, guard, deadline(), Runnable::run, answer);
    return await(answer);
  }

  private AppendOutcome end(boolean commit, int coordinatorEpoch) {
    Pending<AppendOutcome> answer = new Pending<>();
    leading()
        .appendMarker(
            partition,
            new TxnMarker(PRODUCER, (short) 0, coordinatorEpoch, commit, (short) 1),
            deadline(),
            Runnable::run,
            answer);
    return await(answer);
  }

  private ReadOutcome.Found read(Isolation isolation) {
    Pending<ReadOutcome> answer = new Pending<>();
    leading()
        .read(partition, new ReadRequest(0, 1 << 20, -1, -1, isolation), Runnable::run, answer);
    return (ReadOutcome.Found) await(answer);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static void assertCommitted(AppendOutcome outcome, long offset) {
    assertThat(outcome)
        .isInstanceOfSatisfying(
            AppendOutcome.Committed.class, c -> assertThat(c.baseOffset()).isEqualTo(offset));
  }

  private static void assertRefused(AppendOutcome outcome, WireError error) {
    assertThat(outcome)
        .isInstanceOfSatisfying(
            AppendOutcome.Refused.class, r -> assertThat(r.error()).isEqualTo(error));
  }

  @Test
  void aNewerTransactionIsNotConfirmedBeforeTheMarkerOfTheOneBeforeIsHere() {
    write(guard(), 0);

    assertThat(prepareInEpoch((short) 1))
        .isInstanceOfSatisfying(
            Preparation.Refused.class,
            refused -> assertThat(refused.error()).isEqualTo(WireError.CONCURRENT_TRANSACTIONS));

    end(true, 0);
    assertThat(prepareInEpoch((short) 1)).isInstanceOf(Preparation.ToConfirm.class);
  }

  private Preparation prepareInEpoch(short epoch) {
    Pending<Preparation> answer = new Pending<>();
    leading()
        .prepareTransactional(
            partition, new TxnWriter(PRODUCER, epoch, 0, true), Runnable::run, answer);
    return await(answer);
  }

  @Test
  void anOpenTransactionIsSeenByNobodyWhoReadsCommittedOnesAlsoAfterAFailover() {
    client.produceUntilCommitted(partition, "before");
    assertCommitted(write(guard(), 0), 1);
    client.produceUntilCommitted(partition, "after");

    assertThat(read(Isolation.READ_COMMITTED).lastStable()).isEqualTo(1);
    assertThat(read(Isolation.READ_COMMITTED).slice().end()).isEqualTo(1);
    assertThat(read(Isolation.READ_UNCOMMITTED).slice().end()).isEqualTo(3);
    cluster.kill(leader());

    assertThat(read(Isolation.READ_COMMITTED).slice().end()).isEqualTo(1);
    assertThat(locate(new Locate.Latest(Isolation.READ_COMMITTED))).isEqualTo(1);
    assertThat(locate(new Locate.Latest(Isolation.READ_UNCOMMITTED))).isEqualTo(3);
    assertThat(guard()).as("it is open here, too").isEqualTo(TxnGuard.NONE);
    assertCommitted(end(false, 1), 3);
    assertThat(read(Isolation.READ_COMMITTED).slice().end()).isEqualTo(4);
    assertThat(read(Isolation.READ_COMMITTED).aborted())
        .containsExactly(new AbortedTxn(PRODUCER, 1, 3, 4));
  }

  private long locate(Locate what) {
    Pending<LocateOutcome> answer = new Pending<>();
    leading().locate(partition, what, -1, Runnable::run, answer);
    return ((LocateOutcome.Found) await(answer)).offset();
  }

  @Test
  void aBatchThatComesAfterItsTransactionWasAbortedOpensNone() {
    assertCommitted(write(guard(), 0), 0);
    end(false, 1);
    TxnGuard beforeTheEnd = guard();
    end(false, 1);

    assertRefused(write(TxnGuard.NONE, 1), WireError.INVALID_TXN_STATE);
    assertRefused(write(beforeTheEnd, 1), WireError.INVALID_TXN_STATE);
    assertCommitted(write(guard(), 1), 3);
  }

  @Test
  void aGuardIsGoodInOneLeadershipOnly() {
    TxnGuard before = guard();
    cluster.kill(leader());

    assertRefused(write(before, 0), WireError.INVALID_TXN_STATE);
    assertCommitted(write(guard(), 0), 0);
  }

  @Test
  void aCoordinatorThatWasReplacedIsTurnedAway() {
    write(guard(), 0);
    assertCommitted(end(true, 5), 1);

    assertRefused(end(true, 4), WireError.TRANSACTION_COORDINATOR_FENCED);
    cluster.kill(leader());
    assertRefused(end(true, 4), WireError.TRANSACTION_COORDINATOR_FENCED);
  }

  @Test
  void aMarkerForAnotherLeadershipIsTurnedAway() {
    write(guard(), 0);
    Pending<AppendOutcome> answer = new Pending<>();
    leading()
        .appendMarker(
            partition,
            new TxnMarker(PRODUCER, (short) 0, 1, true, (short) 1),
            9,
            deadline(),
            Runnable::run,
            answer);

    assertRefused(await(answer), WireError.UNKNOWN_LEADER_EPOCH);
  }

  @Test
  void readersOfCommittedTransactionsAreWokenWhenOneEnds() {
    write(guard(), 0);
    List<String> woken = new ArrayList<>();
    leading()
        .watch(partition, 0, Isolation.READ_COMMITTED, Runnable::run, () -> woken.add("stable"));
    leading()
        .watch(partition, 1, Isolation.READ_UNCOMMITTED, Runnable::run, () -> woken.add("all"));

    client.produceUntilCommitted(partition, "more");
    assertThat(woken).containsExactly("all");
    end(true, 1);
    assertThat(woken).containsExactly("all", "stable");
  }

  @Test
  void producersAreDescribed() {
    write(guard(), 0);
    Pending<ProducersOutcome> answer = new Pending<>();
    leading().describeProducers(partition, Runnable::run, answer);

    assertThat(await(answer))
        .isEqualTo(
            new ProducersOutcome.Found(
                List.of(new ProducerState(PRODUCER, (short) 0, 0, 1_000, -1, 0))));
  }

  /** Who looks for transactions that hang on one broker asks it for all its replicas. */
  @Test
  void followersDescribeProducersToo() {
    write(guard(), 0);
    NodeId follower = cluster.voters().stream().filter(n -> !n.equals(leader())).findFirst().get();
    Pending<ProducersOutcome> answer = new Pending<>();
    cluster.node(follower).partitions().describeProducers(partition, Runnable::run, answer);

    assertThat(await(answer))
        .isInstanceOfSatisfying(
            ProducersOutcome.Found.class,
            found ->
                assertThat(found.producers())
                    .extracting(ProducerState::producerId)
                    .containsExactly(PRODUCER));
  }

  /** A coordinator that notes what it hears, in its order. */
  private static final class Recorder implements LeadershipListener {
    private final List<String> heard;
    private Optional<LedPartition> led = Optional.empty();

    Recorder(List<String> heard) {
      this.heard = heard;
    }

    @Override
    public void opened(PartitionId partition, int epoch, LedPartition log) {
      led = Optional.of(log);
    }

    @Override
    public void resigned(PartitionId partition, int epoch) {
      led = Optional.empty();
    }

    @Override
    public void tick(PartitionId partition, long nowMs) {}

    @Override
    public void markerCommitted(PartitionId partition, TxnMarker marker, long offset) {
      heard.add((marker.commit() ? "commit at " : "abort at ") + offset);
    }
  }

  @Test
  void aCoordinatorHearsOfTheEndBeforeWhoeverOrderedIt() {
    List<String> heard = new ArrayList<>();
    var recorder = new Recorder(heard);
    NodeId leader = leader();
    cluster.node(leader).partitions().listen("t", recorder);
    cluster.runUntil("opened", 1_000, () -> recorder.led.isPresent());
    LedPartition led = recorder.led.orElseThrow();
    Pending<AppendOutcome> written = new Pending<>();
    led.loop()
        .execute(() -> {
          var preparation = (Preparation.ToConfirm) led.prepareTransactional(PRODUCER, (short) 0);
          led.appendTransactional(
              PRODUCER,
              (short) 0,
              preparation.guard(),
              List.of(new KeyValue(bytes("k"), Optional.of(bytes("v")))),
              written);
        });
    assertCommitted(await(written), 0);

    Pending<AppendOutcome> ended = new Pending<>();
    cluster
        .node(leader)
        .partitions()
        .appendMarker(
            partition,
            new TxnMarker(PRODUCER, (short) 0, 1, true, (short) 1),
            deadline(),
            Runnable::run,
            outcome -> {
              heard.add("answered");
              ended.accept(outcome);
            });
    await(ended);

    assertThat(heard).containsExactly("commit at 1", "answered");
    Pending<Boolean> refused = new Pending<>();
    led.loop()
        .execute(() ->
            refused.accept(
                led.transactionalRefusal(PRODUCER, (short) 0, TxnGuard.NONE)
                    .filter(r -> r.error() == WireError.INVALID_TXN_STATE)
                    .isPresent()));
    assertThat(await(refused)).isTrue();
  }
}
