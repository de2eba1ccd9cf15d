package io.dure.metadata;

import io.dure.base.TopicId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One topic: its partitions by index, and the settings that differ from the defaults.
 *
 * @param copiesByDefault whether it has as many copies as is the default, and not as somebody chose
 */
public record TopicImage(
    TopicId id,
    String name,
    boolean internal,
    List<PartitionImage> partitions,
    Map<String, String> configs,
    boolean copiesByDefault) {
  public TopicImage {
    partitions = List.copyOf(partitions);
    configs = Map.copyOf(configs);
  }

  /**
   * How many of {@code replicas} copies must hold a record durably before it is committed: a
   * majority, or {@code min.insync.replicas} where that is more (but never more than there are).
   */
  public int commitQuorum(int replicas) {
    return commitQuorum(configs, replicas);
  }

  static int commitQuorum(Map<String, String> configs, int replicas) {
    int wanted = TopicSettings.of(configs).intValue(TopicSettings.MIN_INSYNC_REPLICAS);
    return Math.min(replicas, Math.max(replicas / 2 + 1, wanted));
  }

  /** Appends the records that make this topic. */
  void addRecords(List<MetadataRecord> records) {
    records.add(new MetadataRecord.TopicCreated(id, name, internal));
    if (copiesByDefault) {
      records.add(new MetadataRecord.CopiesByDefault(id, true));
    }
    new TreeMap<>(configs)
        .forEach((key, value) ->
            records.add(new MetadataRecord.TopicConfigured(id, key, Optional.of(value))));
    partitions.forEach(partition -> partition.addRecords(records));
  }
}
