package io.dure.base;

/** Time, for the shell only; the protocol rooms are told the time as an argument. */
public interface Clock {
  /** Milliseconds that never jump back, from an arbitrary origin: for timeouts. */
  long nowMs();

  /** Nanoseconds that never jump back, from an arbitrary origin: for measuring. */
  default long nowNs() {
    return nowMs() * 1_000_000;
  }

  /** Milliseconds since 1970 (UTC), as the machine believes: for record timestamps. */
  long wallMs();
}
