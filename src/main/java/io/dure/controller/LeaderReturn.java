package io.dure.controller;

import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.metadata.PartitionImage;
import io.dure.metadata.TopicImage;
import java.util.HashMap;
import java.util.Map;

/**
 * Brings leaders back to their preferred replicas, so that they stay spread as they were dealt out.
 * A preferred replica must have been live and in step for a while; leaders move in batches; one
 * that could not win is tried again ever more rarely.
 */
final class LeaderReturn {
  private static final long FIRST_BACKOFF_MS = 2_000;
  private static final long LAST_BACKOFF_MS = 60_000;

  private final Ledger ledger;
  private final Elections elections;
  private final Map<PartitionId, Long> readySinceMs = new HashMap<>();
  private final Map<PartitionId, Attempt> attempts = new HashMap<>();
  private long lookedMs;

  /** Not to be tried again before {@code againMs}. */
  private record Attempt(long againMs, long backoffMs) {}

  LeaderReturn(Ledger ledger, Elections elections) {
    this.ledger = ledger;
    this.elections = elections;
    lookedMs = ledger.nowMs();
  }

  void tick() {
    if (ledger.nowMs() - lookedMs < ledger.settings().returnEveryMs()) {
      return;
    }
    lookedMs = ledger.nowMs();
    forgetDeletedTopics();
    int moved = 0;
    for (TopicImage topic : ledger.image().topics()) {
      for (PartitionImage partition : topic.partitions()) {
        if (moved < ledger.settings().maxRecordsPerBatch() && isDue(partition)) {
          moved++;
          note(partition.id());
          elections.startPlanned(partition);
        }
      }
    }
  }

  private boolean isDue(PartitionImage partition) {
    if (partition.leader().filter(ledger.preferredLeader(partition)::equals).isPresent()) {
      readySinceMs.remove(partition.id());
      attempts.remove(partition.id());
      return false;
    }
    if (!isReady(partition)) {
      readySinceMs.remove(partition.id());
      return false;
    }
    long nowMs = ledger.nowMs();
    long sinceMs = readySinceMs.computeIfAbsent(partition.id(), _ -> nowMs);
    Attempt attempt = attempts.get(partition.id());
    return nowMs - sinceMs >= ledger.settings().returnAfterMs()
        && (attempt == null || nowMs >= attempt.againMs);
  }

  private boolean isReady(PartitionImage partition) {
    NodeId preferred = ledger.preferredLeader(partition);
    return partition.leader().filter(ledger.image()::isLive).isPresent()
        && ledger.image().isLive(preferred)
        && partition.inStep().contains(preferred)
        && !elections.isOpen(partition.id());
  }

  private void note(PartitionId partition) {
    readySinceMs.remove(partition);
    attempts.merge(
        partition,
        new Attempt(ledger.nowMs() + FIRST_BACKOFF_MS, FIRST_BACKOFF_MS),
        (old, _) -> {
          long backoffMs = Math.min(LAST_BACKOFF_MS, 2 * old.backoffMs);
          return new Attempt(ledger.nowMs() + backoffMs, backoffMs);
        });
  }

  private void forgetDeletedTopics() {
    readySinceMs.keySet().removeIf(id -> ledger.image().partition(id).isEmpty());
    attempts.keySet().removeIf(id -> ledger.image().partition(id).isEmpty());
  }
}
