package io.dure.console;

import java.util.Map;

/**
 * Something that happened in the cluster, as seen in the committed metadata.
 *
 * @param id counts up from 1
 * @param atMs when this node learned of it; milliseconds since 1970
 * @param facts what the words for {@code kind} need; the pages have the words in each language
 */
record Event(long id, long atMs, Kind kind, Map<String, String> facts) {
  enum Kind {
    BROKER_JOINED,
    BROKER_AWAY,
    BROKER_BACK,
    BROKER_REMOVED,
    CONTROLLER_MOVED,
    LEADER_DIED,
    LEADER_HOME,
    LEADER_MOVED,
    LEADER_MISSING,
    LEADER_FOUND,
    COPY_BEHIND,
    COPY_IN_STEP,
    MOVE_BEGUN,
    MOVE_DONE,
    TOPIC_CREATED,
    TOPIC_DELETED,
    TOPIC_SET
  }

  Event {
    facts = Map.copyOf(facts);
  }

  void write(JsonWriter json) {
    json.begin().put("id", id).put("at", atMs).put("kind", kind.name());
    json.object("facts", into -> facts.forEach(into::put)).end();
  }
}
