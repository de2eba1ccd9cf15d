import java.util.Collections;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Clients whose requests Apache Kafka 4 has taken away (KIP-896): disconnected, as it does, and nobody else notices.
 */
final class TooOld {
  private static final String TEXT = "org.apache.kafka.common.serialization.String";

  private TooOld() {}

  public static void main(String[] arguments) {
    Checks.of(arguments[0]);
    Checks.check("its producer is refused", () -> {
      try (KafkaProducer<String, String> p =
          new KafkaProducer<>(
              Checks.settings(
                  "key.serializer", TEXT + "Serializer", "value.serializer", TEXT + "Serializer",
                  "retries", 0, "max.block.ms", 8000, "request.timeout.ms", 3000))) {
        Throwable e =
            Checks.refusal(() -> p.send(new ProducerRecord<>(Checks.name("too-old"), "x")).get(20, TimeUnit.SECONDS));
        Checks.equal("NetworkException", e.getClass().getSimpleName());
      }
    });
    Checks.check("its consumer is given nothing", () -> {
      try (KafkaConsumer<String, String> c =
          new KafkaConsumer<>(
              Checks.settings(
                  "key.deserializer", TEXT + "Deserializer", "value.deserializer", TEXT + "Deserializer",
                  "group.id", Checks.name("too-old"), "auto.offset.reset", "earliest"))) {
        c.subscribe(Collections.singleton(Checks.name("too-old")));
        for (long end = System.currentTimeMillis() + 5_000; System.currentTimeMillis() < end;) {
          Checks.equal(0, c.poll(200).count());
        }
      }
    });
    Checks.finish();
  }
}
