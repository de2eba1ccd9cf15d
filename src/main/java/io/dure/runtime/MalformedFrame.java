package io.dure.runtime;

/**
 * A peer sent bytes that are no messages. The stream they came on is to be closed; nothing else
 * suffers.
 */
public final class MalformedFrame extends Exception {
  private static final long serialVersionUID = 1L;

  public MalformedFrame(String message) {
    super(message);
  }
}
