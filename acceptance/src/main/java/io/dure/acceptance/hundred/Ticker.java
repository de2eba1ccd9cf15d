package io.dure.acceptance.hundred;

import io.dure.acceptance.Clients;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** A record for every partition twice a second, spread over it, on a thread of its own. */
final class Ticker implements AutoCloseable {
  private static final int TURNS_A_PERIOD = 25;
  private static final int PAUSE_MS = 20;

  private final KafkaProducer<String, String> producer;
  private final int partitions;
  private final Thread thread = new Thread(this::run, "ticker");
  private volatile boolean closed;

  Ticker(String bootstrap, int partitions) {
    this.producer = Clients.producer(bootstrap, Map.of());
    this.partitions = partitions;
    thread.start();
  }

  private void run() {
    for (int turn = 0; !closed; turn = (turn + 1) % TURNS_A_PERIOD) {
      for (int p = turn; p < partitions; p += TURNS_A_PERIOD) {
        producer.send(new ProducerRecord<>(Readers.TOPIC, p, null, "tick"));
      }
      try {
        Thread.sleep(PAUSE_MS);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  @Override
  public void close() throws InterruptedException {
    closed = true;
    thread.join();
    producer.close();
  }
}
