package io.dure.acceptance.chain;

import io.dure.acceptance.Clients;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * One link of the chain, a process: {@code Processor BOOTSTRAP TRANSACTIONAL_ID PROTOCOL}. Reads,
 * transforms, writes, and commits what it read in the same transaction. It prints {@code runs}
 * after its first transaction, and {@code ended …} when it was told that another took its place.
 */
public final class Processor {
  static final String IN = "in";
  static final String OUT = "out";
  static final String GROUP = "chain";

  /** Long enough that who is frozen or killed mostly is in the middle of a transaction. */
  private static final long WORK_MS = 20;

  private static final int BATCH = 50;

  private Processor() {}

  public static void main(String[] args) throws InterruptedException {
    boolean classic = args[2].equals("classic");
    var reading = new HashMap<String, Object>(Map.of("group.id", GROUP, "group.protocol", args[2]));
    reading.put("max.poll.records", BATCH);
    if (classic) {
      reading.put("session.timeout.ms", 6_000);
    }
    try (KafkaConsumer<String, String> consumer = Clients.consumer(args[0], reading);
        KafkaProducer<String, String> producer =
            Clients.producer(
                args[0], Map.of("transactional.id", args[1], "transaction.timeout.ms", 10_000))) {
      producer.initTransactions();
      consumer.subscribe(List.of(IN));
      work(consumer, producer);
    } catch (KafkaException e) {
      say("ended " + e);
    }
    System.exit(0);
  }

  private static void work(
      KafkaConsumer<String, String> consumer, KafkaProducer<String, String> producer)
      throws InterruptedException {
    boolean said = false;
    while (true) {
      ConsumerRecords<String, String> records = consumer.poll(Duration.ofMillis(200));
      if (records.isEmpty()) {
        continue;
      }
      producer.beginTransaction();
      try {
        pass(records, consumer, producer);
        producer.commitTransaction();
      } catch (KafkaException e) {
        say("again " + e);
        producer.abortTransaction(); // where that is not possible, another took this one's place
        rewind(consumer);
        continue;
      }
      if (!said) {
        say("runs");
        said = true;
      }
    }
  }

  private static void pass(
      ConsumerRecords<String, String> records,
      KafkaConsumer<String, String> consumer,
      KafkaProducer<String, String> producer)
      throws InterruptedException {
    var offsets = new HashMap<TopicPartition, OffsetAndMetadata>();
    for (ConsumerRecord<String, String> record : records) {
      producer.send(new ProducerRecord<>(OUT, record.key(), "done " + record.value()));
      offsets.put(
          new TopicPartition(record.topic(), record.partition()),
          new OffsetAndMetadata(record.offset() + 1));
    }
    Thread.sleep(WORK_MS);
    producer.sendOffsetsToTransaction(offsets, consumer.groupMetadata());
  }

  /** Back to what is committed. */
  private static void rewind(KafkaConsumer<String, String> consumer) {
    Map<TopicPartition, OffsetAndMetadata> committed = consumer.committed(consumer.assignment());
    committed.forEach((partition, offset) -> {
      if (offset == null) {
        consumer.seekToBeginning(List.of(partition));
      } else {
        consumer.seek(partition, offset);
      }
    });
  }

  private static void say(String line) {
    System.out.println(line.replace('\n', ' '));
    System.out.flush();
  }
}
