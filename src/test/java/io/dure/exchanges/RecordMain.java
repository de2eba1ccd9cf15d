package io.dure.exchanges;

import java.nio.file.Path;
import java.util.Map;

/** Asks a fresh Apache Kafka everything and keeps its answers: ./dev exchanges. */
public final class RecordMain {
  private RecordMain() {}

  /**
   * @param args the folder of Kafka's libraries
   */
  public static void main(String[] args) throws Exception {
    Path libraries = Path.of(args[0]);
    String head =
        "What Apache Kafka %s answers. Written by ./dev exchanges, never by hand."
            .formatted(KafkaProcess.version(libraries));
    try (KafkaProcess kafka = KafkaProcess.start(libraries)) {
      for (Family family : Family.values()) {
        long began = System.nanoTime();
        Map<Question, String> answers = family.ask(kafka.port());
        new Recording(answers).write(family.file(), head);
        long tookMs = (System.nanoTime() - began) / 1_000_000;
        System.out.printf("%s: %d questions, %d ms%n", family.file(), answers.size(), tookMs);
      }
    }
  }
}
