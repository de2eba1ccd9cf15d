package io.dure.broker;

import io.dure.base.Clock;
import io.dure.base.PartitionId;
import io.dure.group.GroupAnswer;
import io.dure.group.GroupCommand;
import io.dure.group.GroupSettings;
import io.dure.metadata.TopicImage;
import io.dure.runtime.Loop;
import io.dure.runtime.Partitions;
import io.dure.wire.WireError;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * The group coordinators of this node: one {@link HostedShard} for each partition of {@code
 * __consumer_offsets} led here. Callable from any thread; each shard lives on the loop of its
 * partition, and this is only the way there.
 */
public final class GroupShards implements Partitions.LeadershipListener {
  private final Cluster cluster;
  private final GroupSettings settings;
  private final Clock clock;
  private final Map<Integer, HostedShard> shards = new ConcurrentHashMap<>();

  public GroupShards(Cluster cluster, GroupSettings settings, Clock clock) {
    this.cluster = cluster;
    this.settings = settings;
    this.clock = clock;
  }

  /**
   * Has a command decided by the coordinator of its group. The answer comes once, on {@code
   * caller}; a join or a sync may have to wait for other members.
   */
  <A extends GroupAnswer> void ask(
      String groupId, GroupCommand<A> command, Loop caller, Consumer<Asked<A>> done) {
    Optional<PartitionId> partition = coordinatorOf(groupId);
    HostedShard shard = partition.map(p -> shards.get(p.index())).orElse(null);
    if (shard == null) {
      WireError error =
          partition.isPresent() ? WireError.NOT_COORDINATOR : WireError.COORDINATOR_NOT_AVAILABLE;
      caller.run(() -> done.accept(new Asked.Unavailable<>(error)));
    } else {
      shard.ask(command, caller, done);
    }
  }

  /** The partition that keeps a group, by Kafka's rule; empty while there is none. */
  Optional<PartitionId> coordinatorOf(String groupId) {
    return cluster
        .image()
        .topic(InternalTopics.OFFSETS)
        .filter(topic -> !topic.partitions().isEmpty())
        .map(topic -> new PartitionId(topic.id(), index(groupId, topic)));
  }

  private static int index(String groupId, TopicImage topic) {
    int hash = groupId.hashCode();
    return (hash == Integer.MIN_VALUE ? 0 : Math.abs(hash)) % topic.partitions().size();
  }

  /** The coordinators on this node, by their partition's number. */
  Map<Integer, HostedShard> here() {
    return Map.copyOf(shards);
  }

  @Override
  public void opened(PartitionId partition, int epoch, Partitions.LedPartition log) {
    var shard = new HostedShard(partition, log, settings, clock, cluster);
    shards.put(partition.index(), shard);
    shard.start();
  }

  @Override
  public void resigned(PartitionId partition, int epoch) {
    HostedShard shard = shards.remove(partition.index());
    if (shard != null) {
      shard.close();
    }
  }

  @Override
  public void tick(PartitionId partition, long nowMs) {
    HostedShard shard = shards.get(partition.index());
    if (shard != null) {
      shard.tick();
    }
  }
}
