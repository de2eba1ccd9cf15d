package io.dure.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Classic groups, and offsets in transactions, answer as Apache Kafka does, question by question.
 * Runs where a fresh Apache Kafka listens: {@code -Dkafka.port=9092}, on this machine, one node,
 * without initial rebalance delay.
 */
@EnabledIfSystemProperty(named = "kafka.port", matches = "\\d+")
class GroupsLikeKafkaIT {

  @Test
  void everyQuestionGetsKafkasAnswer(@TempDir Path folder) throws Exception {
    int kafka = Integer.getInteger("kafka.port");
    Map<String, String> theirs = GroupExchanges.with(kafka);
    Map<String, String> theirTransactions = TxnOffsetExchanges.with(kafka);
    try (ClusterFork cluster = ClusterFork.start(1, folder)) {
      assertSame(theirs, GroupExchanges.with(cluster.port(1)));
      assertSame(theirTransactions, TxnOffsetExchanges.with(cluster.port(1)));
    }
  }

  private static void assertSame(Map<String, String> theirs, Map<String, String> ours) {
    List<String> different = new ArrayList<>();
    theirs.forEach((question, answer) -> {
      String our = ours.getOrDefault(question, "not asked");
      if (!our.equals(answer)) {
        different.add(question + "\n  kafka: " + answer + "\n  ours:  " + our);
      }
    });
    System.out.println(theirs.size() + " questions, answered differently: " + different.size());
    assertThat(String.join("\n", different)).isEmpty();
    assertThat(ours).hasSameSizeAs(theirs);
  }
}
