package io.dure.console;

import io.dure.base.Endpoint;
import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.doctor.Checkup;
import io.dure.doctor.Finding;
import io.dure.doctor.Observations;
import io.dure.doctor.Observations.Reach;
import io.dure.doctor.Words;
import io.dure.metadata.BrokerImage;
import io.dure.metadata.ClusterImage;
import io.dure.metadata.PartitionImage;
import io.dure.metadata.TopicImage;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The checkup as seen from inside of this node: its image, what the other nodes tell of themselves,
 * and a knock at each address that clients are told. What was found is kept for {@value #KEPT_MS}
 * ms, however many ask.
 */
final class Doctor {
  private static final long KEPT_MS = 2_000;
  private static final int KNOCK_MS = 1_000;

  private final Vantage vantage;
  private final Events events;
  private List<Finding> found = List.of();
  private long foundAtMs;

  Doctor(Vantage vantage, Events events) {
    this.vantage = vantage;
    this.events = events;
  }

  Answer answer(Query query) {
    var json = new JsonWriter().begin();
    json.array(
        "findings",
        into -> {
          for (Finding finding : findings()) {
            into.begin()
                .put("code", finding.code().name())
                .put("severity", finding.severity().name());
            write(into, "en", Words.ENGLISH, finding);
            write(into, "ko", Words.KOREAN, finding);
            into.end();
          }
        });
    return Answer.json(json.end().toString());
  }

  private static void write(JsonWriter json, String name, Words words, Finding finding) {
    json.object(
        name, into -> into.put("what", words.what(finding)).put("remedy", words.remedy(finding)));
  }

  private synchronized List<Finding> findings() {
    long nowMs = vantage.wallMs();
    if (Math.abs(nowMs - foundAtMs) > KEPT_MS) {
      found = Checkup.of(observe(nowMs));
      foundAtMs = vantage.wallMs();
    }
    return found;
  }

  private Observations observe(long nowMs) {
    ClusterImage image = vantage.image();
    Map<NodeId, Map<String, String>> vitals = new HashMap<>();
    Asked.all(vantage, "vitals?")
        .forEach(each -> vitals.put(each.node(), Questions.lines(each.answer())));
    long halfWayMs = (nowMs + vantage.wallMs()) / 2;
    List<Observations.Broker> brokers = new ArrayList<>();
    for (BrokerImage broker : image.brokers()) {
      brokers.add(observe(broker, vitals.getOrDefault(broker.node(), Map.of()), halfWayMs));
    }
    return new Observations(
        brokers, partitions(image, nowMs), vantage.quorum().map(Doctor::of), false);
  }

  private Observations.Broker observe(BrokerImage broker, Map<String, String> vitals, long nowMs) {
    Optional<Observations.Disk> disk =
        vitals.containsKey("diskTotal")
            ? Optional.of(
                new Observations.Disk(
                    vitals.getOrDefault("data", ""),
                    number(vitals, "diskTotal").orElse(0L),
                    number(vitals, "diskUsable").orElse(0L),
                    Boolean.parseBoolean(vitals.getOrDefault("diskLow", "false"))))
            : Optional.empty();
    return new Observations.Broker(
        broker.node().value(),
        broker.endpoint().toString(),
        broker.live(),
        broker.live() ? knock(broker.endpoint()) : new Reach.NotTried(),
        disk,
        number(vitals, "wallMs").map(theirs -> theirs - nowMs),
        number(vitals, "flushP99Ms").map(Long::doubleValue).filter(ms -> ms >= 0),
        Stream.of(vitals.getOrDefault("failed", "").split(","))
            .filter(folder -> !folder.isEmpty())
            .toList());
  }

  private static Optional<Long> number(Map<String, String> vitals, String name) {
    return Optional.ofNullable(vitals.get(name)).map(Double::parseDouble).map(Double::longValue);
  }

  private static Reach knock(Endpoint address) {
    var target = new InetSocketAddress(address.host(), address.port());
    if (target.isUnresolved()) {
      return new Reach.Unresolved();
    }
    try (var socket = new Socket()) {
      socket.connect(target, KNOCK_MS);
      return new Reach.Answers();
    } catch (IOException e) {
      return new Reach.Silent(String.valueOf(e.getMessage()));
    }
  }

  private List<Observations.Partition> partitions(ClusterImage image, long nowMs) {
    Map<PartitionId, Long> troubledSince = events.troubledSince();
    List<Observations.Partition> partitions = new ArrayList<>();
    for (TopicImage topic : image.topics()) {
      for (PartitionImage partition : topic.partitions()) {
        partitions.add(
            new Observations.Partition(
                topic.name(),
                partition.id().index(),
                partition.leader().map(NodeId::value),
                numbers(partition.replicas()),
                numbers(ClusterApi.inStep(partition, image)),
                partition.commitQuorum(),
                partition.isChanging(),
                Optional.ofNullable(troubledSince.get(partition.id()))
                    .map(since -> nowMs - since)));
      }
    }
    return partitions;
  }

  private static List<Integer> numbers(List<NodeId> nodes) {
    return nodes.stream().map(NodeId::value).toList();
  }

  private static Observations.Quorum of(Vantage.Quorum quorum) {
    Map<Integer, Long> behind = new HashMap<>();
    quorum.behind().forEach(each -> behind.put(each.node().value(), each.records()));
    return new Observations.Quorum(
        quorum.leader().map(NodeId::value), numbers(quorum.voters()), behind);
  }
}
