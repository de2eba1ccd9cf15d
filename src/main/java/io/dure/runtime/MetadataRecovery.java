package io.dure.runtime;

import io.dure.base.Disk;
import io.dure.base.Incarnation;
import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.log.LogSettings;
import io.dure.log.PartitionLog;
import io.dure.log.TimedOffset;
import io.dure.metadata.ClusterImage;
import io.dure.metadata.ImageSnapshot;
import io.dure.metadata.MetadataRecord;
import io.dure.metadata.PartitionImage;
import io.dure.metadata.TopicImage;
import io.dure.quorum.QuorumState;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * What is done to the data folder of a stopped node when most voters of the metadata log are lost
 * for good (decision 32): one that is left goes on alone, as another cluster, and the others follow
 * it. Blocks; for one thread that has the folder to itself.
 */
public final class MetadataRecovery {
  /**
   * What was decided after the end of the recovered log, by whoever is lost, may have used the next
   * epochs, offsets (and lives, which are named by them) and producer ids. All go on well above.
   */
  private static final int EPOCHS_SKIPPED = 1_000;

  private static final long OFFSETS_SKIPPED = 1_000_000;
  private static final long PRODUCER_IDS_SKIPPED = 1_000_000;

  private MetadataRecovery() {}

  /**
   * The metadata that a folder holds, committed or not.
   *
   * @param epoch the last one that the node joined, -1: none
   * @param end end (exclusive) of the log
   * @param lastChangeMs when the last record was written, by its leader's clock; empty where only a
   *     snapshot is left
   * @param voters as the log says
   */
  public record Found(
      int epoch, long end, Optional<Long> lastChangeMs, List<NodeId> voters, ClusterImage image)
      implements Comparable<Found> {
    private static final Comparator<Found> ORDER =
        Comparator.comparingInt(Found::epoch).thenComparingLong(Found::end);

    public Found {
      voters = List.copyOf(voters);
    }

    /**
     * Which of two holds more: of all that are left, the largest holds everything that any of them
     * knew to be committed, since logs are copied from leaders, and each leader has what was
     * committed before it.
     */
    @Override
    public int compareTo(Found other) {
      return ORDER.compare(this, other);
    }
  }

  /** What the folder holds; changes nothing but what every start would. */
  public static Found look(Disk disk, List<NodeId> founders) {
    ReplicaStates states = states(disk);
    PartitionLog log = open(disk);
    try {
      return look(log, states.quorum(), snapshots(disk), founders);
    } finally {
      log.close();
      states.close();
    }
  }

  private static Found look(
      PartitionLog log, QuorumState state, MetadataSnapshots snapshots, List<NodeId> founders) {
    ClusterImage snapshot = snapshots.newest().orElse(ClusterImage.EMPTY);
    ClusterImage image = MetadataReplay.through(log, snapshot, log.endOffset());
    return new Found(
        state.joinedEpoch(),
        image.endOffset(),
        log.maxTimestamp(log.endOffset()).map(TimedOffset::timestampMs),
        VoterLog.recovered(founders, snapshot, log).newest(),
        image);
  }

  /**
   * The node votes alone from its next start on, for the cluster {@code recovered}. Whatever stands
   * in its log is taken for committed. Repeating it is harmless.
   */
  public static void goOnAlone(Disk disk, NodeId self, List<NodeId> founders, UUID recovered) {
    MetadataSnapshots snapshots = snapshots(disk);
    ReplicaStates states = states(disk);
    PartitionLog log = open(disk);
    try {
      QuorumState state = states.quorum();
      Found found = look(log, state, snapshots, founders);
      ClusterImage image = recovered(found.image(), self, recovered);
      snapshots.write(
          new MetadataSnapshots.Stored(image.endOffset(), Math.max(0, found.epoch())),
          ImageSnapshot.write(image));
      log.resetTo(image.endOffset());
      int epoch = state.epoch() + EPOCHS_SKIPPED;
      states.persist(
          new QuorumState(epoch, state.joinedEpoch(), Optional.empty()), Runnable::run, () -> {});
    } finally {
      log.close();
      states.close();
    }
  }

  private static ClusterImage recovered(ClusterImage image, NodeId self, UUID cluster) {
    List<MetadataRecord> records = new ArrayList<>();
    records.add(new MetadataRecord.ClusterFormed(cluster));
    records.add(new MetadataRecord.VotersChanged(List.of(self)));
    records.add(
        new MetadataRecord.ProducerIdsAllocated(image.nextProducerId() + PRODUCER_IDS_SKIPPED));
    for (TopicImage topic : image.topics()) {
      for (PartitionImage partition : topic.partitions()) {
        if (partition.epoch() >= 0) {
          skipEpochs(partition, records);
        }
      }
    }
    return image.apply(records, image.endOffset() + OFFSETS_SKIPPED);
  }

  /** Nobody leads until an election has asked the partition's replicas. */
  private static void skipEpochs(PartitionImage partition, List<MetadataRecord> records) {
    int epoch = partition.epoch() + EPOCHS_SKIPPED;
    records.add(
        new MetadataRecord.LeaderAppointed(
            partition.id(),
            epoch,
            partition.preferredLeader(),
            Incarnation.NONE,
            partition.replicas(),
            partition.commitQuorum(),
            partition.logStart()));
    records.add(new MetadataRecord.InStepChanged(partition.id(), epoch, partition.inStep()));
    records.add(new MetadataRecord.LeaderLost(partition.id(), epoch));
  }

  /**
   * The node knows no metadata any more and copies them anew at its next start; what it knows of
   * its partitions stays. Repeating it is harmless.
   */
  public static void startAnew(Disk disk) {
    MetadataSnapshots snapshots = snapshots(disk);
    for (MetadataSnapshots.Stored stored : snapshots.list()) {
      snapshots.delete(stored);
    }
    PartitionLog log = open(disk);
    try {
      log.resetTo(0);
    } finally {
      log.close();
    }
    ReplicaStates states = states(disk);
    states.forget(PartitionId.METADATA, Runnable::run, () -> {});
    states.close();
  }

  private static PartitionLog open(Disk disk) {
    return PartitionLog.open(disk, MetadataHost.FOLDER, LogSettings.DEFAULT);
  }

  private static MetadataSnapshots snapshots(Disk disk) {
    return new MetadataSnapshots(disk, MetadataHost.FOLDER);
  }

  private static ReplicaStates states(Disk disk) {
    return ReplicaStates.open(
        disk,
        (work, owner, done) -> {
          work.run();
          owner.execute(done);
        });
  }
}
