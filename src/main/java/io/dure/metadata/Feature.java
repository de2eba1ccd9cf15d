package io.dure.metadata;

import java.util.Arrays;
import java.util.Optional;

/**
 * What Kafka's clients look for to learn what a cluster can do: the levels that this program
 * supports. The level in force of each is decided by the controller and stands in the metadata log
 * ({@link ClusterImage#features}); a level of 0 means that it is off.
 */
public enum Feature {
  /** Kafka's 4.4-IV2, whose protocol this is; our own records have versions of their own. */
  METADATA_VERSION("metadata.version", 33, 33),
  /** Voters are part of the metadata (KIP-853). */
  KRAFT_VERSION("kraft.version", 1, 1),
  /** 2: every transaction has its own producer epoch (KIP-890). */
  TRANSACTION_VERSION("transaction.version", 0, 2),
  /** 1: groups balanced by the coordinator (KIP-848). */
  GROUP_VERSION("group.version", 0, 1),
  /** Moot: who may lead follows from the commit by majority. */
  ELIGIBLE_LEADER_REPLICAS_VERSION("eligible.leader.replicas.version", 0, 0),
  /** Not served yet (KIP-932). */
  SHARE_VERSION("share.version", 0, 0),
  /** Not served yet (KIP-1071). */
  STREAMS_VERSION("streams.version", 0, 0);

  private final String featureName;
  private final int min;
  private final int max;

  Feature(String featureName, int min, int max) {
    this.featureName = featureName;
    this.min = min;
    this.max = max;
  }

  public static Optional<Feature> find(String name) {
    return Arrays.stream(values()).filter(each -> each.featureName.equals(name)).findFirst();
  }

  public String featureName() {
    return featureName;
  }

  /** The lowest level supported here, inclusive. */
  public int min() {
    return min;
  }

  /** The highest level supported here, inclusive; a new cluster begins with it. */
  public int max() {
    return max;
  }
}
