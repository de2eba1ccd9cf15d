package io.dure.acceptance.hundred;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Who says to own what, from the lines of all processes, in the order of the machine's clock. */
final class Ownership {
  private record Change(long atNs, boolean taken, String member, List<Integer> partitions) {}

  private final List<Change> changes = new ArrayList<>();
  private final Map<String, Long> goneSinceNs = new HashMap<>();

  /** Any thread. */
  synchronized void hear(String line) {
    String[] words = line.split(" ");
    if (words[0].equals("+") || words[0].equals("-")) {
      List<Integer> partitions =
          List.of(words[3].split(",")).stream().map(Integer::valueOf).toList();
      changes.add(new Change(Long.parseLong(words[1]), words[0].equals("+"), words[2], partitions));
    }
  }

  /** What it owned is nobody's from now on. */
  synchronized void died(String member) {
    goneSinceNs.put(member, System.nanoTime());
  }

  /** When the last change was. */
  synchronized long lastChangeNs() {
    return changes.stream().mapToLong(Change::atNs).max().orElse(0);
  }

  /** Partition to member. */
  synchronized Map<Integer, String> owners() {
    var owners = new HashMap<Integer, String>();
    replay(owners);
    owners.values().removeIf(goneSinceNs::containsKey);
    return owners;
  }

  /** A partition that two members called theirs at one time, if there was one. */
  synchronized Optional<String> conflict() {
    return replay(new HashMap<>());
  }

  private Optional<String> replay(Map<Integer, String> owners) {
    Optional<String> conflict = Optional.empty();
    for (Change c : changes.stream().sorted(Comparator.comparingLong(Change::atNs)).toList()) {
      for (int partition : c.partitions) {
        String owner = owners.get(partition);
        if (!c.taken) {
          owners.remove(partition, c.member);
          continue;
        }
        boolean free = owner == null || goneSinceNs.getOrDefault(owner, Long.MAX_VALUE) <= c.atNs;
        if (!free && conflict.isEmpty()) {
          conflict = Optional.of(partition + " is " + owner + "'s and " + c.member + "'s");
        }
        owners.put(partition, c.member);
      }
    }
    return conflict;
  }

  /** Whether every partition has an owner, and the members have equally many, to one. */
  boolean isEven(int partitions, int members) {
    var counts = new HashMap<String, Integer>();
    owners().values().forEach(m -> counts.merge(m, 1, Integer::sum));
    int sum = counts.values().stream().mapToInt(Integer::intValue).sum();
    return sum == partitions
        && counts.size() == members
        && counts.values().stream().allMatch(n -> n >= partitions / members)
        && counts.values().stream().allMatch(n -> n <= -Math.floorDiv(-partitions, members));
  }
}
