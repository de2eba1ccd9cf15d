/**
 * Metrics that clients push (KIP-714): who is asked for which, and the last that each told. Its
 * state lives on the node's home loop; what clients send is unpacked on threads of their own.
 */
@NullMarked
package io.dure.broker.telemetry;

import org.jspecify.annotations.NullMarked;
