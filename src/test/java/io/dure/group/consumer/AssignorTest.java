package io.dure.group.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.base.TopicId;
import io.dure.sim.SimRng;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** How partitions are dealt out. */
class AssignorTest {
  private final Assignor uniform = new UniformAssignor();
  private final Assignor range = new RangeAssignor();
  private final Map<TopicId, Assignor.Topic> topics = new LinkedHashMap<>();

  private TopicId topic(String name, int partitions) {
    return topic(name, Collections.nCopies(partitions, Set.of()));
  }

  private TopicId topic(String name, List<Set<String>> racks) {
    var id = new TopicId(new UUID(1, topics.size() + 1));
    topics.put(id, new Assignor.Topic(id, name, racks));
    return id;
  }

  private static Assignor.Reader reader(String id, Set<TopicId> topics) {
    return reader(id, topics, PartitionSet.NONE);
  }

  private static Assignor.Reader reader(String id, Set<TopicId> topics, PartitionSet before) {
    return new Assignor.Reader(id, Optional.empty(), Optional.empty(), topics, before);
  }

  private static List<Assignor.Reader> again(
      List<Assignor.Reader> readers, Map<String, PartitionSet> dealt) {
    return readers.stream()
        .map(r ->
            new Assignor.Reader(
                r.memberId(),
                r.instanceId(),
                r.rack(),
                r.topics(),
                dealt.getOrDefault(r.memberId(), PartitionSet.NONE)))
        .toList();
  }

  private static List<Integer> sizes(Map<String, PartitionSet> dealt) {
    return dealt.values().stream().map(PartitionSet::size).sorted().toList();
  }

  private void assertComplete(List<Assignor.Reader> readers, Map<String, PartitionSet> dealt) {
    var all = PartitionSet.NONE;
    for (Assignor.Reader r : readers) {
      PartitionSet its = dealt.getOrDefault(r.memberId(), PartitionSet.NONE);
      assertThat(r.topics()).containsAll(its.topics());
      assertThat(all.overlaps(its)).as("twice").isFalse();
      all = all.plus(its);
    }
    for (Assignor.Topic t : topics.values()) {
      boolean read = readers.stream().anyMatch(r -> r.topics().contains(t.id()));
      assertThat(all.partitionsOf(t.id())).hasSize(read ? t.partitions() : 0);
    }
  }

  @Test
  void uniformDealsEvenly() {
    Set<TopicId> both = Set.of(topic("a", 5), topic("b", 6));
    List<Assignor.Reader> readers =
        List.of(reader("x", both), reader("y", both), reader("z", both));
    Map<String, PartitionSet> dealt = uniform.assign(readers, topics);
    assertComplete(readers, dealt);
    assertThat(sizes(dealt)).containsExactly(3, 4, 4);
  }

  @Test
  void uniformMovesOnlyWhatANewcomerNeeds() {
    Set<TopicId> one = Set.of(topic("a", 12));
    List<Assignor.Reader> readers = List.of(reader("x", one), reader("y", one), reader("z", one));
    Map<String, PartitionSet> before = uniform.assign(readers, topics);
    var more = new ArrayList<>(again(readers, before));
    more.add(reader("w", one));
    Map<String, PartitionSet> after = uniform.assign(more, topics);
    assertThat(sizes(after)).containsExactly(3, 3, 3, 3);
    before.forEach((member, had) ->
        assertThat(had.containsAll(after.getOrDefault(member, PartitionSet.NONE)))
            .as(member + " gets nothing new")
            .isTrue());
  }

  @Test
  void uniformChangesNothingWhenNothingChanged() {
    Set<TopicId> both = Set.of(topic("a", 7), topic("b", 4));
    List<Assignor.Reader> readers =
        List.of(reader("x", both), reader("y", both), reader("z", both));
    Map<String, PartitionSet> dealt = uniform.assign(readers, topics);
    assertThat(uniform.assign(again(readers, dealt), topics)).isEqualTo(dealt);
  }

  @Test
  void uniformPrefersReadersNearBy() {
    TopicId id = topic("a", List.of(Set.of("r1"), Set.of("r2"), Set.of("r1"), Set.of("r2")));
    List<Assignor.Reader> readers =
        List.of(
            new Assignor.Reader(
                "x", Optional.empty(), Optional.of("r2"), Set.of(id), PartitionSet.NONE),
            new Assignor.Reader(
                "y", Optional.empty(), Optional.of("r1"), Set.of(id), PartitionSet.NONE));
    Map<String, PartitionSet> dealt = uniform.assign(readers, topics);
    assertThat(dealt).containsEntry("x", PartitionSet.of(id, 1, 3));
    assertThat(dealt).containsEntry("y", PartitionSet.of(id, 0, 2));
  }

