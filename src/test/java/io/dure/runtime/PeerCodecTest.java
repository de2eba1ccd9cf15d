package io.dure.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.dure.base.Endpoint;
import io.dure.base.Incarnation;
import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.base.TopicId;
import io.dure.log.BatchSpan;
import io.dure.log.EpochHistory;
import io.dure.quorum.QuorumMessage;
import io.dure.replication.ReplicaMessage;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Every message comes out as it went in, and no bytes do harm. */
class PeerCodecTest {
  private static final int KINDS = 21;

  private final Random random = new Random(42);

  @Test
  void everyMessageComesOutAsItWentIn() throws MalformedFrame {
    for (int round = 0; round < 500; round++) {
      for (int kind = 0; kind < KINDS; kind++) {
        PeerMessage message = message(kind);
        assertThat(PeerCodec.decode(bytes(List.of(message)))).containsExactly(message);
      }
    }
  }

  @Test
  void aFrameKeepsTheOrderOfItsMessages() throws MalformedFrame {
    List<PeerMessage> messages =
        IntStream.range(0, 200).mapToObj(_ -> message(random.nextInt(KINDS))).toList();

    assertThat(PeerCodec.decode(bytes(messages))).isEqualTo(messages);
  }

  @Test
  void aSizeIsNeverFarBelowWhatAMessageTakes() {
    for (int round = 0; round < 500; round++) {
      for (int kind = 0; kind < KINDS; kind++) {
        PeerMessage message = message(kind);
        assertThat(PeerCodec.sizeBytes(message))
            .as("%s", message)
            .isGreaterThanOrEqualTo(bytes(List.of(message)).remaining() - 200);
      }
    }
  }

  @Test
  void aFrameCutShortIsRefusedAndNeverTakenForAnother() {
    for (int kind = 0; kind < KINDS; kind++) {
      ByteBuffer whole = bytes(List.of(message(kind)));
      for (int length = 1; length < Math.min(whole.remaining(), 400); length++) {
        ByteBuffer cut = whole.slice(0, length);
        assertThatMalformed(cut);
      }
    }
  }

  private static void assertThatMalformed(ByteBuffer frame) {
    assertThatCode(() -> PeerCodec.decode(frame)).isInstanceOf(MalformedFrame.class);
  }

  @Test
  void garbageIsRefusedAndNothingElseHappens() {
    for (int round = 0; round < 20_000; round++) {
      byte[] bytes = bytes(List.of(message(random.nextInt(KINDS)))).array();
      for (int flips = 1 + random.nextInt(6); flips > 0; flips--) {
        bytes[random.nextInt(Math.min(bytes.length, 80))] = (byte) random.nextInt();
      }
      assertThatCode(
              () -> {
                try {
                  PeerCodec.decode(ByteBuffer.wrap(bytes));
                } catch (MalformedFrame expected) {
                  assertThat(expected).hasMessageStartingWith("peer frame");
                }
              })
          .doesNotThrowAnyException();
    }
  }

  private static ByteBuffer bytes(List<PeerMessage> messages) {
    List<ByteBuffer> parts = PeerCodec.encode(messages);
    ByteBuffer all = ByteBuffer.allocate(parts.stream().mapToInt(ByteBuffer::remaining).sum());
    parts.forEach(all::put);
    return all.flip();
  }

