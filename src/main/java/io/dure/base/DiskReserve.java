package io.dure.base;

/** How much of a volume producers' records leave free: what must go on when they do not. */
public final class DiskReserve {
  private static final long MOST_BYTES = 1L << 30;
  private static final int SHARE = 20;

  private DiskReserve() {}

  /** Who has refused below {@code mark} goes on with this much. */
  public static long enoughAgain(long mark) {
    return mark + mark / 4;
  }

  /**
   * In bytes.
   *
   * @param wanted as {@code disk.reserve.bytes} says; negative: by the size of the volume
   */
  public static long of(long wanted, long totalBytes) {
    return wanted >= 0 ? wanted : Math.min(MOST_BYTES, totalBytes / SHARE);
  }
}
