package io.dure.it;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The beginnings of command lines that start our programs. {@code ./dev it} tells the packaged
 * program with its start-up caches, started as {@code ./dure} starts it; without it, from an
 * editor, the classes under test are started, which takes three times as long.
 */
final class Launcher {
  private Launcher() {}

  /** What starts a broker; its arguments follow. */
  static List<String> broker() {
    return of("dure.it.broker", "io.dure.server.Main", "-Xmx256m");
  }

  /** What starts the command line; its arguments follow. */
  static List<String> command() {
    return of("dure.it.command", "io.dure.cli.Main");
  }

  private static List<String> of(String property, String main, String... flags) {
    String told = System.getProperty(property, "");
    return told.isBlank() ? fromClasses(main, flags) : List.of(told.split("\\|"));
  }

  /** A program of the tests' own, from their class path. */
  static List<String> fromClasses(String main, String... flags) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED"));
    command.addAll(List.of(flags));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main));
    return command;
  }
}
