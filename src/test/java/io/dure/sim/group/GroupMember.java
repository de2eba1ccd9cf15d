package io.dure.sim.group;

import io.dure.group.GroupAnswer;
import io.dure.group.consumer.PartitionSet;

/** A member as the world sees it: it acts when its time comes, and owns what it may be reading. */
interface GroupMember {
  String name();

  /** When it wants to act next. */
  long nextActMs();

  void act();

  void answered(long ticket, GroupAnswer answer);

  /** The connection broke on which the answer was to come. */
  void broken(long ticket);

  PartitionSet owned();

  /** Ends it in good order. */
  void leave();

  /** Its topics changed their ids or are gone: it owns nothing of what is not there. */
  void forgetTopics(PartitionSet existing);
}
