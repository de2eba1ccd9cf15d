package io.dure.broker;

import io.dure.base.Clock;
import io.dure.base.Rng;
import io.dure.group.GroupSettings;
import io.dure.runtime.Partitions;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * Puts the handlers of consumer groups into the table, and the coordinators on the partitions they
 * live on.
 */
public final class GroupApis {
  private GroupApis() {}

  /** Before the node starts, as the coordinators are to hear of every partition led here. */
  public static void addTo(
      Dispatcher.Builder table,
      Cluster cluster,
      Partitions partitions,
      BrokerSettings settings,
      GroupSettings groupSettings,
      TransactionGate gate,
      Clock clock,
      Rng rng) {
    var groups = new GroupShards(cluster, groupSettings, clock);
    partitions.listen(InternalTopics.OFFSETS, groups);
    table
        .on(
            ApiKeys.FIND_COORDINATOR,
            new FindCoordinatorHandler(cluster, new TopicCreation(cluster, settings, rng)))
        .on(ApiKeys.JOIN_GROUP, new JoinGroupHandler(groups, rng))
        .on(ApiKeys.SYNC_GROUP, new SyncGroupHandler(groups))
        .on(ApiKeys.HEARTBEAT, new HeartbeatHandler(groups))
        .on(ApiKeys.LEAVE_GROUP, new LeaveGroupHandler(groups))
        .on(
            ApiKeys.CONSUMER_GROUP_HEARTBEAT,
            new ConsumerGroupHeartbeatHandler(cluster, groups, rng))
        .on(ApiKeys.CONSUMER_GROUP_DESCRIBE, new ConsumerGroupDescribeHandler(groups))
        .on(ApiKeys.OFFSET_COMMIT, new OffsetCommitHandler(cluster, groups))
        .on(ApiKeys.TXN_OFFSET_COMMIT, new TxnOffsetCommitHandler(cluster, groups, gate))
        .on(ApiKeys.OFFSET_FETCH, new OffsetFetchHandler(cluster, groups))
        .on(ApiKeys.OFFSET_DELETE, new OffsetDeleteHandler(cluster, groups))
        .on(ApiKeys.DESCRIBE_GROUPS, new DescribeGroupsHandler(groups))
        .on(ApiKeys.LIST_GROUPS, new ListGroupsHandler(groups))
        .on(ApiKeys.DELETE_GROUPS, new DeleteGroupsHandler(groups));
  }
}
