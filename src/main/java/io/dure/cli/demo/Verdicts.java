package io.dure.cli.demo;

import io.dure.cli.Screen;
import io.dure.cli.Screen.Cell;
import io.dure.cli.Screen.Ink;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What was promised and what was seen, row by row. */
final class Verdicts {
  private enum Outcome {
    HELD("held", Ink.GOOD),
    BROKEN("BROKEN", Ink.BAD),
    LATER("not built yet", Ink.WARN);

    private final String word;
    private final Ink ink;

    Outcome(String word, Ink ink) {
      this.word = word;
      this.ink = ink;
    }
  }

  /** Where a build server runs the story on a machine that others use, too. */
  private static final boolean ON_A_BUILD_SERVER = System.getenv("CI") != null;

  private static final int MORE_PATIENCE = 3;

  private record Row(int number, String promised, String seen, Outcome outcome) {}

  private final Screen screen;
  private final List<Row> rows = new ArrayList<>();

  Verdicts(Screen screen) {
    this.screen = screen;
  }

  /**
   * The longest that something may take here. A build is to fail for what is wrong and not for who
   * else is busy, so there it is three times as long.
   */
  static long patiently(long ms) {
    return ON_A_BUILD_SERVER ? MORE_PATIENCE * ms : ms;
  }

  static boolean isPatient() {
    return ON_A_BUILD_SERVER;
  }

  /** Notes a promise and tells at once how it went. */
  void judge(int number, String promised, boolean held, String seen) {
    add(new Row(number, promised, seen, held ? Outcome.HELD : Outcome.BROKEN));
  }

  /** For what is promised and known not to be there yet: said, not counted. */
  void later(int number, String promised, String seen) {
    add(new Row(number, promised, seen, Outcome.LATER));
  }

  private void add(Row row) {
    rows.add(row);
    screen.line(
        "          "
            + screen.ink(row.outcome().ink, mark(row.outcome()))
            + " "
            + row.promised()
            + ": "
            + row.seen());
  }

  private static String mark(Outcome outcome) {
    return switch (outcome) {
      case HELD -> "✓";
      case BROKEN -> "✗";
      case LATER -> "·";
    };
  }

  boolean allHeld() {
    return !rows.isEmpty() && rows.stream().noneMatch(row -> row.outcome() == Outcome.BROKEN);
  }

  /** What has to be added to "every promise held". */
  String exception() {
    long later = rows.stream().filter(row -> row.outcome() == Outcome.LATER).count();
    return later == 0 ? "" : ", but for what is not built yet";
  }

  List<Map<String, Object>> asList() {
    return rows.stream()
        .map(row ->
            Map.<String, Object>of(
                "number", row.number(),
                "promised", row.promised(),
                "seen", row.seen(),
                "outcome", row.outcome().word))
        .toList();
  }

  void print() {
    screen.blank();
    screen.table(
        List.of("#", "PROMISED", "", "SEEN"),
        rows.stream()
            .sorted((a, b) -> Integer.compare(a.number(), b.number()))
            .map(row ->
                List.of(
                    Cell.of(row.number()),
                    Cell.of(row.promised()),
                    new Cell(row.outcome().word, row.outcome().ink),
                    Cell.of(row.seen())))
            .toList());
  }
}
