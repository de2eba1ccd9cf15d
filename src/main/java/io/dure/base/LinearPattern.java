package io.dure.base;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.Optional;

/**
 * A regular expression in RE2's syntax that somebody outside gave. Matching takes time in
 * proportion to the text's length, whatever the pattern; the bounds keep the pattern itself small.
 * Matches whole texts only.
 */
public final class LinearPattern {
  /** Repeats within repeats multiply: a compiled pattern is at most about so many steps long. */
  private static final long MAX_STEPS = 20_000;

  private final Pattern pattern;

  private LinearPattern(Pattern pattern) {
    this.pattern = pattern;
  }

  /** Why this is no pattern that we take, to be read after the pattern; empty when it is one. */
  public static Optional<String> fault(String regex, int maxChars) {
    if (regex.length() > maxChars) {
      return Optional.of(
          "has %d characters, more than %d: use a shorter pattern"
              .formatted(regex.length(), maxChars));
    }
    if (steps(regex) > MAX_STEPS) {
      return Optional.of("repeats repeats too often: use smaller counts");
    }
    try {
      Pattern.compile(regex);
      return Optional.empty();
    } catch (PatternSyntaxException e) {
      return Optional.of("is not a valid regular expression: " + e.getDescription());
    }
  }

  /** For a pattern without a {@link #fault}. */
  public static LinearPattern of(String regex) {
    return new LinearPattern(Pattern.compile(regex));
  }

  public boolean matches(String text) {
    return pattern.matches(text);
  }

  @Override
  public String toString() {
    return pattern.pattern();
  }

  /** At least as long as the compiled pattern is: its length times all counts of its repeats. */
  private static long steps(String regex) {
    long steps = Math.max(regex.length(), 1);
    for (int at = regex.indexOf('{'); at >= 0; at = regex.indexOf('{', at + 1)) {
      long count = largestCount(regex, at + 1);
      steps = Math.min(steps * Math.max(count, 1), Integer.MAX_VALUE);
    }
    return steps;
  }

  /** The largest number between here and the closing brace; 1 when this is no repeat. */
  private static long largestCount(String regex, int from) {
    long largest = 1;
    long number = 0;
    for (int i = from; i < regex.length(); i++) {
      char c = regex.charAt(i);
      if (c >= '0' && c <= '9') {
        number = Math.min(number * 10 + (c - '0'), Integer.MAX_VALUE);
        largest = Math.max(largest, number);
      } else if (c == ',') {
        number = 0;
      } else {
        return c == '}' ? largest : 1;
      }
    }
    return 1;
  }
}
