package io.dure.log;

import io.dure.base.Disk;
import io.dure.base.DiskFile;
import java.util.List;
import java.util.Optional;

/**
 * One flush of one log: what to flush, taken on the owner loop by {@link PartitionLog#beginFlush}, and how far the log
 * is durable afterwards. {@link #run} blocks and may run on another thread; the owner loop then hands the ticket to
 * {@link PartitionLog#flushed}. Immutable.
 */
public final class FlushTicket {
    private final Disk disk;
    private final List<DiskFile> files;
    private final List<String> folders;
    private final long generation;
    private final long end;
    private final long namesVersion;
    private final Optional<Checkpoint> checkpoint;
    private final Optional<byte[]> producers;

    FlushTicket(
            Disk disk,
            List<DiskFile> files,
            List<String> folders,
            long generation,
            long end,
            long namesVersion,
            Optional<Checkpoint> checkpoint,
            Optional<byte[]> producers) {
        this.disk = disk;
        this.files = List.copyOf(files);
        this.folders = List.copyOf(folders);
        this.generation = generation;
        this.end = end;
        this.namesVersion = namesVersion;
        this.checkpoint = checkpoint;
        this.producers = producers;
    }

    /** Blocks until everything the log held when the ticket was made is durable. Never retried after a failure. */
    public void run() {
        for (DiskFile file : files) {
            file.flush();
        }
        for (String folder : folders) {
            disk.flushFolder(folder);
        }
    }

    /** The shape of the log when the ticket was made; see {@link PartitionLog#generation}. */
    public long generation() {
        return generation;
    }

    /** Everything below (exclusive) is durable after {@link #run}, unless the log was cut meanwhile. */
    public long end() {
        return end;
    }

    long namesVersion() {
        return namesVersion;
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
