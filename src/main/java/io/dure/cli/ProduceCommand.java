package io.dure.cli;

import static io.dure.cli.StatusCommand.object;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.StringSerializer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code dure produce}: each line of standard input becomes a record; ends when all are
 * acknowledged.
 */
@Command(
    name = "produce",
    mixinStandardHelpOptions = true,
    description = "Write records: each line of standard input, or each -m.")
final class ProduceCommand implements Callable<Integer> {
  /**
   * Records sent and not yet looked after; bounds memory when the input is faster than the cluster.
   */
  private static final int UNANSWERED_MAX = 10_000;

  @Mixin ClusterOptions cluster = new ClusterOptions();

  @Parameters(paramLabel = "TOPIC", description = "Where to write.")
  String topic = "";

  @Option(
      names = {"-m", "--message"},
      paramLabel = "TEXT",
      description = "A record's value; may be repeated.")
  List<String> messages = List.of();

  @Option(
      names = {"-k", "--key"},
      paramLabel = "KEY",
      description = "The key of every record.")
  Optional<String> key = Optional.empty();

  @Option(
      names = {"-K", "--key-separator"},
      paramLabel = "TEXT",
      description = "What comes before it on a line is the record's key.")
  Optional<String> separator = Optional.empty();

  @Option(
      names = {"-p", "--partition"},
      paramLabel = "N",
      description = "Write to this partition only.")
  Optional<Integer> partition = Optional.empty();

  @Option(
      names = {"-z", "--compression"},
      paramLabel = "CODEC",
      defaultValue = "none",
      description = "none, gzip, snappy, lz4 or zstd (default ${DEFAULT-VALUE}).")
  String compression = "none";

  private final ArrayDeque<Future<RecordMetadata>> unanswered = new ArrayDeque<>();
  private long acknowledged;

  @Override
  public Integer call() throws Exception {
    var settings = cluster.client();
    settings.remove("default.api.timeout.ms");
    settings.put("acks", "all");
    settings.put("linger.ms", 5);
    settings.put("compression.type", compression);
    settings.put("max.block.ms", cluster.timeoutMs);
    settings.put("delivery.timeout.ms", Math.max(cluster.timeoutMs, 5_100));
    Screen screen = Screen.standard();
    var text = new StringSerializer();
    try (var producer = new KafkaProducer<>(settings, text, text);
        Stream<String> lines = lines()) {
      for (String line : (Iterable<String>) lines::iterator) {
        unanswered.add(producer.send(record(line)));
        if (unanswered.size() >= UNANSWERED_MAX || !cluster.json() && unanswered.peek().isDone()) {
          answer(screen);
        }
      }
      producer.flush();
      while (!unanswered.isEmpty()) {
        answer(screen);
      }
    }
    if (!cluster.json()) {
      screen.line(acknowledged + (acknowledged == 1 ? " record" : " records") + " acknowledged");
    }
    return 0;
  }

  private Stream<String> lines() {
    return messages.isEmpty()
        ? new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).lines()
        : messages.stream();
  }

  private ProducerRecord<String, String> record(String line) {
    Optional<Integer> cut = separator.map(line::indexOf).filter(at -> at >= 0);
    String recordKey = cut.map(at -> line.substring(0, at)).or(() -> key).orElse(null);
    String value =
        cut.map(at -> line.substring(at + separator.orElseThrow().length())).orElse(line);
    return new ProducerRecord<>(topic, partition.orElse(null), recordKey, value);
  }

  private void answer(Screen screen) throws ExecutionException, InterruptedException, IOException {
    RecordMetadata at = unanswered.remove().get();
    acknowledged++;
    if (cluster.json()) {
      screen.line(
          Json.write(
              object("topic", at.topic(), "partition", at.partition(), "offset", at.offset())));
    }
  }
}
