package io.dure.base;

/** Assertions about our own code: always on. A failure is a bug of ours and stops the process. */
public final class Check {
  private Check() {}

  /** Throws {@link CheckFailed} with the formatted message unless {@code condition} holds. */
  public static void that(boolean condition, String message, Object... args) {
    if (!condition) {
      throw new CheckFailed(String.format(message, args));
    }
  }

  /**
   * As {@link #that(boolean, String, Object...)}, without boxing where nothing is to be formatted.
   */
  public static void that(boolean condition, String message) {
    if (!condition) {
      throw new CheckFailed(message);
    }
  }

  /** As {@link #that(boolean, String, Object...)}, boxing its numbers only on failure. */
  public static void that(boolean condition, String message, long a, long b) {
    if (!condition) {
      throw new CheckFailed(String.format(message, a, b));
    }
  }
}
