package io.dure.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dure.wire.RequestFrame;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What clients, well behaved or not, see of a connection. */
@Timeout(30)
class ClientConnectionTest {
  private static final NetSettings SMALL = new NetSettings(1 << 20, 4 << 20, 600_000, 100, 1 << 20);

  private ToyServer server;
  private ToyHandlers handlers;

  @BeforeEach
  void start() throws IOException {
    server = new ToyServer(1, 0, 2, SMALL);
    handlers = new ToyHandlers(server.port());
    server.open(handlers);
  }

  @AfterEach
  void stop() {
    server.close();
    assertThat(server.events).noneMatch(event -> event.startsWith("fatal"));
  }

  @Test
  void anUnmodifiedAdminClientIsAnswered() throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", "127.0.0.1:" + server.port()))) {
      assertThat(admin.describeCluster().clusterId().get(10, TimeUnit.SECONDS)).isEqualTo("toy");
      assertThat(admin.describeCluster().nodes().get(10, TimeUnit.SECONDS)).hasSize(1);
    }
  }

  @Test
  void anUnmodifiedProducerFindsItsPartitions() {
    Map<String, Object> config =
        Map.of("bootstrap.servers", "127.0.0.1:" + server.port(), "enable.idempotence", "false");
    try (var producer =
        new KafkaProducer<String, String>(config, new StringSerializer(), new StringSerializer())) {
      assertThat(producer.partitionsFor("t")).hasSize(1);
    }
  }

  @Test
  void requestsOnOneConnectionAreTakenUpTogetherAndAnsweredInOrder() throws Exception {
    try (var client = new RawClient(server.port())) {
      for (int i = 0; i < 20; i++) {
        client.send(ApiKeys.FIND_COORDINATOR, 0, i, new FindCoordinatorRequestData().setKey("k"));
      }
      await().atMost(Duration.ofSeconds(5)).until(() -> handlers.waiting.size() == 20);

      List<ToyHandlers.Waiting> taken = new ArrayList<>(handlers.waiting);
      for (ToyHandlers.Waiting each : taken.reversed()) {
        each.responder().answer(new FindCoordinatorResponseData().setHost("h").setPort(1));
      }

      for (int i = 0; i < 20; i++) {
        assertThat(client.receive().getInt()).isEqualTo(i);
      }
    }
  }

  @Test
  void noMoreThanTheBoundIsTakenUpUntilAnswersAreGiven() throws Exception {
    try (var client = new RawClient(server.port())) {
      int sent = NetSettings.IN_FLIGHT + 50;
      for (int i = 0; i < sent; i++) {
        client.send(ApiKeys.FIND_COORDINATOR, 0, i, new FindCoordinatorRequestData().setKey("k"));
      }
      await()
          .atMost(Duration.ofSeconds(5))
          .during(Duration.ofMillis(100))
          .until(() -> handlers.waiting.size() == NetSettings.IN_FLIGHT);

      for (int i = 0; i < sent; i++) {
        ToyHandlers.Waiting next = handlers.waiting.poll(5, TimeUnit.SECONDS);
        assertThat(next).isNotNull();
        next.responder().answer(new FindCoordinatorResponseData().setHost("h").setPort(i));
      }

      for (int i = 0; i < sent; i++) {
        assertThat(client.receive().getInt()).isEqualTo(i);
      }
    }
  }

  @Test
  void anApiVersionsRequestFromTheFutureIsAnsweredInVersionZero() throws Exception {
    try (var client = new RawClient(server.port())) {
      ByteBuffer frame = ByteBuffer.allocate(100).putShort((short) 18).putShort((short) 99);
      frame.putInt(7).putShort((short) -1).put((byte) 0).put((byte) 0).flip();
      client.out.writeInt(frame.remaining());
      client.out.write(frame.array(), 0, frame.remaining());

      ByteBuffer answer = client.receive();
      assertThat(answer.getInt()).isEqualTo(7);
      var body = new ApiVersionsResponseData(new ByteBufferAccessor(answer), (short) 0);
      assertThat(body.errorCode()).isEqualTo(Errors.UNSUPPORTED_VERSION.code());
      assertThat(body.apiKeys().find(ApiKeys.API_VERSIONS.id).maxVersion()).isEqualTo((short) 5);
    }
  }

  @Test
  void manySmallRequestsInOnePacketAreAllAnswered() throws Exception {
    try (var client = new RawClient(server.port())) {
      var bytes = new ByteArrayOutputStream();
      var out = new DataOutputStream(bytes);
      int count = 20_000;
      for (int i = 0; i < count; i++) {
        ByteBuffer frame =
            RequestFrame.encode(
                ApiKeys.API_VERSIONS, (short) 0, i, "x", new ApiVersionsRequestData());
        out.writeInt(frame.remaining());
        out.write(frame.array(), 0, frame.remaining());
      }
      Thread writer =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  client.out.write(bytes.toByteArray());
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
      for (int i = 0; i < count; i++) {
        assertThat(client.receive().getInt()).isEqualTo(i);
      }
      writer.join();
    }
  }

  @Test
  void garbageEndsOnlyItsOwnConnection() throws Exception {
    try (var good = new RawClient(server.port())) {
      try (var bad = new RawClient(server.port())) {
        bad.out.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        assertThat(bad.isHungUp()).isTrue();
      }
      try (var bad = new RawClient(server.port())) {
        bad.out.writeInt(SMALL.maxFrameBytes() + 1);
        assertThat(bad.isHungUp()).isTrue();
      }
      try (var bad = new RawClient(server.port())) {
        bad.out.writeInt(-5);
        assertThat(bad.isHungUp()).isTrue();
      }
      try (var bad = new RawClient(server.port())) {
        bad.out.writeInt(3);
        bad.out.write(new byte[3]);
        assertThat(bad.isHungUp()).isTrue();
      }
      try (var unknownApi = new RawClient(server.port())) {
        unknownApi.out.writeInt(12);
        unknownApi.out.write(ByteBuffer.allocate(12).putShort((short) 999).array());
        assertThat(unknownApi.isHungUp()).isTrue();
      }
      try (var oldProduce = new RawClient(server.port())) {
        oldProduce.out.writeInt(12);
        oldProduce.out.write(new byte[12]);
        assertThat(oldProduce.isHungUp()).isTrue();
      }
      try (var truncated = new RawClient(server.port())) {
        truncated.out.writeInt(1000);
        truncated.out.write(new byte[10]);
        truncated.socket.shutdownOutput();
        assertThat(truncated.isHungUp()).isTrue();
      }
      try (var malformed = new RawClient(server.port())) {
        ByteBuffer frame = ByteBuffer.allocate(14).putShort((short) 3).putShort((short) 1);
        frame.putInt(7).putShort((short) -1).putInt(1_000_000_000);
        malformed.out.writeInt(14);
        malformed.out.write(frame.array());
        assertThat(malformed.isHungUp()).isTrue();
      }
      good.send(ApiKeys.METADATA, 9, 5, new MetadataRequestData());
      assertThat(good.receive().getInt()).isEqualTo(5);
    }
  }

  @Test
  void announcingLargeRequestsTakesNoMemoryFromOthers() throws Exception {
    var idlers = new ArrayList<RawClient>();
    try (var good = new RawClient(server.port())) {
      for (int i = 0; i < 20; i++) {
        var idler = new RawClient(server.port());
        idler.out.writeInt(SMALL.maxFrameBytes());
        idlers.add(idler);
      }
      good.send(ApiKeys.METADATA, 9, 5, new MetadataRequestData());
      assertThat(good.receive().getInt()).isEqualTo(5);
    } finally {
      for (RawClient idler : idlers) {
        idler.close();
      }
    }
  }

  @Test
  void requestsThatComeBeforeTheNodeIsOpenWait() throws Exception {
    try (var early = new ToyServer(2, 0, 1, SMALL);
        var client = new RawClient(early.port())) {
      client.send(ApiKeys.METADATA, 9, 5, new MetadataRequestData());
      early.open(new ToyHandlers(early.port()));
      assertThat(client.receive().getInt()).isEqualTo(5);
    }
  }

  @Test
  void aRequestMayHangUpAfterEarlierAnswersAreOut() throws Exception {
    try (var client = new RawClient(server.port())) {
      client.send(ApiKeys.FIND_COORDINATOR, 0, 1, new FindCoordinatorRequestData().setKey("k"));
      client.send(ApiKeys.FIND_COORDINATOR, 0, 2, new FindCoordinatorRequestData().setKey("k"));
      await().atMost(Duration.ofSeconds(5)).until(() -> handlers.waiting.size() == 2);
      List<ToyHandlers.Waiting> taken = new ArrayList<>(handlers.waiting);
      taken.get(1).responder().hangUp("the test says so");
      taken.get(0).responder().answer(new FindCoordinatorResponseData().setHost("h"));

      assertThat(client.receive().getInt()).isEqualTo(1);
      assertThat(client.isHungUp()).isTrue();
    }
  }

  @Test
  void whoGivesUpBeforeTheNodeIsOpenIsForgotten() throws Exception {
    var hasty = new NetSettings(1 << 20, 8L << 20, 500, 100, 1L << 20);
    try (var early = new ToyServer(2, 0, 1, hasty);
        var client = new RawClient(early.port())) {
      client.send(ApiKeys.METADATA, 9, 5, new MetadataRequestData());
      await()
          .atMost(Duration.ofSeconds(5))
          .until(() -> early.peers.inbound().waitingForSink() == 1);

      await()
          .atMost(Duration.ofSeconds(5))
          .until(() -> early.peers.inbound().waitingForSink() == 0);
      assertThat(client.isHungUp()).isTrue();
      assertThat(early.peers.inbound().memory().usedBytes()).isZero();
    }
  }

  @Test
  void clientsThatTakeAllConnectionsLeaveRoomForOtherNodes() throws Exception {
    var narrow = new NetSettings(1 << 20, 8L << 20, 600_000, 2, 1L << 20);
    try (var crowded = new ToyServer(2, 0, 1, narrow);
        var other = new ToyServer(3, 0, 1, SMALL);
        var first = new RawClient(crowded.port());
        var second = new RawClient(crowded.port());
        var third = new RawClient(crowded.port())) {
      crowded.open(new ToyHandlers(crowded.port()));
      first.send(ApiKeys.METADATA, 9, 1, new MetadataRequestData());
      second.send(ApiKeys.METADATA, 9, 2, new MetadataRequestData());
      assertThat(first.receive().getInt()).isEqualTo(1);
      assertThat(second.receive().getInt()).isEqualTo(2);
      third.send(ApiKeys.METADATA, 9, 3, new MetadataRequestData());
      assertThat(third.isHungUp()).isTrue();

      other.peers.dial(crowded.endpoint());

      await().atMost(Duration.ofSeconds(5)).until(() -> other.events.contains("connected 2"));
    }
  }
}
