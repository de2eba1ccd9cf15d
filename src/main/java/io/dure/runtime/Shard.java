package io.dure.runtime;

import io.dure.base.DiskException;
import io.dure.base.Incarnation;
import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.log.LogSettings;
import io.dure.log.PartitionLog;
import io.dure.log.TxnMarker;
import io.dure.metadata.ClusterDelta;
import io.dure.metadata.ClusterImage;
import io.dure.metadata.PartitionImage;
import io.dure.metadata.TopicImage;
import io.dure.metadata.TopicSettings;
import io.dure.replication.ReplicaSettings;
import io.dure.runtime.PartitionHost.FenceAsked;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** The partitions of one loop. All of it belongs to that loop. */
final class Shard {
  /**
   * Period of the ticks of busy partitions; the others get one every {@value #IDLE_TICKS} of these.
   */
  static final long TICK_MS = 50;

  private static final int IDLE_TICKS = 20;

  /** Each writes a few files; thousands come to rest together when a load ends. */
  private static final int RESTS_PER_TICK = 5;

  private final LoopPorts ports;
  private final Predicate<PartitionId> mine;
  private final MetadataView metadata;
  private final CoordinatorListeners listeners;
  private final ByteBudget waitingBytes;
  private final PartitionNumbers numbers = new PartitionNumbers();
  private final ReplicaSettings replicaSettings;

  private final Map<PartitionId, PartitionHost> hosts = new HashMap<>();
  private final Set<PartitionHost> busy = new LinkedHashSet<>();
  private final Map<FenceAsked, List<PeerMessage.FencedAt>> fenceAnswers = new LinkedHashMap<>();
  private final Set<PartitionId> closing = new HashSet<>();
  private ClusterImage image = ClusterImage.EMPTY;
  private Optional<Incarnation> own = Optional.empty();
  private List<PartitionHost> round = List.of();
  private int roundAt;
  private final Compactor compactor;
  private final FailedReplicas failed;
  private final LoadReports loads;
  private int newestController = -1;
  private long retired;
  private boolean closed;

  Shard(
      LoopPorts ports,
      Predicate<PartitionId> mine,
      MetadataView metadata,
      CoordinatorListeners listeners,
      ReplicaSettings replicaSettings) {
    this.ports = ports;
    this.mine = mine;
    this.metadata = metadata;
    this.listeners = listeners;
    this.waitingBytes = new ByteBudget(ports.settings().waitingBytes());
    this.replicaSettings = replicaSettings;
    this.compactor = new Compactor(ports, hosts::values);
    this.failed = new FailedReplicas(ports, metadata);
    this.loads = new LoadReports(this, ports.settings().loadRoundMs());
  }

  void start() {
    ports.loop().schedule(TICK_MS, this::tick);
  }

  LoopPorts ports() {
    return ports;
  }

  Loop loop() {
    return ports.loop();
  }

  ByteBudget waitingBytes() {
    return waitingBytes;
  }

  PartitionNumbers numbers() {
    return numbers;
  }

  ReplicaSettings replicaSettings() {
    return replicaSettings;
  }

  MetadataView metadata() {
    return metadata;
  }

  /** What holds a learner at {@code to} back that copies from here. */
  List<CopyRates.Limit> copyLimits(PartitionId partition, NodeId to) {
    return CopyRates.limits(image, ports.settings().self(), partition, to);
  }

  Optional<PartitionHost> host(PartitionId partition) {
    return Optional.ofNullable(hosts.get(partition));
  }

  boolean isHere(PartitionHost host) {
    return hosts.get(host.id()) == host;
  }

  Collection<PartitionHost> hosts() {
    return hosts.values();
  }

  /**
   * Takes a committed image; {@code own} is empty until this life of the node is registered in it.
   */
  void onImage(ClusterImage newer, Optional<Incarnation> registered) {
    if (closed || registered.isEmpty()) {
      return;
    }
    // Each is about a replica as it is under the image of now.
    sendFenceAnswers();
    boolean first = own.isEmpty();
    ClusterImage older = own.equals(registered) ? image : ClusterImage.EMPTY;
    own = registered;
    image = newer;
    if (first) {
      clearLeftovers(newer);
    } else if (older == ClusterImage.EMPTY) {
      // A late repetition of our request can register us anew.
      hosts.values().forEach(host -> host.onRegistered(registered.get()));
    }
    if (older == ClusterImage.EMPTY) {
      dropAllBut(newer);
    }
    ClusterDelta delta = newer.changedSince(older);
    delta.removedTopics().forEach(topic -> topic.partitions().forEach(this::dropIfHere));
    // What is in force for a topic follows the brokers' settings too.
    (delta.brokerConfigsChanged() ? newer.topics() : delta.changedTopics()).forEach(this::onTopic);
  }

