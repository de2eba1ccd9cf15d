package io.dure.group.consumer;

import io.dure.base.TopicId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;

/**
 * Gives all readers equally many partitions and moves as few as it can. Among readers that are as
 * good, one in a rack of the partition gets it; no partition moves for the sake of racks.
 *
 * <p>When all read the same topics no two readers differ by more than one partition, and only moves
 * are made that this takes. Otherwise no reader of a topic has two partitions fewer than another
 * one that holds a partition of it.
 */
final class UniformAssignor implements Assignor {

  /** What one reader has so far. */
  private static final class Hand {
    final Reader reader;
    final TreeMap<TopicId, List<Integer>> cards =
        new TreeMap<>(Comparator.comparing(TopicId::value));
    int size;
    int quota;

    Hand(Reader reader) {
      this.reader = reader;
    }

    void take(TopicId topic, int partition) {
      cards.computeIfAbsent(topic, _ -> new ArrayList<>()).add(partition);
      size++;
    }

    int give(TopicId topic) {
      size--;
      List<Integer> ofTopic = Objects.requireNonNull(cards.get(topic));
      int given = ofTopic.removeLast();
      if (ofTopic.isEmpty()) {
        cards.remove(topic);
      }
      return given;
    }

    boolean hasRoom() {
      return size < quota;
    }

    boolean isNear(Set<String> racks) {
      return reader.rack().isPresent() && racks.contains(reader.rack().get());
    }

    PartitionSet done() {
      var draft = new PartitionSet.Draft();
      cards.forEach((topic, partitions) -> partitions.forEach(p -> draft.add(topic, p)));
      return draft.done();
    }
  }

  private record Card(Topic topic, int partition) {
    Set<String> racks() {
      return topic.racks().get(partition);
    }
  }

  @Override
  public Map<String, PartitionSet> assign(List<Reader> readers, Map<TopicId, Topic> topics) {
    var hands = new ArrayList<Hand>();
    readers.stream()
        .sorted(Comparator.comparing(Reader::memberId))
        .forEach(r -> hands.add(new Hand(r)));
    boolean alike = readers.stream().allMatch(r -> r.topics().equals(readers.getFirst().topics()));
    if (alike) {
      dealAlike(hands, topics);
    } else {
      dealByTopic(hands, topics);
    }
    var result = new HashMap<String, PartitionSet>();
    hands.forEach(h -> result.put(h.reader.memberId(), h.done()));
    return result;
  }

  // ---- all read the same

  private static void dealAlike(List<Hand> hands, Map<TopicId, Topic> topics) {
    if (hands.isEmpty()) {
      return;
    }
    int all = 0;
    var dealt = new HashMap<TopicId, boolean[]>();
    for (TopicId id : hands.getFirst().reader.topics()) {
      Topic topic = topics.get(id);
      if (topic != null) {
        all += topic.partitions();
        dealt.put(id, new boolean[topic.partitions()]);
      }
    }
    setQuotas(hands, all, dealt);
    hands.forEach(hand -> keepUpToQuota(hand, topics, dealt));
    dealRest(hands, rest(topics, dealt));
  }

  /** Those who had most get the partitions that are left over by an even share. */
  private static void setQuotas(List<Hand> hands, int all, Map<TopicId, boolean[]> dealt) {
    int floor = all / hands.size();
    int more = all % hands.size();
    var had = new HashMap<Hand, Integer>();
    for (Hand hand : hands) {
      int[] count = {0};
      hand.reader.before().forEach((topic, p) -> count[0] += exists(dealt, topic, p) ? 1 : 0);
      had.put(hand, count[0]);
    }
    var byHad = new ArrayList<>(hands);
    byHad.sort(Comparator.comparingInt((Hand h) -> had.getOrDefault(h, 0)).reversed());
    for (int i = 0; i < byHad.size(); i++) {
      byHad.get(i).quota = floor + (i < more ? 1 : 0);
    }
  }

  /** What is there for a topic that is known to have something. */
  private static <T> T of(Map<TopicId, T> all, TopicId topic) {
    return Objects.requireNonNull(all.get(topic));
  }

  private static boolean exists(Map<TopicId, boolean[]> dealt, TopicId topic, int partition) {
    boolean[] ofTopic = dealt.get(topic);
    return ofTopic != null && partition < ofTopic.length;
  }

  /** What is near is kept before what is far. */
  private static void keepUpToQuota(
      Hand hand, Map<TopicId, Topic> topics, Map<TopicId, boolean[]> dealt) {
    for (boolean near : new boolean[] {true, false}) {
      hand.reader
          .before()
          .forEach((topic, p) -> {
            if (hand.hasRoom()
                && exists(dealt, topic, p)
                && !of(dealt, topic)[p]
                && hand.isNear(of(topics, topic).racks().get(p)) == near) {
              of(dealt, topic)[p] = true;
              hand.take(topic, p);
            }
          });
    }
  }

