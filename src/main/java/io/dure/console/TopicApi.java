package io.dure.console;

import io.dure.base.NodeId;
import io.dure.metadata.ClusterImage;
import io.dure.metadata.PartitionImage;
import io.dure.metadata.TopicImage;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Topics, what is in them, and changing them. */
final class TopicApi {
  private static final int TOPICS_A_PAGE = 100;
  private static final int PARTITIONS_A_PAGE = 100;

  private final Vantage vantage;
  private final Desk desk;

  TopicApi(Vantage vantage, Desk desk) {
    this.vantage = vantage;
    this.desk = desk;
  }

  Answer list(Query query) {
    boolean internal = query.flag("internal");
    String filter = query.value("filter").orElse("");
    int from = (int) query.number("from", 0, 0, Integer.MAX_VALUE);
    List<TopicImage> topics =
        vantage.image().topics().stream()
            .filter(topic -> (internal || !topic.internal()) && topic.name().contains(filter))
            .toList();
    var json =
        new JsonWriter()
            .begin()
            .put("total", topics.size())
            .put("from", from)
            .put("page", TOPICS_A_PAGE);
    json.array(
        "topics",
        into ->
            topics.stream().skip(from).limit(TOPICS_A_PAGE).forEach(topic -> write(into, topic)));
    return Answer.json(json.end().toString());
  }

  private void write(JsonWriter json, TopicImage topic) {
    Tally tally = Tally.of(vantage.image(), List.of(topic));
    json.begin()
        .put("name", topic.name())
        .put("internal", topic.internal())
        .put("partitions", topic.partitions().size())
        .put("replicas", topic.partitions().getFirst().replicas().size())
        .put("offline", tally.offline())
        .put("behind", tally.behind())
        .put("moving", tally.moving())
        .put("settings", topic.configs().size())
        .end();
  }

  private TopicImage topic(Query query) {
    String name = query.needed("topic");
    return vantage
        .image()
        .topic(name)
        .orElseThrow(() -> new Desk.Refused("there is no topic " + name));
  }

  /**
   * One topic: a page of its partitions, with what each node says of its replicas, and its
   * settings.
   */
  Answer one(Query query) {
    TopicImage topic = topic(query);
    int from = (int) query.number("from", 0, 0, Integer.MAX_VALUE);
    var json =
        new JsonWriter()
            .begin()
            .put("name", topic.name())
            .put("id", topic.id().value().toString())
            .put("internal", topic.internal())
            .put("total", topic.partitions().size())
            .put("from", from)
            .put("page", PARTITIONS_A_PAGE);
    String replicas =
        "replicas?topic=%s&from=%d&count=%d"
            .formatted(encoded(topic.name()), from, PARTITIONS_A_PAGE);
    json.array(
        "partitions",
        into ->
            topic.partitions().stream()
                .skip(from)
                .limit(PARTITIONS_A_PAGE)
                .forEach(each -> write(into, each, vantage.image())));
    json.array(
        "nodes",
        into -> {
          for (Asked each : Asked.all(vantage, replicas)) {
            into.begin().put("node", each.node().value()).raw("replicas", each.answer()).end();
          }
        });
    json.array(
        "settings",
        into -> {
          for (Desk.Setting setting : desk.settings(topic.name())) {
            into.begin()
                .put("name", setting.name())
                .put("value", setting.value())
                .put("source", setting.source())
                .put("isDefault", setting.isDefault())
                .end();
          }
        });
    return Answer.json(json.end().toString());
  }

  private static void write(JsonWriter json, PartitionImage partition, ClusterImage image) {
    json.begin()
        .put("p", partition.id().index())
        .put("leader", partition.leader().map(NodeId::value).orElse(-1))
        .put("epoch", partition.epoch())
        .put("quorum", partition.commitQuorum());
    ClusterApi.writeNodes(json, "replicas", partition.replicas());
    ClusterApi.writeNodes(json, "inStep", ClusterApi.inStep(partition, image));
    json.end();
  }

  /** Records of one partition, as its leader tells them. */
  Answer messages(Query query) {
    TopicImage topic = topic(query);
    int partition = (int) query.number("partition", 0, 0, topic.partitions().size() - 1L);
    NodeId leader =
        Questions.leader(vantage, topic.name(), partition)
            .orElseThrow(() ->
                new Desk.Refused("%s-%d has no leader now".formatted(topic.name(), partition)));
    String question =
        "messages?topic=%s&partition=%d&limit=%d&from=%s"
            .formatted(
                encoded(topic.name()),
                partition,
                query.number("limit", 50, 1, Questions.MAX_MESSAGES),
                encoded(query.value("from").orElse("latest")));
    String answer =
        vantage
            .ask(leader, question)
            .filter(each -> !each.isEmpty())
            .orElseThrow(() ->
                new Desk.Refused(
                    "broker %d, which leads %s-%d, has nothing to read there, or did not answer"
                        .formatted(leader.value(), topic.name(), partition)));
    return Answer.json(answer);
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  /** Writes one record; key and value as text, or as Base64 with {@code base64=true}. */
  Answer write(Query query) {
    TopicImage topic = topic(query);
    Optional<Integer> partition =
        query
            .value("partition")
            .map(_ -> (int) query.number("partition", 0, 0, topic.partitions().size() - 1L));
    boolean base64 = query.flag("base64");
    Desk.Written written =
        desk.write(
            topic.name(),
            partition,
            bytes(query.value("key"), base64),
            bytes(query.given("value"), base64));
    return Answer.json(
        new JsonWriter()
            .begin()
            .put("partition", written.partition())
            .put("offset", written.offset())
            .end()
            .toString());
  }

  private static Optional<byte[]> bytes(Optional<String> text, boolean base64) {
    try {
      return text.map(given ->
          base64 ? Base64.getDecoder().decode(given) : given.getBytes(StandardCharsets.UTF_8));
    } catch (IllegalArgumentException e) {
      throw new Query.Wrong("not Base64: " + e.getMessage());
    }
  }

  /** Creates a topic; settings are given as {@code set.NAME=VALUE}. */
  Answer create(Query query) {
    Map<String, String> settings = new TreeMap<>();
    query
        .values()
        .forEach((name, value) -> {
          if (name.startsWith("set.") && !value.isEmpty()) {
            settings.put(name.substring(4), value);
          }
        });
    desk.createTopic(
        query.needed("topic"),
        (int) query.number("partitions", -1, 1, 100_000),
        (int) query.number("replicas", -1, 1, 100),
        settings);
    return done(query.needed("topic"));
  }

  /** Deletes a topic; {@code confirm} has to repeat its name. */
  Answer delete(Query query) {
    TopicImage topic = topic(query);
    if (!topic.name().equals(query.needed("confirm"))) {
      throw new Query.Wrong("'confirm' has to be the topic's name");
    }
    desk.deleteTopic(topic.name());
    return done(topic.name());
  }

  private static Answer done(String topic) {
    return Answer.json(new JsonWriter().begin().put("topic", topic).end().toString());
  }
}
