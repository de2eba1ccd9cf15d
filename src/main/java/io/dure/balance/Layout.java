package io.dure.balance;

import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.metadata.BrokerImage;
import io.dure.metadata.ClusterImage;
import io.dure.metadata.PartitionImage;
import io.dure.metadata.TopicImage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What the planner sees of a cluster. Changes under way count as done: a copy that is being made is
 * there already, one that is about to go is gone.
 *
 * @param brokers in the order of their ids
 * @param partitions those of a topic one after another
 */
public record Layout(List<Broker> brokers, List<Partition> partitions) {
  public Layout {
    brokers = List.copyOf(brokers);
    partitions = List.copyOf(partitions);
  }

  public record Broker(NodeId node, Optional<String> rack, Standing standing) {}

  /**
   * A partition.
   *
   * @param topic its name
   * @param replicas in preference order; the first leads when it can
   * @param wantedCopies how many there should be, if there are brokers for so many
   */
  public record Partition(
      String topic,
      PartitionId id,
      List<NodeId> replicas,
      int wantedCopies,
      Hold hold,
      long bytes,
      long bytesPerSecond) {
    public Partition {
      replicas = List.copyOf(replicas);
    }
  }

  /** What may be done with a partition. */
  public enum Hold {
    /** Anything. */
    FREE,

    /** Placed by hand: it stays, unless a broker that it is on leaves. */
    PINNED,

    /** Nothing now: it is changing already, or could not change. */
    HELD
  }

  /**
   * The cluster's image as the planner sees it.
   *
   * @param standings of all registered brokers
   * @param defaultCopies how many copies partitions have whose topic does not say
   * @param movePinned whether what was placed by hand may be moved like anything else
   */
  public static Layout of(
      ClusterImage image,
      Map<NodeId, Standing> standings,
      Weights weights,
      int defaultCopies,
      boolean movePinned) {
    List<Broker> brokers = new ArrayList<>();
    int open = 0;
    for (BrokerImage broker : image.brokers()) {
      Standing standing = standings.getOrDefault(broker.node(), Standing.ABSENT);
      brokers.add(new Broker(broker.node(), broker.rack(), standing));
      open += standing == Standing.OPEN ? 1 : 0;
    }
    addUnknown(image, brokers);
    int copies = copiesByDefault(defaultCopies, open);
    List<Partition> partitions = new ArrayList<>(image.partitionCount());
    for (TopicImage topic : image.topics()) {
      for (PartitionImage each : topic.partitions()) {
        List<NodeId> replicas = each.target().isEmpty() ? each.replicas() : each.target();
        partitions.add(
            new Partition(
                topic.name(),
                each.id(),
                replicas,
                topic.copiesByDefault() ? Math.max(replicas.size(), copies) : replicas.size(),
                hold(each, replicas, image, standings, movePinned),
                weights.bytes(each.id()),
                weights.bytesPerSecond(each.id())));
      }
    }
    return new Layout(brokers, partitions);
  }

  /** Founders that did not register yet have copies already. */
  private static void addUnknown(ClusterImage image, List<Broker> brokers) {
    Set<NodeId> unknown = new TreeSet<>();
    for (TopicImage topic : image.topics()) {
      for (PartitionImage partition : topic.partitions()) {
        for (NodeId node : partition.members()) {
          if (image.broker(node).isEmpty()) {
            unknown.add(node);
          }
        }
      }
    }
    unknown.forEach(node -> brokers.add(new Broker(node, Optional.empty(), Standing.ABSENT)));
    brokers.sort(Comparator.comparing(Broker::node));
  }

  /**
   * With fewer brokers than copies wanted: an odd number, since two copies are both needed for
   * every write, and so no safer against an outage than one.
   */
  static int copiesByDefault(int wanted, int brokers) {
    return brokers >= wanted ? wanted : Math.max(1, brokers - (brokers % 2 == 0 ? 1 : 0));
  }

  private static Hold hold(
      PartitionImage partition,
      List<NodeId> replicas,
      ClusterImage image,
      Map<NodeId, Standing> standings,
      boolean movePinned) {
    boolean led = partition.leader().filter(image::isLive).isPresent();
    boolean leaves = false;
    for (NodeId node : replicas) {
      Standing standing = standings.getOrDefault(node, Standing.ABSENT);
      if (standing == Standing.ABSENT) {
        return Hold.HELD;
      }
      leaves |= standing.isLeaving();
    }
    // What somebody wants is left alone until it is there, unless it can never be.
    boolean changing = !partition.target().isEmpty() && !leaves;
    if (!led || changing || !partition.earlier().isEmpty()) {
      return Hold.HELD;
    }
    return partition.placedByHand() && !movePinned ? Hold.PINNED : Hold.FREE;
  }
}
