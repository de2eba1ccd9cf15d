package io.dure.console;

import io.dure.base.NodeId;
import io.dure.metadata.BrokerImage;
import io.dure.metadata.ClusterImage;
import io.dure.metadata.PartitionImage;
import io.dure.metadata.TopicImage;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The cluster as a whole: who is there, who leads what, what happens. */
final class ClusterApi {
  /** A map with more partitions than this is drawn in sums, a topic a row. */
  private static final int MAX_DETAIL = 600;

  private static final int TOPICS_A_PAGE = 40;
  private static final int MOVES_MEASURED = 100;
  private static final int MOVES_PLANNED = 50;
  private static final int EVENTS_AT_ONCE = 100;

  private final Vantage vantage;
  private final Desk desk;
  private final Events events;
  private final boolean mayWrite;
  private Tally tally = Tally.of(ClusterImage.EMPTY);

  ClusterApi(Vantage vantage, Desk desk, Events events, boolean mayWrite) {
    this.vantage = vantage;
    this.desk = desk;
    this.events = events;
    this.mayWrite = mayWrite;
  }

  /** Counted once per image, however many look at it. */
  private synchronized Tally tally() {
    ClusterImage image = vantage.image();
    if (tally.image() != image) {
      tally = Tally.of(image);
    }
    return tally;
  }

  /**
   * What every page shows, asked about twice a second: small whatever the cluster's size. {@code
   * image} in it tells whether anything else has to be asked again.
   */
  Answer pulse(Query query) {
    Tally now = tally();
    ClusterImage image = now.image();
    Optional<Vantage.Quorum> quorum = vantage.quorum();
    quorum.ifPresent(known -> events.onController(known.leader()));
    var json =
        new JsonWriter()
            .begin()
            .put("node", vantage.self().value())
            .put("now", vantage.wallMs())
            .put("write", mayWrite)
            .put("image", image.endOffset())
            .put("cluster", image.clusterId().map(Object::toString).orElse(""))
            .put("topics", now.topics())
            .put("partitions", now.partitions())
            .put("offline", now.offline())
            .put("behind", now.behind())
            .put("moving", now.moving());
    // Worth asking all loops only while there is nothing else to show.
    List<String> waitsFor = image.brokers().isEmpty() ? vantage.waitsFor() : List.of();
    json.array("waitsFor", into -> waitsFor.forEach(into::item));
    quorum.ifPresent(known -> writeQuorum(json, known));
    json.array(
        "brokers", into -> image.brokers().forEach(broker -> writeBroker(into, broker, now)));
    long after = query.number("after", 0, 0, Long.MAX_VALUE);
    json.array(
        "events", into -> events.after(after, EVENTS_AT_ONCE).forEach(event -> event.write(into)));
    return Answer.json(json.end().toString());
  }

  private static void writeQuorum(JsonWriter json, Vantage.Quorum quorum) {
    json.object(
        "quorum",
        into -> {
          into.put("leader", quorum.leader().map(NodeId::value).orElse(-1))
              .put("epoch", quorum.epoch());
          into.array(
              "voters", voters -> quorum.voters().forEach(voter -> voters.item(voter.value())));
        });
  }

  private void writeBroker(JsonWriter json, BrokerImage broker, Tally now) {
    Tally.OfBroker counts = now.of(broker.node());
    json.begin()
        .put("id", broker.node().value())
        .put("address", broker.endpoint().toString())
        .put("rack", broker.rack().orElse(""))
        .put("live", broker.live())
        .put("heard", vantage.reachable(broker.node()))
        .put("leads", counts.leads())
        .put("copies", counts.copies())
        .put("behind", counts.behind())
        .end();
  }

  /**
   * Who leads and follows what. With few partitions each of them; else sums of a page of topics,
   * and each partition of those in {@code topic}.
   */
  Answer map(Query query) {
    Tally now = tally();
    boolean internal = query.flag("internal");
    String filter = query.value("filter").orElse("");
    List<TopicImage> topics =
        now.image().topics().stream()
            .filter(topic -> (internal || !topic.internal()) && topic.name().contains(filter))
            .toList();
    int partitions = topics.stream().mapToInt(topic -> topic.partitions().size()).sum();
    Optional<String> chosen = query.value("topic");
    boolean detail = partitions <= MAX_DETAIL;
    int from = (int) query.number("from", 0, 0, Integer.MAX_VALUE);
    var json =
        new JsonWriter()
            .begin()
            .put("image", now.image().endOffset())
            .put("detail", detail)
            .put("total", topics.size())
            .put("partitions", partitions)
            .put("from", detail ? 0 : from)
            .put("page", detail ? topics.size() : TOPICS_A_PAGE);
    json.array(
        "topics",
        into -> {
          for (TopicImage topic :
              detail ? topics : topics.stream().skip(from).limit(TOPICS_A_PAGE).toList()) {
            into.begin().put("name", topic.name()).put("count", topic.partitions().size());
            if (detail || chosen.filter(topic.name()::equals).isPresent()) {
              into.array(
                  "partitions",
                  each ->
                      topic.partitions().stream()
                          .limit(MAX_DETAIL)
                          .forEach(p -> write(each, p, now.image())));
            } else {
              into.array("sums", each -> writeSums(each, topic, now.image()));
            }
            into.end();
          }
        });
    return Answer.json(json.end().toString());
  }

