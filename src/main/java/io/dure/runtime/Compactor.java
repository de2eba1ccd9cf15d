package io.dure.runtime;

import io.dure.log.Compaction;
import java.util.Collection;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compacts the logs of one loop, one at a time, always the one where it is worth most. Reading and
 * writing happen where work waits for the disk, about a MiB at a time with a pause after it, so
 * that flushes are not held up; only the swap of a finished segment runs on the loop. Every replica
 * compacts for itself, below the high watermark it knows. Belongs to its loop.
 */
final class Compactor {
  private static final Logger LOG = LoggerFactory.getLogger(Compactor.class);

  /** After each piece of work: bounds how much of the disk compaction takes. */
  private static final long PAUSE_MS = 5;

  private final LoopPorts ports;
  private final Supplier<Collection<PartitionHost>> hosts;
  private final Set<PartitionHost> broken = new HashSet<>(0);
  private Optional<Running> running = Optional.empty();
  private long nextCheckMs = Long.MIN_VALUE;

  private record Running(PartitionHost host, Compaction compaction) {}

  Compactor(LoopPorts ports, Supplier<Collection<PartitionHost>> hosts) {
    this.ports = ports;
    this.hosts = hosts;
  }

  void onTick(long nowMs) {
    if (running.isPresent() || nowMs < nextCheckMs) {
      return;
    }
    nextCheckMs = nowMs + ports.settings().compactionCheckMs();
    broken.retainAll(hosts.get());
    long wallMs = ports.clock().wallMs();
    Optional<PartitionHost> best = Optional.empty();
    double most = 0;
    for (PartitionHost host : hosts.get()) {
      if (host.log().settings().cleaning().enabled() && !broken.contains(host)) {
        host.hosted().rollIfOld(wallMs);
        if (!ports.room().takesCopies(mayWrite(host))) {
          continue;
        }
        double worth = host.log().worthCompacting(host.highWatermark(), wallMs);
        if (worth > most) {
          most = worth;
          best = Optional.of(host);
        }
      }
    }
    best.ifPresent(host -> begin(host, wallMs));
  }

  /** At most: what is compacted is written anew beside the old, which goes afterwards. */
  private static long mayWrite(PartitionHost host) {
    return Math.min(host.log().sizeBytes(), host.log().settings().segmentBytes());
  }

  private void begin(PartitionHost host, long wallMs) {
    host.log()
        .beginCompaction(host.highWatermark(), wallMs)
        .ifPresent(compaction -> {
          var now = new Running(host, compaction);
          running = Optional.of(now);
          host.hosted().compacting(true);
          goOn(now);
        });
  }

  private void goOn(Running now) {
    if (!now.host().hosted().beginWork()) {
      now.compaction().abandon();
      running = Optional.empty();
      return;
    }
    ports.chores().submit(now.compaction()::work, ports.loop(), () -> worked(now));
  }

  private void worked(Running now) {
    Compaction compaction = now.compaction();
    HostedLog hosted = now.host().hosted();
    if (hosted.isClosing()) {
      compaction.abandon();
      running = Optional.empty();
      hosted.endWork();
      return;
    }
    hosted.endWork();
    if (compaction.isReady()) {
      ports.whole(now.host().id(), () -> hosted.log().swap(compaction));
    }
    if (!compaction.isDone()) {
      ports.loop().schedule(PAUSE_MS, () -> goOn(now));
      return;
    }
    hosted.log().compacted(compaction);
    hosted.compacting(false);
    running = Optional.empty();
    // There may be another log, or more of this one.
    nextCheckMs = Math.min(nextCheckMs, ports.clock().nowMs() + PAUSE_MS);
    compaction
        .failure()
        .ifPresent(why -> {
          LOG.error("partition {} is not compacted any more: {}", now.host().id(), why);
          compaction.abandon();
          broken.add(now.host());
        });
  }
}
