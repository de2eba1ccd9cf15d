package io.dure.group;

import io.dure.base.Moment;
import io.dure.metadata.ClusterImage;

/**
 * The groups of one coordinator partition, as a state machine: commands and time in, records and
 * replies out. Confined to the loop of its partition; rebuilt by replaying the partition's log.
 *
 * <pre>
 *   new ── apply(record) … ──▶ resume(now) ── decide(command), tick(now) … ──▶ dropped
 * </pre>
 *
 * <p>A join or a sync may be answered by a later command's decision, or by a tick's: a member waits
 * for the others. It reads no clock and draws nothing by chance, so the same commands at the same
 * moments give the same decisions.
 */
public final class GroupShard {
  private final GroupSettings settings;
  private final GroupTable table = new GroupTable();
  private final Surroundings surroundings;
  private final ConsumerGroups consumers;
  private final ClassicBridge bridge;
  private final Joining joining;
  private final Syncing syncing;
  private final Leaving leaving;
  private final Offsets offsets;
  private final Describing describing;
  private final Expiry expiry;
  private final Rebalance rebalance;
  private long nextExpiryMs = Long.MAX_VALUE;

  public GroupShard(GroupSettings settings) {
    this.settings = settings;
    rebalance = new Rebalance(settings);
    surroundings = new Surroundings(settings);
    var conversion = new Conversion(table, surroundings, rebalance);
    consumers = new ConsumerGroups(table, settings, surroundings, conversion);
    bridge = new ClassicBridge(table, surroundings, conversion);
    joining = new Joining(table, settings, rebalance, bridge);
    syncing = new Syncing(table, settings, rebalance);
    leaving = new Leaving(table, rebalance);
    offsets = new Offsets(table, settings);
    describing = new Describing(table);
    expiry = new Expiry(table, settings);
  }

  /**
   * Takes over a record that stands in the log. Only before {@link #resume}: what is decided later
   * is applied already.
   */
  public void apply(GroupRecord record) {
    table.apply(record);
  }

  /**
   * A transaction of this producer has ended, as a marker in the log says: in the replay in its
   * place among the records, later as soon as it is committed.
   */
  public void endTransaction(long producerId, boolean commit) {
    table.complete(producerId, commit);
  }

  /**
   * The replay is over: from now on the members are expected to be heard of, as if each had just
   * spoken.
   */
  public Decision resume(ClusterImage image, Moment now) {
    var turn = new Turn(table, now);
    nextExpiryMs = now.nowMs() + settings.expiryCheckMs();
    surroundings.take(image);
    consumers.onResume(turn);
    for (Group group : table.all()) {
      group.members().forEach(m -> turn.expect(group, m, m.sessionTimeoutMs()));
      if (group.size() > settings.maxMembers()) {
        rebalance.prepare(group, turn);
      }
    }
    return turn.done();
  }

  /** The cluster as it is now; groups whose topics changed begin another epoch by themselves. */
  public Decision onImage(ClusterImage image, Moment now) {
    var turn = new Turn(table, now);
    if (surroundings.take(image)) {
      consumers.onTopics(turn);
    }
    return turn.done();
  }

  /** Decides on a command; the reply to {@code ticket} is in this decision or in a later one. */
  public Decision decide(long ticket, GroupCommand<?> command, Moment now) {
    var turn = new Turn(table, now);
    if (deletes(command)) {
      onTime(turn);
    }
    switch (command) {
      case GroupCommand.ConsumerHeartbeat c -> consumers.beat(ticket, c, turn);
      case GroupCommand.ConnectionLost c -> consumers.connectionLost(ticket, c, turn);
      case GroupCommand.ConsumerDescribe c -> consumers.describe(ticket, c, turn);
      case GroupCommand.Join c -> joining.join(ticket, c, turn);
      case GroupCommand.Sync c ->
          bridge
              .serves(c.groupId())
              .ifPresentOrElse(
                  g -> bridge.sync(ticket, g, c, turn), () -> syncing.sync(ticket, c, turn));
      case GroupCommand.Heartbeat c ->
          bridge
              .serves(c.groupId())
              .ifPresentOrElse(
                  g -> bridge.heartbeat(ticket, g, c, turn),
                  () -> syncing.heartbeat(ticket, c, turn));
      case GroupCommand.Leave c ->
          bridge
              .serves(c.groupId())
              .ifPresentOrElse(
                  g -> bridge.leave(ticket, g, c, turn), () -> leaving.leave(ticket, c, turn));
      case GroupCommand.CommitOffsets c -> offsets.commit(ticket, c, turn);
      case GroupCommand.CommitInTransaction c -> offsets.commitInTransaction(ticket, c, turn);
      case GroupCommand.FetchOffsets c -> offsets.fetch(ticket, c, turn);
      case GroupCommand.FetchAllOffsets c -> offsets.fetchAll(ticket, c, turn);
      case GroupCommand.DeleteOffsets c -> offsets.delete(ticket, c, turn);
      case GroupCommand.ForgetMissingTopics c -> offsets.forgetMissing(ticket, c, turn);
      case GroupCommand.Describe c -> describing.describe(ticket, c, turn);
      case GroupCommand.ListGroups c -> describing.list(ticket, c, turn);
      case GroupCommand.DeleteGroup c -> describing.delete(ticket, c, turn);
    }
    return turn.done();
  }

  /**
   * Who deletes from outside meets no member whose session is over, even where no tick has come
   * since. Members themselves are judged by ticks alone: one that is heard of just before stays.
   */
  private static boolean deletes(GroupCommand<?> command) {
    return command instanceof GroupCommand.DeleteGroup
        || command instanceof GroupCommand.DeleteOffsets;
  }

  /** Time passes: sessions end, waits end, old offsets go. */
  public Decision tick(Moment now) {
    var turn = new Turn(table, now);
    onTime(turn);
    if (now.nowMs() >= nextExpiryMs) {
      nextExpiryMs = now.nowMs() + settings.expiryCheckMs();
      expiry.check(turn);
    }
    return turn.done();
  }

  private void onTime(Turn turn) {
    for (Group group : table.due(turn.nowMs())) {
      leaving.onTime(group, turn);
      group.consumer().ifPresent(g -> consumers.onTime(g, turn));
    }
  }
}
