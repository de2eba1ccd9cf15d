package io.dure.doctor;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What somebody saw of a cluster at one moment. What could not be seen from there is empty, and not
 * judged.
 *
 * @param quorum empty when nobody was found who knows it
 * @param fromOutside whether the observer came over a network, and is not on a broker's machine
 */
public record Observations(
    List<Broker> brokers,
    List<Partition> partitions,
    Optional<Quorum> quorum,
    boolean fromOutside) {
  public Observations {
    brokers = List.copyOf(brokers);
    partitions = List.copyOf(partitions);
  }

  /**
   * A member of the cluster.
   *
   * @param address that clients are told
   * @param live counted among the living by the controller
   * @param clockAheadMs of the observer's clock; negative: behind
   * @param flushP99Ms how long its disk lately took for all but one of 100 flushes
   * @param failedReplicas folders that are out of use since its disk failed under them
   */
  public record Broker(
      int id,
      String address,
      boolean live,
      Reach reach,
      Optional<Disk> disk,
      Optional<Long> clockAheadMs,
      Optional<Double> flushP99Ms,
      List<String> failedReplicas) {
    public Broker {
      failedReplicas = List.copyOf(failedReplicas);
    }

    /** With all replicas in use. */
    public Broker(
        int id,
        String address,
        boolean live,
        Reach reach,
        Optional<Disk> disk,
        Optional<Long> clockAheadMs,
        Optional<Double> flushP99Ms) {
      this(id, address, live, reach, disk, clockAheadMs, flushP99Ms, List.of());
    }
  }

  /**
   * The volume of a data folder.
   *
   * @param low whether the broker refuses producers' records for want of room
   */
  public record Disk(String folder, long totalBytes, long usableBytes, boolean low) {}

  /** What came of going to a broker's address as a client does. */
  public sealed interface Reach {
    record NotTried() implements Reach {}

    record Answers() implements Reach {}

    record Unresolved() implements Reach {}

    record Silent(String why) implements Reach {}

    /** Another broker answers there. */
    record Somebody(String who) implements Reach {}
  }

  /**
   * @param quorum how many replicas acknowledge a record
   * @param troubledForMs since when it has been without a leader or with a copy behind
   */
  public record Partition(
      String topic,
      int index,
      Optional<Integer> leader,
      List<Integer> replicas,
      List<Integer> inStep,
      int quorum,
      boolean moving,
      Optional<Long> troubledForMs) {
    public Partition {
      replicas = List.copyOf(replicas);
      inStep = List.copyOf(inStep);
    }

    String name() {
      return topic + "-" + index;
    }
  }

  /**
   * Who keeps the metadata.
   *
   * @param behind records that a voter lacks, where that is known
   */
  public record Quorum(Optional<Integer> leader, List<Integer> voters, Map<Integer, Long> behind) {
    public Quorum {
      voters = List.copyOf(voters);
      behind = Map.copyOf(behind);
    }
  }
}
