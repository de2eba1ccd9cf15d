package io.dure.metadata;

import io.dure.base.TopicId;
import java.util.List;
import java.util.Map;

/** One topic: its partitions by index, and the settings that differ from the defaults. */
public record TopicImage(
        TopicId id, String name, boolean internal, List<PartitionImage> partitions, Map<String, String> configs) {
    public TopicImage {
        partitions = List.copyOf(partitions);
        configs = Map.copyOf(configs);
    }
}
