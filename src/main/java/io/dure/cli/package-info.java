/**
 * The command line: every {@code ./dure} command but the broker itself, over Kafka's public client
 * API.
 */
@NullMarked
package io.dure.cli;

import org.jspecify.annotations.NullMarked;
