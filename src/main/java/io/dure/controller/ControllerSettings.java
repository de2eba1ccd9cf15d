package io.dure.controller;

import io.dure.base.Check;
import java.util.Map;

/**
 * What the controller can be told.
 *
 * @param brokerSilenceMs a broker not heard from for so long is taken for dead
 * @param silenceDoublings how often that is doubled at most for a broker that was mistaken for dead
 *     again and again
 * @param fenceResendMs how long to wait for a broker's answers before it is asked again
 * @param leaderLostAfterMs an election that takes longer is shown to clients as "no leader"
 * @param returnAfterMs a preferred leader must have been live and in step for so long before it
 *     leads again
 * @param returnEveryMs leaders return in batches, one in so long
 * @param gatherChangesMs changes of replicas that the balancer wants are gathered for so long, and
 *     made together
 * @param defaultPartitions of a topic made without saying how many
 * @param defaultReplicationFactor of a topic made without saying how many; fewer while the cluster
 *     has fewer brokers
 * @param started defaults of topics' settings that the node was started with, by the broker's key
 * @param maxPartitionsPerRequest bound of one request
 * @param maxPartitions bound of the cluster
 * @param maxRecordsPerBatch bound of one batch of leader changes
 * @param balance when the balancer acts, unless the log says otherwise
 */
public record ControllerSettings(
    int brokerSilenceMs,
    int silenceDoublings,
    int fenceResendMs,
    int leaderLostAfterMs,
    int returnAfterMs,
    int returnEveryMs,
    int gatherChangesMs,
    int defaultPartitions,
    int defaultReplicationFactor,
    Map<String, String> started,
    int maxPartitionsPerRequest,
    int maxPartitions,
    int maxRecordsPerBatch,
    BalanceSettings balance) {
  public static final ControllerSettings DEFAULTS =
      new ControllerSettings(
          800,
          3,
          200,
          500,
          1_500,
          1_000,
          3_500,
          1,
          3,
          Map.of(),
          10_000,
          200_000,
          1_000,
          BalanceSettings.DEFAULTS);

  public ControllerSettings {
    started = Map.copyOf(started);
    Check.that(brokerSilenceMs > 0, "broker silence of %d ms", brokerSilenceMs);
    Check.that(defaultPartitions > 0, "%d partitions by default", defaultPartitions);
    Check.that(
        defaultReplicationFactor > 0,
        "replication factor of %d by default",
        defaultReplicationFactor);
    Check.that(maxRecordsPerBatch > 0, "at most %d records in a batch", maxRecordsPerBatch);
  }

  /** These settings with other defaults for topics. */
  public ControllerSettings withTopicDefaults(int partitions, int replicationFactor) {
    return with(partitions, replicationFactor, started, balance);
  }

  public ControllerSettings withStarted(Map<String, String> topicDefaults) {
    return with(defaultPartitions, defaultReplicationFactor, topicDefaults, balance);
  }

  public ControllerSettings withBalance(BalanceSettings other) {
    return with(defaultPartitions, defaultReplicationFactor, started, other);
  }

  private ControllerSettings with(
      int partitions,
      int replicationFactor,
      Map<String, String> topicDefaults,
      BalanceSettings otherBalance) {
    return new ControllerSettings(
        brokerSilenceMs,
        silenceDoublings,
        fenceResendMs,
        leaderLostAfterMs,
        returnAfterMs,
        returnEveryMs,
        gatherChangesMs,
        partitions,
        replicationFactor,
        topicDefaults,
        maxPartitionsPerRequest,
        maxPartitions,
        maxRecordsPerBatch,
        otherBalance);
  }
}
