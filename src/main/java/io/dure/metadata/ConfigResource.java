package io.dure.metadata;

import io.dure.base.NodeId;
import java.util.Comparator;

/**
 * Something other than a topic that has settings of its own in the metadata log. A broker's name is
 * its number; the empty name stands for all brokers.
 */
public record ConfigResource(Kind kind, String name) implements Comparable<ConfigResource> {
  /** Kafka's codes, in requests as in our records. */
  public enum Kind {
    BROKER(4),
    CLIENT_METRICS(16),
    GROUP(32);

    private final int code;

    Kind(int code) {
      this.code = code;
    }

    public int code() {
      return code;
    }
  }

  /** What holds for every broker that has nothing of its own. */
  public static final ConfigResource ALL_BROKERS = new ConfigResource(Kind.BROKER, "");

  private static final Comparator<ConfigResource> ORDER =
      Comparator.comparing(ConfigResource::kind).thenComparing(ConfigResource::name);

  public static ConfigResource broker(NodeId node) {
    return new ConfigResource(Kind.BROKER, Integer.toString(node.value()));
  }

  public static ConfigResource group(String id) {
    return new ConfigResource(Kind.GROUP, id);
  }

  @Override
  public int compareTo(ConfigResource other) {
    return ORDER.compare(this, other);
  }
}
