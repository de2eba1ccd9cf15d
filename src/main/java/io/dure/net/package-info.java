/**
 * Connections: of clients, and between the nodes.
 *
 * <p>Enter at {@link io.dure.net.SocketLoop}, the sockets of one event loop; {@link
 * io.dure.net.Listener}, which accepts connections and deals them out over the loops; and {@link
 * io.dure.net.PeerLinks}, the streams to and from the other nodes. A connection belongs to one
 * loop. Sockets are wrapped in the transport layers of {@code kafka-clients}, which is where TLS
 * fits in.
 *
 * <p>Bounds: {@link io.dure.net.NetSettings}.
 */
@NullMarked
package io.dure.net;

import org.jspecify.annotations.NullMarked;
