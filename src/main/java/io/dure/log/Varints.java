package io.dure.log;

import java.nio.ByteBuffer;

/** The variable-length numbers within records: zigzag, seven bits per byte, low ones first. */
final class Varints {
  private static final int LONGEST = 10;

  private Varints() {}

  /** The number at {@code at}; -1, which fits no length, where it is cut off. */
  static long value(ByteBuffer bytes, int at, int end) {
    long value = 0;
    for (int i = 0; i < LONGEST && at + i < end; i++) {
      byte part = bytes.get(at + i);
      value |= (part & 0x7FL) << (7 * i);
      if (part >= 0) {
        return (value >>> 1) ^ -(value & 1);
      }
    }
    return -1;
  }

  /** Where the number at {@code at} ends; not past {@code end}. */
  static int after(ByteBuffer bytes, int at, int end) {
    int next = at;
    while (next < end && bytes.get(next) < 0) {
      next++;
    }
    return Math.min(next + 1, end);
  }
}
