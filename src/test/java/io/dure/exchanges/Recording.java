package io.dure.exchanges;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * Answers in a file that people read. Questions that differ in their version only stand together,
 * and among them those that were answered alike:
 *
 * <pre>
 * # a remark
 * HEARTBEAT no such group
 *   v0-2: {error_code: UNKNOWN_MEMBER_ID}
 *   v3,4: {…}
 * </pre>
 *
 * @param because reasons by question, told in a line of their own above the answers
 */
record Recording(Map<Question, String> answers, Map<Question, String> because) {
  private static final Pattern ANSWER = Pattern.compile("  v([0-9,-]+): (.*)");
  private static final String BECAUSE = "  because ";

  Recording(Map<Question, String> answers) {
    this(answers, Map.of());
  }

  static Recording read(Path file) throws IOException {
    var answers = new LinkedHashMap<Question, String>();
    var because = new LinkedHashMap<Question, String>();
    ApiKeys api = null;
    String what = "";
    String reason = "";
    for (String line : Files.readAllLines(file)) {
      Matcher answer = ANSWER.matcher(line);
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      } else if (line.startsWith(BECAUSE)) {
        reason = line.substring(BECAUSE.length());
      } else if (answer.matches()) {
        for (int version : versions(answer.group(1))) {
          var question = new Question(api, version, what);
          answers.put(question, answer.group(2));
          because.put(question, reason);
        }
      } else {
        String[] words = line.split(" ", 2);
        api = ApiKeys.valueOf(words[0]);
        what = words.length == 1 ? "" : words[1];
        reason = "";
      }
    }
    return new Recording(answers, because);
  }

  void write(Path file, String head) throws IOException {
    List<String> lines = new ArrayList<>(List.of("# " + head, ""));
    var titles = new LinkedHashMap<String, Map<String, TreeSet<Integer>>>();
    answers.forEach((question, answer) ->
        titles
            .computeIfAbsent(question.title(), _ -> new LinkedHashMap<>())
            .computeIfAbsent(answer, _ -> new TreeSet<>())
            .add(question.version()));
    titles.forEach((title, byAnswer) -> {
      lines.add(title);
      byAnswer.forEach((answer, versions) -> lines.add("  v" + ranges(versions) + ": " + answer));
    });
    Files.createDirectories(file.getParent());
    Files.write(file, lines);
  }

  private static List<Integer> versions(String ranges) {
    List<Integer> versions = new ArrayList<>();
    for (String range : ranges.split(",")) {
      String[] ends = range.split("-");
      for (int v = Integer.parseInt(ends[0]); v <= Integer.parseInt(ends[ends.length - 1]); v++) {
        versions.add(v);
      }
    }
    return versions;
  }

  private static String ranges(TreeSet<Integer> versions) {
    List<String> ranges = new ArrayList<>();
    for (int first : versions) {
      if (versions.contains(first - 1)) {
        continue;
      }
      int last = first;
      while (versions.contains(last + 1)) {
        last++;
      }
      ranges.add(first == last ? "" + first : first + "-" + last);
    }
    return String.join(",", ranges);
  }
}
