package io.dure.net;

import io.dure.wire.ConnectionEnd;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/** What is to be done when one connection has ended. Confined to the connection's loop. */
final class Farewells implements ConnectionEnd {
  private static final int MAX_NAMES = 16;

  private final SequencedMap<String, Runnable> byName = new LinkedHashMap<>();
  private boolean ended;

  @Override
  public void whenEnded(String name, Runnable then) {
    if (ended) {
      then.run();
      return;
    }
    byName.putLast(name, then);
    if (byName.size() > MAX_NAMES) {
      byName.pollFirstEntry();
    }
  }

  void end() {
    ended = true;
    List<Runnable> all = List.copyOf(byName.values());
    byName.clear();
    all.forEach(Runnable::run);
  }
}
