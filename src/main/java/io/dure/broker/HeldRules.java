package io.dure.broker;

import io.dure.base.NodeId;
import io.dure.base.TopicId;
import io.dure.metadata.ClusterImage;
import io.dure.metadata.TopicImage;
import io.dure.metadata.TopicSettings;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The rules of the topics of one image, each read from its settings when first asked for; another
 * image, and all are read anew. So at most one per topic that there is. Belongs to a loop.
 */
final class HeldRules {
  private final NodeId self;
  private final Map<String, String> started;
  private final Map<TopicId, ProduceRules> rules = new HashMap<>();
  private Optional<ClusterImage> image = Optional.empty();

  /**
   * @param started as {@link TopicSettings#inForce} takes it
   */
  HeldRules(NodeId self, Map<String, String> started) {
    this.self = self;
    this.started = started;
  }

  /** The rules of a topic of {@code now}. */
  ProduceRules of(TopicImage topic, ClusterImage now) {
    if (image.isEmpty() || image.get() != now) {
      image = Optional.of(now);
      rules.clear();
    }
    return rules.computeIfAbsent(
        topic.id(), _ -> ProduceRules.of(TopicSettings.inForce(topic, now, self, started)));
  }
}
