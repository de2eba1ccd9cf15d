package io.dure.group;

import java.util.List;

/**
 * What came of one command, or of time passing. The records are applied already and go to the log
 * at once; the replies go out when these and all earlier records are committed. If the append fails
 * the whole shard is dropped and replayed, so nothing has to be undone.
 */
public record Decision(List<GroupRecord> records, List<Reply> replies) {
  public Decision {
    records = List.copyOf(records);
    replies = List.copyOf(replies);
  }

  /**
   * An answer to whoever asked with {@code ticket}; every ticket gets exactly one, some of them
   * much later.
   */
  public record Reply(long ticket, GroupAnswer answer) {}
}
