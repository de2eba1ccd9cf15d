package io.dure.group.consumer;

import io.dure.base.LinearPattern;
import io.dure.base.TopicId;
import io.dure.metadata.PartitionImage;
import io.dure.metadata.TopicImage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Keeps a group's epoch and its target assignment up to date with its members and its topics. */
public final class Targets {
  /** So many members and partitions are worth a millisecond of rest between two deals. */
  private static final int DEALT_PER_MS = 10;

  /** Members that start together come within so long of one another, mostly. */
  private static final int RESTLESS_MS = 3_000;

  private Targets() {}

  /** Something changed: a new epoch begins, and the partitions are dealt out for it. */
  static void startEpoch(ConsumerGroup group, Rules rules, Journal journal) {
    forgetUnusedPatterns(group, journal);
    long hash = rules.topics().hash(group.subscribedTopics());
    long createdMs = group.createdMs() >= 0 ? group.createdMs() : journal.wallMs();
    journal.store(new ConsumerRecord.EpochStored(group.id(), group.epoch() + 1, hash, createdMs));
    group.restlessUntil(journal.nowMs() + RESTLESS_MS);
    dealIfDue(group, rules, journal);
  }

  /** The cluster's topics may have changed. */
  public static void onTopics(ConsumerGroup group, Rules rules, Journal journal) {
    for (String regex : group.patternsInUse()) {
      match(group, regex, rules, journal);
    }
    if (!group.isEmpty() && rules.topics().hash(group.subscribedTopics()) != group.metadataHash()) {
      startEpoch(group, rules, journal);
    }
  }

  /** Finds out which topics a pattern stands for. */
  static void match(ConsumerGroup group, String regex, Rules rules, Journal journal) {
    LinearPattern pattern = LinearPattern.of(regex);
    var matching = new TreeSet<String>();
    for (TopicImage topic : rules.topics().all()) {
      if (pattern.matches(topic.name())) {
        matching.add(topic.name());
      }
    }
    if (!matching.equals(group.patterns().get(regex))) {
      journal.store(
          new ConsumerRecord.RegexStored(
              group.id(), regex, matching, rules.topics().imageEnd(), journal.wallMs()));
    }
  }

  private static void forgetUnusedPatterns(ConsumerGroup group, Journal journal) {
    Set<String> used = group.patternsInUse();
    for (String regex : List.copyOf(group.patterns().keySet())) {
      if (!used.contains(regex)) {
        journal.store(new ConsumerRecord.RegexForgotten(group.id(), regex));
      }
    }
  }

  /**
   * Deals unless it was done lately: a large group whose members come one by one is dealt out once
   * for many of them, so that dealing takes a small share of the loop's time.
   */
  static void dealIfDue(ConsumerGroup group, Rules rules, Journal journal) {
    if (group.epoch() == group.targetEpoch()) {
      return;
    }
    if (journal.nowMs() >= group.nextDealMs()) {
      deal(group, rules, journal);
    } else {
      journal.lookAgainAt(group, group.nextDealMs());
    }
  }

  private static void deal(ConsumerGroup group, Rules rules, Journal journal) {
    Map<TopicId, Assignor.Topic> topics = topics(group, rules.topics());
    Map<String, PartitionSet> dealt =
        assignor(group, rules.settings()).assign(readers(group, rules.topics()), topics);
    for (ConsumerMember member : group.members()) {
      PartitionSet now = dealt.getOrDefault(member.id(), PartitionSet.NONE);
      if (!group.targets().containsKey(member.id()) || !now.equals(group.targetOf(member.id()))) {
        journal.store(new ConsumerRecord.TargetStored(group.id(), member.id(), now));
      }
    }
    journal.store(
        new ConsumerRecord.TargetEpochStored(group.id(), group.epoch(), journal.wallMs()));
    int partitions = topics.values().stream().mapToInt(Assignor.Topic::partitions).sum();
    int restMs = (group.size() + partitions) / DEALT_PER_MS;
    group.dealAgainFrom(
        journal.nowMs() + Math.max(restMs, rules.settings().assignmentIntervalMs()));
  }

  private static Map<TopicId, Assignor.Topic> topics(ConsumerGroup group, Topics topics) {
    var all = new LinkedHashMap<TopicId, Assignor.Topic>();
    for (String name : group.subscribedTopics()) {
      Optional<TopicImage> image = topics.named(name);
      if (image.isPresent()) {
        var racks = new ArrayList<Set<String>>();
        for (PartitionImage partition : image.get().partitions()) {
          racks.add(topics.racks(partition));
        }
        all.put(image.get().id(), new Assignor.Topic(image.get().id(), name, racks));
      }
    }
    return all;
  }

  private static List<Assignor.Reader> readers(ConsumerGroup group, Topics topics) {
    var shared = new HashMap<Set<String>, Set<TopicId>>();
    var readers = new ArrayList<Assignor.Reader>();
    for (ConsumerMember member : group.members()) {
      Set<TopicId> ids =
          shared.computeIfAbsent(
              group.topicsOf(member.terms()),
              names -> {
                var found = new LinkedHashSet<TopicId>();
                names.forEach(name -> topics.named(name).ifPresent(t -> found.add(t.id())));
                return found;
              });
      readers.add(
          new Assignor.Reader(
              member.id(),
              member.instanceId(),
              member.terms().rackId(),
              ids,
              group.targetOf(member.id())));
    }
    return readers;
  }

  private static Assignor assignor(ConsumerGroup group, ConsumerSettings settings) {
    return Assignor.named(assignorName(group, settings)).orElseGet(UniformAssignor::new);
  }

  /** The one that most members ask for; of equals the one that is offered first. */
  public static String assignorName(ConsumerGroup group, ConsumerSettings settings) {
    var votes = new HashMap<String, Integer>();
    for (ConsumerMember member : group.members()) {
      member.terms().assignor().ifPresent(name -> votes.merge(name, 1, Integer::sum));
    }
    String chosen = settings.assignors().getFirst();
    for (String name : settings.assignors()) {
      if (votes.getOrDefault(name, 0) > votes.getOrDefault(chosen, 0)) {
        chosen = name;
      }
    }
    return chosen;
  }
}
