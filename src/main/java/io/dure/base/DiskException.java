package io.dure.base;

/**
 * The device or file system refused; the message names the file, the cause and where possible the
 * remedy.
 */
public final class DiskException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean full;

  public DiskException(String message, Throwable cause) {
    this(message, cause, false);
  }

  /**
   * As above.
   *
   * @param full whether it refused for want of room, which is nobody's fault and passes
   */
  public DiskException(String message, Throwable cause, boolean full) {
    super(message, cause);
    this.full = full;
  }

  public DiskException(String message) {
    super(message);
    full = false;
  }

  /** Whether there was no room. */
  public boolean isFull() {
    return full;
  }
}
