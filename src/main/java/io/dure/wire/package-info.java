/** Kafka's messages, errors and version ranges. Together with {@code log} and {@code net} the only place that knows
 * kafka-clients' internals. */
@NullMarked
package io.dure.wire;

import org.jspecify.annotations.NullMarked;
