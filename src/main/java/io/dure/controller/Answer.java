package io.dure.controller;

import io.dure.balance.Move;
import io.dure.balance.Standing;
import io.dure.base.NodeId;
import io.dure.base.TopicId;
import io.dure.metadata.TopicSettings;
import io.dure.wire.WireError;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The controller's answer to a {@link Command}: one result per thing asked for, in the order of the
 * request.
 */
public sealed interface Answer {
  record TopicsCreated(List<TopicCreation> topics) implements Answer {
    public TopicsCreated {
      topics = List.copyOf(topics);
    }
  }

  /**
   * One topic's result; what follows {@code result} is meaningful only when it is {@link
   * Result#DONE}.
   *
   * @param configs the topic's settings in force
   */
  record TopicCreation(
      String name,
      Result result,
      TopicId id,
      int partitions,
      int replicationFactor,
      TopicSettings configs) {
    static TopicCreation refused(String name, Result result) {
      return new TopicCreation(name, result, TopicId.ZERO, -1, -1, TopicSettings.of(Map.of()));
    }
  }

  record TopicsDeleted(List<TopicDeletion> topics) implements Answer {
    public TopicsDeleted {
      topics = List.copyOf(topics);
    }
  }

  /**
   * @param name empty when the topic was named by an id that does not exist
   */
  record TopicDeletion(Optional<String> name, TopicId id, Result result) {}

  record PartitionsCreated(List<TopicGrowth> topics) implements Answer {
    public PartitionsCreated {
      topics = List.copyOf(topics);
    }
  }

  record TopicGrowth(String name, Result result) {}

  /** What was asked for single partitions. */
  record PartitionsDecided(List<PartitionDecision> partitions) implements Answer {
    public PartitionsDecided {
      partitions = List.copyOf(partitions);
    }
  }

  record PartitionDecision(String topic, int partition, Result result) {}

  /**
   * What the balancer would do, and what is being done.
   *
   * @param enabled whether it does anything by itself
   * @param loads what each broker carries; empty: not known yet
   * @param moves from what there is, changes under way counted as done; most urgent first
   */
  record Balance(
      boolean enabled,
      Map<NodeId, Standing> brokers,
      Map<NodeId, Carried> loads,
      List<Move> moves,
      List<UnderWay> underWay)
      implements Answer {
    public Balance {
      brokers = Map.copyOf(brokers);
      loads = Map.copyOf(loads);
      moves = List.copyOf(moves);
      underWay = List.copyOf(underWay);
    }
  }

  /**
   * What one broker carries, as leaders told of late.
   *
   * @param bytes of all its copies
   * @param bytesPerSecond that the partitions it leads take in
   */
  record Carried(long bytes, long bytesPerSecond) {}

  /** A partition whose replicas change. */
  record UnderWay(String topic, int partition, List<NodeId> from, List<NodeId> to, boolean byHand) {
    public UnderWay {
      from = List.copyOf(from);
      to = List.copyOf(to);
    }
  }

  record BrokerUnregistered(Result result) implements Answer {}

  /** One result per resource. */
  record ConfigsAltered(List<Result> resources) implements Answer {
    public ConfigsAltered {
      resources = List.copyOf(resources);
    }
  }

  /** One result per feature; if one of them is an error nothing was changed. */
  record FeaturesUpdated(List<Result> features) implements Answer {
    public FeaturesUpdated {
      features = List.copyOf(features);
    }
  }

  /** The ids {@code first} to {@code first + count - 1} are the asker's alone. */
  record ProducerIds(long first, int count) implements Answer {}

  /** The command as a whole was not taken up. */
  record Refused(Result result) implements Answer {}

  /** An error with its explanation for people, or {@link #DONE}. */
  record Result(WireError error, Optional<String> message) {
    public static final Result DONE = new Result(WireError.NONE, Optional.empty());

    static Result refused(WireError error, String message) {
      return new Result(error, Optional.of(message));
    }

    public boolean isDone() {
      return error == WireError.NONE;
    }
  }
}
