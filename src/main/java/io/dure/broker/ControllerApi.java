package io.dure.broker;

import io.dure.controller.Answer;
import io.dure.controller.Command;
import io.dure.metadata.ClusterImage;
import io.dure.wire.WireError;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * An API whose requests the controller decides: how it is said to the controller, and how its
 * answer is said to the client. Stateless; used on the client's node and on the controller's.
 */
interface ControllerApi<Q extends ApiMessage, R extends ApiMessage> {
  ApiKeys key();

  /**
   * What goes to the controller; entries that contradict the protocol are left out and refused by
   * {@link #response}.
   */
  Command command(Q request);

  /** The response to {@code request}, one result for each of its entries. */
  R response(Q request, Answer answer, short version);

  /** The same error for all that was asked. */
  R refused(Q request, WireError error, String reason);

  int timeoutMs(Q request);

  /** Whether {@code image} shows all that {@code response} says was done. */
  boolean isVisible(Q request, R response, ClusterImage image);

  /** What to answer when that was not so in time. */
  default R unseen(Q request, R response, ClusterImage image) {
    return response;
  }
}
