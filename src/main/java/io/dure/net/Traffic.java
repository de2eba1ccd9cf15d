package io.dure.net;

import io.dure.base.Latencies;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * What clients have asked over the connections of one loop since the node started. Belongs to that
 * loop; {@link SocketLoop#traffic} is to be read there. Streams of other nodes are not counted.
 */
public final class Traffic {
  /** Requests that people look at together: the APIs themselves are too many to watch. */
  public enum Kind {
    PRODUCE,
    FETCH,
    METADATA,
    OFFSETS,
    GROUP,
    TRANSACTION,
    ADMIN;

    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private static final Kind[] KIND_OF = kinds();

  private final Latencies[] requests = new Latencies[Kind.values().length];
  private long inBytes;
  private long outBytes;
  private int connections;

  Traffic() {
    Arrays.setAll(requests, _ -> new Latencies());
  }

  private static Kind[] kinds() {
    int last = Arrays.stream(ApiKeys.values()).mapToInt(api -> api.id).max().orElse(0);
    var kinds = new Kind[last + 1];
    Arrays.fill(kinds, Kind.ADMIN);
    for (ApiKeys api : ApiKeys.values()) {
      kinds[api.id] = kindOf(api);
    }
    return kinds;
  }

  private static Kind kindOf(ApiKeys api) {
    return switch (api) {
      case PRODUCE -> Kind.PRODUCE;
      case FETCH -> Kind.FETCH;
      case METADATA, API_VERSIONS, FIND_COORDINATOR, DESCRIBE_CLUSTER, DESCRIBE_TOPIC_PARTITIONS ->
          Kind.METADATA;
      case LIST_OFFSETS, OFFSET_COMMIT, OFFSET_FETCH, OFFSET_FOR_LEADER_EPOCH -> Kind.OFFSETS;
      case JOIN_GROUP,
          SYNC_GROUP,
          HEARTBEAT,
          LEAVE_GROUP,
          CONSUMER_GROUP_HEARTBEAT,
          CONSUMER_GROUP_DESCRIBE ->
          Kind.GROUP;
      case INIT_PRODUCER_ID,
          ADD_PARTITIONS_TO_TXN,
          ADD_OFFSETS_TO_TXN,
          TXN_OFFSET_COMMIT,
          END_TXN,
          WRITE_TXN_MARKERS ->
          Kind.TRANSACTION;
      default -> Kind.ADMIN;
    };
  }

  void answered(ApiKeys api, long tookNs) {
    requests[KIND_OF[api.id].ordinal()].record(tookNs);
  }

  void read(int bytes) {
    inBytes += bytes;
  }

  void written(long bytes) {
    outBytes += bytes;
  }

  void connected(int more) {
    connections += more;
  }

  public void add(Traffic other) {
    for (int i = 0; i < requests.length; i++) {
      requests[i].add(other.requests[i]);
    }
    inBytes += other.inBytes;
    outBytes += other.outBytes;
    connections += other.connections;
  }

  /** Nothing yet; for sums. */
  public static Traffic none() {
    return new Traffic();
  }

  /** From a request's arrival to its answer's turn; a fetch includes its wait for records. */
  public Map<Kind, Latencies> requests() {
    Map<Kind, Latencies> byKind = new EnumMap<>(Kind.class);
    for (Kind kind : Kind.values()) {
      byKind.put(kind, requests[kind.ordinal()]);
    }
    return byKind;
  }

  public long inBytes() {
    return inBytes;
  }

  public long outBytes() {
    return outBytes;
  }

  /** Open now. */
  public int connections() {
    return connections;
  }
}
