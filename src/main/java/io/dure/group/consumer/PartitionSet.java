package io.dure.group.consumer;

import io.dure.base.TopicId;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Partitions of topics, never changed once made; topics in the order of their ids. */
public final class PartitionSet {
  private static final Comparator<TopicId> ORDER = Comparator.comparing(TopicId::value);

  public static final PartitionSet NONE = new PartitionSet(new TreeMap<>(ORDER));

  /** No topic without a partition. */
  private final TreeMap<TopicId, BitSet> topics;

  private PartitionSet(TreeMap<TopicId, BitSet> topics) {
    this.topics = topics;
  }

  public static PartitionSet of(TopicId topic, int... partitions) {
    var draft = new Draft();
    for (int partition : partitions) {
      draft.add(topic, partition);
    }
    return draft.done();
  }

  /** Collects partitions one by one. */
  public static final class Draft {
    private final TreeMap<TopicId, BitSet> topics = new TreeMap<>(ORDER);

    public Draft add(TopicId topic, int partition) {
      topics.computeIfAbsent(topic, _ -> new BitSet()).set(partition);
      return this;
    }

    /** From {@code from} to {@code end} (exclusive). */
    Draft addRange(TopicId topic, int from, int end) {
      if (from < end) {
        topics.computeIfAbsent(topic, _ -> new BitSet()).set(from, end);
      }
      return this;
    }

    Draft addAll(PartitionSet all) {
      all.topics.forEach(
          (topic, bits) -> topics.computeIfAbsent(topic, _ -> new BitSet()).or(bits));
      return this;
    }

    public PartitionSet done() {
      return topics.isEmpty() ? NONE : new PartitionSet(new TreeMap<>(topics));
    }
  }

  /** Looks at one partition. */
  public interface Visitor {
    void visit(TopicId topic, int partition);
  }

  public void forEach(Visitor visitor) {
    topics.forEach((topic, bits) -> bits.stream().forEach(p -> visitor.visit(topic, p)));
  }

  public Set<TopicId> topics() {
    return topics.keySet();
  }

  /** In ascending order. */
  public List<Integer> partitionsOf(TopicId topic) {
    BitSet bits = topics.get(topic);
    return bits == null ? List.of() : new ArrayList<>(bits.stream().boxed().toList());
  }

  public boolean contains(TopicId topic, int partition) {
    BitSet bits = topics.get(topic);
    return partition >= 0 && bits != null && bits.get(partition);
  }

  public boolean isEmpty() {
    return topics.isEmpty();
  }

  public int size() {
    return topics.values().stream().mapToInt(BitSet::cardinality).sum();
  }

  public boolean overlaps(PartitionSet other) {
    for (Map.Entry<TopicId, BitSet> entry : topics.entrySet()) {
      BitSet its = other.topics.get(entry.getKey());
      if (its != null && its.intersects(entry.getValue())) {
        return true;
      }
    }
    return false;
  }

  public boolean containsAll(PartitionSet other) {
    return other.minus(this).isEmpty();
  }

  public PartitionSet and(PartitionSet other) {
    var result = new TreeMap<TopicId, BitSet>(ORDER);
    topics.forEach((topic, bits) -> {
      BitSet its = other.topics.get(topic);
      if (its != null && its.intersects(bits)) {
        BitSet both = (BitSet) bits.clone();
        both.and(its);
        result.put(topic, both);
      }
    });
    return result.isEmpty() ? NONE : new PartitionSet(result);
  }

  public PartitionSet plus(PartitionSet other) {
    if (other.isEmpty()) {
      return this;
    }
    return isEmpty() ? other : new Draft().addAll(this).addAll(other).done();
  }

  public PartitionSet minus(PartitionSet other) {
    if (isEmpty() || other.isEmpty()) {
      return this;
    }
    var result = new TreeMap<TopicId, BitSet>(ORDER);
    topics.forEach((topic, bits) -> {
      BitSet its = other.topics.get(topic);
      BitSet rest = bits;
      if (its != null) {
        rest = (BitSet) bits.clone();
        rest.andNot(its);
      }
      if (!rest.isEmpty()) {
        result.put(topic, rest);
      }
    });
    return result.isEmpty() ? NONE : new PartitionSet(result);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PartitionSet that && topics.equals(that.topics);
  }

  @Override
  public int hashCode() {
    return topics.hashCode();
  }

  @Override
  public String toString() {
    return topics.toString();
  }
}
