package io.dure.broker;

import io.dure.controller.Answer;
import io.dure.controller.Command;
import io.dure.metadata.ClusterImage;
import io.dure.metadata.ConfigResource;
import io.dure.metadata.TopicImage;
import io.dure.wire.WireError;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Kafka's codes for what has settings, and what all requests about them have in common. */
final class ConfigTypes {
  static final byte TOPIC = 2;
  static final byte BROKER = 4;
  static final byte BROKER_LOGGER = 8;
  static final byte CLIENT_METRICS = 16;
  static final byte GROUP = 32;

  /** What one request wants of one resource, or why it cannot want it. */
  record Wanted(byte type, String name, Optional<Command.Alteration> alteration, String refusal) {
    static Wanted of(byte type, String name, Command.Alteration alteration) {
      return new Wanted(type, name, Optional.of(alteration), "");
    }

    static Wanted refused(byte type, String name, String refusal) {
      return new Wanted(type, name, Optional.empty(), refusal);
    }
  }

  private record Key(byte type, String name) {}

  private ConfigTypes() {}

  /** Empty for what the controller decides nothing about. */
  static Optional<Command.ConfigTarget> target(byte type, String name) {
    return switch (type) {
      case TOPIC -> Optional.of(new Command.ConfigTarget.Topic(name));
      case BROKER -> of(ConfigResource.Kind.BROKER, name);
      case CLIENT_METRICS -> of(ConfigResource.Kind.CLIENT_METRICS, name);
      case GROUP -> of(ConfigResource.Kind.GROUP, name);
      default -> Optional.empty();
    };
  }

  private static Optional<Command.ConfigTarget> of(ConfigResource.Kind kind, String name) {
    return Optional.of(new Command.ConfigTarget.Of(new ConfigResource(kind, name)));
  }

  /** Resources that a request names more than once are refused, all their occurrences. */
  static List<Wanted> withoutRepeated(List<Wanted> wanted) {
    Set<Key> seen = new HashSet<>();
    Set<Key> repeated = new HashSet<>();
    for (Wanted each : wanted) {
      Key key = new Key(each.type(), each.name());
      if (!seen.add(key)) {
        repeated.add(key);
      }
    }
    List<Wanted> result = new ArrayList<>();
    for (Wanted each : wanted) {
      result.add(
          repeated.contains(new Key(each.type(), each.name()))
              ? Wanted.refused(each.type(), each.name(), "Each resource must appear at most once.")
              : each);
    }
    return result;
  }

  static Command command(List<Wanted> wanted, boolean validateOnly) {
    return new Command.AlterConfigs(
        wanted.stream().flatMap(each -> each.alteration().stream()).toList(), validateOnly);
  }

  /** One result for each that was wanted, in the same order. */
  static List<Answer.Result> results(List<Wanted> wanted, Answer answer) {
    List<Answer.Result> decided =
        answer instanceof Answer.ConfigsAltered altered ? altered.resources() : List.of();
    List<Answer.Result> results = new ArrayList<>();
    int next = 0;
    for (Wanted each : wanted) {
      if (each.alteration().isEmpty()) {
        results.add(new Answer.Result(WireError.INVALID_REQUEST, Optional.of(each.refusal())));
      } else if (next < decided.size()) {
        results.add(decided.get(next++));
      } else {
        results.add(Refusals.of(answer));
      }
    }
    return results;
  }

  /** Whether the image shows what was set and taken away; sums of lists are not looked at. */
  static boolean isVisible(Wanted wanted, ClusterImage image) {
    if (wanted.alteration().isEmpty()) {
      return true;
    }
    Map<String, String> now =
        switch (wanted.alteration().get().target()) {
          case Command.ConfigTarget.Topic(String name) ->
              image.topic(name).map(TopicImage::configs).orElse(Map.of());
          case Command.ConfigTarget.Of(ConfigResource resource) -> image.configs().of(resource);
        };
    Map<String, String> left = new HashMap<>(now);
    for (Command.ConfigChange change : wanted.alteration().get().changes()) {
      String value = left.remove(change.key());
      boolean seen =
          switch (change.change()) {
            case SET -> change.value().equals(value);
            case DELETE -> value == null;
            case APPEND, SUBTRACT -> true;
          };
      if (!seen) {
        return false;
      }
    }
    return !wanted.alteration().get().replace() || left.isEmpty();
  }
}
