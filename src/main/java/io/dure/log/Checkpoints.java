package io.dure.log;

import io.dure.base.Disk;
import io.dure.base.DiskFile;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * The two files a log's recovery points are written to in turn, so that a torn write leaves the one before. The newer
 * valid one counts. A write is not flushed by itself: losing it costs a longer recovery and nothing else. Before a log
 * is cut below its recovery point, though, a lower one must be written and flushed.
 */
final class Checkpoints {
    private static final String NAME = "recovery-checkpoint-";

    private final Disk disk;
    private final String folder;

    Checkpoints(Disk disk, String folder) {
        this.disk = disk;
        this.folder = folder;
    }

    Optional<Checkpoint> newest() {
        Optional<Checkpoint> zero = read(name(0));
        Optional<Checkpoint> one = read(name(1));
        if (zero.isEmpty() || (one.isPresent() && one.get().sequence() > zero.get().sequence())) {
            return one;
        }
        return zero;
    }

    private Optional<Checkpoint> read(String name) {
        if (!disk.exists(name)) {
            return Optional.empty();
        }
        try (DiskFile file = disk.open(name)) {
            ByteBuffer bytes = ByteBuffer.allocate((int) file.size());
            file.read(0, bytes);
            return Checkpoint.decode(bytes.array());
        }
    }

    /** Writes without flushing. */
    void write(Checkpoint checkpoint) {
        writeOpen(checkpoint).close();
    }

    /** Writes and returns when it is durable. */
    void writeThrough(Checkpoint checkpoint) {
        boolean fresh = !disk.exists(name(checkpoint.sequence()));
        try (DiskFile file = writeOpen(checkpoint)) {
            file.flush();
        }
        if (fresh) {
            disk.flushFolder(folder);
        }
    }

    /** Opens the file of a checkpoint written before, to flush it. */
    DiskFile open(Checkpoint checkpoint) {
        return disk.open(name(checkpoint.sequence()));
    }

    private DiskFile writeOpen(Checkpoint checkpoint) {
        byte[] bytes = checkpoint.encode();
        DiskFile file = disk.open(name(checkpoint.sequence()));
        file.write(0, ByteBuffer.wrap(bytes));
        if (file.size() > bytes.length) {
            file.resize(bytes.length);
        }
        return file;
    }

    private String name(long sequence) {
        return folder + "/" + NAME + (sequence & 1);
    }
}
