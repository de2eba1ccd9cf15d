package io.dure.log;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;

/**
 * The lowest sequence with which a producer's transaction was announced before its first batch was
 * appended: of several batches under way, a later one must not become the first because its
 * coordinator was quicker to answer. Only a leader knows it, and only from one leadership; losing
 * it costs that protection and nothing else.
 *
 * <p>Bounded: beyond {@value #MOST} the oldest is forgotten.
 */
final class FirstSequences {
  private static final int MOST = 10_000;

  private record First(short epoch, int sequence) {}

  private final Map<Long, First> lowest = new LinkedHashMap<>(2);

  void announced(long producerId, short epoch, int sequence) {
    First known = lowest.get(producerId);
    if (known == null
        || epoch > known.epoch()
        || (epoch == known.epoch() && sequence < known.sequence())) {
      lowest.put(producerId, new First(epoch, sequence));
    }
    if (lowest.size() > MOST) {
      lowest.remove(lowest.keySet().iterator().next());
    }
  }

  /** The sequence that has to come first; empty when none was announced in this epoch. */
  OptionalInt of(long producerId, short epoch) {
    First known = lowest.get(producerId);
    return known == null || known.epoch() != epoch
        ? OptionalInt.empty()
        : OptionalInt.of(known.sequence());
  }

  void appended(long producerId) {
    if (!lowest.isEmpty()) {
      lowest.remove(producerId);
    }
  }

  void clear() {
    lowest.clear();
  }
}
