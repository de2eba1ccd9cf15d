package io.dure.controller;

import io.dure.base.NodeId;
import io.dure.metadata.BrokerKeys;
import io.dure.metadata.ClientMetricsKeys;
import io.dure.metadata.ConfigKey;
import io.dure.metadata.ConfigResource;
import io.dure.metadata.GroupKeys;
import io.dure.metadata.MetadataRecord;
import io.dure.metadata.TopicImage;
import io.dure.metadata.TopicSettings;
import io.dure.wire.WireError;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Changes settings, with the checks and the words of Apache Kafka's controller. A resource's
 * changes are checked together, as they would stand, and made in one atomic batch or not at all.
 */
final class ConfigChanges {
  private final Ledger ledger;

  ConfigChanges(Ledger ledger) {
    this.ledger = ledger;
  }

  Answer.ConfigsAltered alter(Command.AlterConfigs command) {
    List<Answer.Result> results = new ArrayList<>();
    for (Command.Alteration alteration : command.alterations()) {
      results.add(
          switch (alteration.target()) {
            case Command.ConfigTarget.Topic(String name) ->
                ledger
                    .image()
                    .topic(name)
                    .map(topic -> alter(alteration, topic, command.validateOnly()))
                    .orElseGet(() -> unknown(name));
            case Command.ConfigTarget.Of(ConfigResource resource) ->
                alter(alteration, resource, command.validateOnly());
          });
    }
    return new Answer.ConfigsAltered(results);
  }

  private static Answer.Result unknown(String topic) {
    if (topic.isEmpty()) {
      return Answer.Result.refused(
          WireError.INVALID_REQUEST, "Default topic resources are not allowed.");
    }
    return TopicNames.illegality(topic)
        .map(why ->
            Answer.Result.refused(
                WireError.INVALID_TOPIC_EXCEPTION, "Topic name is invalid: " + why))
        .orElseGet(() ->
            Answer.Result.refused(
                WireError.UNKNOWN_TOPIC_OR_PARTITION, "The topic '" + topic + "' does not exist."));
  }

  private Answer.Result alter(
      Command.Alteration alteration, TopicImage topic, boolean validateOnly) {
    Changed changed =
        changed(
            alteration,
            topic.configs(),
            TopicSettings::find,
            key -> ledger.inForce(Map.of()).text(key));
    if (changed.refusal().isPresent()) {
      return changed.refusal().get();
    }
    Map<String, Optional<String>> after = new LinkedHashMap<>();
    changed.after().forEach((key, value) -> after.put(key, Optional.of(value)));
    int replicas =
        topic.partitions().stream().mapToInt(each -> each.replicas().size()).min().orElse(1);
    Optional<String> refusal = TopicSettings.refusal(after, replicas);
    if (refusal.isPresent()) {
      return Answer.Result.refused(WireError.INVALID_CONFIG, refusal.get());
    }
    if (!validateOnly) {
      List<MetadataRecord> records = new ArrayList<>();
      differences(topic.configs(), changed.after())
          .forEach((key, value) ->
              records.add(new MetadataRecord.TopicConfigured(topic.id(), key, value)));
      ledger.append(records);
    }
    return Answer.Result.DONE;
  }

  private Answer.Result alter(
      Command.Alteration alteration, ConfigResource resource, boolean validateOnly) {
    Optional<Answer.Result> stranger = refusalOfName(resource);
    if (stranger.isPresent()) {
      return stranger.get();
    }
    Map<String, String> before = ledger.image().configs().of(resource);
    Changed changed =
        changed(
            alteration,
            before,
            key -> find(resource.kind(), key),
            key -> find(resource.kind(), key).map(ConfigKey::defaultValue).orElse(""));
    Optional<Answer.Result> refusal =
        changed.refusal().or(() -> refusal(resource, before, changed.after()));
    if (refusal.isPresent()) {
      return refusal.get();
    }
    if (!validateOnly) {
      List<MetadataRecord> records = new ArrayList<>();
      differences(before, changed.after())
          .forEach(
              (key, value) -> records.add(new MetadataRecord.ConfigChanged(resource, key, value)));
      ledger.append(records);
    }
    return Answer.Result.DONE;
  }

  private Optional<Answer.Result> refusalOfName(ConfigResource resource) {
    return switch (resource.kind()) {
      case BROKER -> refusalOfBroker(resource.name());
      case CLIENT_METRICS ->
          resource.name().isEmpty()
              ? invalid("Subscription name can't be empty")
              : Optional.empty();
      case GROUP ->
          resource.name().isEmpty()
              ? invalid("Default group resources are not allowed.")
              : Optional.empty();
    };
  }

  private Optional<Answer.Result> refusalOfBroker(String name) {
    if (name.isEmpty()) {
      return Optional.empty();
    }
    try {
      int id = Integer.parseInt(name);
      if (id >= 0 && ledger.image().broker(new NodeId(id)).isPresent()) {
        // Only one spelling of a number is a broker's.
        return Integer.toString(id).equals(name)
            ? Optional.empty()
            : invalid("Unable to parse broker name " + name + ": write it as " + id);
      }
      return Optional.of(
          Answer.Result.refused(
              WireError.BROKER_ID_NOT_REGISTERED, "No broker with id " + id + " found."));
    } catch (NumberFormatException _) {
      return invalid("Unable to parse broker name as a base 10 number.");
    }
  }

  private static Optional<Answer.Result> invalid(String reason) {
    return Optional.of(Answer.Result.refused(WireError.INVALID_REQUEST, reason));
  }

