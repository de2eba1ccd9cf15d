package io.dure.console;

import java.util.TreeMap;

/** Clients that push their own metrics, as the node that each pushes to knows it. */
final class ClientApi {
  /** Of one node. */
  static final int MOST = 200;

  private final Vantage vantage;

  ClientApi(Vantage vantage) {
    this.vantage = vantage;
  }

  /** Those of every node; nodes that do not answer are left out. */
  Answer list(Query query) {
    String filter = query.value("filter").orElse("");
    String question = "clients?filter=" + Query.encoded(filter);
    var json = new JsonWriter().begin().put("most", MOST);
    json.array(
        "nodes",
        into -> {
          for (Asked each : Asked.all(vantage, question)) {
            into.begin().put("node", each.node().value()).raw("clients", each.answer()).end();
          }
        });
    return Answer.json(json.end().toString());
  }

  /** Those of this node. */
  static String told(Vantage vantage, String filter) {
    var json = new JsonWriter().beginArray();
    for (Vantage.Client client : vantage.clients(filter, MOST)) {
      json.begin()
          .put("client", client.clientId())
          .put("instance", client.instance())
          .put("software", client.software())
          .put("address", client.address())
          .put("silentMs", client.silentMs())
          .put("everyMs", client.everyMs());
      json.object("labels", into -> new TreeMap<>(client.labels()).forEach(into::put));
      json.object("figures", into -> new TreeMap<>(client.figures()).forEach(into::put));
      json.end();
    }
    return json.endArray().toString();
  }
}
