package io.dure.acceptance.streams;

import io.dure.acceptance.Clients;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Sends the inputs at a steady pace, on a thread of its own; counts what is acknowledged. */
final class Feed implements AutoCloseable {
  private static final int TICKS_A_SECOND = 50;

  private final List<Inputs.Input> inputs;
  private final int perSecond;
  private final KafkaProducer<String, String> producer;
  private final AtomicInteger acknowledged = new AtomicInteger();
  private final AtomicReference<String> refusal = new AtomicReference<>("");
  private final Thread thread = new Thread(this::run, "feed");

  Feed(String bootstrap, List<Inputs.Input> inputs, int perSecond) {
    this.inputs = inputs;
    this.perSecond = perSecond;
    this.producer = Clients.producer(bootstrap, Map.of());
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    long startNs = System.nanoTime();
    int sent = 0;
    while (sent < inputs.size() && !Thread.currentThread().isInterrupted()) {
      long due = (System.nanoTime() - startNs) * perSecond / 1_000_000_000L;
      for (; sent < Math.min(due, inputs.size()); sent++) {
        Inputs.Input in = inputs.get(sent);
        producer.send(
            new ProducerRecord<>(in.topic(), null, in.timestampMs(), in.key(), in.value()),
            (_, e) -> {
              if (e == null) {
                acknowledged.incrementAndGet();
              } else {
                refusal.compareAndSet("", e.toString());
              }
            });
      }
      try {
        Thread.sleep(1_000 / TICKS_A_SECOND);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  int acknowledged() {
    return acknowledged.get();
  }

  /** Why a record was not taken; empty when all were. */
  String refusal() {
    return refusal.get();
  }

  @Override
  public void close() {
    thread.interrupt();
    producer.close();
  }
}
