package io.dure.broker;

import org.apache.kafka.common.protocol.ApiKeys;

/** Puts the handlers of replicas, leaders and brokers into the table. */
public final class ReplicaApis {
  private ReplicaApis() {}

  public static void addTo(Dispatcher.Builder table, Cluster cluster) {
    table
        .on(
            ApiKeys.ALTER_PARTITION_REASSIGNMENTS,
            ControllerHandler.of(new AlterPartitionReassignmentsApi(), cluster))
        .on(ApiKeys.LIST_PARTITION_REASSIGNMENTS, new ListPartitionReassignmentsHandler(cluster))
        .on(ApiKeys.ELECT_LEADERS, ControllerHandler.of(new ElectLeadersApi(), cluster))
        .on(ApiKeys.UNREGISTER_BROKER, ControllerHandler.of(new UnregisterBrokerApi(), cluster));
  }
}
