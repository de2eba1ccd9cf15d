package io.dure.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.zip.CRC32C;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.common.requests.FetchResponse;
import org.apache.kafka.common.requests.InitProducerIdRequest;
import org.apache.kafka.common.requests.InitProducerIdResponse;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.requests.ProduceResponse;

/**
 * Loads of a fixed amount of work: the same requests in the same number whoever else uses the
 * machine, so that processor time per byte and per request can be compared between runs. Requests
 * are those of an idempotent producer with acks=all and default settings, and of a consumer with
 * default settings.
 */
final class RawLoads {
  private static final short PRODUCE_VERSION = 11;
  private static final short FETCH_VERSION = 12;
  private static final short INIT_VERSION = 4;
  private static final int PARTITIONS = 6;
  private static final int IN_FLIGHT = 5;
  private static final int TIMEOUT_MS = 30_000;
  private static final int CRC_AT = 17;
  private static final int CRC_FROM = 21;
  private static final int SEQUENCE_AT = 53;

  private final String bootstrap;
  private final int batchBytes;

  /**
   * @param batchBytes of a full batch, as the producer's setting {@code batch.size}
   */
  RawLoads(String bootstrap, int batchBytes) {
    this.bootstrap = bootstrap;
    this.batchBytes = batchBytes;
  }

  /** What was done. */
  record Done(long requests, long valueBytes) {}

  /** The batches of one request, to one broker. */
  private static final class Lane implements AutoCloseable {
    final Wire wire;
    final ByteBuffer frame;
    final int records;
    final long valueBytes;
    private final List<ByteBuffer> batches = new ArrayList<>();
    private int sequence;
    int inFlight;

    Lane(Node broker, String topic, List<Integer> partitions, int records, int sizeBytes)
        throws IOException {
      this.wire = new Wire(broker.host(), broker.port());
      this.records = records;
      this.valueBytes = (long) partitions.size() * records * sizeBytes;
      byte[] value = Workloads.value(sizeBytes);
      var all = new SimpleRecord[records];
      java.util.Arrays.fill(all, new SimpleRecord(System.currentTimeMillis(), value));
      MemoryRecords batch =
          MemoryRecords.withIdempotentRecords(Compression.NONE, producerId(), (short) 0, 0, all);
      var topicData = new ProduceRequestData.TopicProduceData().setName(topic);
      for (int partition : partitions) {
        topicData
            .partitionData()
            .add(
                new ProduceRequestData.PartitionProduceData()
                    .setIndex(partition)
                    .setRecords(batch));
      }
      var data = new ProduceRequestData().setAcks((short) -1).setTimeoutMs(TIMEOUT_MS);
      data.topicData().add(topicData);
      this.frame = Wire.frame(ApiKeys.PRODUCE, new ProduceRequest(data, PRODUCE_VERSION));
      ByteBuffer bytes = batch.buffer();
      int at = 0;
      for (int ignored : partitions) {
        while (frame.slice(at, bytes.remaining()).mismatch(bytes) >= 0) {
          at++;
        }
        batches.add(frame.slice(at, bytes.remaining()));
        at += bytes.remaining();
      }
    }

    private long producerId() throws IOException {
      var data = new InitProducerIdRequestData().setTransactionalId(null);
      data.setTransactionTimeoutMs(TIMEOUT_MS);
      data.setProducerId(-1).setProducerEpoch((short) -1);
      while (true) {
        wire.send(
            Wire.frame(
                ApiKeys.INIT_PRODUCER_ID,
                new InitProducerIdRequest.Builder(data).build(INIT_VERSION)));
        ByteBuffer answer = afterHeader(wire.receive(), true);
        var found = InitProducerIdResponse.parse(new ByteBufferAccessor(answer), INIT_VERSION);
        if (found.data().errorCode() == 0) {
          return found.data().producerId();
        }
      }
    }

    void send() throws IOException {
      for (ByteBuffer batch : batches) {
        batch.putInt(SEQUENCE_AT, sequence);
        var crc = new CRC32C();
        crc.update(batch.slice(CRC_FROM, batch.remaining() - CRC_FROM));
        batch.putInt(CRC_AT, (int) crc.getValue());
      }
      sequence = (int) (((long) sequence + records) & Integer.MAX_VALUE);
      wire.send(frame);
      inFlight++;
    }

    void receive() throws IOException {
      ByteBuffer answer = afterHeader(wire.receive(), true);
      inFlight--;
      ProduceResponse.parse(new ByteBufferAccessor(answer), PRODUCE_VERSION)
          .data()
          .responses()
          .forEach(topic ->
              topic
                  .partitionResponses()
                  .forEach(partition -> {
                    if (partition.errorCode() != 0) {
                      throw new IllegalStateException(
                          "produce answered with error " + partition.errorCode());
                    }
                  }));
    }

    @Override
    public void close() throws IOException {
      wire.close();
    }
  }

  /** Behind the correlation id, and the tagged fields of flexible versions. */
  private static ByteBuffer afterHeader(ByteBuffer answer, boolean flexible) {
    return answer.position(flexible ? 5 : 4);
  }

