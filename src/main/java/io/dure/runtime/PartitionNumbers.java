package io.dure.runtime;

import io.dure.base.Latencies;

/**
 * What the partitions of one loop have done since the node started. Belongs to that loop; {@link
 * Node#numbers} hands out the sum over all loops.
 */
public final class PartitionNumbers {
  private final Latencies commits = new Latencies();
  private int replicas;
  private long records;
  private long bytes;
  private long refused;
  private long readBytes;

  PartitionNumbers() {}

  /** Nothing yet. */
  public static PartitionNumbers none() {
    return new PartitionNumbers();
  }

  /** A producer's batch went into a log led here. */
  void appended(long newRecords, int sizeBytes) {
    records += newRecords;
    bytes += sizeBytes;
  }

  /** A producer's batch was not taken. */
  void refuse() {
    refused++;
  }

  void read(int sizeBytes) {
    readBytes += sizeBytes;
  }

  void holds(int count) {
    replicas = count;
  }

  void add(PartitionNumbers other) {
    commits.add(other.commits);
    replicas += other.replicas;
    records += other.records;
    bytes += other.bytes;
    refused += other.refused;
    readBytes += other.readBytes;
  }

  /** From an append, of producers and coordinators, to its commit by a majority. */
  public Latencies commits() {
    return commits;
  }

  /** Replicas held now, led or not. */
  public int replicas() {
    return replicas;
  }

  /** Of producers, appended as leader. */
  public long records() {
    return records;
  }

  /** As {@link #records}. */
  public long bytes() {
    return bytes;
  }

  /** Producers' batches that were not taken. */
  public long refused() {
    return refused;
  }

  /** Found for consumers. */
  public long readBytes() {
    return readBytes;
  }
}
