package io.dure.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.base.Latencies;
import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.base.TopicId;
import io.dure.log.BatchSpan;
import io.dure.log.EpochHistory;
import io.dure.replication.ReplicaMessage;
import io.dure.runtime.Partitions.AppendOutcome;
import io.dure.sim.SimLoop;
import io.dure.sim.SimScheduler;
import io.dure.wire.WireError;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is kept in memory of records on their way, and of those who wait for them. */
class KeptRecordsTest {
  private static final NodeId PEER = new NodeId(2);
  private static final int MIB = 1 << 20;

  private static BatchSpan span(long offset, int sizeBytes) {
    return new BatchSpan(
        ByteBuffer.allocate(sizeBytes).asReadOnlyBuffer(),
        offset,
        offset + 1,
        List.of(new EpochHistory.Entry(0, offset)));
  }

  @Test
  void aSmallPartOfALargeRequestDoesNotKeepTheRequest() {
    ByteBuffer request = ByteBuffer.allocate(MIB);
    ByteBuffer small = request.slice(1_000, 200).put(0, (byte) 7);
    ByteBuffer large = request.slice(1_000, 900_000);

    ByteBuffer own = HostedLog.alone(small);

    assertThat(own.array()).hasSize(200);
    assertThat(own).isEqualTo(small);
    assertThat(HostedLog.alone(large)).isSameAs(large);
  }

  @Test
  void allTailsOfALoopTogetherKeepNoMoreThanTheirBound() {
    var budget = new ByteBudget(4 * MIB);
    var tails = new ArrayList<RecordTail>();
    for (int i = 0; i < 8; i++) {
      tails.add(new RecordTail(budget));
    }

    for (int offset = 0; offset < 100; offset++) {
      for (RecordTail tail : tails) {
        tail.add(span(offset, 100_000));
        tail.read(Math.max(0, offset - 2), MIB, offset + 1);
      }
    }

    assertThat(budget.taken()).isLessThan(5 * MIB);
    for (RecordTail tail : tails) {
      assertThat(tail.read(99, MIB, 100)).isPresent();
      tail.clear();
    }
    assertThat(budget.taken()).isZero();
  }

  @Test
  void recordsForAPeerThatTakesNoneAreNotGatheredWithoutBound() {
    var loop = new SimLoop(new SimScheduler());
    var waiting = new long[1];
    Outbox outbox =
        new Outbox() {
          @Override
          public void send(NodeId to, List<PeerMessage> messages) {
            waiting[0] += 3 * MIB;
          }

          @Override
          public long waitingBytes(NodeId to) {
            return waiting[0];
          }
        };
    var sender = new PeerSender(new NodeId(1), loop, outbox, (_, _) -> {});
    var append =
        new PeerMessage.Replication(
            new PartitionId(TopicId.ZERO, 0), new ReplicaMessage.Append(0, span(0, MIB), 0));

    for (int i = 0; i < 6; i++) {
      assertThat(sender.hasRoom(PEER, 6 * MIB)).isTrue();
      sender.send(PEER, append);
    }

    assertThat(sender.hasRoom(PEER, 6 * MIB)).isFalse();
    assertThat(sender.hasRoom(new NodeId(3), 6 * MIB)).isTrue();
  }

  @Test
  void whoeverIsToldOfAnExpiryMayAppendAnewAtOnce() {
    var budget = new ByteBudget(MIB);
    var waiting = new WaitingAppends(budget, new Latencies(), new SystemClock());
    var told = new ArrayList<AppendOutcome>();
    var committed = new AppendOutcome.Committed(0, -1, 0);
    var later = new AppendOutcome.Committed(2, -1, 0);
    var refused =
        new AppendOutcome.Refused(WireError.REQUEST_TIMED_OUT, "too late", Optional.empty());
    waiting.add(
        new WaitingAppends.Waiting(
            1,
            10,
            0,
            50,
            committed,
            Runnable::run,
            first -> {
              told.add(first);
              waiting.add(
                  new WaitingAppends.Waiting(3, 10, 0, 900, later, Runnable::run, told::add));
            }));
    waiting.add(new WaitingAppends.Waiting(2, 10, 0, 900, committed, Runnable::run, told::add));

    waiting.expire(100, refused);
    assertThat(told).containsExactly(refused);
    waiting.committed(2);
    assertThat(told).containsExactly(refused, committed);
    waiting.refuseAll(_ -> refused);
    assertThat(told).containsExactly(refused, committed, refused);
    assertThat(budget.taken()).isZero();
  }
}
