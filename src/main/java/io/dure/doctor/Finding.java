package io.dure.doctor;

import java.util.HashMap;
import java.util.Map;

/**
 * Something that is wrong.
 *
 * @param facts what its words name: brokers, partitions, figures
 */
public record Finding(Code code, Severity severity, Map<String, String> facts) {
  /** The most urgent first. */
  public enum Severity {
    /** Something does not work. */
    HIGH,
    /** One more mishap and it will not, or it is slow. */
    MEDIUM,
    /** Could be better. */
    LOW
  }

  /** What can be found. The words for each are in {@link Words}. */
  public enum Code {
    BOOTSTRAP_UNRESOLVED,
    BOOTSTRAP_REFUSED,
    BOOTSTRAP_NOT_KAFKA,
    METADATA_SILENT,
    NO_CONTROLLER,
    BROKER_AWAY,
    PARTITION_OFFLINE,
    WRITES_REFUSED,
    ADDRESS_UNRESOLVED,
    ADDRESS_SILENT,
    ADDRESS_LOOPBACK,
    ADDRESS_OF_ANOTHER,
    ADDRESS_TWICE,
    PROBE_FAILED,
    REPLICA_FAILED,
    DISK_LOW,
    DISK_FULL,
    MAJORITY_AT_RISK,
    UNDER_REPLICATED,
    SLOW_FOLLOWER,
    SLOW_DISK,
    CLOCK_SKEW,
    VOTER_BEHIND,
    ONE_VOTER,
    LEADERS_UNEVEN,
    BROKER_EMPTY,
    SINGLE_COPY
  }

  public Finding {
    facts = Map.copyOf(facts);
  }

  /** Facts as name, value, name, value, … */
  public static Finding of(Code code, Severity severity, String... facts) {
    var map = new HashMap<String, String>();
    for (int i = 0; i + 1 < facts.length; i += 2) {
      map.put(facts[i], facts[i + 1]);
    }
    return new Finding(code, severity, map);
  }
}
