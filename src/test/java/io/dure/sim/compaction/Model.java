package io.dure.sim.compaction;

import io.dure.log.TxnMarker;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The log as if nothing was ever compacted: what its leader appended and has not cut since. */
final class Model {
  /** One record; without a value a tombstone. */
  record Item(String key, Optional<String> value, long timestampMs) {}

  /**
   * @param producer -1 for nobody's
   * @param sequence of the first record
   * @param marker present in a batch that ends a transaction, which has no items
   */
  record Batch(
      long from,
      long end,
      long producer,
      short epoch,
      int sequence,
      boolean transactional,
      Optional<TxnMarker> marker,
      List<Item> items) {}

  private final List<Batch> batches = new ArrayList<>();

  long end() {
    return batches.isEmpty() ? 0 : batches.getLast().end();
  }

  List<Batch> batches() {
    return batches;
  }

  void append(Batch batch) {
    batches.add(batch);
  }

  void cutTo(long end) {
    batches.removeIf(batch -> batch.from() >= end);
  }

  /** The batches that a producer wrote in its latest epoch, oldest first; no markers. */
  List<Batch> latestOf(long producer) {
    short latest = epochOf(producer);
    return batches.stream()
        .filter(b -> b.producer() == producer && b.epoch() == latest && b.marker().isEmpty())
        .toList();
  }

  short epochOf(long producer) {
    short latest = 0;
    for (Batch batch : batches) {
      latest = batch.producer() == producer ? batch.epoch() : latest;
    }
    return latest;
  }

  boolean isOpen(long producer) {
    boolean open = false;
    for (Batch batch : batches) {
      open = batch.producer() == producer ? batch.marker().isEmpty() : open;
    }
    return open;
  }

  /** Where the first transaction begins that is not decided below {@code committed}, or that. */
  long stable(long committed) {
    Map<Long, Long> open = new HashMap<>();
    for (Batch batch : batches) {
      if (batch.marker().isPresent() && batch.from() < committed) {
        open.remove(batch.producer());
      } else if (batch.transactional() && batch.marker().isEmpty()) {
        open.putIfAbsent(batch.producer(), batch.from());
      }
    }
    return Math.min(committed, open.values().stream().min(Long::compare).orElse(committed));
  }

  /** The last value of each key, as a reader of committed transactions has it at {@code bound}. */
  Map<String, String> values(long bound) {
    Map<Long, Boolean> committed = new HashMap<>();
    List<Batch> counted = new ArrayList<>();
    // From the end, since a marker decides of what came before it.
    for (Batch batch : batches.reversed()) {
      if (batch.marker().isPresent()) {
        committed.put(batch.producer(), batch.marker().get().commit());
      } else if (batch.from() < bound
          && (!batch.transactional() || committed.getOrDefault(batch.producer(), false))) {
        counted.add(batch);
      }
    }
    Map<String, String> values = new HashMap<>();
    for (Batch batch : counted.reversed()) {
      for (Item item : batch.items()) {
        put(values, item.key(), item.value());
      }
    }
    return values;
  }

  static void put(Map<String, String> values, String key, Optional<String> value) {
    value.ifPresentOrElse(v -> values.put(key, v), () -> values.remove(key));
  }
}
