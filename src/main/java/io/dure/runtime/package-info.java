/**
 * The shell around the cores: the only room beside {@code net} that has threads, and the one that
 * runs effects.
 *
 * <p>Enter at {@link io.dure.runtime.Node}: one node without sockets and without threads of its
 * own. It is given loops ({@link io.dure.runtime.Loop}), a way out to its peers ({@link
 * io.dure.runtime.Outbox}) and a queue of flushes ({@link io.dure.runtime.FlushQueue}). In
 * production these are {@link io.dure.runtime.EventLoop}s, the streams of {@code net} and a {@link
 * io.dure.runtime.Flusher}; in the simulator one thread with virtual time plays them all.
 */
@NullMarked
package io.dure.runtime;

import org.jspecify.annotations.NullMarked;
