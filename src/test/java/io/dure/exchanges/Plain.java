package io.dure.exchanges;

import io.dure.conformance.Fields;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.jspecify.annotations.Nullable;

/**
 * An answer as one line of text: the fields that were on the wire, errors by their names. What
 * differs between any two brokers has a name instead: the first id that is met is #1, and so on.
 * Lists that come in no order are sorted. Used by one thread.
 */
final class Plain {
  private static final Pattern ID_IN_TEXT =
      Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");

  private static final Pattern TIME = Pattern.compile("-?\\d{13,}");

  /** Numbers that brokers give out as they please, with what stands for none. */
  private static final Map<String, Long> NUMBERS = Map.of("producer_id", -1L, "session_id", 0L);

  /** What is this broker's or this moment's alone. */
  private static final Set<String> OWN =
      Set.of(
          "port", "log_dir", "last_fetch_timestamp", "last_caught_up_timestamp", "last_timestamp");

  /** Lists whose order Kafka leaves to a hash table. */
  private static final Set<String> UNORDERED =
      Set.of(
          "DESCRIBE_GROUPS.groups",
          "DESCRIBE_GROUPS.members",
          "JOIN_GROUP.members",
          "DELETE_GROUPS.results",
          "LIST_GROUPS.groups",
          "OFFSET_COMMIT.topics",
          "OFFSET_DELETE.partitions",
          "OFFSET_FETCH.groups",
          "OFFSET_FETCH.topics",
          "OFFSET_FETCH.partitions",
          "METADATA.topics",
          "METADATA.partitions",
          "METADATA.brokers",
          "PRODUCE.responses",
          "PRODUCE.partition_responses",
          "CREATE_TOPICS.topics",
          "CREATE_TOPICS.configs",
          "DESCRIBE_CONFIGS.configs",
          "DESCRIBE_LOG_DIRS.topics",
          "DESCRIBE_LOG_DIRS.partitions",
          "ALTER_REPLICA_LOG_DIRS.partitions",
          "LIST_CONFIG_RESOURCES.config_resources",
          "ADD_PARTITIONS_TO_TXN.results_by_partition",
          "LIST_TRANSACTIONS.transaction_states",
          "DESCRIBE_TRANSACTIONS.topics",
          "WRITE_TXN_MARKERS.markers",
          "GET_TELEMETRY_SUBSCRIPTIONS.requested_metrics");

  /** Epochs of leaders begin where a broker begins them. */
  private static final Set<String> EPOCHLESS =
      Set.of("METADATA", "DESCRIBE_TOPIC_PARTITIONS", "DESCRIBE_PRODUCERS");

  private final Map<String, String> names = new HashMap<>();

  /** Names begin again at #1. */
  void forget() {
    names.clear();
  }

  String of(ApiKeys api, int version, ApiMessage answer) {
    short v = (short) version;
    var cache = new ObjectSerializationCache();
    ByteBuffer bytes = ByteBuffer.allocate(answer.size(cache, v));
    answer.write(new ByteBufferAccessor(bytes), cache, v);
    return fields(api, Fields.of(api.messageType.responseSchemas()[version], bytes.flip()), true);
  }

  private String fields(ApiKeys api, Fields fields, boolean naming) {
    List<String> shown = new ArrayList<>();
    for (Fields.Named each : fields.named()) {
      boolean unthrottled =
          each.name().equals("throttle_time_ms") && each.value() instanceof Integer ms && ms == 0;
      if (!unthrottled) {
        boolean words = each.name().endsWith("error_message") && !went(fields);
        shown.add(
            each.name()
                + ": "
                + (words ? words(each.value()) : value(api, each.name(), each.value(), naming)));
      }
    }
    return "{" + String.join(", ", shown) + "}";
  }

  /** Whether it says so: what has no error of its own belongs to one. */
  private static boolean went(Fields fields) {
    return fields.named().stream()
        .anyMatch(each ->
            each.name().endsWith("error_code") && each.value() instanceof Short code && code == 0);
  }

  /** The words of an error, in quotes of their own: they may be others. */
  private static String words(@Nullable Object text) {
    String line = String.valueOf(text).replace('"', '”').replace('\n', '⏎');
    return '"' + TIME.matcher(line).replaceAll("…") + '"';
  }

  /** With {@code naming} off, ids without a name get none: to sort by. */
  private String value(ApiKeys api, String name, @Nullable Object value, boolean naming) {
    if (OWN.contains(name) || (name.equals("leader_epoch") && EPOCHLESS.contains(api.name()))) {
      return "…";
    }
    return switch (value) {
      case null -> "null";
      case Fields fields -> fields(api, fields, naming);
      case List<?> list -> list(api, name, list, naming);
      case Short code when name.endsWith("error_code") -> Errors.forCode(code).name();
      case Uuid id -> id.equals(Uuid.ZERO_UUID) ? "none" : name(id.toString(), naming);
      case Number number
          when NUMBERS.containsKey(name) && number.longValue() != NUMBERS.get(name) ->
          name(name + number, naming);
      case String text when name.equals("cluster_id") -> name(text, naming);
      case String text -> quoted(ID_IN_TEXT.matcher(text).replaceAll(id -> name(id, naming)));
      case ByteBuffer bytes -> bytes(bytes);
      case byte[] bytes -> bytes(ByteBuffer.wrap(bytes));
      case MemoryRecords records -> batches(records, naming);
      default -> value.toString();
    };
  }

  private String list(ApiKeys api, String name, List<?> list, boolean naming) {
    List<@Nullable Object> ordered = new ArrayList<>(list);
    if (UNORDERED.contains(api + "." + name)) {
      ordered.sort((a, b) -> value(api, name, a, false).compareTo(value(api, name, b, false)));
    }
    return "["
        + String.join(", ", ordered.stream().map(each -> value(api, name, each, naming)).toList())
        + "]";
  }

  private String name(MatchResult found, boolean naming) {
    return name(found.group(), naming);
  }

  private String name(String id, boolean naming) {
    if (!naming) {
      return names.getOrDefault(id, "~");
    }
    return names.computeIfAbsent(id, _ -> "#" + (names.size() + 1));
  }

  /** Quotes stand at both ends only, and a text is one line. */
  private static String quoted(String text) {
    String line = text.replace("'", "’").replace("\n", "⏎");
    return "'"
        + (line.length() > 300
            ? line.substring(0, 300) + "… " + line.length() + " characters"
            : line)
        + "'";
  }

  private static String bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes.length == 0 ? "no bytes" : "0x" + HexFormat.of().formatHex(bytes);
  }

  private String batches(MemoryRecords records, boolean naming) {
    List<String> shown = new ArrayList<>();
    for (MutableRecordBatch batch : records.batches()) {
      var text = new StringBuilder();
      text.append(batch.baseOffset()).append("..").append(batch.lastOffset());
      text.append(batch.countOrNull() == null ? "" : " of " + batch.countOrNull());
      text.append(' ').append(batch.compressionType().name);
      if (batch.isControlBatch()) {
        text.append(" control");
      }
      if (batch.hasProducerId()) {
        text.append(" by ").append(name("producer_id" + batch.producerId(), naming));
        text.append(" epoch ").append(batch.producerEpoch());
        text.append(" sequence ").append(batch.baseSequence());
        text.append(batch.isTransactional() ? " in a transaction" : "");
      }
      shown.add(text.toString());
    }
    return "[" + String.join("; ", shown) + "]";
  }
}
