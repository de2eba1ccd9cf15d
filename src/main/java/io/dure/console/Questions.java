package io.dure.console;

import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.metadata.PartitionImage;
import io.dure.metadata.TopicImage;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the consoles of a cluster ask of each other, so that one of them can show all of it: a word
 * and values, as in an address, answered with text. Only what a node itself knows is asked; nothing
 * is changed by a question.
 *
 * <pre>
 *   numbers?since=MS                                     the history, as JSON
 *   vitals?                                              name=value lines, for the checks
 *   replicas?topic=NAME&amp;from=N&amp;count=N                   those held of N partitions, as JSON
 *   messages?topic=NAME&amp;partition=N&amp;from=…&amp;limit=N       records of a partition led, as JSON
 *   clients?filter=TEXT                                  clients that push metrics, as JSON
 *   sizes?at=TOPIC:PARTITION,…                           lines of topic, partition, bytes held
 *   unread?at=TOPIC:PARTITION:OFFSET,…                   lines of topic, partition, end, time
 * </pre>
 */
final class Questions {
  /** Of one record's key or value; more is cut off and said so. */
  static final int MAX_TEXT_BYTES = 16 << 10;

  static final int MAX_MESSAGES = 200;

  private final Vantage vantage;
  private final Shelf shelf;
  private final History history;

  Questions(Vantage vantage, Shelf shelf, History history) {
    this.vantage = vantage;
    this.shelf = shelf;
    this.history = history;
  }

  /** The empty text when the question is not understood or cannot be answered here. */
  String answer(String question) {
    int mark = question.indexOf('?');
    if (mark < 0) {
      return "";
    }
    try {
      Query query = Query.of("GET", question.substring(0, mark), question.substring(mark + 1), "");
      return switch (query.path()) {
        case "numbers" -> history.write(query.number("since", 0, 0, Long.MAX_VALUE));
        case "vitals" -> vitals();
        case "replicas" -> replicas(query);
        case "messages" -> messages(query);
        case "unread" -> unread(query);
        case "clients" -> ClientApi.told(vantage, query.value("filter").orElse(""));
        case "sizes" -> sizes(query);
        default -> "";
      };
    } catch (Query.Wrong e) {
      return "";
    }
  }

  private String vitals() {
    Vantage.Disk disk = vantage.disk();
    return "wallMs=%d\ndiskTotal=%d\ndiskUsable=%d\ndiskLow=%b\nfailed=%s\nflushP99Ms=%.1f\ndata=%s\n"
        .formatted(
            vantage.wallMs(),
            disk.totalBytes(),
            disk.usableBytes(),
            disk.low(),
            String.join(",", vantage.failures()),
            history.newest("flushP99"),
            disk.path());
  }

  /** Reads the lines of {@link #vitals}. */
  static Map<String, String> lines(String answer) {
    Map<String, String> values = new HashMap<>();
    answer
        .lines()
        .forEach(line -> {
          int equals = line.indexOf('=');
          if (equals > 0) {
            values.put(line.substring(0, equals), line.substring(equals + 1));
          }
        });
    return values;
  }

  private Optional<TopicImage> topic(Query query) {
    return vantage.image().topic(query.needed("topic"));
  }

  private String replicas(Query query) {
    Optional<TopicImage> topic = topic(query);
    if (topic.isEmpty()) {
      return "";
    }
    long from = query.number("from", 0, 0, Integer.MAX_VALUE);
    long end = from + query.number("count", Integer.MAX_VALUE, 0, Integer.MAX_VALUE);
    var json = new JsonWriter().beginArray();
    for (Vantage.Copy copy : vantage.copies()) {
      int index = copy.partition().index();
      if (copy.partition().topic().equals(topic.get().id()) && index >= from && index < end) {
        json.begin()
            .put("p", copy.partition().index())
            .put("size", copy.sizeBytes())
            .put("lag", copy.lag());
        if (leadsHere(copy.partition())) {
          shelf
              .ends(copy.partition())
              .ifPresent(ends -> json.put("start", ends.start()).put("end", ends.end()));
        }
        json.end();
      }
    }
    return json.endArray().toString();
  }

