package io.dure.server;

/**
 * What the node was started with does not do; the message says what, why, and what would do.
 * Nothing was changed.
 */
public final class BadConfig extends Exception {
  private static final long serialVersionUID = 1L;

  public BadConfig(String message) {
    super(message);
  }
}
