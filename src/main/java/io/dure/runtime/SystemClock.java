package io.dure.runtime;

import io.dure.base.Clock;

/** The machine's clocks. */
public final class SystemClock implements Clock {
  @Override
  public long nowMs() {
    return System.nanoTime() / 1_000_000;
  }

  @Override
  public long nowNs() {
    return System.nanoTime();
  }

  @Override
  public long wallMs() {
    return System.currentTimeMillis();
  }
}
