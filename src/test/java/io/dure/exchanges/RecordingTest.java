package io.dure.exchanges;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordingTest {
  private static final Recording NOTHING = new Recording(Map.of());

  private static Question question(int version) {
    return new Question(ApiKeys.HEARTBEAT, version, "no such group");
  }

  @Test
  void versionsThatAreAnsweredAlikeStandTogether(@TempDir Path folder) throws Exception {
    var answers = new LinkedHashMap<Question, String>();
    for (int v : new int[] {0, 1, 2, 4}) {
      answers.put(question(v), "{a: 1}");
    }
    answers.put(question(3), "{a: 1, b: 'x: y'}");
    answers.put(new Question(ApiKeys.FETCH, 12, ""), "closed the connection");
    Path file = folder.resolve("recorded.txt");

    new Recording(answers).write(file, "A head.");

    assertThat(Files.readAllLines(file))
        .containsExactly(
            "# A head.",
            "",
            "HEARTBEAT no such group",
            "  v0-2,4: {a: 1}",
            "  v3: {a: 1, b: 'x: y'}",
            "FETCH",
            "  v12: closed the connection");
    assertThat(Recording.read(file).answers()).isEqualTo(answers);
  }

  @Test
  void whatIsRecordedAndNotAskedOrAskedAndNotRecordedIsADifference() throws Exception {
    Map<Question, String> one = Map.of(question(1), "{a: 1}");

    assertThat(Comparison.of(one, Map.of(), NOTHING).different()).hasSize(1);
    assertThat(Comparison.of(Map.of(), one, NOTHING).different())
        .singleElement()
        .asString()
        .contains("./dev exchanges");
    assertThat(Comparison.of(one, one, NOTHING).different()).isEmpty();
  }

  @Test
  void wordsOfErrorsMayBeOthersAndNothingElse() throws Exception {
    Map<Question, String> theirs =
        Map.of(question(1), "{error_code: X, error_message: \"one\", other_message: \"one\"}");
    Map<Question, String> worded =
        Map.of(question(1), "{error_code: X, error_message: \"two\", other_message: \"one\"}");
    Map<Question, String> other =
        Map.of(question(1), "{error_code: X, error_message: \"one\", other_message: \"two\"}");

    assertThat(Comparison.of(theirs, worded, NOTHING).different()).isEmpty();
    assertThat(Comparison.of(theirs, worded, NOTHING).wordings()).hasSize(1);
    assertThat(Comparison.of(theirs, other, NOTHING).different()).hasSize(1);
  }

  @Test
  void aDifferenceOnPurposeHasToBeTheOneThatWasTold() throws Exception {
    Map<Question, String> theirs = Map.of(question(1), "{a: 1}", question(2), "{a: 1}");
    Map<Question, String> ours = Map.of(question(1), "{a: 2}", question(2), "{a: 2}");

    Recording first = new Recording(Map.of(question(1), "{a: 2}"));
    assertThat(Comparison.of(theirs, ours, first).different()).hasSize(1);
    assertThat(Comparison.of(theirs, ours, first).intended()).isEqualTo(1);

    Recording another = new Recording(Map.of(question(1), "{a: 3}", question(2), "{a: 2}"));
    assertThat(Comparison.of(theirs, ours, another).different()).hasSize(1);

    Recording needless = new Recording(ours);
    assertThat(Comparison.of(theirs, theirs, needless).different()).hasSize(2);
  }
}
