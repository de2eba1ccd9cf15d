package io.dure.cli;

import static io.dure.cli.StatusCommand.object;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.StringDeserializer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dure consume}: prints a topic's records, with or without a group, until told to stop. */
@Command(
    name = "consume",
    mixinStandardHelpOptions = true,
    description = "Read records: from the start, or where the group left off.")
final class ConsumeCommand implements Callable<Integer> {
  private static final Duration POLL = Duration.ofMillis(200);

  @Mixin ClusterOptions cluster = new ClusterOptions();

  @Parameters(paramLabel = "TOPIC", description = "What to read.")
  String topic = "";

  @Option(
      names = {"-g", "--group"},
      paramLabel = "NAME",
      description = "Read as a member of this group, and commit.")
  Optional<String> group = Optional.empty();

  @Option(
      names = {"-n", "--max"},
      paramLabel = "N",
      description = "Stop after so many records.")
  Optional<Long> max = Optional.empty();

  @Option(
      names = {"-e", "--to-end"},
      description = "Stop at the end of what was there at the start.")
  boolean toEnd;

  @Option(names = "--new", description = "Only records written from now on.")
  boolean onlyNew;

  @Option(
      names = {"-k", "--keys"},
      description = "Print keys, too.")
  boolean keys;

  private final Screen screen = Screen.standard();
  private final CountDownLatch done = new CountDownLatch(1);
  private final Map<TopicPartition, OffsetAndMetadata> printed = new HashMap<>();
  private long seen;

  @Override
  public Integer call() {
    Map<String, Object> settings = cluster.client();
    settings.put("auto.offset.reset", onlyNew ? "latest" : "earliest");
    settings.put("allow.auto.create.topics", false);
    settings.put("enable.auto.commit", false);
    group.ifPresent(name -> settings.put("group.id", name));
    var text = new StringDeserializer();
    try (var consumer = new KafkaConsumer<>(settings, text, text)) {
      Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(consumer)));
      Map<TopicPartition, Long> ends = begin(consumer);
      try {
        read(consumer, ends);
      } catch (WakeupException stopped) {
        // Ctrl-C: what was read is committed on the way out.
      }
      group.ifPresent(_ -> consumer.commitSync(printed));
    } finally {
      done.countDown();
    }
    return 0;
  }

  private Map<TopicPartition, Long> begin(Consumer<String, String> consumer) {
    List<TopicPartition> partitions =
        consumer.partitionsFor(topic).stream()
            .map(p -> new TopicPartition(topic, p.partition()))
            .toList();
    if (partitions.isEmpty()) {
      throw new Refusal("no such topic: " + topic + "; ./dure topic list names them all");
    }
    Map<TopicPartition, Long> ends =
        toEnd ? new HashMap<>(consumer.endOffsets(partitions)) : Map.of();
    if (group.isPresent()) {
      consumer.subscribe(List.of(topic));
    } else {
      consumer.assign(partitions);
      if (onlyNew) {
        consumer.seekToEnd(partitions);
      } else {
        consumer.seekToBeginning(partitions);
      }
    }
    return ends;
  }

  private void read(Consumer<String, String> consumer, Map<TopicPartition, Long> ends) {
    while (max.isEmpty() || seen < max.get()) {
      for (ConsumerRecord<String, String> record : consumer.poll(POLL)) {
        if (max.isPresent() && seen >= max.get()) {
          return;
        }
        print(record);
        printed.put(
            new TopicPartition(record.topic(), record.partition()),
            new OffsetAndMetadata(record.offset() + 1));
      }
      if (toEnd && atEnd(consumer, ends)) {
        return;
      }
    }
  }

  private static boolean atEnd(Consumer<String, String> consumer, Map<TopicPartition, Long> ends) {
    Collection<TopicPartition> mine = consumer.assignment();
    return !mine.isEmpty()
        && mine.stream().allMatch(p -> consumer.position(p) >= ends.getOrDefault(p, 0L));
  }

  private void print(ConsumerRecord<String, String> record) {
    seen++;
    if (cluster.json()) {
      screen.line(
          Json.write(
              object(
                  "partition", record.partition(),
                  "offset", record.offset(),
                  "timestamp", record.timestamp(),
                  "key", Optional.ofNullable(record.key()),
                  "value", Optional.ofNullable(record.value()))));
      return;
    }
    String value = record.value() == null ? "" : record.value();
    screen.line(keys ? (record.key() == null ? "" : record.key()) + "\t" + value : value);
  }

  /** On Ctrl-C: lets the reading thread commit and leave its group before the process ends. */
  private void stop(Consumer<String, String> consumer) {
    if (done.getCount() == 0) {
      return;
    }
    consumer.wakeup();
    try {
      done.await(2, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
