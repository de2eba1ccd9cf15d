package io.dure.broker;

import io.dure.base.Clock;
import io.dure.base.PartitionId;
import io.dure.log.TxnMarker;
import io.dure.metadata.ClusterImage;
import io.dure.metadata.TopicImage;
import io.dure.runtime.Loop;
import io.dure.runtime.Partitions;
import io.dure.wire.WireError;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * The coordinators of one kind on this node: one {@link CoordinatorHost} for each partition of
 * their internal topic that is led here. Callable from any thread; each host lives on the loop of
 * its partition, and this is only the way there.
 *
 * @param <C> the commands they decide
 * @param <A> their answers
 */
final class Coordinators<C, A> implements Partitions.LeadershipListener {
  private final String topic;
  private final Cluster cluster;
  private final Clock clock;
  private final CoordinatorHost.CoreMaker<C, A> cores;
  private final Map<Integer, CoordinatorHost<C, A>> hosts = new ConcurrentHashMap<>();

  /**
   * @param topic whose partitions keep their state
   */
  Coordinators(String topic, Cluster cluster, Clock clock, CoordinatorHost.CoreMaker<C, A> cores) {
    this.topic = topic;
    this.cluster = cluster;
    this.clock = clock;
    this.cores = cores;
  }

  /**
   * Has a command decided by the coordinator of {@code id}, if it is on this node. The answer comes
   * once, on {@code caller}, possibly much later.
   */
  void ask(String id, C command, Loop caller, Consumer<Asked<A>> done) {
    hostOf(
        id,
        host -> host.ask(command, caller, done),
        error -> caller.run(() -> done.accept(new Asked.Unavailable<>(error))));
  }

  /** As {@link #ask}, of the coordinator on one partition. */
  void ask(int partition, C command, Loop caller, Consumer<Asked<A>> done) {
    CoordinatorHost<C, A> host = hosts.get(partition);
    if (host == null) {
      caller.run(() -> done.accept(new Asked.Unavailable<>(WireError.NOT_COORDINATOR)));
    } else {
      host.ask(command, caller, done);
    }
  }

  /** As {@link #ask}, within a producer's transaction. */
  void ask(String id, C command, TxnPass pass, Loop caller, Consumer<Asked<A>> done) {
    hostOf(
        id,
        host -> host.ask(command, pass, caller, done),
        error -> caller.run(() -> done.accept(new Asked.Unavailable<>(error))));
  }

  /** Whether a producer's transaction is open where {@code id} is kept; as {@link #ask}. */
  void prepare(
      String id,
      long producerId,
      short producerEpoch,
      Loop caller,
      Consumer<Asked<Partitions.Preparation>> done) {
    hostOf(
        id,
        host -> host.prepare(producerId, producerEpoch, caller, done),
        error -> caller.run(() -> done.accept(new Asked.Unavailable<>(error))));
  }

  private void hostOf(
      String id, Consumer<CoordinatorHost<C, A>> found, Consumer<WireError> missing) {
    Optional<PartitionId> partition = coordinatorOf(id);
    CoordinatorHost<C, A> host = partition.map(p -> hosts.get(p.index())).orElse(null);
    if (partition.isEmpty()) {
      missing.accept(WireError.COORDINATOR_NOT_AVAILABLE);
    } else if (host == null) {
      missing.accept(WireError.NOT_COORDINATOR);
    } else {
      found.accept(host);
    }
  }

  /** The partition that keeps {@code id}, by Kafka's rule; empty while there is none. */
  Optional<PartitionId> coordinatorOf(String id) {
    return homeOf(cluster.image(), topic, id);
  }

  /** Likewise, for who only wants to know where. */
  static Optional<PartitionId> homeOf(ClusterImage image, String topic, String id) {
    return image
        .topic(topic)
        .filter(each -> !each.partitions().isEmpty())
        .map(each -> new PartitionId(each.id(), index(id, each)));
  }

  private static int index(String id, TopicImage topic) {
    int hash = id.hashCode();
    return (hash == Integer.MIN_VALUE ? 0 : Math.abs(hash)) % topic.partitions().size();
  }

  /** The numbers of the partitions whose coordinators are on this node. */
  Set<Integer> here() {
    return Set.copyOf(hosts.keySet());
  }

  @Override
  public void opened(PartitionId partition, int epoch, Partitions.LedPartition log) {
    var host = new CoordinatorHost<>(partition, epoch, log, cores, clock, cluster);
    hosts.put(partition.index(), host);
    host.start();
  }

  @Override
  public void resigned(PartitionId partition, int epoch) {
    CoordinatorHost<C, A> host = hosts.remove(partition.index());
    if (host != null) {
      host.close();
    }
  }

  @Override
  public void markerCommitted(PartitionId partition, TxnMarker marker, long offset) {
    CoordinatorHost<C, A> host = hosts.get(partition.index());
    if (host != null) {
      host.markerCommitted(marker, offset);
    }
  }

  @Override
  public void tick(PartitionId partition, long nowMs) {
    CoordinatorHost<C, A> host = hosts.get(partition.index());
    if (host != null) {
      host.tick();
    }
  }
}