  /**
   * Removes folders of partitions that were deleted, or given to others, while this node was away.
   * The image holds everything from before this node's registration, so what is not in it is no
   * more.
   */
  private void clearLeftovers(ClusterImage newer) {
    for (PartitionFolders.Found found : PartitionFolders.all(ports.disk())) {
      boolean wanted =
          newer
              .partition(found.id())
              .filter(partition -> partition.hasMember(ports.settings().self()))
              .isPresent();
      if (!wanted && mine.test(found.id()) && !found.id().equals(PartitionId.METADATA)) {
        delete(found.folder(), found.id());
      }
    }
  }

  private void onTopic(TopicImage topic) {
    LogSettings settings = LogSettingsOf.topic(inForce(topic), ports.settings());
    for (PartitionImage partition : topic.partitions()) {
      if (!mine.test(partition.id()) || closing.contains(partition.id())) {
        continue;
      }
      if (!partition.hasMember(ports.settings().self())) {
        dropIfHere(partition);
        continue;
      }
      hosted(topic, partition, settings)
          .ifPresent(host -> {
            host.onSettings(settings);
            host.onImage(partition);
          });
    }
  }

  /** The replica, opened now if it was not; empty where the disk has failed under it. */
  private Optional<PartitionHost> hosted(
      TopicImage topic, PartitionImage partition, LogSettings settings) {
    Optional<PartitionHost> there = host(partition.id());
    if (there.isPresent() || failed.contains(partition.id())) {
      return there;
    }
    Optional<PartitionHost> opened = open(topic, partition, settings);
    opened.ifPresent(host -> {
      hosts.put(partition.id(), host);
      host.begin();
    });
    return opened;
  }

