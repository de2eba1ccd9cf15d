package io.dure.cli;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Text for people: colours where a terminal shows them, and tables whose columns line up. */
public final class Screen {
  /** The colours used, with what they stand for. */
  public enum Ink {
    PLAIN(""),
    BOLD("\u001b[1m"),
    DIM("\u001b[2m"),
    GOOD("\u001b[32m"),
    BAD("\u001b[31m"),
    WARN("\u001b[33m"),
    NAME("\u001b[36m");

    private final String code;

    Ink(String code) {
      this.code = code;
    }
  }

  private static final String OFF = "\u001b[0m";

  private final PrintStream out;
  private final boolean coloured;

  private Screen(PrintStream out, boolean coloured) {
    this.out = out;
    this.coloured = coloured;
  }

  /** Standard output in UTF-8, coloured if the launcher found that it is a terminal. */
  public static Screen standard() {
    var out =
        new PrintStream(
            new java.io.FileOutputStream(java.io.FileDescriptor.out), true, StandardCharsets.UTF_8);
    return new Screen(out, Boolean.getBoolean("dure.colour"));
  }

  /** Standard error, for what people may watch while a program reads standard output. */
  public static Screen aside() {
    return new Screen(System.err, false);
  }

  public String ink(Ink ink, String text) {
    return coloured && ink != Ink.PLAIN ? ink.code + text + OFF : text;
  }

  public void line(String text) {
    out.println(text);
  }

  public void blank() {
    out.println();
  }

  /** Prints rows under their heads, each column as wide as its widest cell. */
  public void table(List<String> heads, List<List<Cell>> rows) {
    int[] widths = new int[heads.size()];
    for (int i = 0; i < widths.length; i++) {
      widths[i] = width(heads.get(i));
      for (List<Cell> row : rows) {
        widths[i] = Math.max(widths[i], width(row.get(i).text()));
      }
    }
    var headCells = new ArrayList<Cell>();
    heads.forEach(head -> headCells.add(new Cell(head, Ink.DIM)));
    row(headCells, widths);
    rows.forEach(row -> row(row, widths));
  }

  private void row(List<Cell> cells, int[] widths) {
    var line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      Cell cell = cells.get(i);
      boolean last = i == widths.length - 1;
      String padding = last ? "" : " ".repeat(widths[i] - width(cell.text()) + 2);
      line.append(ink(cell.ink(), cell.text())).append(padding);
    }
    out.println(line);
  }

  /** Columns on a terminal: Hangul and other wide letters take two. */
  private static int width(String text) {
    return text.codePoints()
        .map(c -> c >= 0x1100 && c <= 0x115f || c >= 0x2e80 && c <= 0xd7a3 ? 2 : 1)
        .sum();
  }

  /** One cell of a table. */
  public record Cell(String text, Ink ink) {
    public static Cell of(Object text) {
      return new Cell(String.valueOf(text), Ink.PLAIN);
    }
  }
}
