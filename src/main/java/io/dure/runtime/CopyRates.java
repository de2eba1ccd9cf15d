package io.dure.runtime;

import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.metadata.BrokerKeys;
import io.dure.metadata.ClusterImage;
import io.dure.metadata.ConfigKey;
import io.dure.metadata.ConfigsImage;
import io.dure.metadata.TopicSettings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How fast learners may copy from this node: a bucket of bytes for each limit that is in force,
 * filled at the limit's rate. Replicas that vote are never held back, since whoever produces may
 * wait for them.
 *
 * <p>The limits are {@code replica.copy.bytes.per.second}, for each pair of nodes, and Kafka's
 * throttles, for the replicas that a topic names: of a leader for all it sends, of a follower for
 * what it is sent by one node. All of them may change at any time and count from the next send on.
 *
 * <p>For all loops of a node; a send that was allowed may go beyond a limit by its own size, and
 * the next one waits for that.
 */
final class CopyRates {
  /** What a bucket holds at most, in milliseconds of its rate. */
  private static final long BURST_MS = 200;

  /** Which bucket: each kind of limit has one for each node it is about. */
  private record Subject(String key, NodeId node) {}

  /** One limit that a send is subject to. */
  record Limit(String key, NodeId node, long bytesPerSecond) {}

  private static final class Bucket {
    private double bytes;
    private long filledMs;

    void fill(long bytesPerSecond, long nowMs) {
      double most = Math.max(1, bytesPerSecond * (BURST_MS / 1000.0));
      double more = bytesPerSecond * ((nowMs - filledMs) / 1000.0);
      bytes = Math.min(most, bytes + more);
      filledMs = nowMs;
    }
  }

  private final Map<Subject, Bucket> buckets = new HashMap<>();

  /**
   * The limits of a learner at {@code to} that copies this partition from {@code self}; without
   * those that limit nothing.
   */
  static List<Limit> limits(ClusterImage image, NodeId self, PartitionId partition, NodeId to) {
    ConfigsImage configs = image.configs();
    List<Limit> limits = new ArrayList<>(3);
    add(limits, BrokerKeys.COPY_RATE, to, rate(configs, self, BrokerKeys.COPY_RATE));
    image
        .topic(partition.topic())
        .map(topic -> topic.configs())
        .ifPresent(topic -> {
          if (names(topic, TopicSettings.LEADER_THROTTLED, partition.index(), self)) {
            add(
                limits,
                BrokerKeys.LEADER_THROTTLE,
                self,
                rate(configs, self, BrokerKeys.LEADER_THROTTLE));
          }
          if (names(topic, TopicSettings.FOLLOWER_THROTTLED, partition.index(), to)) {
            add(
                limits,
                BrokerKeys.FOLLOWER_THROTTLE,
                to,
                rate(configs, to, BrokerKeys.FOLLOWER_THROTTLE));
          }
        });
    return limits;
  }

  private static void add(List<Limit> limits, String key, NodeId node, long bytesPerSecond) {
    if (bytesPerSecond < Long.MAX_VALUE) {
      limits.add(new Limit(key, node, bytesPerSecond));
    }
  }

  private static long rate(ConfigsImage configs, NodeId node, String key) {
    String value = configs.ofBroker(node).get(key);
    if (value == null) {
      value = configs.ofAllBrokers().get(key);
    }
    return Long.parseLong(
        (value == null ? BrokerKeys.find(key).orElseThrow().defaultValue() : value).strip());
  }

  /** Whether a list of PARTITION:BROKER names this one, or {@code *} all. */
  private static boolean names(Map<String, String> topic, String key, int index, NodeId node) {
    List<String> items = ConfigKey.items(topic.getOrDefault(key, ""));
    return items.contains("*") || items.contains(index + ":" + node.value());
  }

  /** How many bytes may be sent now, about; 0: none, ask again later. */
  synchronized int allowed(List<Limit> limits, int wanted, long nowMs) {
    long allowed = wanted;
    for (Limit limit : limits) {
      Bucket bucket = bucketOf(limit, nowMs);
      bucket.fill(limit.bytesPerSecond(), nowMs);
      allowed = Math.min(allowed, bucket.bytes > 0 ? (long) Math.ceil(bucket.bytes) : 0);
    }
    return (int) allowed;
  }

  synchronized void sent(List<Limit> limits, int bytes, long nowMs) {
    limits.forEach(limit -> bucketOf(limit, nowMs).bytes -= bytes);
  }

  private Bucket bucketOf(Limit limit, long nowMs) {
    return buckets.computeIfAbsent(
        new Subject(limit.key(), limit.node()),
        _ -> {
          Bucket fresh = new Bucket();
          fresh.filledMs = nowMs - BURST_MS;
          return fresh;
        });
  }
}