  private static Optional<ConfigKey> find(ConfigResource.Kind kind, String key) {
    return switch (kind) {
      case BROKER -> BrokerKeys.find(key);
      case CLIENT_METRICS -> ClientMetricsKeys.find(key);
      case GROUP -> GroupKeys.find(key);
    };
  }

  private Optional<Answer.Result> refusal(
      ConfigResource resource, Map<String, String> before, Map<String, String> after) {
    Optional<String> reason =
        switch (resource.kind()) {
          case BROKER -> refusalOfBrokers(resource, before, after);
          case CLIENT_METRICS -> ClientMetricsKeys.refusal(after);
          case GROUP -> GroupKeys.refusal(after);
        };
    return reason.map(text ->
        Answer.Result.refused(
            isMalformed(resource, text) ? WireError.INVALID_REQUEST : WireError.INVALID_CONFIG,
            text));
  }

  /** Kafka takes these for faults of the request, not of the setting. */
  private static boolean isMalformed(ConfigResource resource, String refusal) {
    return switch (resource.kind()) {
      case BROKER -> !refusal.startsWith("Broker-level");
      case CLIENT_METRICS ->
          refusal.startsWith("Unknown client metrics")
              || refusal.contains("interval must be between");
      case GROUP -> false;
    };
  }

  private Optional<String> refusalOfNumbers(String key, String value) {
    if (!key.equals(BrokerKeys.DRAINED) && !key.equals(BrokerKeys.DECOMMISSIONED)) {
      return Optional.empty();
    }
    List<String> known =
        ledger.image().brokers().stream().map(each -> "" + each.node().value()).toList();
    return ConfigKey.items(value).stream()
        .filter(number -> !known.contains(number))
        .findFirst()
        .map(number -> "%s names broker %s, which is not registered".formatted(key, number));
  }

  private Optional<String> refusalOfBrokers(
      ConfigResource resource, Map<String, String> before, Map<String, String> after) {
    for (Map.Entry<String, String> config : after.entrySet()) {
      Optional<ConfigKey> key = BrokerKeys.find(config.getKey());
      if (key.isEmpty()) {
        return Optional.of(
            "Cannot update these configs dynamically: ["
                + config.getKey()
                + "]; set it in the node's own configuration and start it again");
      }
      Optional<String> refusal = key.get().refusal(config.getValue());
      if (refusal.isPresent()) {
        return refusal;
      }
      if (BrokerKeys.isOfAllOnly(config.getKey()) && !resource.equals(ConfigResource.ALL_BROKERS)) {
        return Optional.of(
            config.getKey()
                + " is the whole cluster's: set it for all brokers (the default entity)");
      }
      Optional<String> stranger = refusalOfNumbers(config.getKey(), config.getValue());
      if (stranger.isPresent()) {
        return stranger;
      }
    }
    boolean quorumOfOne =
        after.containsKey(BrokerKeys.MIN_INSYNC_REPLICAS)
            && !resource.equals(ConfigResource.ALL_BROKERS)
            && !after
                .get(BrokerKeys.MIN_INSYNC_REPLICAS)
                .equals(before.get(BrokerKeys.MIN_INSYNC_REPLICAS));
    return quorumOfOne
        ? Optional.of(
            "Broker-level min.insync.replicas cannot be altered: every broker must count alike;"
                + " set it for all brokers (the default entity) or for a topic")
        : Optional.empty();
  }

  /** The settings as they would stand, or why the changes contradict each other. */
  private record Changed(Map<String, String> after, Optional<Answer.Result> refusal) {}

  private interface Keys {
    Optional<ConfigKey> find(String key);
  }

  private interface Values {
    String of(String key);
  }

  private static Changed changed(
      Command.Alteration alteration, Map<String, String> before, Keys keys, Values otherwise) {
    Map<String, String> after = new TreeMap<>();
    if (!alteration.replace()) {
      after.putAll(before);
    }
    for (Command.ConfigChange change : alteration.changes()) {
      String key = change.key();
      switch (change.change()) {
        case SET -> after.put(key, change.value());
        case DELETE -> after.remove(key);
        case APPEND, SUBTRACT -> {
          boolean isList =
              keys.find(key).filter(k -> k.kind() instanceof ConfigKey.Kind.ListOf).isPresent();
          if (!isList) {
            return new Changed(
                after,
                Optional.of(
                    Answer.Result.refused(
                        WireError.INVALID_CONFIG,
                        "Can't "
                            + change.change()
                            + " to key "
                            + key
                            + " because its type is not LIST.")));
          }
          String old = after.getOrDefault(key, otherwise.of(key));
          after.put(key, merged(old, change));
        }
      }
    }
    return new Changed(after, Optional.empty());
  }

  private static String merged(String old, Command.ConfigChange change) {
    List<String> items = new ArrayList<>(ConfigKey.items(old));
    for (String item : ConfigKey.items(change.value())) {
      if (change.change() == Command.Change.SUBTRACT) {
        items.remove(item);
      } else if (!items.contains(item)) {
        items.add(item);
      }
    }
    return String.join(",", items);
  }

  private static Map<String, Optional<String>> differences(
      Map<String, String> before, Map<String, String> after) {
    Map<String, Optional<String>> differences = new TreeMap<>();
    TreeSet<String> keys = new TreeSet<>(before.keySet());
    keys.addAll(after.keySet());
    for (String key : keys) {
      Optional<String> now = Optional.ofNullable(after.get(key));
      if (!now.equals(Optional.ofNullable(before.get(key)))) {
        differences.put(key, now);
      }
    }
    return differences;
  }
}
