package io.dure.exchanges;

import java.util.List;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsPartition;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsTopic;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderPartition;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderTopic;
import org.apache.kafka.common.protocol.ApiKeys;

/** Questions about where a partition's records begin and end. */
final class OffsetExchanges {
  private static final String TOPIC = "counted";
  private static final String EMPTY = "uncounted";
  private static final long T0 = 1_700_000_000_000L;

  private final Exchange exchange;

  private OffsetExchanges(Exchange exchange) {
    this.exchange = exchange;
  }

  static void ask(Exchange exchange) {
    var all = new OffsetExchanges(exchange);
    exchange.topic(TOPIC, 1, "retention.ms=-1"); // records of long ago
    exchange.topic(EMPTY, 1);
    Topics.write(exchange, TOPIC, 0, T0, T0 + 20, T0 + 10, T0 + 20, T0 + 5);
    all.list("before");
    all.delete();
    all.list("after");
    all.epochs();
  }

  private void list(String when) {
    for (int v = 1; v <= 11; v++) {
      for (int isolation = 0; isolation <= (v >= 2 ? 1 : 0); isolation++) {
        String how = when + (isolation == 1 ? ", committed" : "");
        for (long time :
            new long[] {-1, -2, -3, -4, -5, -6, -7, 0, T0, T0 + 6, T0 + 15, T0 + 20, T0 + 21}) {
          list(
              how + ": at " + (time >= T0 ? "T" + (time - T0) : time),
              v,
              isolation,
              TOPIC,
              0,
              time,
              -1);
          list(
              how + ": empty at " + (time >= T0 ? "T" + (time - T0) : time),
              v,
              isolation,
              EMPTY,
              0,
              time,
              -1);
        }
        list(how + ": partition that is not", v, isolation, TOPIC, 7, -1, -1);
        list(how + ": topic that is not", v, isolation, "nosuch", 0, -1, -1);
        if (v >= 4) {
          list(how + ": epoch 0", v, isolation, TOPIC, 0, -1, 0);
          list(how + ": epoch to come", v, isolation, TOPIC, 0, -1, 1_000);
          list(how + ": epoch to come, by time", v, isolation, TOPIC, 0, T0, 1_000);
        }
      }
      exchange.tell(
          when + ": nothing",
          ApiKeys.LIST_OFFSETS,
          v,
          new ListOffsetsRequestData().setReplicaId(-1));
      exchange.tell(
          when + ": one twice",
          ApiKeys.LIST_OFFSETS,
          v,
          new ListOffsetsRequestData()
              .setReplicaId(-1)
              .setTopics(
                  List.of(
                      new ListOffsetsTopic()
                          .setName(TOPIC)
                          .setPartitions(
                              List.of(
                                  new ListOffsetsPartition().setTimestamp(-1),
                                  new ListOffsetsPartition().setTimestamp(-2))))));
    }
  }

  private void list(
      String what, int version, int isolation, String topic, int partition, long time, int epoch) {
    var of = new ListOffsetsPartition().setPartitionIndex(partition).setTimestamp(time);
    if (version >= 4) {
      of.setCurrentLeaderEpoch(epoch);
    }
    var request =
        new ListOffsetsRequestData()
            .setReplicaId(-1)
            .setTopics(List.of(new ListOffsetsTopic().setName(topic).setPartitions(List.of(of))));
    if (version >= 2) {
      request.setIsolationLevel((byte) isolation);
    }
    if (version >= 10) {
      request.setTimeoutMs(5_000);
    }
    exchange.tell(what, ApiKeys.LIST_OFFSETS, version, request);
  }

  private void delete() {
    for (int v = 0; v <= 2; v++) {
      delete("of an empty one", v, EMPTY, 0, 0);
      delete("of an empty one, all", v, EMPTY, 0, -1);
      delete("of an empty one, one", v, EMPTY, 0, 1);
      delete("below -1", v, TOPIC, 0, -2);
      delete("past the end", v, TOPIC, 0, 6);
      delete("up to 2", v, TOPIC, 0, 2);
      delete("up to 1", v, TOPIC, 0, 1);
      delete("up to 2 again", v, TOPIC, 0, 2);
      delete("of a partition that is not", v, TOPIC, 7, 0);
      delete("of a topic that is not", v, "nosuch", 0, 0);
      exchange.tell(
          "nothing", ApiKeys.DELETE_RECORDS, v, new DeleteRecordsRequestData().setTimeoutMs(5_000));
    }
  }

  private void delete(String what, int version, String topic, int partition, long offset) {
    exchange.tell(
        what,
        ApiKeys.DELETE_RECORDS,
        version,
        new DeleteRecordsRequestData()
            .setTimeoutMs(5_000)
            .setTopics(
                List.of(
                    new DeleteRecordsTopic()
                        .setName(topic)
                        .setPartitions(
                            List.of(
                                new DeleteRecordsPartition()
                                    .setPartitionIndex(partition)
                                    .setOffset(offset))))));
  }

  private void epochs() {
    for (int v = 2; v <= 4; v++) {
      epoch("of epoch 0", v, TOPIC, 0, -1, 0);
      epoch("of epoch 0, empty", v, EMPTY, 0, -1, 0);
      epoch("of an epoch to come", v, TOPIC, 0, -1, 1_000);
      epoch("of no epoch", v, TOPIC, 0, -1, -1);
      epoch("with an epoch to come", v, TOPIC, 0, 1_000, 0);
      epoch("with epoch 0", v, TOPIC, 0, 0, 0);
      epoch("of a partition that is not", v, TOPIC, 7, -1, 0);
      epoch("of a topic that is not", v, "nosuch", 0, -1, 0);
      exchange.tell(
          "nothing", ApiKeys.OFFSET_FOR_LEADER_EPOCH, v, new OffsetForLeaderEpochRequestData());
    }
  }

  private void epoch(String what, int version, String topic, int partition, int current, int of) {
    var request = new OffsetForLeaderEpochRequestData();
    if (version >= 3) {
      request.setReplicaId(-1);
    }
    var asked =
        new OffsetForLeaderTopic()
            .setTopic(topic)
            .setPartitions(
                List.of(
                    new OffsetForLeaderPartition()
                        .setPartition(partition)
                        .setCurrentLeaderEpoch(current)
                        .setLeaderEpoch(of)));
    request.topics().add(asked);
    exchange.tell(what, ApiKeys.OFFSET_FOR_LEADER_EPOCH, version, request);
  }
}
