package io.dure.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dure.base.Endpoint;
import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.replication.ReplicaMessage;
import io.dure.runtime.PeerMessage;
import io.dure.wire.PeerHello;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Streams between two nodes, over real sockets. */
@Timeout(30)
class PeerLinksTest {
  private static final NetSettings SETTINGS =
      new NetSettings(1 << 20, 4 << 20, 600_000, 100, 1 << 20);
  private static final NodeId TWO = new NodeId(2);

  @Test
  void messagesArriveInTheirOrder() throws Exception {
    try (var one = new ToyServer(1, 0, 1, SETTINGS);
        var two = new ToyServer(2, 0, 2, SETTINGS)) {
      one.peers.dial(two.endpoint());
      soon().until(() -> one.events.contains("connected 2") && two.events.contains("met 1"));

      for (int i = 0; i < 1000; i++) {
        one.peers.send(TWO, List.of(message(i), message(i + 1_000_000)));
      }

      soon().until(() -> two.messages.size() == 2000);
      assertThat(two.messages).startsWith(message(0), message(1_000_000), message(1));
    }
  }

  @Test
  void largeMessagesArriveWhole() throws Exception {
    try (var one = new ToyServer(1, 0, 1, SETTINGS);
        var two = new ToyServer(2, 0, 1, SETTINGS)) {
      one.peers.dial(two.endpoint());
      soon().until(() -> one.events.contains("connected 2"));
      ByteBuffer bytes = ByteBuffer.allocate(5_000_000);
      for (int i = 0; i < bytes.capacity(); i++) {
        bytes.put(i, (byte) i);
      }
      var ask = new PeerMessage.Ask(1, bytes);

      one.peers.send(TWO, List.of(message(1), ask, message(2)));

      soon().until(() -> two.messages.size() == 3);
      assertThat(two.messages).containsExactly(message(1), ask, message(2));
    }
  }

  @Test
  void aProcessThatEndsIsSeenAtOnceAndItsSuccessorIsFound() throws Exception {
    try (var one = new ToyServer(1, 0, 1, SETTINGS)) {
      int port;
      try (var two = new ToyServer(2, 0, 1, SETTINGS)) {
        port = two.port();
        one.peers.dial(two.endpoint());
        soon().until(() -> one.events.contains("connected 2"));
      }
      soon().until(() -> one.events.contains("gone 2"));
      one.events.clear();

      try (var two = new ToyServer(2, port, 1, SETTINGS)) {
        soon().until(() -> one.events.contains("connected 2"));
        one.peers.send(TWO, List.of(message(1)));
        soon().until(() -> two.messages.contains(message(1)));
      }
    }
  }

  @Test
  void aPeerThatDoesNotReadCostsNoMoreThanTheBound() throws Exception {
    try (var frozen = new ServerSocket();
        var one = new ToyServer(1, 0, 1, SETTINGS)) {
      frozen.bind(new InetSocketAddress("127.0.0.1", 0));
      one.peers.dial(new Endpoint("127.0.0.1", frozen.getLocalPort()));
      try (var socket = frozen.accept()) {
        socket.getOutputStream().write(welcome());
        soon().until(() -> one.events.contains("connected 2"));
        var large = new PeerMessage.Ask(1, ByteBuffer.allocate(100_000));
        for (int i = 0; i < 1000; i++) {
          one.peers.send(TWO, List.of(large));
        }
        assertThat(one.peers.waitingBytes(TWO))
            .isLessThanOrEqualTo(SETTINGS.peerQueueBytes() + 200_000);
      }
    }
  }

  @Test
  void aStreamThatIsNotTakenIsGivenUpAndTriedAgain() throws Exception {
    try (var frozen = new ServerSocket();
        var one = new ToyServer(1, 0, 1, SETTINGS)) {
      frozen.bind(new InetSocketAddress("127.0.0.1", 0));
      one.peers.dial(new Endpoint("127.0.0.1", frozen.getLocalPort()));
      try (var socket = frozen.accept()) {
        socket.getOutputStream().write(welcome());
        soon().until(() -> one.events.contains("connected 2"));
        var large = new PeerMessage.Ask(1, ByteBuffer.allocate(100_000));
        soon()
            .until(() -> {
              one.peers.send(TWO, List.of(large));
              return one.peers.waitingBytes(TWO) > SETTINGS.peerQueueBytes() / 2;
            });
        frozen.setSoTimeout(10_000);
        try (var again = frozen.accept()) {
          assertThat(again.isConnected()).isTrue();
          assertThat(one.events).doesNotContain("gone 2");
        }
      }
    }
  }

