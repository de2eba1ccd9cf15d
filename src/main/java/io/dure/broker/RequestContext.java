package io.dure.broker;

import io.dure.base.Endpoint;
import io.dure.runtime.Loop;

/**
 * What is known of a request beside its body.
 *
 * @param version of the API, one of those announced
 * @param clientId as the client calls itself; empty when it does not
 * @param clientHost the address that the client's connection comes from, as text
 * @param arrivedAt where the client reached this node
 * @param loop the loop that owns the connection
 */
public record RequestContext(
    short version, String clientId, String clientHost, Endpoint arrivedAt, Loop loop) {}
