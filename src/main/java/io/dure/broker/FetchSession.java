package io.dure.broker;

import io.dure.wire.WireError;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.requests.FetchMetadata;
import org.apache.kafka.common.requests.FetchResponse;

/**
 * What one consumer fetches from this node again and again, so that it need not say it each time
 * (KIP-227). Confined to the loop of the connection that made it.
 *
 * <p>The partitions stand in the order in which they are served; one that gave records goes to the
 * end, so that none starves when not all fit in an answer.
 */
final class FetchSession {
  private final int id;
  private final boolean byTopicId;
  private final LinkedHashMap<FetchItem.Key, Entry> entries = new LinkedHashMap<>();
  private int epoch = FetchMetadata.nextEpoch(FetchMetadata.INITIAL_EPOCH);
  private long lastUsedMs;

  /** What was asked for, and what the client was last told. */
  private static final class Entry {
    private FetchItem item;
    private long toldHighWatermark = -1;
    private long toldLogStart = -1;

    private Entry(FetchItem item) {
      this.item = item;
    }
  }

  FetchSession(int id, boolean byTopicId, List<FetchItem> items, long nowMs) {
    this.id = id;
    this.byTopicId = byTopicId;
    this.lastUsedMs = nowMs;
    update(items, List.of());
  }

  int id() {
    return id;
  }

  /** The epoch that the next request must carry. */
  int epoch() {
    return epoch;
  }

  long lastUsedMs() {
    return lastUsedMs;
  }

  boolean byTopicId() {
    return byTopicId;
  }

  boolean isEmpty() {
    return entries.isEmpty();
  }

  void used(long nowMs) {
    lastUsedMs = nowMs;
    epoch = FetchMetadata.nextEpoch(epoch);
  }

  void update(List<FetchItem> added, List<FetchItem.Key> forgotten) {
    for (FetchItem item : added) {
      Entry known = entries.get(item.key());
      if (known == null) {
        entries.put(item.key(), new Entry(item));
      } else {
        known.item = item;
      }
    }
    forgotten.forEach(entries::remove);
  }

  List<FetchItem> items() {
    List<FetchItem> items = new ArrayList<>(entries.size());
    entries.values().forEach(entry -> items.add(entry.item));
    return items;
  }

  /** Remembers what the client is told, and leaves out what it knows already unless {@code all}. */
  Map<FetchItem.Key, PartitionData> select(Map<FetchItem.Key, PartitionData> found, boolean all) {
    Map<FetchItem.Key, PartitionData> selected = new LinkedHashMap<>();
    found.forEach((key, data) -> {
      Entry entry = entries.get(key);
      if (all || entry == null || isNews(entry, data)) {
        selected.put(key, data);
      }
      if (entry != null) {
        remember(key, entry, data);
      }
    });
    return selected;
  }

  private static boolean isNews(Entry entry, PartitionData data) {
    return FetchResponse.recordsSize(data) > 0
        || data.errorCode() != WireError.NONE.code()
        || data.highWatermark() != entry.toldHighWatermark
        || data.logStartOffset() != entry.toldLogStart
        || FetchResponse.isDivergingEpoch(data)
        || FetchResponse.isPreferredReplica(data);
  }

  private void remember(FetchItem.Key key, Entry entry, PartitionData data) {
    boolean failed = data.errorCode() != WireError.NONE.code();
    // After an error the next good answer must be told even if nothing moved.
    entry.toldHighWatermark = failed ? -1 : data.highWatermark();
    entry.toldLogStart = data.logStartOffset();
    if (FetchResponse.recordsSize(data) > 0) {
      entries.remove(key);
      entries.put(key, entry);
    }
  }
}
