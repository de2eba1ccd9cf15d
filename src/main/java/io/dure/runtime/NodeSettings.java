package io.dure.runtime;

import io.dure.base.Check;
import io.dure.base.Endpoint;
import io.dure.base.NodeId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * What one life of a node starts with.
 *
 * @param process made anew at each start of the process
 * @param endpoint where clients and peers reach this node
 * @param voters of the metadata quorum; a node that is not among them joins as a learner
 * @param started defaults of topics' settings that this node was started with, by the broker's key
 *     ({@link io.dure.metadata.BrokerKeys})
 * @param waitingBytes bound of the bytes appended here, by this node as leader, and not yet
 *     committed, per loop
 * @param snapshotRecords a metadata snapshot is written when so many records were committed since
 *     the last one
 * @param retentionCheckMs how often a partition is looked at for what its retention does not keep
 * @param compactionCheckMs how often a loop looks for a log to compact
 * @param producerExpiryMs a partition forgets an idempotent producer after so long a silence
 * @param restMs a partition to which nothing happened for so long gives back the disk it holds for
 *     more to come, and has a recovery point at its end
 * @param loadRoundMs how often a partition is looked at for what it takes in and holds
 * @param diskReserveBytes left free of producers' records; negative: by the size of the volume
 */
public record NodeSettings(
    NodeId self,
    UUID process,
    Endpoint endpoint,
    Optional<String> rack,
    List<NodeId> voters,
    Map<String, String> started,
    long waitingBytes,
    int snapshotRecords,
    long retentionCheckMs,
    long compactionCheckMs,
    long producerExpiryMs,
    long restMs,
    long loadRoundMs,
    long diskReserveBytes) {
  public NodeSettings {
    voters = List.copyOf(voters);
    started = Map.copyOf(started);
    Check.that(!voters.isEmpty(), "no voters");
  }

  /**
   * Shorter, and partitions that are written every now and then would give back and take again all
   * the time; longer, and thousands that are not written any more hold 64 KiB each.
   */
  public static final long REST_MS = 30_000;

  /** Disks and traffic are evened within minutes; there is no hurry. */
  public static final long LOAD_ROUND_MS = 10_000;

  /** With Kafka's defaults where it has them. */
  public static NodeSettings of(NodeId self, UUID process, Endpoint endpoint, List<NodeId> voters) {
    return new NodeSettings(
        self,
        process,
        endpoint,
        Optional.empty(),
        voters,
        Map.of(),
        128L << 20,
        20_000,
        300_000,
        15_000,
        86_400_000,
        REST_MS,
        LOAD_ROUND_MS,
        -1);
  }

  public NodeSettings withRack(Optional<String> wanted) {
    return with(
        wanted,
        started,
        snapshotRecords,
        retentionCheckMs,
        compactionCheckMs,
        restMs,
        diskReserveBytes);
  }

  /** With one more of the settings that it was started with. */
  public NodeSettings withStarted(String brokerKey, String value) {
    Map<String, String> more = new HashMap<>(started);
    more.put(brokerKey, value);
    return with(
        rack, more, snapshotRecords, retentionCheckMs, compactionCheckMs, restMs, diskReserveBytes);
  }

  public NodeSettings withSnapshotRecords(int wanted) {
    return with(
        rack, started, wanted, retentionCheckMs, compactionCheckMs, restMs, diskReserveBytes);
  }

  public NodeSettings withRetentionCheckMs(long wanted) {
    return with(
        rack, started, snapshotRecords, wanted, compactionCheckMs, restMs, diskReserveBytes);
  }

  public NodeSettings withCompactionCheckMs(long wanted) {
    return with(rack, started, snapshotRecords, retentionCheckMs, wanted, restMs, diskReserveBytes);
  }

  public NodeSettings withDiskReserveBytes(long wanted) {
    return with(
        rack, started, snapshotRecords, retentionCheckMs, compactionCheckMs, restMs, wanted);
  }

  public NodeSettings withRestMs(long wanted) {
    return with(
        rack,
        started,
        snapshotRecords,
        retentionCheckMs,
        compactionCheckMs,
        wanted,
        diskReserveBytes);
  }

  public NodeSettings withLoadRoundMs(long wanted) {
    return new NodeSettings(
        self,
        process,
        endpoint,
        rack,
        voters,
        started,
        waitingBytes,
        snapshotRecords,
        retentionCheckMs,
        compactionCheckMs,
        producerExpiryMs,
        restMs,
        wanted,
        diskReserveBytes);
  }

  private NodeSettings with(
      Optional<String> itsRack,
      Map<String, String> itsStarted,
      int records,
      long checkMs,
      long itsCompactionCheckMs,
      long itsRestMs,
      long reserve) {
    return new NodeSettings(
        self,
        process,
        endpoint,
        itsRack,
        voters,
        itsStarted,
        waitingBytes,
        records,
        checkMs,
        itsCompactionCheckMs,
        producerExpiryMs,
        itsRestMs,
        loadRoundMs,
        reserve);
  }
}
