package io.dure.controller;

import io.dure.base.PartitionId;
import io.dure.metadata.PartitionImage;
import io.dure.metadata.TopicImage;
import io.dure.metadata.VotingSet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Gives partitions other voting sets: the replicas that a reassignment wants, once each of them is
 * in step, and the commit quorum that the settings ask for. A set never changes within an epoch, so
 * each change is a planned election.
 *
 * <p>A change begins only when the change before it is over, that is when the present epoch is
 * known to be open. So no more than two sets have to be heard, unless leaders die on the way.
 *
 * <p>Nobody writes to a partition while its epoch changes, and what a producer sent along with it
 * to other partitions waits, too. What the balancer wants is therefore gathered and changed
 * together, a small part of the cluster at a time, with rests between; also, a broker that has just
 * come is slow in the beginning. What somebody asked for is not kept waiting.
 */
final class VotingChanges {
  private static final long FIRST_BACKOFF_MS = 500;
  private static final long LAST_BACKOFF_MS = 30_000;

  /** Not more often than that, as a look passes over every partition. */
  private static final long LOOK_EVERY_MS = 250;

  /** So many, or this part of all partitions, change together; more take noticeably longer. */
  private static final int FEW_TOGETHER = 10;

  private static final int MOST_TOGETHER = 100;
  private static final int ONE_IN = 64;

  private static final long NOTHING_GATHERED = Long.MAX_VALUE;

  private final Ledger ledger;
  private final Elections elections;
  private final Map<PartitionId, Attempt> attempts = new HashMap<>();
  private long lookedMs;
  private long gatheringSinceMs = NOTHING_GATHERED;

  /** Not to be tried again before {@code againMs}. */
  private record Attempt(long againMs, long backoffMs) {}

  VotingChanges(Ledger ledger, Elections elections) {
    this.ledger = ledger;
    this.elections = elections;
    lookedMs = ledger.nowMs();
  }

  /** The voting set that the partition's next planned epoch is to have. */
  static VotingSet wanted(Ledger ledger, PartitionImage partition) {
    return ledger
        .image()
        .topic(partition.id().topic())
        .filter(_ -> partition.earlier().isEmpty())
        .map(topic -> wanted(ledger, topic, partition))
        .orElse(partition.votingSet());
  }

  private static VotingSet wanted(Ledger ledger, TopicImage topic, PartitionImage partition) {
    var replicas = targetIsReady(ledger, partition) ? partition.target() : partition.replicas();
    return ledger.votingSet(topic.configs(), replicas);
  }

  /** Only replicas that can take part at once: the epoch is to open without delay. */
  private static boolean targetIsReady(Ledger ledger, PartitionImage partition) {
    return !partition.target().isEmpty()
        && partition.inStep().containsAll(partition.target())
        && partition.target().stream().allMatch(ledger.image()::isLive);
  }

  void tick() {
    long nowMs = ledger.nowMs();
    if (nowMs - lookedMs < Math.min(LOOK_EVERY_MS, ledger.settings().gatherChangesMs())) {
      return;
    }
    lookedMs = nowMs;
    attempts.keySet().removeIf(id -> ledger.image().partition(id).isEmpty());
    List<PartitionImage> gathered = new ArrayList<>();
    int urgent = 0;
    for (TopicImage topic : ledger.image().topics()) {
      for (PartitionImage partition : topic.partitions()) {
        if (isDue(topic, partition)) {
          if (!isUrgent(partition)) {
            gathered.add(partition);
          } else if (urgent++ < ledger.settings().maxRecordsPerBatch()) {
            begin(partition);
          }
        }
      }
    }
    if (gathered.isEmpty()) {
      gatheringSinceMs = NOTHING_GATHERED;
    } else if (gatheringSinceMs == NOTHING_GATHERED) {
      gatheringSinceMs = nowMs;
    } else if (nowMs - gatheringSinceMs >= ledger.settings().gatherChangesMs()) {
      gatheringSinceMs = NOTHING_GATHERED;
      gathered.stream().limit(together()).forEach(this::begin);
    }
  }

  private long together() {
    return Math.clamp(ledger.image().partitionCount() / ONE_IN, FEW_TOGETHER, MOST_TOGETHER);
  }

  /** Somebody asked for it: for these replicas, or for another commit quorum of the same ones. */
  private static boolean isUrgent(PartitionImage partition) {
    return partition.placedByHand() || partition.target().isEmpty();
  }

  private void begin(PartitionImage partition) {
    note(partition.id());
    elections.startPlanned(partition);
  }

  private boolean isDue(TopicImage topic, PartitionImage partition) {
    if (partition.epoch() < 0 || !partition.earlier().isEmpty()) {
      return false;
    }
    if (wanted(ledger, topic, partition).equals(partition.votingSet())) {
      attempts.remove(partition.id());
      return false;
    }
    Attempt attempt = attempts.get(partition.id());
    return partition.leader().filter(ledger.image()::isLive).isPresent()
        && !elections.isOpen(partition.id())
        && (attempt == null || ledger.nowMs() >= attempt.againMs);
  }

  private void note(PartitionId partition) {
    attempts.merge(
        partition,
        new Attempt(ledger.nowMs() + FIRST_BACKOFF_MS, FIRST_BACKOFF_MS),
        (old, _) -> {
          long backoffMs = Math.min(LAST_BACKOFF_MS, 2 * old.backoffMs);
          return new Attempt(ledger.nowMs() + backoffMs, backoffMs);
        });
  }
}
