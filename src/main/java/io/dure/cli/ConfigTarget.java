package io.dure.cli;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.config.ConfigResource;

/**
 * What has settings, as it is named on the command line.
 *
 * @param name of a topic, a group or a subscription; a broker's number, or empty for all brokers
 */
record ConfigTarget(Kind kind, String name) {
  enum Kind {
    TOPIC("topic", ConfigResource.Type.TOPIC),
    BROKER("broker", ConfigResource.Type.BROKER),
    GROUP("group", ConfigResource.Type.GROUP),
    CLIENT_METRICS("client-metrics", ConfigResource.Type.CLIENT_METRICS);

    private final String word;
    private final ConfigResource.Type type;

    Kind(String word, ConfigResource.Type type) {
      this.word = word;
      this.type = type;
    }

    String word() {
      return word;
    }
  }

  private static final String ALL_BROKERS = "all";

  static Kind kind(String word) {
    for (Kind kind : Kind.values()) {
      if (kind.word.equals(word)) {
        return kind;
      }
    }
    throw new Refusal("what has settings is topic, broker, group or client-metrics, not " + word);
  }

  static ConfigTarget of(String word, String name) {
    Kind kind = kind(word);
    if (kind == Kind.BROKER && !name.equals(ALL_BROKERS) && !name.matches("\\d{1,9}")) {
      throw new Refusal("a broker is named by its number, or all; not " + name);
    }
    return new ConfigTarget(kind, kind == Kind.BROKER && name.equals(ALL_BROKERS) ? "" : name);
  }

  /** One whose settings show all there are of its kind; empty if there is none yet. */
  static Optional<ConfigTarget> example(Kind kind, Admin admin) throws Exception {
    return switch (kind) {
      case TOPIC -> {
        List<String> topics =
            new ArrayList<>(
                admin.listTopics(new ListTopicsOptions().listInternal(true)).names().get());
        yield topics.stream().min(Comparator.naturalOrder()).map(t -> new ConfigTarget(kind, t));
      }
      case BROKER ->
          admin.describeCluster().nodes().get().stream()
              .min(Comparator.comparing(Node::id))
              .map(node -> new ConfigTarget(kind, node.idString()));
      // They have settings whether or not they exist.
      case GROUP, CLIENT_METRICS -> Optional.of(new ConfigTarget(kind, "any"));
    };
  }

  /** A broker is asked itself, and a client waits long for one that is not there. */
  void requireRunning(Admin admin) throws Exception {
    if (kind != Kind.BROKER || name.isEmpty()) {
      return;
    }
    List<String> running =
        admin.describeCluster().nodes().get().stream()
            .sorted(Comparator.comparing(Node::id))
            .map(Node::idString)
            .toList();
    if (!running.contains(name)) {
      throw new Refusal(
          "no broker %s is running; those that are: %s (./dure broker list)"
              .formatted(name, String.join(", ", running)));
    }
  }

  ConfigResource resource() {
    return new ConfigResource(kind.type, name);
  }

  @Override
  public String toString() {
    return kind.word + " " + (kind == Kind.BROKER && name.isEmpty() ? ALL_BROKERS : name);
  }
}
