package io.dure.it;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Where we answer otherwise than Apache Kafka, and why. */
final class OnPurpose {
  private static final Map<String, String> REASONS = new LinkedHashMap<>();

  static {
    REASONS.put(
        "ALTER_CLIENT_QUOTAS", "a quota that would not be enforced is not stored (decision 18)");
    REASONS.put(
        "INCREMENTAL_ALTER_CONFIGS v\\d in an unknown way",
        "Kafka stumbles (UNKNOWN_SERVER_ERROR); we say what is wrong");
    REASONS.put(
        "INCREMENTAL_ALTER_CONFIGS v\\d min in sync above the replicas",
        "such a topic could never be written to");
    REASONS.put(
        "INCREMENTAL_ALTER_CONFIGS v\\d set what is not of",
        "a setting that has no effect is not stored (decision 15)");
    REASONS.put(
        "INCREMENTAL_ALTER_CONFIGS v\\d delete min in sync of",
        "Kafka needs it for its eligible leader replicas, which majorities do without");
    REASONS.put(
        "(INCREMENTAL_)?ALTER_CONFIGS v\\d of a broker (that is not there|below 0)",
        "any node takes the settings of any broker; Kafka wants to be asked at the broker itself");
    REASONS.put(
        "INCREMENTAL_ALTER_CONFIGS v\\d append metrics", "Kafka cannot append to this list");
    REASONS.put(
        "DESCRIBE_CONFIGS v\\d client metrics \\(16\\): metrics", "as what was appended above");
    REASONS.put(
        "DESCRIBE_CONFIGS v\\d (every|one) key \\(2\\): (flush.ms|retention.ms|segment.ms|segment.jitter.ms)",
        "Kafka's brokers give these defaults by other keys, in hours");
    REASONS.put(
        "DESCRIBE_CONFIGS v\\d (every key|all brokers) \\(\\d\\): (min.insync.replicas|no.such)",
        "as what was refused above");
    REASONS.put(
        "DESCRIBE_CONFIGS v\\d a key of a broker \\(4\\): log.retention.ms",
        "Kafka's default is given by another key, in hours");
    REASONS.put(
        "DESCRIBE_CONFIGS v\\d a group.*: consumer.heartbeat.interval.ms",
        "members are told to be heard of sooner (decision 11)");
    REASONS.put(
        "METADATA v\\d+ neither", "Kafka stumbles (UNKNOWN_SERVER_ERROR); we say what is wrong");
    REASONS.put(
        "METADATA v1[01] (an id|an unknown id|a name and an id)",
        "Kafka's refusal of ids in these versions leaves the brokers out, for no reason");
    REASONS.put(
        "DELETE_TOPICS v6 (one by id and name|good by id)",
        "a topic named in two ways is deleted; Kafka refuses both");
    REASONS.put("CREATE_TOPICS v\\d assigned below 0", "the text names another number");
    REASONS.put("ALTER_PARTITION_REASSIGNMENTS v\\d nothing", "no error, so no text");
    REASONS.put(
        "DESCRIBE_TOPIC_PARTITIONS v0 no name",
        "Kafka stumbles (UNKNOWN_SERVER_ERROR); we say what is wrong");
    REASONS.put(
        "LIST_OFFSETS v\\d+ after(, committed)?: at -3",
        "Kafka names a record that was deleted; we name the next of that time");
  }

  private OnPurpose() {}

  static Optional<String> reason(String difference) {
    return REASONS.entrySet().stream()
        .filter(each -> difference.matches("(?s)" + each.getKey() + ".*"))
        .map(Map.Entry::getValue)
        .findFirst();
  }
}
