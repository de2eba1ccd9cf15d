package io.dure.broker;

import org.apache.kafka.common.protocol.ApiMessage;

/**
 * Answers the requests of one API, at every version announced for it.
 *
 * <p>Called on the loop of the connection that the request came by, so it must not block; a handler
 * that may block is a {@link BlockingHandler}. The request is taken up when it arrives, before the
 * ones ahead of it on the connection are answered; the connection puts the answers in order.
 */
public interface Handler<Q extends ApiMessage, R extends ApiMessage> {
  /** Answers exactly once through {@code reply}, at once or later, from any thread. */
  void handle(Q request, RequestContext context, Reply<R> reply);
}
