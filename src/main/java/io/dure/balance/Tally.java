package io.dure.balance;

import java.util.Arrays;

/**
 * Counts of (topic, broker), most of which are 0: a hash table of primitive numbers, since there
 * are hundreds of thousands. A counter that was used stays, be it 0.
 */
final class Tally {
  private static final long EMPTY = -1;

  private long[] keys;
  private int[] counts;
  private int used;

  Tally(int expected) {
    keys = new long[Integer.highestOneBit(Math.max(8, expected)) * 4];
    counts = new int[keys.length];
    Arrays.fill(keys, EMPTY);
  }

  int of(int topic, int broker) {
    int slot = slot(keys, key(topic, broker));
    return keys[slot] == EMPTY ? 0 : counts[slot];
  }

  void add(int topic, int broker, int more) {
    long key = key(topic, broker);
    int slot = slot(keys, key);
    if (keys[slot] == EMPTY) {
      if (++used * 2 > keys.length) {
        grow();
        slot = slot(keys, key);
      }
      keys[slot] = key;
    }
    counts[slot] += more;
  }

  private static long key(int topic, int broker) {
    return (long) topic << 32 | broker;
  }

  private static int slot(long[] keys, long key) {
    int mask = keys.length - 1;
    long mixed = key * 0x9E3779B97F4A7C15L;
    int slot = (int) (mixed >>> 32) & mask;
    while (keys[slot] != EMPTY && keys[slot] != key) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private void grow() {
    long[] oldKeys = keys;
    int[] oldCounts = counts;
    keys = new long[oldKeys.length * 2];
    counts = new int[keys.length];
    Arrays.fill(keys, EMPTY);
    for (int i = 0; i < oldKeys.length; i++) {
      if (oldKeys[i] != EMPTY) {
        int slot = slot(keys, oldKeys[i]);
        keys[slot] = oldKeys[i];
        counts[slot] = oldCounts[i];
      }
    }
  }
}
