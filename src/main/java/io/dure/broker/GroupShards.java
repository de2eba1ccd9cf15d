package io.dure.broker;

import io.dure.base.Clock;
import io.dure.base.PartitionId;
import io.dure.group.GroupAnswer;
import io.dure.group.GroupCommand;
import io.dure.group.GroupSettings;
import io.dure.log.TxnMarker;
import io.dure.runtime.Loop;
import io.dure.runtime.Partitions;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The group coordinators of this node: one for each partition of {@code __consumer_offsets} led
 * here. Callable from any thread.
 */
public final class GroupShards implements Partitions.LeadershipListener {
  private final Coordinators<GroupCommand<?>, GroupAnswer> coordinators;

  public GroupShards(Cluster cluster, GroupSettings settings, Clock clock) {
    this.coordinators =
        new Coordinators<>(InternalTopics.OFFSETS, cluster, clock, _ -> new GroupCore(settings));
  }

  /**
   * Has a command decided by the coordinator of its group. The answer comes once, on {@code
   * caller}; a join or a sync may have to wait for other members.
   */
  <A extends GroupAnswer> void ask(
      String groupId, GroupCommand<A> command, Loop caller, Consumer<Asked<A>> done) {
    coordinators.ask(groupId, command, caller, asked -> done.accept(typed(asked)));
  }

  @SuppressWarnings("unchecked") // a command's type says which answer it gets
  private static <A extends GroupAnswer> Asked<A> typed(Asked<GroupAnswer> asked) {
    return (Asked<A>) asked;
  }

  /** As {@link #ask}, of the coordinator on one partition. */
  <A extends GroupAnswer> void ask(
      int partition, GroupCommand<A> command, Loop caller, Consumer<Asked<A>> done) {
    coordinators.ask(partition, command, caller, asked -> done.accept(typed(asked)));
  }

  /** As {@link #ask}, within a producer's transaction. */
  <A extends GroupAnswer> void ask(
      String groupId, GroupCommand<A> command, TxnPass pass, Loop caller, Consumer<Asked<A>> done) {
    coordinators.ask(groupId, command, pass, caller, asked -> done.accept(typed(asked)));
  }

  /** Whether a producer's transaction is open where the group is kept. */
  void prepare(
      String groupId,
      long producerId,
      short producerEpoch,
      Loop caller,
      Consumer<Asked<Partitions.Preparation>> done) {
    coordinators.prepare(groupId, producerId, producerEpoch, caller, done);
  }

  /** The partition that keeps a group, by Kafka's rule; empty while there is none. */
  Optional<PartitionId> coordinatorOf(String groupId) {
    return coordinators.coordinatorOf(groupId);
  }

  /** The numbers of the partitions whose coordinators are on this node. */
  Set<Integer> here() {
    return coordinators.here();
  }

  @Override
  public void opened(PartitionId partition, int epoch, Partitions.LedPartition log) {
    coordinators.opened(partition, epoch, log);
  }

  @Override
  public void resigned(PartitionId partition, int epoch) {
    coordinators.resigned(partition, epoch);
  }

  @Override
  public void markerCommitted(PartitionId partition, TxnMarker marker, long offset) {
    coordinators.markerCommitted(partition, marker, offset);
  }

  @Override
  public void tick(PartitionId partition, long nowMs) {
    coordinators.tick(partition, nowMs);
  }
}
