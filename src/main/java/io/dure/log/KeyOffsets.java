package io.dure.log;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The last offset at which each key stands, in bounded memory: of a key only 128 bits of its
 * SHA-256 are kept, so two keys are taken for one with a chance that no log will ever see. Confined
 * to one thread at a time.
 */
final class KeyOffsets {
  static final long ABSENT = -1;

  /** Three longs a slot, filled to three quarters at most. */
  private static final int WORDS = 3;

  private static final int LEAST_SLOTS = 1 << 10;

  private final int most;
  private final MessageDigest digest;
  private long[] slots = new long[LEAST_SLOTS * WORDS];
  private int size;

  KeyOffsets(int most) {
    this.most = most;
    try {
      this.digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  boolean isFull() {
    return size >= most;
  }

  int size() {
    return size;
  }

  /** Offsets must grow from call to call. */
  void put(ByteBuffer key, long offset) {
    byte[] hash = hashOf(key);
    long high = longAt(hash, 0);
    long low = longAt(hash, 8);
    int at = slotOf(high, low);
    if (slots[at + 2] == 0) {
      if ((size + 1) * 4L > slots.length / WORDS * 3L) {
        grow();
        at = slotOf(high, low);
      }
      size++;
    }
    slots[at] = high;
    slots[at + 1] = low;
    slots[at + 2] = offset + 1; // 0 is a free slot
  }

  /** The last offset of the key, or {@link #ABSENT}. */
  long get(ByteBuffer key) {
    byte[] hash = hashOf(key);
    return slots[slotOf(longAt(hash, 0), longAt(hash, 8)) + 2] - 1;
  }

  private int slotOf(long high, long low) {
    int mask = slots.length / WORDS - 1;
    int slot = (int) high & mask;
    while (slots[slot * WORDS + 2] != 0
        && (slots[slot * WORDS] != high || slots[slot * WORDS + 1] != low)) {
      slot = slot + 1 & mask;
    }
    return slot * WORDS;
  }

  private void grow() {
    long[] before = slots;
    slots = new long[before.length * 2];
    for (int i = 0; i < before.length; i += WORDS) {
      if (before[i + 2] != 0) {
        System.arraycopy(before, i, slots, slotOf(before[i], before[i + 1]), WORDS);
      }
    }
  }

  private byte[] hashOf(ByteBuffer key) {
    digest.reset();
    digest.update(key.duplicate());
    return digest.digest();
  }

  private static long longAt(byte[] bytes, int at) {
    return ByteBuffer.wrap(bytes).getLong(at);
  }
}
