package io.dure.metadata;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * One setting that a topic may have.
 *
 * @param defaultValue as text, as clients see it
 * @param documentation one sentence for people
 */
public record ConfigKey(String name, Kind kind, String defaultValue, String documentation) {

  /** What values there may be. */
  public sealed interface Kind {
    /** A whole number within [min, max]; {@code wide} where it may need 64 bits. */
    record Whole(boolean wide, long min, long max) implements Kind {}

    record Fraction(double min, double max) implements Kind {}

    record Flag() implements Kind {}

    record OneOf(List<String> choices) implements Kind {}

    /** Comma separated; any text where {@code choices} is empty. */
    record ListOf(List<String> choices) implements Kind {}
  }

  /**
   * Why {@code value} cannot be taken, in the words that Kafka's clients and people know; empty if
   * it can.
   */
  public Optional<String> refusal(String value) {
    return switch (kind) {
      case Kind.Whole whole -> refusal(whole, value);
      case Kind.Fraction fraction -> refusal(fraction, value);
      case Kind.Flag _ ->
          value.strip().equalsIgnoreCase("true") || value.strip().equalsIgnoreCase("false")
              ? Optional.empty()
              : invalid(value, "Expected value to be either true or false");
      case Kind.OneOf one ->
          one.choices().contains(value)
              ? Optional.empty()
              : invalid(value, "String must be one of: " + String.join(", ", one.choices()));
      case Kind.ListOf list -> refusal(list, value);
    };
  }

  private Optional<String> refusal(Kind.Whole whole, String value) {
    try {
      long number = whole.wide() ? Long.parseLong(value.strip()) : Integer.parseInt(value.strip());
      if (number < whole.min()) {
        return invalid(value, "Value must be at least " + whole.min());
      }
      return number > whole.max()
          ? invalid(value, "Value must be no more than " + whole.max())
          : Optional.empty();
    } catch (NumberFormatException _) {
      return invalid(value, "Not a number of type " + (whole.wide() ? "LONG" : "INT"));
    }
  }

  private Optional<String> refusal(Kind.Fraction fraction, String value) {
    try {
      double number = Double.parseDouble(value.strip());
      if (!(number >= fraction.min())) {
        return invalid(value, "Value must be at least " + fraction.min());
      }
      return number > fraction.max()
          ? invalid(value, "Value must be no more than " + fraction.max())
          : Optional.empty();
    } catch (NumberFormatException _) {
      return invalid(value, "Not a number of type DOUBLE");
    }
  }

  private Optional<String> refusal(Kind.ListOf list, String value) {
    if (list.choices().isEmpty()) {
      return Optional.empty();
    }
    for (String item : items(value)) {
      if (!list.choices().contains(item)) {
        return invalid(value, "String must be one of: " + String.join(", ", list.choices()));
      }
    }
    return Optional.empty();
  }

  private Optional<String> invalid(String value, String why) {
    return Optional.of("Invalid value " + value + " for configuration " + name + ": " + why);
  }

  /** The items of a comma separated list. */
  public static List<String> items(String value) {
    return value.isBlank()
        ? List.of()
        : Arrays.stream(value.split(",")).map(String::strip).toList();
  }
}