  @Test
  void nodesOfDifferentClustersRefuseEachOther() throws Exception {
    UUID first = UUID.randomUUID();
    UUID second = UUID.randomUUID();
    try (var one = new ToyServer(1, 0, 1, SETTINGS, Optional.of(first));
        var two = new ToyServer(2, 0, 1, SETTINGS, Optional.of(second))) {
      one.peers.dial(two.endpoint());
      soon()
          .until(() ->
              one.events.stream()
                  .anyMatch(event ->
                      event.startsWith("refused")
                          && event.contains(first.toString())
                          && event.contains(second.toString())));
      assertThat(one.events).doesNotContain("connected 2");
    }
  }

  @Test
  void aNodeOfAnotherReleaseIsToldBothVersions() throws Exception {
    try (var one = new ToyServer(1, 0, 1, SETTINGS);
        var socket = new java.net.Socket("localhost", one.port())) {
      ByteBuffer hello = one.hello.requestFrame();
      hello.putShort(6, (short) 77);
      socket.getOutputStream().write(hello.array());
      var in = new java.io.DataInputStream(socket.getInputStream());
      byte[] answer = new byte[in.readInt()];
      in.readFully(answer);

      assertThat(in.read()).as("closed").isNegative();
      ByteBuffer frame = ByteBuffer.wrap(answer);
      assertThat(PeerHello.readAnswer(frame.duplicate()))
          .isInstanceOfSatisfying(
              PeerHello.Answer.Refusal.class,
              refusal ->
                  assertThat(refusal.reason())
                      .contains("version 77", "version " + PeerHello.PROTOCOL_VERSION));
      // What a node of another release makes of it.
      int hisVersion = frame.getInt(0) + 4 + 1 + 2 + Short.toUnsignedInt(frame.getShort(5));
      assertThat(frame.getShort(hisVersion)).isEqualTo(PeerHello.PROTOCOL_VERSION);
      frame.putShort(hisVersion, (short) 78);
      org.assertj.core.api.Assertions.assertThatThrownBy(() -> PeerHello.readAnswer(frame))
          .isInstanceOf(PeerHello.OtherVersion.class)
          .hasMessageContaining("version 77");
      assertThat(one.events).noneMatch(event -> event.startsWith("met"));
    }
  }

  @Test
  void theSameIdTwiceIsRefused() throws Exception {
    try (var one = new ToyServer(1, 0, 1, SETTINGS);
        var other = new ToyServer(1, 0, 1, SETTINGS)) {
      one.peers.dial(other.endpoint());
      soon()
          .until(() ->
              one.events.stream().anyMatch(event -> event.contains("node id 1 is used by two")));
    }
  }

  @Test
  void aNodeThatFindsItselfBehindAnAddressLeavesItAlone() throws Exception {
    try (var one = new ToyServer(1, 0, 1, SETTINGS)) {
      one.peers.dial(new Endpoint("localhost", one.port()));
      await().during(Duration.ofMillis(200)).until(() -> one.events.isEmpty());
    }
  }

  private static byte[] welcome() {
    var hello =
        new PeerHello(
            TWO, UUID.randomUUID(), Optional.empty(), new Endpoint("x", 1), List.of(), List.of());
    return PeerHello.answerFrame(0, new PeerHello.Answer.Welcome(hello)).array();
  }

  private static PeerMessage message(int n) {
    return new PeerMessage.Replication(PartitionId.METADATA, new ReplicaMessage.Follow(n));
  }

  private static ConditionFactory soon() throws IOException {
    return await().atMost(Duration.ofSeconds(10)).pollInterval(Duration.ofMillis(5));
  }
}
