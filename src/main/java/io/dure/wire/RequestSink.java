package io.dure.wire;

import java.util.Set;
import org.apache.kafka.common.protocol.ApiKeys;

/** Takes the requests of all connections; the network calls it on the connection's own loop. */
public interface RequestSink {
  /**
   * Starts one request and returns soon: what may block goes elsewhere. The answer may come now or
   * later.
   */
  void take(Request request, Responder responder);

  /**
   * The APIs that have a handler. Only these are announced; a request for another closes its
   * connection.
   */
  Set<ApiKeys> served();
}