  private PeerMessage message(int kind) {
    return switch (kind) {
      case 0 -> replication(new ReplicaMessage.Follow(epoch()));
      case 1 -> replication(new ReplicaMessage.Begin(epoch(), history()));
      case 2 -> replication(new ReplicaMessage.Began(epoch(), offset()));
      case 3 -> replication(new ReplicaMessage.Append(epoch(), span(), offset()));
      case 4 -> replication(new ReplicaMessage.Advance(epoch(), offset()));
      case 5 -> replication(new ReplicaMessage.Acked(epoch(), random.nextBoolean(), offset()));
      case 6 -> replication(new ReplicaMessage.Restart(epoch(), offset(), blob(3_000)));
      case 7 ->
          new PeerMessage.Quorum(
              new QuorumMessage.AskVote(epoch(), random.nextBoolean(), epoch(), offset()));
      case 8 ->
          new PeerMessage.Quorum(
              new QuorumMessage.Vote(epoch(), random.nextBoolean(), random.nextBoolean()));
      case 9 -> {
        ByteBuffer piece = blob(5_000);
        int position = random.nextInt(1_000);
        int total = position + piece.remaining() + random.nextInt(1_000);
        yield new PeerMessage.Snapshot(epoch(), offset(), epoch(), total, position, piece);
      }
      case 10 ->
          new PeerMessage.Fence(epoch(), list(() -> new PeerMessage.FenceOf(partition(), epoch())));
      case 11 ->
          new PeerMessage.Fenced(
              epoch(),
              new Incarnation(offset()),
              offset(),
              list(() ->
                  new PeerMessage.FencedAt(partition(), epoch(), epoch(), offset(), offset())));
      case 12 ->
          new PeerMessage.Register(
              node(),
              uuid(),
              new Endpoint(text(), random.nextInt(65_536)),
              random.nextBoolean() ? Optional.of(text()) : Optional.empty());
      case 13 -> new PeerMessage.InStep(partition(), epoch(), new HashSet<>(list(this::node)));
      case 14 -> new PeerMessage.Ask(random.nextLong(), blob(10_000));
      case 15 ->
          new PeerMessage.Answer(
              random.nextLong(),
              random.nextBoolean() ? Optional.of(blob(10_000)) : Optional.empty());
      case 16 -> new PeerMessage.NodeAsk(random.nextLong(), random.nextLong(), blob(10_000));
      case 17 ->
          new PeerMessage.NodeAnswer(
              random.nextLong(),
              random.nextBoolean() ? Optional.of(blob(10_000)) : Optional.empty());
      case 20 ->
          new PeerMessage.Loads(
              list(() -> new PeerMessage.LoadOf(partition(), offset() >>> 1, offset() >>> 1)));
      case 19 -> new PeerMessage.CannotLead(partition(), epoch());
      case 18 -> new PeerMessage.Stopping(new Incarnation(offset()));
      default -> new PeerMessage.Alive(uuid(), random.nextBoolean());
    };
  }

  private PeerMessage replication(ReplicaMessage message) {
    return new PeerMessage.Replication(
        random.nextInt(5) == 0 ? PartitionId.METADATA : partition(), message);
  }

  private interface Source<T> {
    T next();
  }

  private <T> List<T> list(Source<T> source) {
    var items = new ArrayList<T>();
    for (int i = random.nextInt(20); i > 0; i--) {
      items.add(source.next());
    }
    return items;
  }

  private EpochHistory history() {
    long start = random.nextInt(1_000);
    EpochHistory history = EpochHistory.emptyAt(start);
    int epoch = random.nextInt(3);
    for (int i = random.nextInt(6); i > 0; i--) {
      history = history.append(epoch, history.end() + 1 + random.nextInt(100));
      epoch += 1 + random.nextInt(3);
    }
    return random.nextBoolean()
        ? history
        : history.startAt(start + random.nextInt((int) (history.end() - start) + 1));
  }

  private BatchSpan span() {
    long from = offset();
    var epochs = new ArrayList<EpochHistory.Entry>();
    int epoch = random.nextInt(5);
    long next = from;
    do {
      epochs.add(new EpochHistory.Entry(epoch, next));
      epoch += 1 + random.nextInt(3);
      next += 1 + random.nextInt(50);
    } while (random.nextInt(3) == 0);
    ByteBuffer bytes = ByteBuffer.wrap(new byte[1 + random.nextInt(6_000)]);
    random.nextBytes(bytes.array());
    return new BatchSpan(bytes.asReadOnlyBuffer(), from, next, epochs);
  }

  private ByteBuffer blob(int most) {
    byte[] bytes = new byte[random.nextInt(most)];
    random.nextBytes(bytes);
    return ByteBuffer.wrap(bytes);
  }

  private PartitionId partition() {
    return new PartitionId(new TopicId(uuid()), random.nextInt(1_000));
  }

  private UUID uuid() {
    return new UUID(random.nextLong(), random.nextLong());
  }

  private NodeId node() {
    return new NodeId(random.nextInt(1_000));
  }

  private int epoch() {
    return random.nextInt(1_000) - 1;
  }

  private long offset() {
    return random.nextLong() >>> 2;
  }

  private String text() {
    return "host-" + random.nextInt() + (random.nextBoolean() ? ".두레" : "");
  }
}
