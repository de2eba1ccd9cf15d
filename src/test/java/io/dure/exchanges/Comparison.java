package io.dure.exchanges;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a broker of ours answers beside what Apache Kafka did. The texts of errors may be others;
 * whatever else differs has to be told in on-purpose.txt, with the answer and its reason.
 *
 * @param different each question that is answered otherwise, with both answers
 * @param intended how many are on purpose
 * @param wordings errors that have other words, with both
 */
public record Comparison(
    int questions, List<String> different, int intended, List<String> wordings) {
  private static final Pattern WORDS = Pattern.compile("error_message: \"[^\"]*\"");
  private static final Path ON_PURPOSE = Family.FOLDER.resolve("on-purpose.txt");
  private static final String STALE = " (./dev exchanges records anew)";

  /** Asks the broker at this port everything of a family. */
  public static Comparison of(Family family, int port) throws Exception {
    return of(family.recorded().answers(), family.ask(port), Recording.read(ON_PURPOSE));
  }

  static Comparison of(
      Map<Question, String> theirs, Map<Question, String> ours, Recording onPurpose)
      throws IOException {
    List<String> different = new ArrayList<>();
    List<String> wordings = new ArrayList<>();
    int intended = 0;
    var all = new LinkedHashSet<>(theirs.keySet());
    all.addAll(ours.keySet());
    for (Question question : all) {
      String their = theirs.getOrDefault(question, "nothing is recorded" + STALE);
      String our = ours.getOrDefault(question, "not asked");
      if (their.equals(Exchange.NOT_SERVED)) {
        continue;
      }
      String both = question + "\n  kafka: " + their + "\n  ours:  " + our;
      Optional<String> told = Optional.ofNullable(onPurpose.answers().get(question));
      if (withoutWords(their).equals(withoutWords(our))) {
        if (told.isPresent()) {
          different.add(both + "\n  is the same, but on-purpose.txt tells of a difference");
        } else if (!their.equals(our)) {
          wordings.add(both);
        }
      } else if (told.isPresent() && withoutWords(told.get()).equals(withoutWords(our))) {
        intended++;
      } else {
        different.add(ours.containsKey(question) ? both : both + STALE);
      }
    }
    return new Comparison(all.size(), different, intended, wordings);
  }

  /** Questions that on-purpose.txt knows and nobody asks. */
  public static List<String> neverAsked() throws IOException {
    var unasked = new LinkedHashSet<>(Recording.read(ON_PURPOSE).answers().keySet());
    for (Family family : Family.values()) {
      unasked.removeAll(family.recorded().answers().keySet());
    }
    return unasked.stream().map(Question::toString).toList();
  }

  private static String withoutWords(String answer) {
    return WORDS.matcher(answer).replaceAll("error_message: …");
  }
}
