package io.dure.broker;

import io.dure.base.Endpoint;
import io.dure.runtime.Loop;
import io.dure.wire.ClientSoftware;
import io.dure.wire.ConnectionEnd;

/**
 * What is known of a request beside its body.
 *
 * @param version of the API, one of those announced
 * @param clientId as the client calls itself; empty when it does not
 * @param clientHost the address that the client's connection comes from, as text
 * @param clientPort the port of that connection, on the client's side
 * @param software the client's program, as it named it on this connection
 * @param arrivedAt where the client reached this node; of another node: without a host
 * @param end tells when the connection has ended
 * @param loop the loop that owns the connection
 */
public record RequestContext(
    short version,
    String clientId,
    String clientHost,
    int clientPort,
    ClientSoftware software,
    Endpoint arrivedAt,
    ConnectionEnd end,
    Loop loop) {
  /** Where requests of other nodes arrive; no answer to them tells it. */
  private static final Endpoint NOWHERE = new Endpoint("", 0);

  /** Of another node of the cluster. */
  static RequestContext ofNode(short version, Loop home) {
    return new RequestContext(
        version, "", "", 0, ClientSoftware.UNKNOWN, NOWHERE, ConnectionEnd.NEVER, home);
  }

  boolean isOfNode() {
    return clientHost.isEmpty();
  }
}
