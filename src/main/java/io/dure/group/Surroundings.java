package io.dure.group;

import io.dure.group.consumer.ConsumerSettings;
import io.dure.group.consumer.Rules;
import io.dure.group.consumer.Topics;
import io.dure.metadata.ClusterImage;
import io.dure.metadata.ConfigResource;
import io.dure.metadata.GroupKeys;
import java.util.Map;

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

  /** A group's own settings go before the broker's. */
  private ConsumerSettings settings(String groupId) {
    Map<String, String> own = image.configs().of(ConfigResource.group(groupId));
    ConsumerSettings all = settings.consumer();
    return own.isEmpty()
        ? all
        : all.withTimes(
                number(own, GroupKeys.SESSION_TIMEOUT_MS, all.sessionMs()),
                number(own, GroupKeys.HEARTBEAT_INTERVAL_MS, all.heartbeatMs()))
            .withAssignmentInterval(
                number(own, GroupKeys.ASSIGNMENT_INTERVAL_MS, all.assignmentIntervalMs()));
  }

  /** Who stored it has looked at it; what is no number all the same is as good as not there. */
  private static int number(Map<String, String> own, String key, int otherwise) {
    try {
      return Integer.parseInt(own.getOrDefault(key, Integer.toString(otherwise)));
    } catch (NumberFormatException _) {
      return otherwise;
    }
  }
}
