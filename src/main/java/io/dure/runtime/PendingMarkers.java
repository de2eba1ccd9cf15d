package io.dure.runtime;

import io.dure.log.TxnMarker;
import java.util.ArrayDeque;

/**
 * Markers that this leadership of a partition appended and that are not committed yet, in the order
 * of the log. No more than wait to be committed. Belongs to its loop.
 */
final class PendingMarkers {
  private record Pending(long offset, TxnMarker marker) {}

  private final ArrayDeque<Pending> pending = new ArrayDeque<>(0);

  /** Takes a marker once it is committed. */
  interface Listener {
    void committed(TxnMarker marker, long offset);
  }

  void appended(long offset, TxnMarker marker) {
    pending.addLast(new Pending(offset, marker));
  }

  void committed(long highWatermark, Listener listener) {
    while (!pending.isEmpty() && pending.getFirst().offset() < highWatermark) {
      Pending next = pending.removeFirst();
      listener.committed(next.marker(), next.offset());
    }
  }

  void clear() {
    pending.clear();
  }
}
