package io.dure.runtime;

import io.dure.base.Check;
import io.dure.base.Endpoint;
import io.dure.base.NodeId;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * What one life of a node starts with.
 *
 * @param process made anew at each start of the process
 * @param endpoint where clients and peers reach this node
 * @param voters of the metadata quorum; a node that is not among them joins as a learner
 * @param minInSyncReplicas the default of {@code min.insync.replicas}; it can only raise the
 *     majority
 * @param maxMessageBytes the default of {@code max.message.bytes}: the largest batch a producer may
 *     send
 * @param segmentBytes the default of {@code segment.bytes}
 * @param waitingBytes bound of the bytes appended here, by this node as leader, and not yet
 *     committed, per loop
 * @param snapshotRecords a metadata snapshot is written when so many records were committed since
 *     the last one
 * @param retentionCheckMs how often a partition is looked at for what its retention does not keep
 */
public record NodeSettings(
    NodeId self,
    UUID process,
    Endpoint endpoint,
    Optional<String> rack,
    List<NodeId> voters,
    int minInSyncReplicas,
    int maxMessageBytes,
    int segmentBytes,
    long waitingBytes,
    int snapshotRecords,
    long retentionCheckMs) {
  public NodeSettings {
    voters = List.copyOf(voters);
    Check.that(!voters.isEmpty(), "no voters");
  }

  /** With Kafka's defaults where it has them. */
  public static NodeSettings of(NodeId self, UUID process, Endpoint endpoint, List<NodeId> voters) {
    return new NodeSettings(
        self,
        process,
        endpoint,
        Optional.empty(),
        voters,
        1,
        1_048_588,
        1 << 30,
        128L << 20,
        20_000,
        300_000);
  }

  public NodeSettings withRack(Optional<String> wanted) {
    return new NodeSettings(
        self,
        process,
        endpoint,
        wanted,
        voters,
        minInSyncReplicas,
        maxMessageBytes,
        segmentBytes,
        waitingBytes,
        snapshotRecords,
        retentionCheckMs);
  }

  public NodeSettings withMinInSyncReplicas(int wanted) {
    return new NodeSettings(
        self,
        process,
        endpoint,
        rack,
        voters,
        wanted,
        maxMessageBytes,
        segmentBytes,
        waitingBytes,
        snapshotRecords,
        retentionCheckMs);
  }

  public NodeSettings withSegmentBytes(int wanted) {
    return new NodeSettings(
        self,
        process,
        endpoint,
        rack,
        voters,
        minInSyncReplicas,
        maxMessageBytes,
        wanted,
        waitingBytes,
        snapshotRecords,
        retentionCheckMs);
  }

  public NodeSettings withSnapshotRecords(int wanted) {
    return new NodeSettings(
        self,
        process,
        endpoint,
        rack,
        voters,
        minInSyncReplicas,
        maxMessageBytes,
        segmentBytes,
        waitingBytes,
        wanted,
        retentionCheckMs);
  }

  public NodeSettings withRetentionCheckMs(long wanted) {
    return new NodeSettings(
        self,
        process,
        endpoint,
        rack,
        voters,
        minInSyncReplicas,
        maxMessageBytes,
        segmentBytes,
        waitingBytes,
        snapshotRecords,
        wanted);
  }
}
