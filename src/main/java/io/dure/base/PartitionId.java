package io.dure.base;

/** One partition of one topic incarnation; {@code index} counts from zero. */
public record PartitionId(TopicId topic, int index) {
  /** The only partition of the metadata log. */
  public static final PartitionId METADATA = new PartitionId(TopicId.METADATA, 0);
}
