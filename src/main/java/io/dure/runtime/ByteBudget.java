package io.dure.runtime;

/** A bound on bytes held by one loop. Belongs to that loop. */
final class ByteBudget {
  private final long limit;
  private long taken;

  ByteBudget(long limit) {
    this.limit = limit;
  }

  /** Whether that much may still be taken; the first taker always may. */
  boolean allows(long sizeBytes) {
    return taken == 0 || taken + sizeBytes <= limit;
  }

  void take(long sizeBytes) {
    taken += sizeBytes;
  }

  void giveBack(long sizeBytes) {
    taken -= sizeBytes;
  }

  boolean isOver() {
    return taken > limit;
  }

  long taken() {
    return taken;
  }
}
