package io.dure.group;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The offsets of one group: those that count, and those that producers have committed in
 * transactions which are still open. Confined to its shard.
 *
 * <p>Of two commits to one partition the one whose record comes later in the log wins, whichever of
 * them is known to count first: so a transaction's commit that ends late does not undo a plain
 * commit made after it, and a log in which compaction has kept only the last record of each
 * partition gives the same state. A forgotten partition is forgotten in open transactions, too.
 */
final class GroupOffsets {
  /**
   * An offset as it was applied.
   *
   * @param order grows from record to record, in the order of the log
   */
  private record Placed(long order, StoredOffset offset) {}

  /** Offsets by topic and partition; no topic without a partition. */
  private static final class Places {
    private final Map<String, Map<Integer, Placed>> topics = new TreeMap<>();

    void put(String topic, int partition, Placed placed) {
      topics.computeIfAbsent(topic, _ -> new TreeMap<>()).put(partition, placed);
    }

    void putIfLater(String topic, int partition, Placed placed) {
      if (get(topic, partition).filter(other -> other.order() > placed.order()).isEmpty()) {
        put(topic, partition, placed);
      }
    }

    Optional<Placed> get(String topic, int partition) {
      return Optional.ofNullable(topics.getOrDefault(topic, Map.of()).get(partition));
    }

    void remove(String topic, int partition) {
      Map<Integer, Placed> ofTopic = topics.get(topic);
      if (ofTopic != null) {
        ofTopic.remove(partition);
        if (ofTopic.isEmpty()) {
          topics.remove(topic);
        }
      }
    }

    void forEach(Visitor visitor) {
      topics.forEach((topic, partitions) ->
          partitions.forEach((p, placed) -> visitor.visit(topic, p, placed.offset())));
    }
  }

  /** Looks at one offset. */
  interface Visitor {
    void visit(String topic, int partition, StoredOffset offset);
  }

  private final Places committed = new Places();
  private final Map<Long, Places> pending = new HashMap<>();

  void store(long order, String topic, int partition, StoredOffset offset) {
    committed.put(topic, partition, new Placed(order, offset));
  }

  /** Stored once {@link #complete} says so. */
  void storePending(long order, long producerId, String topic, int partition, StoredOffset offset) {
    pending
        .computeIfAbsent(producerId, _ -> new Places())
        .put(topic, partition, new Placed(order, offset));
  }

  /** The producer's transaction has ended. */
  void complete(long producerId, boolean commit) {
    Places its = pending.remove(producerId);
    if (its != null && commit) {
      its.topics.forEach((topic, partitions) ->
          partitions.forEach((p, placed) -> committed.putIfLater(topic, p, placed)));
    }
  }

  void forget(String topic, int partition) {
    committed.remove(topic, partition);
    pending.values().forEach(its -> its.remove(topic, partition));
    pending.values().removeIf(its -> its.topics.isEmpty());
  }

  Optional<StoredOffset> get(String topic, int partition) {
    return committed.get(topic, partition).map(Placed::offset);
  }

  /** Whether there is anything, committed or pending. */
  boolean has(String topic, int partition) {
    return get(topic, partition).isPresent() || hasPending(topic, partition);
  }

  /** Whether an open transaction may move this one. */
  boolean hasPending(String topic, int partition) {
    return pending.values().stream().anyMatch(its -> its.get(topic, partition).isPresent());
  }

  /** Neither committed nor pending ones. */
  boolean isEmpty() {
    return committed.topics.isEmpty() && pending.isEmpty();
  }

  /** Visits what counts, by topic and partition. */
  void forEach(Visitor visitor) {
    committed.forEach(visitor);
  }

  /**
   * Visits every partition for which there is anything, once: the committed offset if there is one,
   * else a pending one.
   */
  void forEachPlace(Visitor visitor) {
    var all = new Places();
    pending
        .values()
        .forEach(its ->
            its.topics.forEach((topic, partitions) ->
                partitions.forEach((p, placed) -> all.put(topic, p, placed))));
    committed.topics.forEach(
        (topic, partitions) -> partitions.forEach((p, placed) -> all.put(topic, p, placed)));
    all.forEach(visitor);
  }
}
