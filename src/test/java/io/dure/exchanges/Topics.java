package io.dure.exchanges;

import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceDataCollection;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** What conversations need topics for. Stateless. */
final class Topics {
  private Topics() {}

  static boolean ready(Exchange exchange, String name, int partitions) {
    MetadataResponseData.MetadataResponseTopic topic = described(exchange, name);
    return topic.errorCode() == 0
        && topic.partitions().size() == partitions
        && topic.partitions().stream().allMatch(p -> p.errorCode() == 0);
  }

  static Uuid id(Exchange exchange, String name) {
    return described(exchange, name).topicId();
  }

  private static MetadataResponseData.MetadataResponseTopic described(
      Exchange exchange, String name) {
    MetadataResponseData answer =
        exchange.ask(
            ApiKeys.METADATA,
            12,
            new MetadataRequestData()
                .setAllowAutoTopicCreation(false)
                .setTopics(List.of(new MetadataRequestTopic().setName(name))));
    return answer.topics().find(name);
  }

  /** One batch a record, at these times. */
  static void write(Exchange exchange, String topic, int partition, long... timestamps) {
    for (long timestamp : timestamps) {
      var data = new TopicProduceDataCollection();
      data.add(
          new TopicProduceData()
              .setName(topic)
              .setPartitionData(
                  List.of(
                      new PartitionProduceData()
                          .setIndex(partition)
                          .setRecords(
                              MemoryRecords.withRecords(
                                  Compression.NONE,
                                  new SimpleRecord(
                                      timestamp, "key".getBytes(), "v".getBytes()))))));
      ProduceResponseData answer =
          exchange.ask(
              ApiKeys.PRODUCE,
              9,
              new ProduceRequestData().setAcks((short) -1).setTimeoutMs(10_000).setTopicData(data));
      if (answer.responses().stream()
          .anyMatch(of -> of.partitionResponses().getFirst().errorCode() != 0)) {
        throw new AssertionError("not written: " + answer);
      }
    }
  }
}
