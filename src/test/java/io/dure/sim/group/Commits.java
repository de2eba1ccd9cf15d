package io.dure.sim.group;

import io.dure.base.TopicId;
import io.dure.group.GroupAnswer;
import io.dure.group.GroupCommand;
import io.dure.group.MemberRef;
import io.dure.group.OffsetKey;
import io.dure.group.consumer.PartitionSet;
import io.dure.sim.SimRng;
import io.dure.wire.WireError;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * What members commit. Each time that a partition comes to another owner, a tenure begins; its
 * number is what the owner commits. A commit may be under way for long, while its sender gives the
 * partition up, is put out, or dies.
 */
final class Commits {
  private static final int SENT_PER_MILLE = 60;

  private record Place(TopicId topic, int partition) {}

  private record Tenure(String owner, long number) {}

  private record UnderWay(long atMs, String sender, GroupCommand.CommitOffsets commit) {}

  private final SimRng rng;
  private final Map<Place, Tenure> tenures = new HashMap<>();
  private final Map<Place, Long> committed = new HashMap<>();
  private final List<UnderWay> underWay = new ArrayList<>();
  private long lastTenure;

  /**
   * @param rng of its own, so that what else happens does not depend on what is committed
   */
  Commits(SimRng rng) {
    this.rng = rng;
  }

  /** It reads these from now on, or goes on reading them. */
  void owns(String owner, PartitionSet partitions) {
    partitions.forEach((topic, partition) -> {
      var place = new Place(topic, partition);
      Tenure before = tenures.get(place);
      if (before == null || !before.owner().equals(owner)) {
        tenures.put(place, new Tenure(owner, ++lastTenure));
      }
    });
  }

  /** Now and then it commits all that it reads. */
  void maybeSend(
      String owner,
      MemberRef as,
      int epoch,
      PartitionSet owned,
      UnaryOperator<PartitionSet> existing,
      Function<TopicId, String> names,
      long nowMs) {
    PartitionSet partitions = existing.apply(owned);
    if (partitions.isEmpty() || !rng.chance(SENT_PER_MILLE)) {
      return;
    }
    var offsets = new ArrayList<GroupCommand.OffsetToCommit>();
    partitions.forEach((topic, partition) ->
        offsets.add(
            new GroupCommand.OffsetToCommit(
                new OffsetKey(names.apply(topic), topic, partition),
                tenures.getOrDefault(new Place(topic, partition), new Tenure(owner, 0)).number(),
                -1,
                "")));
    long delayMs = rng.between(0, rng.pick(List.of(20, 500, 4_000, 15_000)));
    underWay.add(
        new UnderWay(
            nowMs + delayMs,
            owner,
            new GroupCommand.CommitOffsets(GroupWorld.GROUP, as, epoch, -1, true, offsets)));
  }

  /** Those whose time has come, which leave the network by this. */
  List<GroupCommand.CommitOffsets> arriving(long nowMs) {
    List<UnderWay> due = underWay.stream().filter(u -> u.atMs() <= nowMs).toList();
    underWay.removeAll(due);
    return due.stream().map(UnderWay::commit).toList();
  }

  /**
   * Why this must not have been answered so; empty when it may. Nobody commits over a later owner.
   */
  String fault(GroupCommand.CommitOffsets commit, GroupAnswer.Committed answer) {
    for (int i = 0; i < commit.offsets().size(); i++) {
      GroupCommand.OffsetToCommit offset = commit.offsets().get(i);
      var place = new Place(offset.key().topicId(), offset.key().partition());
      long before = Objects.requireNonNullElse(committed.get(place), 0L);
      if (answer.errors().get(i) != WireError.NONE) {
        continue;
      }
      if (offset.offset() < before) {
        return commit.member()
            + " commits over a later owner of "
            + place
            + " with epoch "
            + commit.generation();
      }
      committed.put(place, offset.offset());
    }
    return "";
  }
}
