package io.dure.cli;

import java.util.Locale;

/** Numbers of bytes, for people. */
final class Bytes {
  private static final String[] UNITS = {"B", "KB", "MB", "GB", "TB", "PB"};

  private Bytes() {}

  /** With two digits at least, and the largest unit that leaves less than 1,000; 1 KB is 1024 B. */
  static String text(long bytes) {
    double value = bytes;
    int unit = 0;
    while (value >= 999.5 && unit < UNITS.length - 1) {
      value /= 1024;
      unit++;
    }
    String format = unit > 0 && value < 9.95 ? "%.1f %s" : "%.0f %s";
    return String.format(Locale.ROOT, format, value, UNITS[unit]);
  }
}
