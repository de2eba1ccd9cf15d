package io.dure.broker;

import org.apache.kafka.common.protocol.ApiMessage;

/**
 * Answers the requests of one API on a thread of its own (a virtual one), where it may wait; it
 * owns no state.
 */
@FunctionalInterface
public interface BlockingHandler<Q extends ApiMessage, R extends ApiMessage> {
  R answer(Q request, RequestContext context);
}
