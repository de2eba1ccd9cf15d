package io.dure.group;

import io.dure.base.Moment;
import io.dure.group.consumer.ConsumerGroup;
import io.dure.group.consumer.ConsumerRecord;
import io.dure.group.consumer.Journal;
import java.util.ArrayList;
import java.util.List;

/** One decision in the making. */
final class Turn {
  private final GroupTable table;
  private final Moment at;
  private final List<GroupRecord> records = new ArrayList<>();
  private final List<Decision.Reply> replies = new ArrayList<>();

  Turn(GroupTable table, Moment at) {
    this.table = table;
    this.at = at;
  }

  long nowMs() {
    return at.nowMs();
  }

  long wallMs() {
    return at.wallMs();
  }

  /** Decides on a record, and applies it, so that what follows in this turn sees it. */
  void store(GroupRecord record) {
    records.add(record);
    table.apply(record);
  }

  /** Where a group of the new protocol writes to. */
  Journal journal() {
    return new Journal() {
      @Override
      public void store(ConsumerRecord record) {
        Turn.this.store(new GroupRecord.OfConsumer(record));
      }

      @Override
      public long nowMs() {
        return at.nowMs();
      }

      @Override
      public long wallMs() {
        return at.wallMs();
      }

      @Override
      public void lookAgainAt(ConsumerGroup group, long atMs) {
        table.arm(group.id(), atMs);
      }
    };
  }

  void reply(long ticket, GroupAnswer answer) {
    replies.add(new Decision.Reply(ticket, answer));
  }

  void enter(Group group, Phase phase, long endsMs) {
    group.enter(phase);
    table.arm(group, endsMs);
  }

  /** Expects to hear of the member again within so many milliseconds. */
  void expect(Group group, Member member, long withinMs) {
    member.expectBy(at.nowMs() + withinMs);
    table.arm(group, member.deadlineMs());
  }

  void expectPending(Group group, String memberId, long withinMs) {
    group.expectJoinOf(memberId, at.nowMs() + withinMs);
    table.arm(group, at.nowMs() + withinMs);
  }

  Decision done() {
    return new Decision(records, replies);
  }
}
