/**
 * The Kafka protocol as this broker speaks it: which APIs at which versions ({@link
 * io.dure.wire.Apis}), bytes to requests and responses to bytes over the message classes of {@code
 * kafka-clients}, and the types by which the network hands a request to the handlers ({@link
 * io.dure.wire.RequestSink}) and takes the answer back ({@link io.dure.wire.Responder}).
 *
 * <p>Together with {@code log} and {@code net} the only place that knows kafka-clients' internals.
 */
@NullMarked
package io.dure.wire;

import org.jspecify.annotations.NullMarked;
