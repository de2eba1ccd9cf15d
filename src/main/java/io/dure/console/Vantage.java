package io.dure.console;

import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.metadata.ClusterImage;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a console sees of its node, and through it of the cluster. Callable from any thread; what is
 * counted on the node's loops is asked of them, and waited for briefly.
 */
public interface Vantage {
  NodeId self();

  /** What is committed as far as this node knows; empty until it takes part. */
  ClusterImage image();

  /** Why this node does not serve yet, as short phrases for people; empty when it does. */
  List<String> waitsFor();

  /** The metadata log as this node sees it; empty until it takes part. */
  Optional<Quorum> quorum();

  /**
   * @param controllerHere whether this node's controller is the active one
   * @param committed end (exclusive) of what is known to be committed
   * @param behind per node, as far as its leader (this node) knows: records not yet durable there
   */
  record Quorum(
      Optional<NodeId> leader,
      int epoch,
      boolean controllerHere,
      long committed,
      List<NodeId> voters,
      List<Behind> behind) {
    public Quorum {
      voters = List.copyOf(voters);
      behind = List.copyOf(behind);
    }
  }

  record Behind(NodeId node, long records) {}

  /** Whether something was heard of another node within about the last second. */
  boolean reachable(NodeId node);

  /** All that is counted here, summed over the loops; waits for them. */
  Reading reading();

  /** This node's replicas; waits for the loops. */
  List<Copy> copies();

  /**
   * @param lag committed records that it does not hold yet, as far as it knows
   */
  record Copy(PartitionId partition, long sizeBytes, long lag) {}

  /**
   * Clients that push their metrics to this node (KIP-714), who came last first; waits for a loop.
   *
   * @param filter a part of their ids; empty for all
   * @param most of them
   */
  List<Client> clients(String filter, int most);

  /**
   * @param instance the id that tells it from others of the same client id
   * @param software its library and version
   * @param address of its connection, HOST:PORT
   * @param everyMs how often it is asked to push
   * @param labels such as its group and its transactional id
   * @param figures by the names of {@code /api/clients}; those it tells enough for
   */
  record Client(
      String instance,
      String clientId,
      String software,
      String address,
      long silentMs,
      int everyMs,
      Map<String, String> labels,
      Map<String, Double> figures) {
    public Client {
      labels = Map.copyOf(labels);
      figures = Map.copyOf(figures);
    }
  }

  /** Folders of replicas here that are out of use since the disk failed under them; waits. */
  List<String> failures();

  Disk disk();

  /**
   * The volume that holds the data folder.
   *
   * @param low whether producers' records are refused for want of room
   */
  record Disk(String path, long totalBytes, long usableBytes, boolean low) {}

  /**
   * Asks the console of another node (or of this one) a question of {@link Questions}; empty when
   * it does not answer in time. Waits.
   */
  Optional<String> ask(NodeId node, String question);

  /** Milliseconds since 1970. */
  long wallMs();
}
