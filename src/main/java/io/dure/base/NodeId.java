package io.dure.base;

/** The number of a node in its cluster, as clients see it in {@code node.id}; zero or more. */
public record NodeId(int value) implements Comparable<NodeId> {
  public NodeId {
    Check.that(value >= 0, "node id %d is negative", value);
  }

  @Override
  public int compareTo(NodeId other) {
    return Integer.compare(value, other.value);
  }

  @Override
  public String toString() {
    return "n" + value;
  }
}
