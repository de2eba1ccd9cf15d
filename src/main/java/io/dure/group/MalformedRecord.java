package io.dure.group;

/** Bytes that do not have the form they should; the message says where. */
public final class MalformedRecord extends RuntimeException {
  private static final long serialVersionUID = 1L;

  MalformedRecord(String message) {
    super(message);
  }
}
