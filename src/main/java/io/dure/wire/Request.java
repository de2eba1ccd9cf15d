package io.dure.wire;

import io.dure.base.Endpoint;
import java.net.InetSocketAddress;
import java.util.concurrent.Executor;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * One decoded request and all that is known about its sender.
 *
 * @param body of the class that belongs to {@code api}; its buffers (a producer's batches) belong
 *     to it and are never reused
 * @param clientId as the client calls itself; empty when it does not
 * @param remote where the client's connection comes from
 * @param arrivedAt the address of this node that the client reached
 * @param principal who sent it, as Kafka writes it; {@code User:ANONYMOUS} without authentication
 * @param software the client's program, as it named it on this connection
 * @param end tells when the connection has ended
 * @param loop the event loop that owns the connection
 * @param sizeBytes of the whole frame
 */
public record Request(
    ApiKeys api,
    short version,
    ApiMessage body,
    String clientId,
    InetSocketAddress remote,
    Endpoint arrivedAt,
    String principal,
    ClientSoftware software,
    ConnectionEnd end,
    Executor loop,
    int sizeBytes) {}
