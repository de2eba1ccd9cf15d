package io.dure.server;

import io.dure.base.Clock;
import io.dure.base.Latencies;
import io.dure.base.NodeId;
import io.dure.broker.telemetry.ClientReport;
import io.dure.broker.telemetry.Figure;
import io.dure.broker.telemetry.TelemetryApis;
import io.dure.console.Reading;
import io.dure.console.Vantage;
import io.dure.metadata.BrokerImage;
import io.dure.metadata.ClusterImage;
import io.dure.metadata.TopicImage;
import io.dure.net.PeerLinks;
import io.dure.net.SocketLoop;
import io.dure.net.Traffic;
import io.dure.runtime.EventLoop;
import io.dure.runtime.Flusher;
import io.dure.runtime.MetadataStatus;
import io.dure.runtime.Node;
import io.dure.runtime.PartitionNumbers;
import java.io.File;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * This process as its console sees it, from the first moment on: there may be no {@link Node} yet.
 * Safe for all threads.
 */
final class NodeVantage implements Vantage {
  private final NodeId self;
  private final Supplier<Optional<Node>> node;
  private final Supplier<Optional<TelemetryApis>> telemetry;
  private final Machinery machinery;
  private final ConsoleAsks asks;
  private final File folder;
  private final Clock clock;

  // What the loops told last: a counter that fell to nothing because a loop was late would look
  // like a restart.
  private final Map<EventLoop, Traffic> lastTraffic = new ConcurrentHashMap<>();
  private volatile PartitionNumbers lastPartitions = PartitionNumbers.none();

  /**
   * What counts.
   *
   * @param sockets of each of the loops, in their order
   */
  record Machinery(
      List<EventLoop> loops, List<SocketLoop> sockets, Flusher flusher, PeerLinks peers) {
    Machinery {
      loops = List.copyOf(loops);
      sockets = List.copyOf(sockets);
    }
  }

  NodeVantage(
      NodeId self,
      Supplier<Optional<Node>> node,
      Supplier<Optional<TelemetryApis>> telemetry,
      Machinery machinery,
      ConsoleAsks asks,
      File folder,
      Clock clock) {
    this.self = self;
    this.node = node;
    this.telemetry = telemetry;
    this.machinery = machinery;
    this.asks = asks;
    this.folder = folder;
    this.clock = clock;
  }

  @Override
  public NodeId self() {
    return self;
  }

  @Override
  public ClusterImage image() {
    return node.get().map(Node::image).orElse(ClusterImage.EMPTY);
  }

  @Override
  public List<String> waitsFor() {
    Optional<Node> here = node.get();
    if (here.isEmpty()) {
      return List.of("the members named in --cluster or --join have not all been heard yet");
    }
    List<String> missing = new ArrayList<>();
    MetadataStatus status = here.get().metadata();
    if (leaderInReach(here.get()).isEmpty()) {
      missing.add(
          "no leader of the metadata log is in reach; a majority of nodes %s is needed for one"
              .formatted(numbers(status.voters())));
    }
    if (!here.get().isServing()) {
      missing.add("this node is not registered with the controller yet");
    }
    long applied = here.get().image().endOffset();
    if (status.highWatermark() > applied) {
      missing.add(
          "%d committed metadata records are not applied yet"
              .formatted(status.highWatermark() - applied));
    }
    long wanted = wanted(here.get().image());
    // A loop that is too busy to tell says nothing of whether its replicas are open.
    askPartitions(here.get())
        .map(numbers -> numbers.replicas() + failures().size())
        .filter(held -> held < wanted)
        .ifPresent(held -> missing.add("%d of %d replicas are open yet".formatted(held, wanted)));
    return missing;
  }

  private static List<Integer> numbers(List<NodeId> nodes) {
    return nodes.stream().map(NodeId::value).toList();
  }

  private long wanted(ClusterImage image) {
    return image.topics().stream()
        .map(TopicImage::partitions)
        .flatMap(List::stream)
        .filter(partition -> partition.hasMember(self))
        .count();
  }

  @Override
  public Optional<Quorum> quorum() {
    return node.get().map(here -> quorum(here.metadata(), leaderInReach(here)));
  }

  /**
   * A follower of one that is dead or cut off still holds it for its leader until there is another.
   */
  private static Optional<NodeId> leaderInReach(Node here) {
    return here.metadata().leader().filter(here::reachable);
  }

