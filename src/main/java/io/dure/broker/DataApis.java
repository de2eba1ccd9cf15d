package io.dure.broker;

import io.dure.base.Rng;
import io.dure.runtime.Partitions;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;

/** Puts the handlers of records and metadata into the table; those of groups join them there. */
public final class DataApis {
  private DataApis() {}

  public static void addTo(
      Dispatcher.Builder table,
      Cluster cluster,
      Partitions partitions,
      BrokerSettings settings,
      TransactionGate gate,
      DataVolume volume,
      Rng rng) {
    var creation = new TopicCreation(cluster, settings, rng);
    table
        .on(ApiKeys.PRODUCE, new ProduceHandler(cluster, partitions, settings, gate))
        .on(ApiKeys.FETCH, new FetchHandler(cluster, partitions, settings, rng))
        .on(ApiKeys.LIST_OFFSETS, new ListOffsetsHandler(cluster, partitions))
        .on(ApiKeys.DELETE_RECORDS, new DeleteRecordsHandler(cluster, partitions))
        .on(ApiKeys.METADATA, new MetadataHandler(cluster, creation, settings))
        .on(ApiKeys.CREATE_TOPICS, ControllerHandler.createTopics(cluster, rng))
        .on(ApiKeys.DELETE_TOPICS, deleting(cluster, settings))
        .on(ApiKeys.CREATE_PARTITIONS, ControllerHandler.createPartitions(cluster))
        .on(ApiKeys.OFFSET_FOR_LEADER_EPOCH, new OffsetForLeaderEpochHandler(cluster, partitions))
        .on(ApiKeys.WRITE_TXN_MARKERS, new WriteTxnMarkersHandler(cluster, partitions))
        .on(ApiKeys.DESCRIBE_PRODUCERS, new DescribeProducersHandler(cluster, partitions))
        .on(
            ApiKeys.ALTER_REPLICA_LOG_DIRS,
            new AlterReplicaLogDirsHandler(cluster, partitions, volume))
        .on(ApiKeys.DESCRIBE_LOG_DIRS, new DescribeLogDirsHandler(cluster, partitions, volume))
        .on(ApiKeys.DESCRIBE_CLUSTER, new DescribeClusterHandler(cluster))
        .on(ApiKeys.DESCRIBE_TOPIC_PARTITIONS, new DescribeTopicPartitionsHandler(cluster));
  }

  static Handler<DeleteTopicsRequestData, DeleteTopicsResponseData> deleting(
      Cluster cluster, BrokerSettings settings) {
    return settings.deleteTopics()
        ? ControllerHandler.deleteTopics(cluster)
        : (request, context, reply) ->
            reply.send(DeleteTopicsApi.disabled(request, context.version()));
  }
}
