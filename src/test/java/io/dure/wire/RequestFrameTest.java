package io.dure.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.base.Endpoint;
import io.dure.base.NodeId;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.junit.jupiter.api.Test;

/** Bytes of requests and what they turn out to be. */
class RequestFrameTest {
  @Test
  void theTableStaysWithinWhatTheLibraryCallsStable() {
    for (Map.Entry<ApiKeys, Apis.Range> api : Apis.table().entrySet()) {
      assertThat(api.getValue().min())
          .as(api.getKey().name)
          .isGreaterThanOrEqualTo(api.getKey().oldestVersion());
      assertThat(api.getValue().max())
          .as(api.getKey().name)
          .isLessThanOrEqualTo(api.getKey().latestVersion(false));
    }
    assertThat(Apis.range(ApiKeys.PRODUCE).orElseThrow().announcedMin()).isZero();
  }

  @Test
  void everyServedVersionComesBackAsItWasWritten() {
    for (Map.Entry<ApiKeys, Apis.Range> api : Apis.table().entrySet()) {
      for (int v = api.getValue().min(); v <= api.getValue().max(); v++) {
        short version = (short) v;
        ApiMessage body = api.getKey().messageType.newRequest();

        ByteBuffer bytes = RequestFrame.encode(api.getKey(), version, 42, "me", body);
        RequestFrame frame = RequestFrame.decode(bytes, Apis.table().keySet());

        assertThat(frame)
            .as("%s %d", api.getKey().name, v)
            .isEqualTo(new RequestFrame.Decoded(api.getKey(), version, 42, "me", body));
      }
    }
  }

  @Test
  void noGarbageGetsThrough() {
    var random = new Random(7);
    for (int i = 0; i < 100_000; i++) {
      byte[] bytes = new byte[random.nextInt(60)];
      random.nextBytes(bytes);
      if (bytes.length > 4) {
        bytes[0] = 0;
        bytes[1] = (byte) random.nextInt(80);
        bytes[2] = 0;
        bytes[3] = (byte) random.nextInt(14);
      }
      assertThat(RequestFrame.decode(ByteBuffer.wrap(bytes), Apis.table().keySet())).isNotNull();
    }
  }

  @Test
  void whatHasNoHandlerIsRefused() {
    ApiMessage body = ApiKeys.METADATA.messageType.newRequest();
    ByteBuffer bytes = RequestFrame.encode(ApiKeys.METADATA, (short) 9, 1, "me", body);

    assertThat(RequestFrame.decode(bytes, Set.of())).isInstanceOf(RequestFrame.Refused.class);
  }

  @Test
  void helloAndItsAnswersComeBackAsTheyWereWritten() {
    var hello =
        new PeerHello(
            new NodeId(3),
            new UUID(1, 2),
            Optional.of(new UUID(3, 4)),
            new Endpoint("host", 9092),
            List.of("a:1", "b:2"),
            List.of(new NodeId(1), new NodeId(3)));

    ByteBuffer request = hello.requestFrame();
    assertThat(request.getInt()).isEqualTo(request.remaining());
    assertThat(RequestFrame.decode(request, Set.of())).isEqualTo(new RequestFrame.Hello(0, hello));

    for (PeerHello.Answer answer :
        List.of(
            new PeerHello.Answer.Welcome(hello),
            new PeerHello.Answer.Refusal("because", hello.with(Optional.empty(), List.of())))) {
      ByteBuffer frame = PeerHello.answerFrame(0, answer);
      assertThat(frame.getInt()).isEqualTo(frame.remaining());
      assertThat(PeerHello.readAnswer(frame)).isEqualTo(answer);
    }
  }
}
