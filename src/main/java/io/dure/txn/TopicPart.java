package io.dure.txn;

import java.util.Comparator;

/** A partition as transactions name it: by its topic's name, as Kafka's log of them does. */
public record TopicPart(String topic, int partition) implements Comparable<TopicPart> {
  private static final Comparator<TopicPart> ORDER =
      Comparator.comparing(TopicPart::topic).thenComparingInt(TopicPart::partition);

  @Override
  public int compareTo(TopicPart other) {
    return ORDER.compare(this, other);
  }
}
