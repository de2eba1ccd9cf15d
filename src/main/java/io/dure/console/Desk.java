package io.dure.console;

import io.dure.base.NodeId;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What can be asked of the cluster, and changed in it, as by a client; each answer is the cluster's
 * own. Waits. What is refused is thrown as {@link Refused}.
 */
public interface Desk {
  /** Not done; the message says why, in words for people. */
  final class Refused extends RuntimeException {
    public Refused(String reason) {
      super(reason);
    }
  }

  /**
   * The groups whose coordinator is one of {@code nodes}; those that do not answer are left out.
   */
  List<Group> groups(List<NodeId> nodes);

  /**
   * @param type {@code classic} or {@code consumer}
   */
  record Group(String id, String type, String state, String protocol, NodeId coordinator) {}

  /** Who reads in a group, and which partitions each of them holds. */
  List<Member> members(Group group);

  record Member(String id, String client, String host, Map<String, List<Integer>> partitions) {
    public Member {
      partitions = Map.copyOf(partitions);
    }
  }

  /** What a group has committed. */
  List<Committed> committed(Group group);

  record Committed(String topic, int partition, long offset) {}

  /** A topic's settings as they are in force. */
  List<Setting> settings(String topic);

  /**
   * @param source where the value comes from, as Kafka names it
   */
  record Setting(String name, String value, String source, boolean isDefault) {}

  /** What the balancer is about to do and why; empty when nobody could tell. */
  Optional<Plan> plan();

  /**
   * @param state {@code on} or {@code paused}
   * @param carried by brokers; empty: not known yet
   */
  record Plan(String state, List<Carried> carried, List<PlannedMove> moves) {
    public Plan {
      carried = List.copyOf(carried);
      moves = List.copyOf(moves);
    }
  }

  /** What a broker's copies take on its disk, and what it takes in as a leader. */
  record Carried(int broker, long bytes, long bytesPerSecond) {}

  /** Replicas in preference order, before and after; the reasons in English and in Korean. */
  record PlannedMove(
      String partition, String from, String to, List<String> reasons, List<String> inKorean) {
    public PlannedMove {
      reasons = List.copyOf(reasons);
      inKorean = List.copyOf(inKorean);
    }
  }

  void createTopic(String name, int partitions, int replicas, Map<String, String> settings);

  void deleteTopic(String name);

  /**
   * Appends one record and returns its offset when it is committed. No partition: chosen by the key
   * as Kafka's clients do, or at random.
   */
  Written write(
      String topic, Optional<Integer> partition, Optional<byte[]> key, Optional<byte[]> value);

  record Written(int partition, long offset) {}
}
