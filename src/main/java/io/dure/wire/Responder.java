package io.dure.wire;

import org.apache.kafka.common.protocol.ApiMessage;

/**
 * The way back for the answer to one request. Callable from any thread; exactly one of its methods
 * is called, once. Answers of one connection go out in the order of its requests, whatever the
 * order in which they are given here. When the connection is gone the answer is dropped.
 */
public interface Responder {
  /** Encodes in the caller's thread, in the version of the request, and sends. */
  void answer(ApiMessage response);

  /** The request wants no answer (a produce with acks=0). */
  void answerNothing();

  /**
   * Closes the connection, with the reason in the log, after the answers to earlier requests are
   * out.
   */
  void hangUp(String reason);
}
