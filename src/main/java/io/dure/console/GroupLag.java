package io.dure.console;

import io.dure.base.NodeId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How far groups are behind: in records, and in seconds by the time of the oldest record that a
 * group has not read. Asks coordinators and leaders, and keeps each group's answer for a few
 * seconds. Safe for all threads.
 */
final class GroupLag {
  private static final long KEPT_MS = 4_000;
  private static final int MAX_KEPT = 500;

  /** Of partitions asked about in one question. */
  private static final int ASKED_AT_ONCE = 200;

  private final Vantage vantage;
  private final Desk desk;
  private final Map<String, Kept> kept =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Kept> eldest) {
          return size() > MAX_KEPT;
        }
      };

  private record Kept(long atMs, List<Lag> lags) {}

  GroupLag(Vantage vantage, Desk desk) {
    this.vantage = vantage;
    this.desk = desk;
  }

  /**
   * Of one partition.
   *
   * @param end after its last committed record; -1 when its leader did not answer
   * @param seconds since the oldest unread record was written; 0 when there is none, -1 when that
   *     cannot be told
   */
  record Lag(String topic, int partition, long committed, long end, double seconds) {
    /** -1 when it cannot be told. */
    long records() {
      return end < 0 ? -1 : Math.max(0, end - committed);
    }
  }

  List<Lag> of(Desk.Group group) {
    long nowMs = vantage.wallMs();
    synchronized (kept) {
      Kept known = kept.get(group.id());
      if (known != null && Math.abs(nowMs - known.atMs()) < KEPT_MS) {
        return known.lags();
      }
    }
    List<Lag> lags = ask(group, nowMs);
    synchronized (kept) {
      kept.put(group.id(), new Kept(nowMs, lags));
    }
    return lags;
  }

  private List<Lag> ask(Desk.Group group, long nowMs) {
    List<Desk.Committed> committed = desk.committed(group);
    Map<NodeId, List<Desk.Committed>> byLeader = new LinkedHashMap<>();
    for (Desk.Committed each : committed) {
      Questions.leader(vantage, each.topic(), each.partition())
          .ifPresent(leader -> byLeader.computeIfAbsent(leader, _ -> new ArrayList<>()).add(each));
    }
    Map<String, Shelf.Unread> unread = new HashMap<>();
    byLeader.forEach((leader, all) -> {
      for (int i = 0; i < all.size(); i += ASKED_AT_ONCE) {
        List<Desk.Committed> some = all.subList(i, Math.min(all.size(), i + ASKED_AT_ONCE));
        vantage.ask(leader, question(some)).ifPresent(answer -> read(answer, unread));
      }
    });
    return committed.stream().map(each -> lag(each, unread, nowMs)).toList();
  }

  private static String question(List<Desk.Committed> some) {
    var at = new ArrayList<String>();
    some.forEach(each -> at.add(each.topic() + ":" + each.partition() + ":" + each.offset()));
    return "unread?at=" + String.join(",", at);
  }

  private static void read(String answer, Map<String, Shelf.Unread> into) {
    answer
        .lines()
        .forEach(line -> {
          String[] parts = line.split(" ", -1);
          if (parts.length == 4) {
            into.put(
                parts[0] + " " + parts[1],
                new Shelf.Unread(Long.parseLong(parts[2]), Long.parseLong(parts[3])));
          }
        });
  }

  private static Lag lag(Desk.Committed each, Map<String, Shelf.Unread> unread, long nowMs) {
    Optional<Shelf.Unread> found =
        Optional.ofNullable(unread.get(each.topic() + " " + each.partition()));
    long end = found.map(Shelf.Unread::end).orElse(-1L);
    double seconds = -1;
    if (found.isPresent() && end <= each.offset()) {
      seconds = 0;
    } else if (found.isPresent() && found.get().oldestMs() >= 0) {
      seconds = Math.max(0, nowMs - found.get().oldestMs()) / 1e3;
    }
    return new Lag(each.topic(), each.partition(), each.offset(), end, seconds);
  }
}
