package io.dure.acceptance.streams;

import io.dure.acceptance.Clients;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/** Follows the results as they appear, through all that happens to the brokers. */
final class Progress implements AutoCloseable {
  private final KafkaConsumer<String, String> consumer;
  private final AtomicInteger counts = new AtomicInteger();
  private final AtomicInteger pairs = new AtomicInteger();
  private final Thread thread = new Thread(this::run, "progress");
  private volatile boolean closed;

  Progress(String bootstrap) {
    consumer = Clients.consumer(bootstrap, Map.of());
    var partitions = new ArrayList<TopicPartition>();
    Topology.OUTPUTS.forEach(t -> partitions.addAll(Clients.partitions(t, Topology.PARTITIONS)));
    consumer.assign(partitions);
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    while (!closed) {
      for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
        (record.topic().equals(Topology.COUNTS) ? counts : pairs).incrementAndGet();
      }
    }
    consumer.close();
  }

  int counts() {
    return counts.get();
  }

  int pairs() {
    return pairs.get();
  }

  @Override
  public void close() throws InterruptedException {
    closed = true;
    thread.join();
  }

  @Override
  public String toString() {
    return counts + " counts and " + pairs + " pairs are seen";
  }
}