  /** Makes a topic, and returns once each of its partitions has taken a record. */
  void prepare(String topic) throws ExecutionException, InterruptedException {
    Clients.createTopic(bootstrap, topic, PARTITIONS);
    try (var producer = Clients.producer(bootstrap, Map.of("acks", "all", "linger.ms", 0))) {
      for (int partition = 0; partition < PARTITIONS; partition++) {
        producer.send(new ProducerRecord<>(topic, partition, null, new byte[1])).get();
      }
    }
  }

  /** Full batches for all partitions in each request, five requests on their way to each broker. */
  Done produce(String topic, int sizeBytes, long valueBytes)
      throws IOException, ExecutionException, InterruptedException {
    int records = Math.max(1, (batchBytes - 61) / (sizeBytes + (sizeBytes < 120 ? 8 : 10)));
    List<Lane> lanes = new ArrayList<>();
    try {
      for (Map.Entry<Node, List<Integer>> each : leaders(topic).entrySet()) {
        lanes.add(new Lane(each.getKey(), topic, each.getValue(), records, sizeBytes));
      }
      long requests = 0;
      long sent = 0;
      while (sent < valueBytes) {
        for (Lane lane : lanes) {
          while (lane.inFlight < IN_FLIGHT) {
            lane.send();
            requests++;
            sent += lane.valueBytes;
          }
          lane.receive();
        }
      }
      for (Lane lane : lanes) {
        while (lane.inFlight > 0) {
          lane.receive();
        }
      }
      return new Done(requests, sent);
    } finally {
      closeAll(lanes);
    }
  }

  /** So many producers, each with one record of so many bytes on its way. */
  Done small(String topic, int producers, int sizeBytes, long requests)
      throws IOException, ExecutionException, InterruptedException {
    List<Lane> lanes = new ArrayList<>();
    try {
      Map<Node, List<Integer>> leaders = leaders(topic);
      for (int i = 0; i < producers; i++) {
        int partition = i % PARTITIONS;
        for (Map.Entry<Node, List<Integer>> each : leaders.entrySet()) {
          if (each.getValue().contains(partition)) {
            lanes.add(new Lane(each.getKey(), topic, List.of(partition), 1, sizeBytes));
          }
        }
      }
      for (Lane lane : lanes) {
        lane.send();
      }
      long answered = 0;
      while (answered < requests) {
        for (Lane lane : lanes) {
          lane.receive();
          lane.send();
          answered++;
        }
      }
      for (Lane lane : lanes) {
        lane.receive();
      }
      return new Done(answered + lanes.size(), (answered + lanes.size()) * sizeBytes);
    } finally {
      closeAll(lanes);
    }
  }

  /** Reads at least so many bytes of batches, from the start; less where there are not so many. */
  Done fetch(String topic, long bytes)
      throws IOException, ExecutionException, InterruptedException {
    long requests = 0;
    long read = 0;
    for (Map.Entry<Node, List<Integer>> each : leaders(topic).entrySet()) {
      try (var wire = new Wire(each.getKey().host(), each.getKey().port())) {
        Map<Integer, Long> offsets = new TreeMap<>();
        each.getValue().forEach(partition -> offsets.put(partition, 0L));
        long came = 1;
        long end = read + bytes * each.getValue().size() / PARTITIONS;
        while (came > 0 && read < end) {
          wire.send(fetchFrame(topic, offsets));
          came = 0;
          ByteBuffer answer = afterHeader(wire.receive(), true);
          var data = FetchResponse.parse(new ByteBufferAccessor(answer), FETCH_VERSION).data();
          for (var of : data.responses()) {
            for (var partition : of.partitions()) {
              if (partition.errorCode() != 0) {
                throw new IllegalStateException(
                    "fetch answered with error " + partition.errorCode());
              }
              for (RecordBatch batch : ((MemoryRecords) partition.records()).batches()) {
                offsets.put(partition.partitionIndex(), batch.nextOffset());
                came += batch.sizeInBytes();
              }
            }
          }
          read += came;
          requests++;
        }
      }
    }
    return new Done(requests, read);
  }

  private static ByteBuffer fetchFrame(String topic, Map<Integer, Long> offsets)
      throws IOException {
    var data =
        new FetchRequestData()
            .setMaxWaitMs(500)
            .setMinBytes(1)
            .setMaxBytes(50 << 20)
            .setSessionEpoch(-1);
    var of = new FetchRequestData.FetchTopic().setTopic(topic);
    offsets.forEach((partition, offset) ->
        of.partitions()
            .add(
                new FetchRequestData.FetchPartition()
                    .setPartition(partition)
                    .setFetchOffset(offset)
                    .setPartitionMaxBytes(1 << 20)));
    data.topics().add(of);
    return Wire.frame(ApiKeys.FETCH, new FetchRequest(data, FETCH_VERSION));
  }

  private Map<Node, List<Integer>> leaders(String topic)
      throws ExecutionException, InterruptedException {
    Map<Node, List<Integer>> leaders = new java.util.LinkedHashMap<>();
    try (var admin = Clients.admin(bootstrap)) {
      admin
          .describeTopics(List.of(topic))
          .allTopicNames()
          .get()
          .get(topic)
          .partitions()
          .forEach(
              p -> leaders.computeIfAbsent(p.leader(), _ -> new ArrayList<>()).add(p.partition()));
    }
    return leaders;
  }

  private static void closeAll(List<Lane> lanes) throws IOException {
    for (Lane lane : lanes) {
      lane.close();
    }
  }
}
