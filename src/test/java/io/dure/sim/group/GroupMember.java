package io.dure.sim.group;

import io.dure.group.GroupAnswer;
import io.dure.group.GroupCommand;
import io.dure.group.MemberRef;
import io.dure.group.consumer.PartitionSet;
import java.util.Optional;

/** A member as the world sees it: it acts when its time comes, and owns what it may be reading. */
interface GroupMember {
  String name();

  /** When it wants to act next. */
  long nextActMs();

  void act();

  void answered(long ticket, GroupAnswer answer);

  /** The connection broke on which the answer was to come. */
  void broken(long ticket);

  /** What the coordinator may hear when its process has died; empty when it is told nothing. */
  default Optional<GroupCommand.ConnectionLost> deathNotice() {
    return Optional.empty();
  }

  /** What the coordinator may hear late of a connection that it has left behind. */
  default Optional<GroupCommand.ConnectionLost> lateNotice() {
    return Optional.empty();
  }

  PartitionSet owned();

  /** In what words it commits: as whom, and with which epoch. */
  MemberRef committer();

  int epoch();

  /** Another one each time that it begins anew with nothing. */
  default String life() {
    return name();
  }

  /** Ends it in good order. */
  void leave();

  /** Its topics changed their ids or are gone: it owns nothing of what is not there. */
  void forgetTopics(PartitionSet existing);
}