  private static Quorum quorum(MetadataStatus status, Optional<NodeId> leader) {
    List<Behind> behind = new ArrayList<>();
    status
        .acknowledged()
        .forEach(
            (node, copy) -> behind.add(new Behind(node, Math.max(0, status.end() - copy.end()))));
    return new Quorum(
        leader,
        status.epoch(),
        status.controllerHere(),
        status.highWatermark(),
        status.voters(),
        behind);
  }

  @Override
  public boolean reachable(NodeId other) {
    return node.get().filter(here -> here.reachable(other)).isPresent();
  }

  @Override
  public Reading reading() {
    Traffic traffic = Traffic.none();
    int tasks = 0;
    for (int i = 0; i < machinery.loops().size(); i++) {
      EventLoop loop = machinery.loops().get(i);
      SocketLoop sockets = machinery.sockets().get(i);
      tasks += loop.posted();
      LoopQuestion.<Traffic>ask(done ->
              loop.execute(() -> {
                Traffic copy = Traffic.none();
                copy.add(sockets.traffic());
                done.accept(copy);
              }))
          .ifPresent(told -> lastTraffic.put(loop, told));
      Optional.ofNullable(lastTraffic.get(loop)).ifPresent(traffic::add);
    }
    PartitionNumbers partitions = partitions();
    return new Reading(
        byName(traffic),
        traffic.inBytes(),
        traffic.outBytes(),
        traffic.connections(),
        partitions.replicas(),
        partitions.records(),
        partitions.bytes(),
        partitions.refused(),
        partitions.readBytes(),
        partitions.commits(),
        machinery.flusher().took(),
        machinery.flusher().waiting(),
        tasks,
        peerBytes());
  }

  private static Map<String, Latencies> byName(Traffic traffic) {
    Map<String, Latencies> byName = new LinkedHashMap<>();
    traffic.requests().forEach((kind, latencies) -> byName.put(kind.label(), latencies));
    return byName;
  }

  private PartitionNumbers partitions() {
    node.get().flatMap(NodeVantage::askPartitions).ifPresent(told -> lastPartitions = told);
    return lastPartitions;
  }

  private static Optional<PartitionNumbers> askPartitions(Node here) {
    return LoopQuestion.ask(done -> here.numbers(Runnable::run, done));
  }

  private long peerBytes() {
    long bytes = 0;
    for (BrokerImage broker : image().brokers()) {
      bytes += machinery.peers().waitingBytes(broker.node());
    }
    return bytes;
  }

  @Override
  public List<Copy> copies() {
    return node
        .get()
        .flatMap(here ->
            LoopQuestion.<List<io.dure.runtime.Partitions.Copy>>ask(
                done -> here.partitions().copies(Runnable::run, done)))
        .orElse(List.of())
        .stream()
        .map(each -> new Copy(each.partition(), each.sizeBytes(), each.lag()))
        .toList();
  }

  @Override
  public List<Client> clients(String filter, int most) {
    return telemetry
        .get()
        .flatMap(
            apis -> LoopQuestion.<List<ClientReport>>ask(done -> apis.reports(filter, most, done)))
        .orElse(List.of())
        .stream()
        .map(NodeVantage::client)
        .toList();
  }

  private static Client client(ClientReport report) {
    Map<String, Double> figures = new HashMap<>();
    report.figures().forEach((figure, value) -> figures.put(nameOf(figure), value));
    return new Client(
        report.instance().toString(),
        report.clientId(),
        report.software(),
        report.address(),
        report.silentForMs(),
        report.everyMs(),
        report.labels(),
        figures);
  }

  private static String nameOf(Figure figure) {
    return switch (figure) {
      case PRODUCE_MS -> "produceMs";
      case FETCH_MS -> "fetchMs";
      case REQUESTS -> "requestsPerSecond";
      case WRITTEN -> "writtenPerSecond";
      case READ -> "readPerSecond";
      case LAG -> "lag";
    };
  }

  @Override
  public List<String> failures() {
    return node
        .get()
        .flatMap(here ->
            LoopQuestion.<List<io.dure.runtime.Partitions.Failure>>ask(
                done -> here.partitions().failures(Runnable::run, done)))
        .orElse(List.of())
        .stream()
        .map(io.dure.runtime.Partitions.Failure::folder)
        .sorted()
        .toList();
  }

  @Override
  public Disk disk() {
    return new Disk(
        folder.getPath(),
        folder.getTotalSpace(),
        folder.getUsableSpace(),
        node.get().filter(Node::diskIsLow).isPresent());
  }

  @Override
  public Optional<String> ask(NodeId to, String question) {
    return asks.ask(to, question);
  }

  @Override
  public long wallMs() {
    return clock.wallMs();
  }
}