  private boolean leadsHere(PartitionId partition) {
    return vantage
        .image()
        .partition(partition)
        .flatMap(PartitionImage::leader)
        .filter(vantage.self()::equals)
        .isPresent();
  }

  private String messages(Query query) {
    Optional<TopicImage> topic = topic(query);
    if (topic.isEmpty()) {
      return "";
    }
    int partition = (int) query.number("partition", 0, 0, Integer.MAX_VALUE);
    int most = (int) query.number("limit", 50, 1, MAX_MESSAGES);
    return shelf
        .read(new PartitionId(topic.get().id(), partition), from(query, most), most)
        .map(Questions::write)
        .orElse("");
  }

  /** {@code earliest}, {@code latest}, {@code offset:N} or {@code time:MS}. */
  private static Shelf.From from(Query query, int most) {
    String from = query.value("from").orElse("latest");
    try {
      if (from.equals("earliest")) {
        return new Shelf.From.Earliest();
      } else if (from.equals("latest")) {
        return new Shelf.From.Last(most);
      } else if (from.startsWith("offset:")) {
        return new Shelf.From.Offset(Long.parseLong(from.substring(7)));
      } else if (from.startsWith("time:")) {
        return new Shelf.From.Time(Long.parseLong(from.substring(5)));
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    throw new Query.Wrong("'from' takes earliest, latest, offset:N or time:MILLISECONDS");
  }

  private static String write(Shelf.Reading reading) {
    var json =
        new JsonWriter()
            .begin()
            .put("start", reading.ends().start())
            .put("end", reading.ends().end())
            .put("next", reading.next());
    json.array(
        "messages",
        into -> {
          for (Shelf.Message message : reading.messages()) {
            into.begin().put("offset", message.offset()).put("time", message.timestampMs());
            put(into, "key", message.key(), message.keySize());
            put(into, "value", message.value(), message.valueSize());
            into.end();
          }
        });
    return json.end().toString();
  }

  /** Bytes are given as Base64: whether they are text is for the reader to find out. */
  private static void put(JsonWriter json, String name, byte[] bytes, int size) {
    json.put(name + "Size", size);
    if (size >= 0) {
      json.put(name, Base64.getEncoder().encodeToString(bytes));
    }
  }

  private String unread(Query query) {
    var lines = new StringBuilder();
    for (String each : query.needed("at").split(",", -1)) {
      String[] parts = each.split(":", -1);
      if (parts.length != 3) {
        throw new Query.Wrong("'at' takes TOPIC:PARTITION:OFFSET");
      }
      vantage
          .image()
          .topic(parts[0])
          .flatMap(topic ->
              shelf.unread(
                  new PartitionId(topic.id(), Integer.parseInt(parts[1])),
                  Long.parseLong(parts[2])))
          .ifPresent(unread ->
              lines
                  .append(parts[0])
                  .append(' ')
                  .append(parts[1])
                  .append(' ')
                  .append(unread.end())
                  .append(' ')
                  .append(unread.oldestMs())
                  .append('\n'));
    }
    return lines.toString();
  }

  private String sizes(Query query) {
    Set<String> wanted = Set.of(query.needed("at").split(",", -1));
    var lines = new StringBuilder();
    for (Vantage.Copy copy : vantage.copies()) {
      String topic =
          vantage.image().topic(copy.partition().topic()).map(TopicImage::name).orElse("");
      int index = copy.partition().index();
      if (wanted.contains(topic + ":" + index)) {
        lines.append(topic).append(' ').append(index).append(' ').append(copy.sizeBytes());
        lines.append('\n');
      }
    }
    return lines.toString();
  }

  /** The node to ask about a partition: its leader. */
  static Optional<NodeId> leader(Vantage vantage, String topic, int partition) {
    return vantage
        .image()
        .topic(topic)
        .filter(found -> partition >= 0 && partition < found.partitions().size())
        .flatMap(found -> found.partitions().get(partition).leader());
  }
}
