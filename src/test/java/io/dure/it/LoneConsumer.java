package io.dure.it;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.StringDeserializer;

/** A consumer in a process of its own, so that a test can kill it. It ends with that test, too. */
public final class LoneConsumer {
  private LoneConsumer() {}

  /** Reads until it is killed, or its input ends: bootstrap servers, group, topic. */
  public static void main(String[] args) {
    Thread reader = Thread.currentThread();
    Thread.ofPlatform().daemon().start(() -> untilInputEnds(reader));
    Map<String, Object> config =
        Map.of(
            "bootstrap.servers",
            args[0],
            "group.id",
            args[1],
            "group.protocol",
            "consumer",
            "key.deserializer",
            StringDeserializer.class,
            "value.deserializer",
            StringDeserializer.class);
    try (var consumer = new KafkaConsumer<String, String>(config)) {
      consumer.subscribe(List.of(args[2]));
      while (!Thread.interrupted()) {
        consumer.poll(Duration.ofMillis(200));
      }
    } catch (InterruptException e) {
      // The test is over.
    }
  }

  private static void untilInputEnds(Thread reader) {
    try {
      System.in.readAllBytes();
    } catch (IOException e) {
      // That is an end, too.
    }
    reader.interrupt();
  }
}
