package io.dure.broker;

import io.dure.metadata.ClusterImage;
import io.dure.runtime.Loop;
import io.dure.wire.WireError;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * Carries requests to the active controller, wherever it runs, and its answers back. An answer is
 * given to the client only when this node sees what it says, so that a client which goes on through
 * the same node finds its topic; but never later than {@value #SEE_WITHIN_MS} ms after the
 * controller decided.
 */
final class ControllerAsks {
  /**
   * A new controller is elected within a second or so; a shorter patience would only make clients
   * ask again.
   */
  static final int MIN_WAIT_MS = 3_000;

  static final int MAX_WAIT_MS = 30_000;
  static final int SEE_WITHIN_MS = 1_000;
  private static final int LOOK_EVERY_MS = 4;

  private final Cluster cluster;

  ControllerAsks(Cluster cluster) {
    this.cluster = cluster;
  }

  /** Answers on {@code loop}, exactly once. */
  <Q extends ApiMessage, R extends ApiMessage> void ask(
      ControllerApi<Q, R> api,
      Q request,
      short version,
      String clientId,
      Loop loop,
      Consumer<R> done) {
    long deadlineMs =
        cluster.nowMs() + Math.clamp(api.timeoutMs(request), MIN_WAIT_MS, MAX_WAIT_MS);
    cluster.ask(
        AskCodec.request(api.key(), version, clientId, request),
        deadlineMs,
        loop,
        bytes -> decided(api, request, version, bytes, loop, done));
  }

  @SuppressWarnings("unchecked") // the codec makes the body from the same API key
  private <Q extends ApiMessage, R extends ApiMessage> void decided(
      ControllerApi<Q, R> api,
      Q request,
      short version,
      Optional<ByteBuffer> bytes,
      Loop loop,
      Consumer<R> done) {
    if (bytes.isEmpty()) {
      done.accept(
          api.refused(
              request,
              WireError.REQUEST_TIMED_OUT,
              "No active controller could be reached in time."));
      return;
    }
    R response = (R) AskCodec.response(api.key(), version, bytes.get());
    whenSeen(api, request, response, cluster.nowMs() + SEE_WITHIN_MS, loop, done);
  }

  private <Q extends ApiMessage, R extends ApiMessage> void whenSeen(
      ControllerApi<Q, R> api, Q request, R response, long untilMs, Loop loop, Consumer<R> done) {
    ClusterImage image = cluster.image();
    if (api.isVisible(request, response, image)) {
      done.accept(response);
    } else if (cluster.nowMs() >= untilMs) {
      done.accept(api.unseen(request, response, image));
    } else {
      loop.schedule(LOOK_EVERY_MS, () -> whenSeen(api, request, response, untilMs, loop, done));
    }
  }
}
