package io.dure.wire;

/** Bytes that do not have the form they should; the message says where. */
public final class MalformedRecord extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public MalformedRecord(String message) {
    super(message);
  }
}
