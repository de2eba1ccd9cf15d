package io.dure.broker.telemetry;

import io.dure.wire.PushedMetrics;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;

/**
 * The last that each client told of itself. Differences are added up, so that what is kept counts
 * since the client's first push to this node. Confined to the home loop.
 *
 * <p>At most {@value #MAX_BYTES} bytes in all, about; clients not heard of for the longest time
 * give way.
 */
final class Kept {
  static final int MAX_BYTES = 16 << 20;
  static final int MAX_CLIENT_BYTES = 512 << 10;
  private static final int MAX_LABELS = 16;
  private static final int MAX_CHARS = 200;

  /** What an entry takes beside its letters. */
  private static final int ENTRY_BYTES = 120;

  private static final class Told {
    private Map<String, String> labels = Map.of();
    private final Map<PushedMetrics.Key, Double> values = new HashMap<>();
    private int labelBytes;
    private int bytes;
  }

  /** The one heard of last at the end. */
  private final LinkedHashMap<Uuid, Told> byClient = new LinkedHashMap<>();

  private int bytes;

  void add(Uuid client, PushedMetrics pushed) {
    Told before = byClient.remove(client);
    Told told = before == null ? new Told() : before;
    byClient.putLast(client, told);
    label(told, labels(pushed.labels()));
    for (PushedMetrics.Point point : pushed.points()) {
      Double sum = told.values.get(point.key());
      if (sum != null) {
        told.values.put(point.key(), point.isDelta() ? sum + point.value() : point.value());
      } else if (hasRoom(told, cost(point.key()))) {
        told.values.put(point.key(), point.value());
      }
    }
  }

  /**
   * Labels are few and short, so that they always have room; a client is charged for itself too.
   */
  private void label(Told told, Map<String, String> labels) {
    int cost = ENTRY_BYTES + costOf(labels);
    charge(told, cost - told.labelBytes);
    told.labels = labels;
    told.labelBytes = cost;
  }

  private boolean hasRoom(Told told, int cost) {
    if (told.bytes + cost > MAX_CLIENT_BYTES) {
      return false;
    }
    charge(told, cost);
    return true;
  }

  private void charge(Told told, int cost) {
    told.bytes += cost;
    bytes += cost;
    while (bytes > MAX_BYTES) {
      // Never the one that is being added to: it is the last, and less than the whole.
      forget(byClient.firstEntry().getKey());
    }
  }

  void forget(Uuid client) {
    Told told = byClient.remove(client);
    if (told != null) {
      bytes -= told.bytes;
    }
  }

  int bytes() {
    return bytes;
  }

  boolean knows(Uuid client) {
    return byClient.containsKey(client);
  }

  Map<String, String> labels(Uuid client) {
    Told told = byClient.get(client);
    return told == null ? Map.of() : told.labels;
  }

  /** The last of each of its values; sums count since its first push to this node. */
  Map<PushedMetrics.Key, Double> values(Uuid client) {
    Told told = byClient.get(client);
    return told == null ? Map.of() : Collections.unmodifiableMap(told.values);
  }

  private static Map<String, String> labels(Map<String, String> labels) {
    Map<String, String> kept = new TreeMap<>();
    new TreeMap<>(labels)
        .forEach((key, value) -> {
          if (kept.size() < MAX_LABELS) {
            kept.put(shortened(key), shortened(value));
          }
        });
    return kept;
  }

  static String shortened(String text) {
    return text.length() <= MAX_CHARS ? text : text.substring(0, MAX_CHARS);
  }

  private static int cost(PushedMetrics.Key key) {
    return ENTRY_BYTES + 2 * key.metric().length() + costOf(key.attributes());
  }

  private static int costOf(Map<String, String> texts) {
    int cost = 0;
    for (Map.Entry<String, String> text : texts.entrySet()) {
      cost += ENTRY_BYTES + 2 * (text.getKey().length() + text.getValue().length());
    }
    return cost;
  }
}
