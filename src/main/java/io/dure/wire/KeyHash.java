package io.dure.wire;

import org.apache.kafka.common.utils.Utils;

/** Where Kafka's clients put a record with a key, unless they are told otherwise. */
public final class KeyHash {
  private KeyHash() {}

  public static int partition(byte[] key, int partitions) {
    return Utils.toPositive(Utils.murmur2(key)) % partitions;
  }
}
