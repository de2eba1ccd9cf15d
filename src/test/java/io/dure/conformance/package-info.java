/**
 * Whether the protocol is spoken as announced: every version of every API ({@code
 * EveryVersionTest}, with a {@link io.dure.conformance.Specimens specimen} of each), the same
 * answers as Apache Kafka gives (package {@code exchanges}), and the page that says so ({@code
 * ProtocolPageTest}). All of it speaks bytes over a socket, so it runs against Apache Kafka too:
 * that is how it is known to ask the right questions.
 */
@NullMarked
package io.dure.conformance;

import org.jspecify.annotations.NullMarked;
