package io.dure.base;

/**
 * The device or file system refused; the message names the file, the cause and where possible the
 * remedy.
 */
public final class DiskException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public DiskException(String message, Throwable cause) {
    super(message, cause);
  }

  public DiskException(String message) {
    super(message);
  }
}
