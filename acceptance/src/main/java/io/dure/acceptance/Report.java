package io.dure.acceptance;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.util.List;

/** Verdicts, for people and for programs. */
final class Report {
  private Report() {}

  static String line(Verdict verdict) {
    return "%s: %s, %d claims in %.0f s: %s"
        .formatted(
            verdict.look(), outcome(verdict), verdict.claims(), verdict.seconds(), verdict.told());
  }

  private static String outcome(Verdict verdict) {
    return verdict.held() ? "holds" : "FAILS";
  }

  static String table(List<Verdict> verdicts) {
    var table =
        new StringBuilder(
            "| look | verdict | claims | broken | seconds | seen |\n|---|---|---|---|---|---|\n");
    for (Verdict v : verdicts) {
      table.append(
          "| %s | %s | %d | %d | %.0f | %s |%n"
              .formatted(v.look(), outcome(v), v.claims(), v.broken(), v.seconds(), v.told()));
    }
    return table.toString();
  }

  static String json(List<Verdict> verdicts) throws IOException {
    return new ObjectMapper()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .writeValueAsString(verdicts)
        + "\n";
  }
}
