package io.dure.console;

import io.dure.base.NodeId;
import io.dure.metadata.BrokerImage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** Groups: who reads, how far behind. */
final class GroupApi {
  private static final int GROUPS_A_PAGE = 50;
  private static final int PARTITIONS_A_PAGE = 100;

  private final Vantage vantage;
  private final Desk desk;
  private final GroupLag lag;

  GroupApi(Vantage vantage, Desk desk, GroupLag lag) {
    this.vantage = vantage;
    this.desk = desk;
    this.lag = lag;
  }

  private List<Desk.Group> groups() {
    List<NodeId> live =
        vantage.image().brokers().stream()
            .filter(BrokerImage::live)
            .map(BrokerImage::node)
            .toList();
    return desk.groups(live).stream().sorted(Comparator.comparing(Desk.Group::id)).toList();
  }

  Answer list(Query query) {
    String filter = query.value("filter").orElse("");
    int from = (int) query.number("from", 0, 0, Integer.MAX_VALUE);
    List<Desk.Group> groups =
        groups().stream().filter(group -> group.id().contains(filter)).toList();
    var json =
        new JsonWriter()
            .begin()
            .put("total", groups.size())
            .put("from", from)
            .put("page", GROUPS_A_PAGE);
    json.array(
        "groups",
        into -> {
          for (Desk.Group group : groups.stream().skip(from).limit(GROUPS_A_PAGE).toList()) {
            write(into, group, lagIfKnown(group)).end();
          }
        });
    return Answer.json(json.end().toString());
  }

  /** One group that has moved to another coordinator or is gone must not hide all the others. */
  private List<GroupLag.Lag> lagIfKnown(Desk.Group group) {
    try {
      return lag.of(group);
    } catch (Desk.Refused moved) {
      return List.of();
    }
  }

  /** Leaves the object open for more. */
  private static JsonWriter write(JsonWriter json, Desk.Group group, List<GroupLag.Lag> lags) {
    json.begin()
        .put("id", group.id())
        .put("type", group.type())
        .put("state", group.state())
        .put("coordinator", group.coordinator().value());
    return json.put("topics", lags.stream().map(GroupLag.Lag::topic).distinct().count())
        .put("lag", lags.stream().mapToLong(GroupLag.Lag::records).filter(n -> n > 0).sum())
        .put("seconds", lags.stream().mapToDouble(GroupLag.Lag::seconds).max().orElse(0));
  }

  Answer one(Query query) {
    String id = query.needed("group");
    Desk.Group group =
        groups().stream()
            .filter(each -> each.id().equals(id))
            .findFirst()
            .orElseThrow(() -> new Desk.Refused("there is no group " + id));
    List<GroupLag.Lag> lags = lag.of(group);
    var json = write(new JsonWriter(), group, lags);
    int from = (int) query.number("from", 0, 0, Integer.MAX_VALUE);
    json.put("total", lags.size()).put("from", from).put("page", PARTITIONS_A_PAGE);
    json.array(
        "lags",
        into -> {
          for (GroupLag.Lag each : page(lags, from)) {
            into.begin()
                .put("topic", each.topic())
                .put("partition", each.partition())
                .put("committed", each.committed())
                .put("end", each.end())
                .put("lag", each.records())
                .put("seconds", each.seconds())
                .end();
          }
        });
    json.array(
        "members",
        into -> {
          for (Desk.Member member : desk.members(group)) {
            into.begin()
                .put("id", member.id())
                .put("client", member.client())
                .put("host", member.host())
                .put("holds", words(member))
                .end();
          }
        });
    return Answer.json(json.end().toString());
  }

  /**
   * In the order of topics and partitions; of more than a page, those with the most unread first.
   */
  private static List<GroupLag.Lag> page(List<GroupLag.Lag> lags, int from) {
    Comparator<GroupLag.Lag> order =
        Comparator.comparing(GroupLag.Lag::topic).thenComparing(GroupLag.Lag::partition);
    if (lags.size() > PARTITIONS_A_PAGE) {
      order = Comparator.comparing(GroupLag.Lag::records).reversed().thenComparing(order);
    }
    return lags.stream().sorted(order).skip(from).limit(PARTITIONS_A_PAGE).toList();
  }

  private static String words(Desk.Member member) {
    return member.partitions().entrySet().stream()
        .map(topic -> topic.getKey() + " " + ranges(topic.getValue()))
        .sorted()
        .collect(Collectors.joining("; "));
  }

  /** As people write them: 0–4, 7, 9–11. */
  private static String ranges(List<Integer> partitions) {
    int[] sorted = partitions.stream().mapToInt(Integer::intValue).sorted().toArray();
    var words = new ArrayList<String>();
    for (int i = 0, first = 0; i < sorted.length; i++) {
      if (i + 1 == sorted.length || sorted[i + 1] != sorted[i] + 1) {
        words.add(first == i ? String.valueOf(sorted[i]) : sorted[first] + "–" + sorted[i]);
        first = i + 1;
      }
    }
    return String.join(", ", words);
  }
}