  /** Empty where the disk does not let it. */
  private Optional<PartitionHost> open(
      TopicImage topic, PartitionImage partition, LogSettings settings) {
    String folder = PartitionFolders.name(topic.name(), partition.id().index());
    try {
      return Optional.of(open(folder, topic, partition, settings));
    } catch (DiskException e) {
      if (e.isFull()) {
        throw e;
      }
      failed.add(partition.id(), folder, String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  private TopicSettings inForce(TopicImage topic) {
    NodeSettings node = ports.settings();
    return TopicSettings.inForce(topic, image, node.self(), node.started());
  }

  private PartitionHost open(
      String folder, TopicImage topic, PartitionImage partition, LogSettings settings) {
    PartitionFolders.clearIfStale(ports.disk(), folder, topic.id());
    PartitionLog log = PartitionLog.open(ports.disk(), folder, settings);
    PartitionFolders.mark(ports.disk(), folder, topic.id());
    return new PartitionHost(partition, topic, own.orElseThrow(), log, ports, this);
  }

  private void dropIfHere(PartitionImage partition) {
    PartitionHost host = hosts.remove(partition.id());
    if (failed.contains(partition.id())) {
      failed
          .remove(partition.id())
          .ifPresent(failure -> delete(failure.folder(), failure.partition()));
    } else if (host != null) {
      drop(host);
    }
  }

  /**
   * The host takes part in nothing any more; it goes when whoever goes through them has done so.
   */
  void failed(PartitionHost host, DiskException why) {
    failed.add(
        host.id(),
        PartitionFolders.name(host.topicName(), host.id().index()),
        String.valueOf(why.getMessage()));
    busy.remove(host);
    ports.loop().atTurnEnd(() -> hosts.remove(host.id(), host));
  }

  FailedReplicas failed() {
    return failed;
  }

  private void dropAllBut(ClusterImage newer) {
    for (PartitionHost host : List.copyOf(hosts.values())) {
      if (newer.partition(host.id()).isEmpty()) {
        hosts.remove(host.id());
        drop(host);
      }
    }
    failed.retain(id -> newer.partition(id).isPresent());
  }

  private void drop(PartitionHost host) {
    busy.remove(host);
    closing.add(host.id());
    String folder = PartitionFolders.name(host.topicName(), host.id().index());
    host.close(() -> delete(folder, host.id()));
  }

  /**
   * First what the replica had joined is forgotten for good, then its log is deleted: with the log
   * gone and the epoch still known as joined, a later copy would claim what it does not hold. A
   * folder that another topic of the same name has taken since is left alone.
   */
  private void delete(String folder, PartitionId partition) {
    closing.add(partition);
    ports
        .states()
        .forget(
            partition,
            ports.loop(),
            () -> {
              if (PartitionFolders.readMark(ports.disk(), folder)
                  .filter(partition.topic()::equals)
                  .isPresent()) {
                String old = PartitionFolders.retire(ports.disk(), folder, partition, retired++);
                ports
                    .chores()
                    .submit(() -> PartitionFolders.bury(ports.disk(), old), ports.loop(), () -> {});
              }
              closing.remove(partition);
              // It may have come back to this node meanwhile.
              newerTopicOf(partition).ifPresent(this::onTopic);
            });
  }

  private Optional<TopicImage> newerTopicOf(PartitionId partition) {
    return closed ? Optional.empty() : image.topic(partition.topic());
  }

  void onReplication(NodeId from, PeerMessage.Replication message) {
    PartitionHost host = hosts.get(message.partition());
    if (host != null) {
      host.onMessage(from, message.message());
    }
  }

  /**
   * Fences of partitions that this node does not know of (yet) are left out; the controller asks
   * again. One of an earlier controller than has asked here is too late: nobody would finish its
   * election, and the controller of now, which has asked what is fenced, would not ask again.
   */
  void onFence(NodeId from, int controllerEpoch, List<PeerMessage.FenceOf> partitions) {
    if (controllerEpoch < newestController) {
      return;
    }
    newestController = controllerEpoch;
    FenceAsked asked = new FenceAsked(from, controllerEpoch);
    for (PeerMessage.FenceOf each : partitions) {
      PartitionHost host = hosts.get(each.partition());
      if (host != null) {
        host.onFence(asked, each.epoch());
      }
    }
  }

  void answerFence(FenceAsked asked, PeerMessage.FencedAt answer) {
    if (fenceAnswers.isEmpty()) {
      ports.loop().atTurnEnd(this::sendFenceAnswers);
    }
    fenceAnswers.computeIfAbsent(asked, _ -> new ArrayList<>()).add(answer);
  }

  private void sendFenceAnswers() {
    own.ifPresent(incarnation ->
        fenceAnswers.forEach((asked, answers) ->
            ports
                .sender()
                .send(
                    asked.by(),
                    new PeerMessage.Fenced(
                        asked.controllerEpoch(), incarnation, image.endOffset(), answers))));
    fenceAnswers.clear();
  }

  void onLogStart(NodeId from, PeerMessage.LogStart message) {
    PartitionHost host = hosts.get(message.partition());
    if (host != null) {
      host.start().onTold(from, message);
    }
  }

  void onPeerConnected(NodeId peer) {
    hosts.values().forEach(host -> host.onPeerConnected(peer));
  }

  /** A peer was seen to be gone: appends that wait for it are looked at without delay. */
  void onPeerGone() {
    long nowMs = ports.clock().nowMs();
    for (PartitionHost host : List.copyOf(busy)) {
      host.onTick(nowMs);
    }
  }

  void busy(PartitionHost host) {
    busy.add(host);
  }

  void toController(PeerMessage message) {
    metadata.leader().ifPresent(leader -> ports.sender().send(leader, message));
  }

  void opened(PartitionHost host, int epoch) {
    listeners.opened(host, epoch, this);
  }

  void resigned(PartitionHost host, int epoch) {
    listeners.resigned(host, epoch);
  }

  void markerCommitted(PartitionHost host, TxnMarker marker, long offset) {
    listeners.markerCommitted(host, marker, offset);
  }

  /** All that is led here, for a listener that comes late. */
  List<PartitionHost> opened(String topicName) {
    return hosts.values().stream()
        .filter(host -> host.isOpened() && host.topicName().equals(topicName))
        .toList();
  }

  private void tick() {
    if (closed) {
      return;
    }
    long nowMs = ports.clock().nowMs();
    for (PartitionHost host : List.copyOf(busy)) {
      host.onTick(nowMs);
      if (!host.isBusy(nowMs)) {
        busy.remove(host);
      }
    }
    tickSomeIdle(nowMs);
    listeners.tick(this, nowMs);
    compactor.onTick(nowMs);
    failed.onTick(image, nowMs);
    loads.onTick(nowMs);
    ports.loop().schedule(TICK_MS, this::tick);
  }

  /** Goes round all partitions in about a second, whatever their number. */
  private void tickSomeIdle(long nowMs) {
    if (roundAt >= round.size()) {
      round = List.copyOf(hosts.values());
      roundAt = 0;
    }
    int until = Math.min(round.size(), roundAt + round.size() / IDLE_TICKS + 1);
    int mayRest = RESTS_PER_TICK;
    for (; roundAt < until; roundAt++) {
      PartitionHost host = round.get(roundAt);
      if (!busy.contains(host) && isHere(host)) {
        host.onTick(nowMs);
        if (mayRest > 0 && host.rest(nowMs)) {
          mayRest--;
        }
      }
    }
  }

  /** Closes all partitions, then runs {@code then}; their files stay. */
  void close(Runnable then) {
    closed = true;
    var open = List.copyOf(hosts.values());
    hosts.clear();
    busy.clear();
    var left = new int[] {open.size() + 1};
    Runnable oneLess =
        () -> {
          if (--left[0] == 0) {
            then.run();
          }
        };
    open.forEach(host -> host.close(oneLess));
    oneLess.run();
  }
}
