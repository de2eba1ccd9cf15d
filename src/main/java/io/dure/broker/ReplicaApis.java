package io.dure.broker;

import io.dure.runtime.MetadataStatus;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.apache.kafka.common.protocol.ApiKeys;

/** Puts the handlers of replicas, leaders and brokers into the table. */
public final class ReplicaApis {
  private ReplicaApis() {}

  /**
   * @param metadata what this node knows of the metadata quorum now
   * @param audit keeps who asked for what may lose records
   * @param blocking runs what may block
   */
  public static void addTo(
      Dispatcher.Builder table,
      Cluster cluster,
      Supplier<MetadataStatus> metadata,
      Audit audit,
      Executor blocking) {
    table
        .on(
            ApiKeys.ALTER_PARTITION_REASSIGNMENTS,
            ControllerHandler.of(new AlterPartitionReassignmentsApi(), cluster))
        .on(ApiKeys.LIST_PARTITION_REASSIGNMENTS, new ListPartitionReassignmentsHandler(cluster))
        .on(ApiKeys.DESCRIBE_QUORUM, new DescribeQuorumHandler(cluster, metadata))
        .on(ApiKeys.ELECT_LEADERS, new ElectLeadersHandler(cluster, audit, blocking))
        .on(ApiKeys.UNREGISTER_BROKER, ControllerHandler.of(new UnregisterBrokerApi(), cluster));
  }
}
