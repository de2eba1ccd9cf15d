package io.dure.group;

import io.dure.group.consumer.ConsumerSettings;
import io.dure.group.consumer.Rules;
import io.dure.group.consumer.Topics;
import io.dure.metadata.ClusterImage;

/** The cluster as the shard was last told of it. Confined to its shard. */
final class Surroundings {
  private final GroupSettings settings;
  private ClusterImage image = ClusterImage.EMPTY;
  private Topics topics = new Topics(ClusterImage.EMPTY);

  Surroundings(GroupSettings settings) {
    this.settings = settings;
  }

  /** False if this is what it was told before. */
  boolean take(ClusterImage now) {
    if (now == image) {
      return false;
    }
    image = now;
    topics = new Topics(now);
    return true;
  }

  Topics topics() {
    return topics;
  }

  /** What a group goes by. */
  Rules rules(String groupId) {
    return new Rules(settings(groupId), topics);
  }

  private ConsumerSettings settings(String groupId) {
    return settings.consumer();
  }
}
