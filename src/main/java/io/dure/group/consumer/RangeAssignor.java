package io.dure.group.consumer;

import io.dure.base.TopicId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Gives each reader of a topic one range of its partitions. Readers stand in the same order for all
 * topics, so topics with equally many partitions and the same readers are cut alike: a join finds
 * both sides with one member.
 */
final class RangeAssignor implements Assignor {
  /** Static members first: they keep their place over restarts. */
  private static final Comparator<Reader> ORDER =
      Comparator.<Reader>comparingInt(r -> r.instanceId().isPresent() ? 0 : 1)
          .thenComparing(r -> r.instanceId().orElse(""))
          .thenComparing(Reader::memberId);

  @Override
  public Map<String, PartitionSet> assign(List<Reader> readers, Map<TopicId, Topic> topics) {
    var ordered = new ArrayList<>(readers);
    ordered.sort(ORDER);
    var drafts = new HashMap<String, PartitionSet.Draft>();
    ordered.forEach(r -> drafts.put(r.memberId(), new PartitionSet.Draft()));
    for (Topic topic : topics.values()) {
      List<Reader> its = ordered.stream().filter(r -> r.topics().contains(topic.id())).toList();
      int from = 0;
      for (int i = 0; i < its.size(); i++) {
        int more = i < topic.partitions() % its.size() ? 1 : 0;
        int end = from + topic.partitions() / its.size() + more;
        Objects.requireNonNull(drafts.get(its.get(i).memberId())).addRange(topic.id(), from, end);
        from = end;
      }
    }
    var result = new HashMap<String, PartitionSet>();
    drafts.forEach((member, draft) -> result.put(member, draft.done()));
    return result;
  }
}
