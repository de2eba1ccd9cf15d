package io.dure.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * What administrators ask is answered as Apache Kafka does, question by question, but for what is
 * different on purpose. Runs where a fresh Apache Kafka listens: {@code -Dkafka.port=9092}, on this
 * machine, one node, number 1. Texts of errors are printed where they differ, and may.
 */
@EnabledIfSystemProperty(named = "kafka.port", matches = "\\d+")
class AdminLikeKafkaIT {
  /** The text of an error, or none beside an error. */
  private static final Pattern TEXT =
      Pattern.compile(
          "errorMessage='.*?'(?=, (?:resourceType|topicConfigErrorCode|leaderId|topicId|replicationFactor|entity|entries|results|"
              + "matchingAcls|credentialInfos|configs|acls|resources|brokers|responses|topics|"
              + "numPartitions|clusterId|nodes)|\\))|(?<=errorCode=-?[1-9]\\d{0,2}, )errorMessage=null");

  @Test
  void everyQuestionGetsKafkasAnswer(@TempDir Path folder) throws Exception {
    Map<String, String> theirs = with(Integer.getInteger("kafka.port"));
    try (ClusterFork cluster = ClusterFork.start(1, folder)) {
      Map<String, String> ours = with(cluster.port(1));
      Map<String, String> intended = new LinkedHashMap<>();
      List<String> different = new ArrayList<>();
      for (String each : Exchange.differences(withoutTexts(theirs), withoutTexts(ours))) {
        OnPurpose.reason(each)
            .ifPresentOrElse(why -> intended.put(each, why), () -> different.add(each));
      }
      List<String> texts = Exchange.differences(theirs, ours);
      texts.removeIf(each ->
          Exchange.differences(withoutTexts(theirs), withoutTexts(ours)).stream()
              .anyMatch(d -> question(d).equals(question(each))));
      Files.write(Path.of("target", "admin-differences.txt"), different);
      Files.write(Path.of("target", "admin-texts.txt"), texts);
      System.out.println(
          "%d questions: %d answered differently, %d on purpose, %d in other words (target/admin-*.txt)"
              .formatted(theirs.size(), different.size(), intended.size(), texts.size()));
      assertThat(String.join("\n", different)).isEmpty();
      assertThat(ours.keySet()).containsAll(theirs.keySet());
    }
  }

  private static String question(String difference) {
    return difference.substring(0, difference.indexOf('\n'));
  }

  private static Map<String, String> with(int port) throws IOException {
    try (var exchange = new Exchange(port)) {
      ClusterExchanges.ask(exchange);
      ConfigExchanges.ask(exchange);
      TopicExchanges.ask(exchange);
      OffsetExchanges.ask(exchange);
      return exchange.answers();
    }
  }

  private static Map<String, String> withoutTexts(Map<String, String> answers) {
    var without = new LinkedHashMap<String, String>();
    answers.forEach((question, answer) ->
        without.put(question, TEXT.matcher(answer).replaceAll("errorMessage=…")));
    return without;
  }
}