  private static List<Card> rest(Map<TopicId, Topic> topics, Map<TopicId, boolean[]> dealt) {
    var rest = new ArrayList<Card>();
    topics.values().stream()
        .sorted(Comparator.comparing(Topic::name))
        .filter(t -> dealt.containsKey(t.id()))
        .forEach(t -> {
          boolean[] done = of(dealt, t.id());
          for (int p = 0; p < done.length; p++) {
            if (!done[p]) {
              rest.add(new Card(t, p));
            }
          }
        });
    return rest;
  }

  /** First to those who are near, then to whoever has room, each in turn. */
  private static void dealRest(List<Hand> hands, List<Card> rest) {
    var nearBy = new HashMap<String, ArrayDeque<Hand>>();
    for (Hand hand : hands) {
      if (hand.hasRoom()) {
        hand.reader
            .rack()
            .ifPresent(r -> nearBy.computeIfAbsent(r, _ -> new ArrayDeque<>()).add(hand));
      }
    }
    var far = new ArrayList<Card>();
    for (Card card : rest) {
      boolean given = false;
      for (String rack : card.racks()) {
        given = given || giveToNext(nearBy.getOrDefault(rack, new ArrayDeque<>()), card);
      }
      if (!given) {
        far.add(card);
      }
    }
    var anybody = new ArrayDeque<>(hands);
    far.forEach(card -> giveToNext(anybody, card));
  }

  private static boolean giveToNext(ArrayDeque<Hand> queue, Card card) {
    while (!queue.isEmpty()) {
      Hand hand = queue.poll();
      if (hand.hasRoom()) {
        hand.take(card.topic().id(), card.partition());
        queue.add(hand);
        return true;
      }
    }
    return false;
  }

  // ---- they read different topics

  private static void dealByTopic(List<Hand> hands, Map<TopicId, Topic> topics) {
    var readersOf = new HashMap<TopicId, List<Hand>>();
    var dealt = new HashMap<TopicId, boolean[]>();
    for (Hand hand : hands) {
      for (TopicId id : hand.reader.topics()) {
        if (topics.containsKey(id)) {
          readersOf.computeIfAbsent(id, _ -> new ArrayList<>()).add(hand);
          dealt.computeIfAbsent(id, _ -> new boolean[topics.get(id).partitions()]);
        }
      }
      hand.quota = Integer.MAX_VALUE;
    }
    for (Hand hand : hands) {
      hand.reader
          .before()
          .forEach((topic, p) -> {
            if (hand.reader.topics().contains(topic)
                && exists(dealt, topic, p)
                && !of(dealt, topic)[p]) {
              of(dealt, topic)[p] = true;
              hand.take(topic, p);
            }
          });
    }
    // Topics that few can take come first: the others have more ways to make up for it.
    List<Topic> order =
        topics.values().stream()
            .filter(t -> readersOf.containsKey(t.id()))
            .sorted(
                Comparator.comparingInt((Topic t) -> of(readersOf, t.id()).size())
                    .thenComparing(Topic::name))
            .toList();
    for (Topic topic : order) {
      giveToPoorest(topic, of(dealt, topic.id()), of(readersOf, topic.id()));
    }
    boolean moved = true;
    while (moved) {
      moved = false;
      for (Topic topic : order) {
        moved |= level(topic.id(), of(readersOf, topic.id()));
      }
    }
  }

  private static void giveToPoorest(Topic topic, boolean[] dealt, List<Hand> readers) {
    var poorest = new PriorityQueue<Hand>(BY_SIZE);
    poorest.addAll(readers);
    for (int p = 0; p < dealt.length; p++) {
      if (!dealt[p]) {
        Hand hand = poorest.poll();
        hand.take(topic.id(), p);
        poorest.add(hand);
      }
    }
  }

  private static final Comparator<Hand> BY_SIZE =
      Comparator.comparingInt((Hand h) -> h.size).thenComparing(h -> h.reader.memberId());

  /**
   * Moves partitions of one topic from rich to poor. Each move lessens the sum of the squares of
   * all sizes, so moving comes to an end.
   */
  private static boolean level(TopicId topic, List<Hand> readers) {
    var poorest = new PriorityQueue<Hand>(BY_SIZE);
    var richest = new PriorityQueue<Hand>(BY_SIZE.reversed());
    poorest.addAll(readers);
    readers.stream().filter(h -> h.cards.containsKey(topic)).forEach(richest::add);
    boolean moved = false;
    while (!richest.isEmpty()) {
      Hand rich = richest.poll();
      Hand poor = poorest.peek();
      if (!rich.cards.containsKey(topic) || rich.size - poor.size < 2) {
        continue;
      }
      poorest.remove(rich);
      poorest.remove(poor);
      richest.remove(poor);
      poor.take(topic, rich.give(topic));
      moved = true;
      poorest.add(rich);
      poorest.add(poor);
      richest.add(rich);
      richest.add(poor);
    }
    return moved;
  }
}
