package io.dure.acceptance;

import java.util.ArrayList;
import java.util.List;

/** What a look claims to have seen, told as it comes. Any thread. */
public final class Findings {
  private record Claim(String what, boolean held, String seen) {}

  private final String look;
  private final long startNs = System.nanoTime();
  private final List<Claim> claims = new ArrayList<>();
  private String summary = "";

  Findings(String look) {
    this.look = look;
  }

  public synchronized void progress(String format, Object... args) {
    System.err.printf("%s %5.1f s  %s%n", look, seconds(), format.formatted(args));
  }

  /**
   * @param what a sentence that must be true
   * @param seen what was there; told when it is not
   */
  public synchronized boolean claim(boolean held, String what, String seen) {
    claims.add(new Claim(what, held, seen));
    if (held) {
      progress("%s", "ok    " + what);
    } else {
      progress("%s", "FAILS " + what + "\n        seen: " + seen.replace("\n", "\n        "));
    }
    return held;
  }

  public void claimEqual(Object expected, Object seen, String what) {
    claim(expected.equals(seen), what, "expected " + expected + ", but it is " + seen);
  }

  /** The line to show when all holds: figures, not praise. */
  public synchronized void summary(String format, Object... args) {
    summary = format.formatted(args);
  }

  public double seconds() {
    return (System.nanoTime() - startNs) / 1e9;
  }

  synchronized Verdict verdict() {
    List<Claim> broken = claims.stream().filter(c -> !c.held).toList();
    String told = summary;
    if (!broken.isEmpty()) {
      told =
          broken.getFirst().what
              + (broken.size() > 1 ? ", and " + (broken.size() - 1) + " more" : "");
    }
    boolean held = broken.isEmpty() && !claims.isEmpty();
    return new Verdict(look, held, claims.size(), broken.size(), seconds(), told);
  }
}
