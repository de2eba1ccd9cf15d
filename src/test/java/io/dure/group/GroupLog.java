package io.dure.group;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** The log of one shard, in memory, through the record format. Reads it in ways that must agree. */
final class GroupLog {
  sealed interface Entry {}

  /** {@code producer} is empty outside of transactions. */
  record Data(byte[] key, Optional<byte[]> value, Optional<ProducerRef> producer)
      implements Entry {}

  record End(long producerId, boolean commit) implements Entry {}

  private final List<Entry> entries = new ArrayList<>();

  void append(GroupRecord record) {
    Optional<ProducerRef> producer =
        record instanceof GroupRecord.OffsetPending pending
            ? Optional.of(pending.producer())
            : Optional.empty();
    entries.add(new Data(RecordCodec.key(record), RecordCodec.value(record), producer));
  }

  void end(long producerId, boolean commit) {
    entries.add(new End(producerId, commit));
  }

  List<GroupRecord> records() {
    return entries.stream().filter(e -> e instanceof Data).map(e -> decoded((Data) e)).toList();
  }

  static void replay(List<Entry> entries, GroupShard into) {
    for (Entry entry : entries) {
      switch (entry) {
        case Data data -> into.apply(decoded(data));
        case End(long producerId, boolean commit) -> into.endTransaction(producerId, commit);
      }
    }
  }

  private static GroupRecord decoded(Data data) {
    return data.producer()
        .map(p -> RecordCodec.decode(data.key(), data.value(), p))
        .orElseGet(() -> RecordCodec.decode(data.key(), data.value()))
        .orElseThrow();
  }

  List<Entry> all() {
    return List.copyOf(entries);
  }

  /**
   * What a cleaner may leave of the first {@code until} entries, or of as many as no open
   * transaction holds back: of each key the last record that counts, tombstones or not, nothing of
   * aborted transactions, and the markers.
   */
  List<Entry> compacted(int until, boolean tombstones) {
    int end = Math.min(until, firstOpen());
    Set<Integer> counted = counted();
    Map<List<Byte>, Integer> last = new HashMap<>();
    for (int i = 0; i < end; i++) {
      if (entries.get(i) instanceof Data data && counted.contains(i)) {
        last.put(boxed(data.key()), i);
      }
    }
    var left = new ArrayList<Entry>();
    for (int i = 0; i < entries.size(); i++) {
      boolean kept =
          switch (entries.get(i)) {
            case End _ -> true;
            case Data data ->
                i >= end
                    || (last.getOrDefault(boxed(data.key()), -1) == i
                        && (tombstones || data.value().isPresent()));
          };
      if (kept) {
        left.add(entries.get(i));
      }
    }
    return left;
  }

  private static List<Byte> boxed(byte[] bytes) {
    var list = new ArrayList<Byte>();
    for (byte b : bytes) {
      list.add(b);
    }
    return list;
  }

  private int firstOpen() {
    Map<Long, Integer> open = new HashMap<>();
    for (int i = 0; i < entries.size(); i++) {
      switch (entries.get(i)) {
        case Data(_, _, Optional<ProducerRef> producer) -> {
          int at = i;
          producer.ifPresent(p -> open.putIfAbsent(p.id(), at));
        }
        case End(long producerId, _) -> open.remove(producerId);
      }
    }
    return open.values().stream().mapToInt(i -> i).min().orElse(entries.size());
  }

  /** The entries outside of transactions, and of those that were committed. */
  private Set<Integer> counted() {
    var counted = new HashSet<Integer>();
    Map<Long, List<Integer>> open = new HashMap<>();
    for (int i = 0; i < entries.size(); i++) {
      switch (entries.get(i)) {
        case Data(_, _, Optional<ProducerRef> producer) -> {
          if (producer.isPresent()) {
            open.computeIfAbsent(producer.get().id(), _ -> new ArrayList<>()).add(i);
          } else {
            counted.add(i);
          }
        }
        case End(long producerId, boolean commit) -> {
          List<Integer> its = open.remove(producerId);
          if (commit && its != null) {
            counted.addAll(its);
          }
        }
      }
    }
    return counted;
  }

  /**
   * The offsets of a group as the log tells them: for each partition, of all entries that count,
   * the last one.
   */
  Map<String, StoredOffset> offsets(String groupId) {
    Set<Integer> counted = counted();
    var offsets = new TreeMap<String, StoredOffset>();
    for (int i = 0; i < entries.size(); i++) {
      if (entries.get(i) instanceof Data data && counted.contains(i)) {
        switch (RecordCodec.decode(data.key(), data.value()).orElseThrow()) {
          case GroupRecord.OffsetStored r when r.groupId().equals(groupId) ->
              offsets.put(r.topic() + "-" + r.partition(), r.offset());
          case GroupRecord.OffsetForgotten r when r.groupId().equals(groupId) ->
              offsets.remove(r.topic() + "-" + r.partition());
          default -> {}
        }
      }
    }
    return offsets;
  }

  @Override
  public String toString() {
    return Arrays.toString(entries.toArray());
  }
}