  @Test
  void rangeCutsTopicsOfOneSizeAlike() {
    TopicId a = topic("a", 5);
    TopicId b = topic("b", 5);
    List<Assignor.Reader> readers = List.of(reader("y", Set.of(a, b)), reader("x", Set.of(a, b)));
    Map<String, PartitionSet> dealt = range.assign(readers, topics);
    assertComplete(readers, dealt);
    PartitionSet x = dealt.getOrDefault("x", PartitionSet.NONE);
    assertThat(x.partitionsOf(a)).containsExactly(0, 1, 2).isEqualTo(x.partitionsOf(b));
  }

  @Test
  void whoeverReadsWhatAllIsDealtOnceAndFairly() {
    for (long seed = 0; seed < 300; seed++) {
      var rng = new SimRng(seed);
      topics.clear();
      var ids = new ArrayList<TopicId>();
      for (int t = 0; t < 1 + rng.below(6); t++) {
        ids.add(topic("t" + t, 1 + rng.below(12)));
      }
      List<Assignor.Reader> readers = new ArrayList<>();
      Map<String, PartitionSet> dealt = new HashMap<>();
      for (int round = 0; round < 6; round++) {
        readers = new ArrayList<>(again(readers, dealt));
        if (!readers.isEmpty() && rng.chance(400)) {
          readers.remove(rng.below(readers.size()));
        }
        var reads = new TreeSet<Integer>();
        for (int t = 0; t < ids.size(); t++) {
          if (rng.chance(500)) {
            reads.add(t);
          }
        }
        var its = new LinkedHashSet<TopicId>();
        reads.forEach(t -> its.add(ids.get(t)));
        readers.add(reader("m" + seed + "-" + round, its));
        dealt = uniform.assign(readers, topics);
        assertComplete(readers, dealt);
        assertFair(readers, dealt);
        assertComplete(readers, range.assign(readers, topics));
      }
    }
  }

  private void assertFair(List<Assignor.Reader> readers, Map<String, PartitionSet> dealt) {
    for (Assignor.Topic topic : topics.values()) {
      List<Assignor.Reader> its =
          readers.stream().filter(r -> r.topics().contains(topic.id())).toList();
      for (Assignor.Reader rich : its) {
        PartitionSet has = dealt.getOrDefault(rich.memberId(), PartitionSet.NONE);
        for (Assignor.Reader poor : its) {
          int poorSize = dealt.getOrDefault(poor.memberId(), PartitionSet.NONE).size();
          assertThat(has.partitionsOf(topic.id()).isEmpty() || has.size() - poorSize < 2)
              .as("%s has %d and %s %d", rich.memberId(), has.size(), poor.memberId(), poorSize)
              .isTrue();
        }
      }
    }
  }

  /** On the loop's thread, so it has to be short; the bound leaves room for a busy machine. */
  @Test
  void aThousandReadersOfTenThousandPartitionsTakeMilliseconds() {
    var all = new LinkedHashSet<TopicId>();
    for (int t = 0; t < 10; t++) {
      all.add(topic("t" + t, 1_000));
    }
    List<Assignor.Reader> readers = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      readers.add(reader("m" + i, all));
    }
    var mixed = new ArrayList<Assignor.Reader>();
    List<TopicId> ids = List.copyOf(all);
    for (int i = 0; i < 1_000; i++) {
      mixed.add(
          reader(
              "m" + i,
              Stream.of(i % 10, (i + 1 + i % 7) % 10).map(ids::get).collect(Collectors.toSet())));
    }
    Map<String, PartitionSet> dealt = uniform.assign(readers, topics);
    long best = Long.MAX_VALUE;
    long bestMixed = Long.MAX_VALUE;
    for (int round = 0; round < 10; round++) {
      long startNs = System.nanoTime();
      uniform.assign(again(readers, dealt).subList(round, 1_000), topics);
      best = Math.min(best, System.nanoTime() - startNs);
    }
    Map<String, PartitionSet> dealtMixed = uniform.assign(mixed, topics);
    for (int round = 0; round < 3; round++) {
      long startNs = System.nanoTime();
      dealtMixed = uniform.assign(again(mixed, dealtMixed).subList(round, 1_000), topics);
      bestMixed = Math.min(bestMixed, System.nanoTime() - startNs);
    }
    System.out.println("alike " + best / 1000 + " us, mixed " + bestMixed / 1000 + " us");
    assertThat(best / 1_000_000).isLessThan(200);
    assertThat(bestMixed / 1_000_000).isLessThan(1_000);
  }
}
