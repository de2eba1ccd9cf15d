package io.dure.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.exchanges.Comparison;
import io.dure.exchanges.Family;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every question gets the answer that Apache Kafka gave when it was recorded, but for what is
 * different on purpose (src/test/resources/exchanges/on-purpose.txt). Families are asked in their
 * order, as they were of Kafka. Errors in other words are written to target/exchanges.
 */
class LikeKafkaIT {
  private static ClusterFork cluster;

  @BeforeAll
  static void startABroker(@TempDir Path folder) {
    cluster = ClusterFork.start(1, folder);
  }

  @AfterAll
  static void stopIt() {
    cluster.close();
  }

  @ParameterizedTest
  @EnumSource
  void everyQuestionGetsKafkasAnswer(Family family) throws Exception {
    Comparison compared = Comparison.of(family, cluster.port(1));
    System.out.printf(
        "%s: %d questions: %d answered differently, %d on purpose, %d in other words%n",
        family,
        compared.questions(),
        compared.different().size(),
        compared.intended(),
        compared.wordings().size());
    Path folder = Files.createDirectories(Path.of("target", "exchanges"));
    Files.write(folder.resolve(family + "-different.txt"), compared.different());
    Files.write(folder.resolve(family + "-wordings.txt"), compared.wordings());
    assertThat(String.join("\n", compared.different())).isEmpty();
  }

  @Test
  void whatIsDifferentOnPurposeIsAsked() throws Exception {
    assertThat(Comparison.neverAsked()).isEmpty();
  }
}
