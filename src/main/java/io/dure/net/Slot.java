package io.dure.net;

import io.dure.wire.Responder;
import io.dure.wire.ResponseFrame;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The place of one request in the order of its connection's answers. Its outcome belongs to the
 * connection's loop.
 */
final class Slot implements Responder {
  private static final Logger log = LoggerFactory.getLogger(Slot.class);

  /** What becomes of the request. */
  sealed interface Outcome {
    record Pending() implements Outcome {}

    record Frame(ResponseFrame frame) implements Outcome {}

    record Silence() implements Outcome {}

    record HangUp(String reason) implements Outcome {}
  }

  private static final Outcome PENDING = new Outcome.Pending();
  private static final Outcome SILENCE = new Outcome.Silence();

  private final Connection connection;
  private final ApiKeys api;
  private final short version;
  private final int correlationId;
  private final int frameBytes;
  private final long takenNs;
  private Outcome outcome = PENDING;

  Slot(
      Connection connection,
      ApiKeys api,
      short version,
      int correlationId,
      int frameBytes,
      long takenNs) {
    this.connection = connection;
    this.api = api;
    this.version = version;
    this.correlationId = correlationId;
    this.frameBytes = frameBytes;
    this.takenNs = takenNs;
  }

  int frameBytes() {
    return frameBytes;
  }

  ApiKeys api() {
    return api;
  }

  /** When the request was taken up; see {@link io.dure.base.Clock#nowNs}. */
  long takenNs() {
    return takenNs;
  }

  boolean isDone() {
    return outcome != PENDING;
  }

  Outcome outcome() {
    return outcome;
  }

  @Override
  public void answer(ApiMessage response) {
    try {
      done(new Outcome.Frame(ResponseFrame.encode(api, version, correlationId, response)));
    } catch (RuntimeException e) {
      log.error("an answer to {} version {} cannot be written", api.name, version, e);
      done(new Outcome.HangUp("an answer that cannot be written in version " + version));
    }
  }

  @Override
  public void answerNothing() {
    done(SILENCE);
  }

  @Override
  public void hangUp(String reason) {
    done(new Outcome.HangUp(reason));
  }

  private void done(Outcome how) {
    connection
        .sockets()
        .loop()
        .run(() -> {
          if (outcome != PENDING) {
            log.error("{} version {} was answered twice", api.name, version);
            return;
          }
          outcome = how;
          connection.onDone(this);
        });
  }
}
