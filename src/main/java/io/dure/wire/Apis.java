package io.dure.wire;

import static java.util.Map.entry;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * The APIs and versions this broker implements. The one table: what is not in it is refused, and
 * what is announced is the part of it that has a handler. A version that the library can parse is
 * not for that reason one that we implement.
 */
public final class Apis {
  /**
   * Versions of one API, both inclusive.
   *
   * @param announcedMin told to clients; below {@code min} where clients give up on seeing a higher
   *     one
   */
  public record Range(short announcedMin, short min, short max) {
    public boolean contains(short version) {
      return version >= min && version <= max;
    }
  }

  private static final Map<ApiKeys, Range> TABLE =
      new EnumMap<>(
          Map.ofEntries(
              // librdkafka turns itself off when Produce is not announced from 0 (KAFKA-18659).
              entry(ApiKeys.PRODUCE, new Range((short) 0, (short) 3, (short) 13)),
              entry(ApiKeys.FETCH, range(4, 18)),
              entry(ApiKeys.LIST_OFFSETS, range(1, 11)),
              entry(ApiKeys.METADATA, range(0, 13)),
              entry(ApiKeys.OFFSET_COMMIT, range(2, 10)),
              entry(ApiKeys.OFFSET_FETCH, range(1, 10)),
              entry(ApiKeys.FIND_COORDINATOR, range(0, 6)),
              entry(ApiKeys.JOIN_GROUP, range(0, 9)),
              entry(ApiKeys.HEARTBEAT, range(0, 4)),
              entry(ApiKeys.LEAVE_GROUP, range(0, 5)),
              entry(ApiKeys.SYNC_GROUP, range(0, 5)),
              entry(ApiKeys.DESCRIBE_GROUPS, range(0, 6)),
              entry(ApiKeys.LIST_GROUPS, range(0, 5)),
              entry(ApiKeys.API_VERSIONS, range(0, 5)),
              entry(ApiKeys.CREATE_TOPICS, range(2, 7)),
              entry(ApiKeys.DELETE_TOPICS, range(1, 6)),
              entry(ApiKeys.DELETE_RECORDS, range(0, 2)),
              // 6 is unstable: announcing it makes clients use fields of two-phase commit.
              entry(ApiKeys.INIT_PRODUCER_ID, range(0, 5)),
              entry(ApiKeys.ADD_PARTITIONS_TO_TXN, range(0, 5)),
              entry(ApiKeys.ADD_OFFSETS_TO_TXN, range(0, 4)),
              entry(ApiKeys.END_TXN, range(0, 5)),
              entry(ApiKeys.TXN_OFFSET_COMMIT, range(0, 6)),
              entry(ApiKeys.DESCRIBE_TRANSACTIONS, range(0, 0)),
              entry(ApiKeys.LIST_TRANSACTIONS, range(0, 2)),
              entry(ApiKeys.OFFSET_FOR_LEADER_EPOCH, range(2, 4)),
              entry(ApiKeys.WRITE_TXN_MARKERS, range(1, 2)),
              entry(ApiKeys.DESCRIBE_PRODUCERS, range(0, 0)),
              entry(ApiKeys.DESCRIBE_CONFIGS, range(1, 4)),
              entry(ApiKeys.ALTER_CONFIGS, range(0, 2)),
              entry(ApiKeys.INCREMENTAL_ALTER_CONFIGS, range(0, 1)),
              entry(ApiKeys.UPDATE_FEATURES, range(0, 2)),
              entry(ApiKeys.LIST_CONFIG_RESOURCES, range(0, 1)),
              entry(ApiKeys.DESCRIBE_LOG_DIRS, range(1, 5)),
              entry(ApiKeys.CREATE_PARTITIONS, range(0, 3)),
              entry(ApiKeys.DELETE_GROUPS, range(0, 3)),
              entry(ApiKeys.ELECT_LEADERS, range(0, 2)),
              entry(ApiKeys.ALTER_PARTITION_REASSIGNMENTS, range(0, 1)),
              entry(ApiKeys.LIST_PARTITION_REASSIGNMENTS, range(0, 0)),
              entry(ApiKeys.DESCRIBE_QUORUM, range(0, 2)),
              entry(ApiKeys.UNREGISTER_BROKER, range(0, 0)),
              entry(ApiKeys.OFFSET_DELETE, range(0, 0)),
              entry(ApiKeys.DESCRIBE_CLUSTER, range(0, 2)),
              entry(ApiKeys.CONSUMER_GROUP_HEARTBEAT, range(0, 1)),
              entry(ApiKeys.CONSUMER_GROUP_DESCRIBE, range(0, 1)),
              entry(ApiKeys.DESCRIBE_TOPIC_PARTITIONS, range(0, 0)),
              entry(ApiKeys.GET_TELEMETRY_SUBSCRIPTIONS, range(0, 0)),
              entry(ApiKeys.PUSH_TELEMETRY, range(0, 0)),
              entry(ApiKeys.DESCRIBE_ACLS, range(1, 3)),
              entry(ApiKeys.CREATE_ACLS, range(1, 3)),
              entry(ApiKeys.DELETE_ACLS, range(1, 3)),
              entry(ApiKeys.ALTER_REPLICA_LOG_DIRS, range(1, 2)),
              entry(ApiKeys.CREATE_DELEGATION_TOKEN, range(1, 3)),
              entry(ApiKeys.RENEW_DELEGATION_TOKEN, range(1, 2)),
              entry(ApiKeys.EXPIRE_DELEGATION_TOKEN, range(1, 2)),
              entry(ApiKeys.DESCRIBE_DELEGATION_TOKEN, range(1, 3)),
              entry(ApiKeys.DESCRIBE_CLIENT_QUOTAS, range(0, 1)),
              entry(ApiKeys.ALTER_CLIENT_QUOTAS, range(0, 1)),
              entry(ApiKeys.DESCRIBE_USER_SCRAM_CREDENTIALS, range(0, 0)),
              entry(ApiKeys.ALTER_USER_SCRAM_CREDENTIALS, range(0, 0))));

  private Apis() {}

  /** All of it, in the order of the API keys. */
  public static Map<ApiKeys, Range> table() {
    return Collections.unmodifiableMap(TABLE);
  }

  public static Optional<Range> range(ApiKeys api) {
    return Optional.ofNullable(TABLE.get(api));
  }

  private static Range range(int min, int max) {
    return new Range((short) min, (short) min, (short) max);
  }
}
