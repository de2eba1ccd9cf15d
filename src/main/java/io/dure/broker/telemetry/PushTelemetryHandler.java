package io.dure.broker.telemetry;

import io.dure.broker.Cluster;
import io.dure.broker.Handler;
import io.dure.broker.Reply;
import io.dure.broker.RequestContext;
import io.dure.runtime.Loop;
import io.dure.wire.PushedMetrics;
import io.dure.wire.WireError;
import java.util.concurrent.Executor;
import org.apache.kafka.common.message.PushTelemetryRequestData;
import org.apache.kafka.common.message.PushTelemetryResponseData;

/**
 * PushTelemetry (API key 72). Whether it is taken is decided on the home loop, its bytes are read
 * on a thread of their own, and what they say is kept on the home loop again.
 */
final class PushTelemetryHandler
    implements Handler<PushTelemetryRequestData, PushTelemetryResponseData> {
  /**
   * More than these at once are refused. One is enough, as clients push every few minutes, and one
   * may take a hundred megabytes while it is read: of bytes that say little in many messages.
   */
  static final int MAX_BEING_READ = 1;

  /** What a push of the largest size may unpack to, in times that size. */
  private static final int UNPACKED_TIMES = 8;

  private final Telemetry telemetry;
  private final Cluster cluster;
  private final Loop home;
  private final Executor unpackers;
  private int beingRead;

  PushTelemetryHandler(Telemetry telemetry, Cluster cluster, Loop home, Executor unpackers) {
    this.telemetry = telemetry;
    this.cluster = cluster;
    this.home = home;
    this.unpackers = unpackers;
  }

  @Override
  public void handle(
      PushTelemetryRequestData request,
      RequestContext context,
      Reply<PushTelemetryResponseData> reply) {
    home.run(() -> decide(request, Asker.of(request.clientInstanceId(), context), reply));
  }

  private void decide(
      PushTelemetryRequestData request, Asker asker, Reply<PushTelemetryResponseData> reply) {
    boolean empty = !request.metrics().hasRemaining();
    if (!empty && beingRead >= MAX_BEING_READ) {
      reply.send(answer(WireError.THROTTLING_QUOTA_EXCEEDED));
      return;
    }
    WireError refusal = telemetry.push(request, asker, cluster.nowMs());
    if (refusal != WireError.NONE || empty) {
      reply.send(answer(refusal));
      return;
    }
    beingRead++;
    unpackers.execute(() -> read(request, asker, reply));
  }

  /** Whatever the libraries make of the bytes, the client is answered and the next one read. */
  private void read(
      PushTelemetryRequestData request, Asker asker, Reply<PushTelemetryResponseData> reply) {
    PushedMetrics.Read read = new PushedMetrics.Read.Malformed("not read");
    try {
      read =
          PushedMetrics.read(
              request.metrics(), request.compressionType(), telemetry.maxBytes() * UNPACKED_TIMES);
    } finally {
      PushedMetrics.Read found = read;
      home.execute(() -> {
        beingRead--;
        reply.send(answer(kept(found, asker)));
      });
    }
  }

  private WireError kept(PushedMetrics.Read read, Asker asker) {
    return switch (read) {
      case PushedMetrics.Read.Metrics(PushedMetrics pushed) -> {
        telemetry.keep(asker, pushed);
        yield WireError.NONE;
      }
      case PushedMetrics.Read.TooLarge _ -> WireError.TELEMETRY_TOO_LARGE;
      case PushedMetrics.Read.Malformed _ -> WireError.INVALID_RECORD;
    };
  }

  private static PushTelemetryResponseData answer(WireError error) {
    return new PushTelemetryResponseData().setErrorCode(error.code());
  }
}
