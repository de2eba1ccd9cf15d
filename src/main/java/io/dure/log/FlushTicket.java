package io.dure.log;

import io.dure.base.Disk;
import io.dure.base.DiskFile;
import java.util.List;
import java.util.Optional;

/**
 * One flush of one log: what to flush, taken on the owner loop by {@link PartitionLog#beginFlush},
 * and how far the log is durable afterwards. {@link #run} blocks and may run on another thread; the
 * owner loop then hands the ticket to {@link PartitionLog#flushed}. Immutable.
 */
public final class FlushTicket {
  private final Scope scope;
  private final long generation;
  private final long end;
  private final Optional<Checkpoint> checkpoint;
  private final Optional<byte[]> producers;

  /**
   * What is flushed.
   *
   * @param files stay open
   * @param passing are closed after their flush
   * @param namesVersion which names {@code folders} make durable
   * @param checkpointSequence the recovery point among the files, or -1
   */
  record Scope(
      Disk disk,
      List<DiskFile> files,
      List<DiskFile> passing,
      List<String> folders,
      long namesVersion,
      long checkpointSequence) {
    Scope {
      files = List.copyOf(files);
      passing = List.copyOf(passing);
      folders = List.copyOf(folders);
    }
  }

  FlushTicket(
      Scope scope,
      long generation,
      long end,
      Optional<Checkpoint> checkpoint,
      Optional<byte[]> producers) {
    this.scope = scope;
    this.generation = generation;
    this.end = end;
    this.checkpoint = checkpoint;
    this.producers = producers;
  }

  /**
   * Blocks until everything the log held when the ticket was made is durable. Never retried after a
   * failure.
   */
  public void run() {
    for (DiskFile file : scope.files()) {
      file.flush();
    }
    for (DiskFile file : scope.passing()) {
      file.flush();
      file.close();
    }
    for (String folder : scope.folders()) {
      scope.disk().flushFolder(folder);
    }
  }

  /** The shape of the log when the ticket was made; see {@link PartitionLog#generation}. */
  public long generation() {
    return generation;
  }

  /**
   * Everything below (exclusive) is durable after {@link #run}, unless the log was cut meanwhile.
   */
  public long end() {
    return end;
  }

  Scope scope() {
    return scope;
  }

  /** The recovery point that becomes true with this flush, when one is due. */
  Optional<Checkpoint> checkpoint() {
    return checkpoint;
  }

  /** The producers as of {@link #end}, to be kept with the recovery point. */
  Optional<byte[]> producers() {
    return producers;
  }
}
