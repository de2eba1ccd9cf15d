/**
 * The web pages of a node: the console for people, {@code /metrics} for Prometheus, {@code /health}
 * for whoever starts and stops nodes.
 *
 * <p>The room knows the node through {@link io.dure.console.Vantage} and {@link
 * io.dure.console.Desk} only, which the server gives it. Requests run on virtual threads and may
 * wait; nothing here is on the way of a record. Start reading at {@link io.dure.console.Console}.
 */
@NullMarked
package io.dure.console;

import org.jspecify.annotations.NullMarked;
