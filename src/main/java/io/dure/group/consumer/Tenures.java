package io.dure.group.consumer;

import io.dure.base.TopicId;
import java.util.Comparator;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * Since which epoch a member has each of its partitions (KIP-1251); never changed once made.
 *
 * <p>A partition that it lost and got again it has since the later epoch, so that a commit from the
 * time before, when another had it in between, can be told by its epoch.
 */
public final class Tenures {
  private static final Comparator<TopicId> ORDER = Comparator.comparing(TopicId::value);

  static final Tenures NONE = new Tenures(new TreeMap<>(ORDER));

  /** No topic without a partition. */
  private final TreeMap<TopicId, Map<Integer, Integer>> epochs;

  private Tenures(TreeMap<TopicId, Map<Integer, Integer>> epochs) {
    this.epochs = epochs;
  }

  /** All of these since the same epoch. */
  public static Tenures since(int epoch, PartitionSet partitions) {
    return NONE.over(partitions, epoch);
  }

  /** Collects them one by one. */
  static final class Draft {
    private final TreeMap<TopicId, Map<Integer, Integer>> epochs = new TreeMap<>(ORDER);

    Draft add(TopicId topic, int partition, int epoch) {
      epochs.computeIfAbsent(topic, _ -> new TreeMap<>()).put(partition, epoch);
      return this;
    }

    Tenures done() {
      return epochs.isEmpty() ? NONE : new Tenures(epochs);
    }
  }

  /** Of {@code held} and nothing else; what is not among these it has since {@code epoch}. */
  Tenures over(PartitionSet held, int epoch) {
    var draft = new Draft();
    held.forEach(
        (topic, partition) -> draft.add(topic, partition, of(topic, partition).orElse(epoch)));
    return draft.done();
  }

  /** Empty when it does not have that partition. */
  public OptionalInt of(TopicId topic, int partition) {
    Integer epoch = epochs.getOrDefault(topic, Map.of()).get(partition);
    return epoch == null ? OptionalInt.empty() : OptionalInt.of(epoch);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Tenures that && epochs.equals(that.epochs);
  }

  @Override
  public int hashCode() {
    return epochs.hashCode();
  }

  @Override
  public String toString() {
    return epochs.toString();
  }
}
