package io.dure.console;

import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.metadata.BrokerImage;
import io.dure.metadata.ClusterDelta;
import io.dure.metadata.ClusterImage;
import io.dure.metadata.PartitionImage;
import io.dure.metadata.TopicImage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/**
 * What happened in the cluster since this node started, told from one committed image to the next;
 * the newest {@value #KEPT} are kept. Costs about what changed. Safe for all threads.
 */
final class Events {
  static final int KEPT = 500;

  /** Of partitions that share an event, at most so many are named. */
  private static final int NAMED = 5;

  private final LongSupplier wallMs;
  private final ArrayDeque<Event> events = new ArrayDeque<>();
  private final Map<PartitionId, Long> troubledSince = new HashMap<>();

  /** Whole again by the newest image, and since when they had not been. */
  private final Map<PartitionId, Long> recovered = new HashMap<>();

  /** Replicas of which it was told that they fell behind, and not yet that they are in step. */
  private final Map<PartitionId, Set<NodeId>> toldBehind = new HashMap<>();

  private ClusterImage image = ClusterImage.EMPTY;
  private Optional<NodeId> controller = Optional.empty();
  private final Map<NodeId, Long> leaderChanges = new HashMap<>();
  private long lastId;

  Events(LongSupplier wallMs) {
    this.wallMs = wallMs;
  }

  synchronized void onImage(ClusterImage newer) {
    ClusterImage older = image;
    image = newer;
    boolean first = older.brokers().isEmpty();
    ClusterDelta delta = newer.changedSince(older);
    watchTrouble(delta, newer);
    if (first) {
      return; // what this node found when it came did not happen now
    }
    delta.changedBrokers().forEach(broker -> onBroker(older.broker(broker.node()), broker));
    delta
        .removedBrokers()
        .forEach(gone -> add(Event.Kind.BROKER_REMOVED, Map.of("broker", text(gone.node()))));
    onTopics(older, delta);
    onPartitions(older, newer, delta);
  }

  /** Who leads the metadata log now, as far as this node knows. */
  synchronized void onController(Optional<NodeId> now) {
    if (now.isPresent() && !now.equals(controller)) {
      if (controller.isPresent()) {
        add(
            Event.Kind.CONTROLLER_MOVED,
            Map.of("from", text(controller.get()), "to", text(now.get())));
      }
      controller = now;
    }
  }

  private void onBroker(Optional<BrokerImage> before, BrokerImage now) {
    Map<String, String> facts =
        Map.of("broker", text(now.node()), "address", now.endpoint().toString());
    if (before.isEmpty()) {
      add(Event.Kind.BROKER_JOINED, facts);
    } else if (before.get().live() && !now.live()) {
      add(Event.Kind.BROKER_AWAY, facts);
    } else if (!before.get().live() && now.live()) {
      add(Event.Kind.BROKER_BACK, facts);
    }
  }

  private void onTopics(ClusterImage older, ClusterDelta delta) {
    for (TopicImage topic : delta.changedTopics()) {
      Optional<TopicImage> before = older.topic(topic.id());
      if (before.isEmpty()) {
        add(
            Event.Kind.TOPIC_CREATED,
            Map.of("topic", topic.name(), "count", String.valueOf(topic.partitions().size())));
      } else if (!before.get().configs().equals(topic.configs())) {
        add(
            Event.Kind.TOPIC_SET,
            Map.of("topic", topic.name(), "settings", changed(before.get().configs(), topic)));
      }
    }
    delta
        .removedTopics()
        .forEach(gone -> add(Event.Kind.TOPIC_DELETED, Map.of("topic", gone.name())));
  }

  private static String changed(Map<String, String> before, TopicImage topic) {
    var changes = new ArrayList<String>();
    Set<String> keys = new HashSet<>(before.keySet());
    keys.addAll(topic.configs().keySet());
    for (String key : keys) {
      String now = topic.configs().get(key);
      if (!Objects.equals(before.get(key), now)) {
        changes.add(now == null ? key + " (default)" : key + "=" + now);
      }
    }
    return String.join(", ", changes);
  }

  /** What the same thing happened to, together. */
  private record Same(Event.Kind kind, String from, String to) {}

  private void onPartitions(ClusterImage older, ClusterImage newer, ClusterDelta delta) {
    Map<Same, List<PartitionImage>> together = new LinkedHashMap<>();
    for (PartitionImage now : delta.changedPartitions()) {
      older
          .partition(now.id())
          .ifPresent(before ->
              changes(before, now, newer)
                  .forEach(
                      same -> together.computeIfAbsent(same, _ -> new ArrayList<>()).add(now)));
    }
    together.forEach((same, partitions) -> add(same.kind(), facts(same, partitions, newer)));
  }

  private List<Same> changes(PartitionImage before, PartitionImage now, ClusterImage newer) {
    var all = new ArrayList<Same>(1);
    if (!before.leader().equals(now.leader())) {
      leaderChange(before, now, newer).ifPresent(all::add);
    }
    if (!before.isChanging() && now.isChanging()) {
      all.add(new Same(Event.Kind.MOVE_BEGUN, texts(before.replicas()), texts(wanted(now))));
    } else if (before.isChanging() && !now.isChanging()) {
      all.add(new Same(Event.Kind.MOVE_DONE, "", texts(now.replicas())));
    }
    if (before.epoch() == now.epoch() && now.leader().isPresent()) {
      for (NodeId replica : now.replicas()) {
        boolean was = before.inStep().contains(replica);
        boolean is = now.inStep().contains(replica);
        if (was && !is) {
          toldBehind.computeIfAbsent(now.id(), _ -> new HashSet<>()).add(replica);
          all.add(new Same(Event.Kind.COPY_BEHIND, "", text(replica)));
        } else if (!was && is && (wasToldBehind(replica, now.id()) || troubledLong(now.id()))) {
          all.add(new Same(Event.Kind.COPY_IN_STEP, "", text(replica)));
        }
      }
    }
    return all;
  }

