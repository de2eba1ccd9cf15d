package io.dure.runtime;

import io.dure.log.Cleaning;
import io.dure.log.LogSettings;
import io.dure.log.Retention;
import io.dure.metadata.ConfigKey;
import io.dure.metadata.TopicSettings;
import java.util.List;

/** What the settings of a topic and of its node mean for its logs. */
final class LogSettingsOf {
  private LogSettingsOf() {}

  static LogSettings topic(TopicSettings topic, NodeSettings node) {
    List<String> policies = ConfigKey.items(topic.text(TopicSettings.CLEANUP_POLICY));
    return LogSettings.DEFAULT
        .withProducerExpiryMs(node.producerExpiryMs())
        .withSegmentBytes(topic.intValue(TopicSettings.SEGMENT_BYTES))
        .withSegmentMs(topic.longValue(TopicSettings.SEGMENT_MS))
        .withSegmentJitterMs(topic.longValue(TopicSettings.SEGMENT_JITTER_MS))
        .withIndexIntervalBytes(topic.intValue(TopicSettings.INDEX_INTERVAL_BYTES))
        .withIndexBytes(topic.intValue(TopicSettings.SEGMENT_INDEX_BYTES))
        .withPreallocate(topic.flag(TopicSettings.PREALLOCATE))
        .withAppendTime(topic.text(TopicSettings.TIMESTAMP_TYPE).equals("LogAppendTime"))
        .withRetention(
            policies.contains("delete")
                ? new Retention(
                    topic.longValue(TopicSettings.RETENTION_MS),
                    topic.longValue(TopicSettings.RETENTION_BYTES))
                : Retention.FOREVER)
        .withCleaning(
            new Cleaning(
                policies.contains("compact"),
                topic.fraction(TopicSettings.MIN_CLEANABLE_DIRTY_RATIO),
                topic.longValue(TopicSettings.MIN_COMPACTION_LAG_MS),
                topic.longValue(TopicSettings.MAX_COMPACTION_LAG_MS),
                topic.longValue(TopicSettings.DELETE_RETENTION_MS)));
  }
}
