package io.dure.exchanges;

import io.dure.exchanges.Batch.Writer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.jspecify.annotations.Nullable;

/** What is written, and what is refused. */
final class ProduceExchanges {
  private static final String TOPIC = "written";
  private static final String COMPACTED = "written-by-key";
  private static final String SMALL = "written-small";
  private static final int FIRST_BY_ID = 13;

  private final Exchange exchange;

  private ProduceExchanges(Exchange exchange) {
    this.exchange = exchange;
  }

  static void ask(Exchange exchange) {
    var all = new ProduceExchanges(exchange);
    // Records of long ago are not to go before they are counted.
    exchange.topic(TOPIC, 2, "retention.ms=-1");
    exchange.topic(COMPACTED, 1, "cleanup.policy=compact");
    exchange.topic(SMALL, 1, "max.message.bytes=1000", "retention.ms=-1");
    for (int v = 3; v <= FIRST_BY_ID; v++) {
      exchange.scene();
      all.plain(v);
      all.wrong(v);
      all.idempotent(v);
    }
  }

  private void plain(int v) {
    tell("a record", v, TOPIC, Batch.of(1).records());
    tell("three", v, TOPIC, Batch.of(3).records());
    tell("gzip", v, TOPIC, Batch.of(3).packed(Compression.gzip().build()).records());
    tell("lz4", v, TOPIC, Batch.of(3).packed(Compression.lz4().build()).records());
    tell("snappy", v, TOPIC, Batch.of(3).packed(Compression.snappy().build()).records());
    tell("zstd", v, TOPIC, Batch.of(3).packed(Compression.zstd().build()).records());
    tell("with a key to a compacted topic", v, COMPACTED, Batch.of(1).records());
    tell("as large as may be", v, SMALL, Batch.of(1).size(900).records());
    exchange.tell("acks 1", ApiKeys.PRODUCE, v, request(v, TOPIC, 0, Batch.of(1).records(), 1));
    exchange.tell(
        "to nowhere",
        ApiKeys.PRODUCE,
        v,
        new ProduceRequestData().setAcks((short) -1).setTimeoutMs(10_000));
  }

  private void wrong(int v) {
    long inTwoHours = System.currentTimeMillis() + TimeUnit.HOURS.toMillis(2);
    tell("to a topic that is not", v, "nosuch", Batch.of(1).records());
    tell("to a partition that is not", v, TOPIC, 7, Batch.of(1).records());
    tell("to a partition below 0", v, TOPIC, -1, Batch.of(1).records());
    if (v == FIRST_BY_ID) {
      tell("null", v, TOPIC, null);
    }
    tell("nothing", v, TOPIC, MemoryRecords.EMPTY);
    tell("two batches", v, TOPIC, Batch.of(1).followedBy(Batch.of(2)));
    tell("a wrong checksum", v, TOPIC, Batch.of(1).damaged());
    tell("cut short", v, TOPIC, Batch.of(1).cut());
    tell("of format 1", v, TOPIC, Batch.of(1).magic(1).records());
    tell("of format 0", v, TOPIC, Batch.of(1).magic(0).records());
    tell("counted from 5", v, TOPIC, Batch.of(2).from(5).records());
    tell("without a key to a compacted topic", v, COMPACTED, Batch.of(2).withoutKeys().records());
    tell("too large", v, SMALL, Batch.of(1).size(1_001).records());
    tell("of the future", v, TOPIC, Batch.of(1).at(inTwoHours).records());
    exchange.tell("acks 2", ApiKeys.PRODUCE, v, request(v, TOPIC, 0, Batch.of(1).records(), 2));
    exchange.tell("acks -2", ApiKeys.PRODUCE, v, request(v, TOPIC, 0, Batch.of(1).records(), -2));
    ProduceRequestData two = request(v, TOPIC, 0, Batch.of(1).records(), -1);
    two.topicData().addAll(request(v, "nosuch", 0, Batch.of(1).records(), -1).topicData());
    exchange.tell("one good, one not", ApiKeys.PRODUCE, v, two);
  }

  private void idempotent(int v) {
    long id = Producer.begin(exchange, null).id();
    by("a first", v, id, 0, 0);
    by("a first again", v, id, 0, 0);
    by("the next", v, id, 0, 1);
    by("after a gap", v, id, 0, 5);
    by("the first, long ago", v, id, 0, 0);
    by("a new epoch that begins at 3", v, id, 1, 3);
    by("a new epoch", v, id, 1, 0);
    by("an old epoch", v, id, 0, 2);
    by("a stranger that begins at 4", v, id + 500_000 + v, 0, 4);
    tell(
        "transactional without saying so",
        v,
        TOPIC,
        Batch.of(1).by(new Writer(id, (short) 1, 1, true)).records());
    exchange.tell(
        "of an unknown transactional id",
        ApiKeys.PRODUCE,
        v,
        request(v, TOPIC, 0, Batch.of(1).by(new Writer(id, (short) 1, 1, true)).records(), -1)
            .setTransactionalId("unheard"));
  }

  private void by(String what, int v, long id, int epoch, int sequence) {
    var writer = new Writer(id, (short) epoch, sequence, false);
    tell("by one with memory: " + what, v, TOPIC, Batch.of(1).by(writer).records());
  }

  private void tell(String what, int v, String topic, @Nullable MemoryRecords records) {
    tell(what, v, topic, 0, records);
  }

  private void tell(String what, int v, String topic, int partition, MemoryRecords records) {
    exchange.tell(what, ApiKeys.PRODUCE, v, request(v, topic, partition, records, -1));
  }

  private ProduceRequestData request(
      int v, String topic, int partition, @Nullable MemoryRecords records, int acks) {
    var of =
        new TopicProduceData()
            .setPartitionData(
                List.of(new PartitionProduceData().setIndex(partition).setRecords(records)));
    if (v >= FIRST_BY_ID) {
      of.setTopicId(topic.equals("nosuch") ? new Uuid(5, 5) : Topics.id(exchange, topic));
    } else {
      of.setName(topic);
    }
    var request = new ProduceRequestData().setAcks((short) acks).setTimeoutMs(10_000);
    request.topicData().add(of);
    return request;
  }
}