  /** Whether readers wait to hear that it is back; they hear it now. */
  private boolean wasToldBehind(NodeId replica, PartitionId id) {
    Set<NodeId> told = toldBehind.get(id);
    if (told == null || !told.remove(replica)) {
      return false;
    }
    if (told.isEmpty()) {
      toldBehind.remove(id);
    }
    return true;
  }

  /** A fresh epoch begins with its leader alone in step; that it is not for long is no news. */
  private boolean troubledLong(PartitionId id) {
    Long since = recovered.get(id);
    return since != null && wallMs.getAsLong() - since > 2_000;
  }

  private Optional<Same> leaderChange(
      PartitionImage before, PartitionImage now, ClusterImage newer) {
    String from = before.leader().map(Events::text).orElse("");
    if (now.leader().isEmpty()) {
      return Optional.of(new Same(Event.Kind.LEADER_MISSING, from, ""));
    }
    NodeId leader = now.leader().get();
    leaderChanges.merge(leader, 1L, Long::sum);
    if (before.leader().isEmpty()) {
      return before.epoch() < 0
          ? Optional.empty() // it was created just now
          : Optional.of(new Same(Event.Kind.LEADER_FOUND, "", text(leader)));
    }
    boolean died = !newer.isLive(before.leader().get());
    Event.Kind kind =
        died
            ? Event.Kind.LEADER_DIED
            : leader.equals(now.preferredLeader())
                ? Event.Kind.LEADER_HOME
                : Event.Kind.LEADER_MOVED;
    return Optional.of(new Same(kind, from, text(leader)));
  }

  private static Map<String, String> facts(
      Same same, List<PartitionImage> partitions, ClusterImage image) {
    Map<String, String> facts = new TreeMap<>();
    facts.put("from", same.from());
    facts.put("to", same.to());
    facts.put("count", String.valueOf(partitions.size()));
    facts.put("partitions", names(partitions, image));
    return facts;
  }

  /** Of some of them; people's own topics first. */
  private static String names(List<PartitionImage> partitions, ClusterImage image) {
    var names = new ArrayList<String>();
    for (boolean internal : new boolean[] {false, true}) {
      for (PartitionImage each : partitions) {
        Optional<TopicImage> topic = image.topic(each.id().topic());
        if (names.size() < NAMED && topic.map(TopicImage::internal).orElse(true) == internal) {
          names.add(topic.map(TopicImage::name).orElse("?") + "-" + each.id().index());
        }
      }
    }
    return String.join(", ", names);
  }

  private static List<NodeId> wanted(PartitionImage partition) {
    return partition.target().isEmpty() ? partition.replicas() : partition.target();
  }

  private void watchTrouble(ClusterDelta delta, ClusterImage newer) {
    recovered.clear();
    if (delta.changedBrokers().isEmpty()) {
      delta.changedPartitions().forEach(now -> watchTrouble(now, newer));
    } else {
      // A broker's coming and going concerns partitions that did not change themselves.
      newer.topics().forEach(topic -> topic.partitions().forEach(now -> watchTrouble(now, newer)));
    }
    delta
        .removedPartitions()
        .forEach(gone -> {
          troubledSince.remove(gone.id());
          toldBehind.remove(gone.id());
        });
  }

  /** Whether it is led and all its replicas live and are in step. */
  static boolean isWhole(PartitionImage partition, ClusterImage image) {
    if (partition.leader().isEmpty()) {
      return false;
    }
    for (NodeId replica : partition.replicas()) {
      if (!isInStep(replica, partition, image)) {
        return false;
      }
    }
    return true;
  }

  /** Leaders do not take dead replicas out at once where nothing is written. */
  static boolean isInStep(NodeId replica, PartitionImage partition, ClusterImage image) {
    return partition.inStep().contains(replica) && image.isLive(replica);
  }

  private void watchTrouble(PartitionImage now, ClusterImage newer) {
    if (isWhole(now, newer)) {
      Long since = troubledSince.remove(now.id());
      if (since != null) {
        recovered.put(now.id(), since);
      }
    } else {
      troubledSince.putIfAbsent(now.id(), wallMs.getAsLong());
    }
  }

  private void add(Event.Kind kind, Map<String, String> facts) {
    events.addLast(new Event(++lastId, wallMs.getAsLong(), kind, facts));
    if (events.size() > KEPT) {
      events.removeFirst();
    }
  }

  /** The newest events after {@code id}, at most {@code most}, oldest first. */
  synchronized List<Event> after(long id, int most) {
    List<Event> found = new ArrayList<>();
    for (Event event : events) {
      if (event.id() > id) {
        found.add(event);
      }
    }
    return List.copyOf(found.subList(Math.max(0, found.size() - most), found.size()));
  }

  /** Partitions without a leader or with a copy that is not in step, and since when. */
  synchronized Map<PartitionId, Long> troubledSince() {
    return Map.copyOf(troubledSince);
  }

  /** How often {@code node} was given the lead of a partition since this node started. */
  synchronized long leaderChanges(NodeId node) {
    return leaderChanges.getOrDefault(node, 0L);
  }

  private static String text(NodeId node) {
    return String.valueOf(node.value());
  }

  private static String texts(List<NodeId> nodes) {
    return String.join(", ", nodes.stream().map(Events::text).toList());
  }
}