  private static void write(JsonWriter json, PartitionImage partition, ClusterImage image) {
    json.begin()
        .put("p", partition.id().index())
        .put("leader", partition.leader().map(NodeId::value).orElse(-1))
        .put("epoch", partition.epoch());
    writeNodes(json, "replicas", partition.replicas());
    writeNodes(json, "inStep", inStep(partition, image));
    if (partition.isChanging()) {
      writeNodes(json, "adding", partition.adding());
      writeNodes(json, "removing", partition.removing());
    }
    json.end();
  }

  static List<NodeId> inStep(PartitionImage partition, ClusterImage image) {
    return partition.inStep().stream()
        .filter(node -> Events.isInStep(node, partition, image))
        .sorted()
        .toList();
  }

  static void writeNodes(JsonWriter json, String name, Collection<NodeId> nodes) {
    json.array(name, into -> nodes.forEach(node -> into.item(node.value())));
  }

  private static void writeSums(JsonWriter json, TopicImage topic, ClusterImage image) {
    Tally sums = Tally.of(image, List.of(topic));
    for (BrokerImage broker : image.brokers()) {
      Tally.OfBroker of = sums.of(broker.node());
      json.begin()
          .put("broker", broker.node().value())
          .put("leads", of.leads())
          .put("copies", of.copies())
          .put("behind", of.behind())
          .end();
    }
  }

  /** What is moving, and what the balancer has in mind; the first of each. */
  Answer moves(Query query) {
    List<Move> moving =
        vantage.image().topics().stream()
            .flatMap(topic ->
                topic.partitions().stream()
                    .filter(PartitionImage::isChanging)
                    .map(partition -> new Move(topic.name(), partition)))
            .limit(MAX_DETAIL)
            .toList();
    Map<String, Long> sizes = sizes(moving);
    var json = new JsonWriter().begin().put("image", vantage.image().endOffset());
    json.array("moves", into -> moving.forEach(move -> move.write(into, sizes)));
    Optional<Desk.Plan> plan = plan();
    List<Desk.PlannedMove> planned = plan.map(Desk.Plan::moves).orElse(List.of());
    json.put("balance", plan.map(Desk.Plan::state).orElse("")).put("planned", planned.size());
    json.array(
        "carried",
        into -> plan.ifPresent(known -> known.carried().forEach(each -> write(into, each))));
    json.array(
        "plan", into -> planned.stream().limit(MOVES_PLANNED).forEach(move -> write(into, move)));
    return Answer.json(json.end().toString());
  }

  private Optional<Desk.Plan> plan() {
    try {
      return desk.plan();
    } catch (Desk.Refused e) {
      return Optional.empty(); // without a controller there is no plan
    }
  }

  private static void write(JsonWriter json, Desk.Carried carried) {
    json.begin()
        .put("id", carried.broker())
        .put("bytes", carried.bytes())
        .put("rate", carried.bytesPerSecond())
        .end();
  }

  private static void write(JsonWriter json, Desk.PlannedMove move) {
    json.begin().put("partition", move.partition()).put("from", move.from()).put("to", move.to());
    json.array("reasons", into -> move.reasons().forEach(into::item));
    json.array("reasonsKo", into -> move.inKorean().forEach(into::item)).end();
  }

  /** Bytes of the replicas of what moves, by "node topic partition". */
  private Map<String, Long> sizes(List<Move> moving) {
    if (moving.isEmpty()) {
      return Map.of();
    }
    String at =
        moving.stream()
            .limit(MOVES_MEASURED)
            .map(move -> move.topic() + ":" + move.partition().id().index())
            .collect(Collectors.joining(","));
    Map<String, Long> sizes = new HashMap<>();
    for (Asked each : Asked.all(vantage, "sizes?at=" + at)) {
      each.answer()
          .lines()
          .map(line -> line.split(" ", -1))
          .filter(parts -> parts.length == 3)
          .forEach(parts ->
              sizes.put(
                  each.node().value() + " " + parts[0] + " " + parts[1], Long.parseLong(parts[2])));
    }
    return sizes;
  }

  private record Move(String topic, PartitionImage partition) {
    void write(JsonWriter json, Map<String, Long> sizes) {
      json.begin().put("topic", topic).put("partition", partition.id().index());
      writeNodes(json, "replicas", partition.replicas());
      writeNodes(json, "inStep", partition.inStep());
      writeNodes(json, "adding", partition.adding());
      writeNodes(json, "removing", partition.removing());
      long whole = partition.leader().map(leader -> size(leader, sizes)).orElse(0L);
      long copied =
          partition.adding().stream().mapToLong(node -> size(node, sizes)).min().orElse(whole);
      json.put("bytes", whole).put("copied", Math.min(whole, copied)).end();
    }

    private long size(NodeId node, Map<String, Long> sizes) {
      return sizes.getOrDefault(node.value() + " " + topic + " " + partition.id().index(), 0L);
    }
  }

  /**
   * The history of every node, each as that node tells it; those that do not answer are left out.
   */
  Answer numbers(Query query) {
    String question = "numbers?since=" + query.number("since", 0, 0, Long.MAX_VALUE);
    var json = new JsonWriter().begin().put("everyMs", History.EVERY_MS);
    json.array(
        "nodes",
        into -> {
          for (Asked each : Asked.all(vantage, question)) {
            into.begin().put("node", each.node().value()).raw("history", each.answer()).end();
          }
        });
    return Answer.json(json.end().toString());
  }
}
