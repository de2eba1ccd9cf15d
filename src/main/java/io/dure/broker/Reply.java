package io.dure.broker;

import org.apache.kafka.common.protocol.ApiMessage;

/** The way back for one request. Exactly one of its methods is called, once, from any thread. */
public interface Reply<R extends ApiMessage> {
  void send(R response);

  /** There is nothing to answer (a produce with acks=0). */
  void silence();

  /**
   * Closes the connection: the only way to tell a client that does not wait for answers of a
   * failure.
   */
  void hangUp(String reason);
}
