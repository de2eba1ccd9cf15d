package io.dure.runtime;

/**
 * Told once when the node cannot go on: a failed flush, a refusing disk, a broken invariant. The
 * process must end without doing anything more to its data; what it had not acknowledged is for the
 * others to settle.
 */
public interface FatalHandler {
  void stop(String reason, Throwable cause);
}
