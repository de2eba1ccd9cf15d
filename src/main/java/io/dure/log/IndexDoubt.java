package io.dure.log;

import io.dure.base.DiskException;
import java.util.List;
import java.util.function.Supplier;

/**
 * Index files are not flushed with every batch: before a segment is blamed for what was read, its
 * index is made anew.
 */
final class IndexDoubt {
  private IndexDoubt() {}

  static <T> T reading(List<Segment> segments, Supplier<T> read) {
    try {
      return read.get();
    } catch (DiskException doubtful) {
      boolean again = false;
      for (Segment segment : segments) {
        again |= segment.distrustIndexes();
      }
      if (again) {
        return read.get();
      }
      throw doubtful;
    }
  }
}
