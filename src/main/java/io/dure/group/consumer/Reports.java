package io.dure.group.consumer;

import java.util.HashMap;
import java.util.Map;

/**
 * What each member reported last to own, as far as this coordinator heard it; a new one starts with
 * nothing.
 *
 * <p>A member works off one assignment at a time while its heartbeats go on, and reports the last
 * that it is done with. So what it was given and does not report it may be about to take. What it
 * did report it has, until it reports without it.
 */
final class Reports {
  private final Map<String, PartitionSet> last = new HashMap<>();

  void heard(String memberId, PartitionSet owned) {
    last.put(memberId, owned);
  }

  boolean knows(String memberId) {
    return last.containsKey(memberId);
  }

  PartitionSet of(String memberId) {
    return last.getOrDefault(memberId, PartitionSet.NONE);
  }

  void forget(String memberId) {
    last.remove(memberId);
  }
}
