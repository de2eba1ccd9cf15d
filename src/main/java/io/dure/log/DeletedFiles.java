package io.dure.log;

import io.dure.base.DiskFile;
import java.util.ArrayList;
import java.util.List;

/**
 * Open files of segments that were deleted, cut off or compacted: readable a while longer for those
 * who hold a slice, then closed, as the disk gives their room back only then. Whoever reads so
 * slowly that it meets the end loses its connection and is told, when it asks again, that the
 * records are gone. Confined to the log's loop.
 */
final class DeletedFiles {
  /** Longer than an answer waits in a connection's queue, unless its reader has stopped reading. */
  static final long HELD_MS = 10_000;

  private final List<DiskFile> fresh = new ArrayList<>(0);
  private final List<Held> held = new ArrayList<>(0);

  private record Held(DiskFile file, long untilMs) {}

  void add(DiskFile file) {
    fresh.add(file);
  }

  /** Closes what was held for long enough; time counts from the first call after a deletion. */
  void close(long nowMs) {
    held.removeIf(each -> {
      boolean over = nowMs >= each.untilMs();
      if (over) {
        each.file().close();
      }
      return over;
    });
    fresh.forEach(file -> held.add(new Held(file, nowMs + HELD_MS)));
    fresh.clear();
  }

  /** The log closes: nobody reads it any more. */
  void closeAll() {
    fresh.forEach(DiskFile::close);
    held.forEach(each -> each.file().close());
    fresh.clear();
    held.clear();
  }
}
