package io.dure.wire;

import java.util.Arrays;

/**
 * Bytes that never change, compared by content: what members tell each other through us, unread.
 */
public final class Blob {
  public static final Blob EMPTY = new Blob(new byte[0]);

  private final byte[] bytes;

  private Blob(byte[] bytes) {
    this.bytes = bytes;
  }

  public static Blob of(byte[] bytes) {
    return bytes.length == 0 ? EMPTY : new Blob(bytes.clone());
  }

  public byte[] toArray() {
    return bytes.clone();
  }

  public int sizeBytes() {
    return bytes.length;
  }

  /** The bytes themselves: to read, never to write. */
  public byte[] raw() {
    return bytes;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Blob that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return bytes.length + " bytes";
  }
}
