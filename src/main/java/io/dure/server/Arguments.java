package io.dure.server;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/**
 * The command line of {@code dure start}, as settings. Flags are short names of settings and win
 * over the file.
 */
final class Arguments {
  static final String HELP =
      """
      Usage: dure start [--node ID] [--listen HOST:PORT] [--advertise HOST:PORT] [--data DIR]
                        [--cluster HOST:PORT,HOST:PORT,...] [--join HOST:PORT,...]
                        [--console HOST:PORT|off] [--config FILE] [-c key=value ...]

      Runs one broker in this process. Without any flag: a cluster of one, at 127.0.0.1:9092, data in ./dure-data.

        --node ID        this node's number in the cluster; who joins gets a free one, which its data folder keeps
        --listen         where it listens, for clients and for the other nodes
        --advertise      the address that clients and other nodes are told to use
        --data DIR       where it keeps all it stores
        --cluster        the founding members, the same list on each: HOST:PORT or ID@HOST:PORT
        --join           members of a running cluster that this node joins
        --console        where its console, /metrics and /health are served
        --config FILE    settings, key=value on each line
        -c key=value     one setting; Kafka's names where the meaning is Kafka's

      Settings:
      """;

  private static final Map<String, String> FLAGS =
      Map.of(
          "--node", Settings.NODE_ID.key(),
          "--listen", Settings.LISTENERS.key(),
          "--advertise", Settings.ADVERTISED_LISTENERS.key(),
          "--data", Settings.LOG_DIRS.key(),
          "--cluster", Settings.CLUSTER.key(),
          "--join", Settings.JOIN.key(),
          "--console", Settings.CONSOLE.key());

  private final Map<String, String> fromFile = new HashMap<>();
  private final Map<String, String> fromLine = new HashMap<>();

  private Arguments() {}

  static boolean asksForHelp(List<String> args) {
    return args.contains("--help") || args.contains("-h");
  }

  static String help() {
    var text = new StringBuilder(HELP);
    for (Setting<?> setting : Settings.ALL) {
      text.append(
          "  %s=%s  (%s%s)%n      %s%n"
              .formatted(
                  setting.key(),
                  setting.defaultValue(),
                  setting.range(),
                  setting.unit().isEmpty() ? "" : " " + setting.unit(),
                  setting.text()));
    }
    return text.toString();
  }

  static Map<String, String> settings(List<String> args) throws BadConfig {
    var arguments = new Arguments();
    for (int i = 0; i < args.size(); i++) {
      String flag = args.get(i);
      int equals = flag.startsWith("--") ? flag.indexOf('=') : -1;
      if (equals > 0) {
        arguments.take(flag.substring(0, equals), flag.substring(equals + 1));
      } else if (i + 1 < args.size()) {
        arguments.take(flag, args.get(++i));
      } else {
        throw new BadConfig(flag + " needs a value, or is not known; see dure start --help");
      }
    }
    var all = new HashMap<>(arguments.fromFile);
    all.putAll(arguments.fromLine);
    return all;
  }

  private void take(String flag, String value) throws BadConfig {
    String key = FLAGS.get(flag);
    if (key != null) {
      fromLine.put(key, value);
    } else if (flag.equals("-c")) {
      pair(value);
    } else if (flag.equals("--config")) {
      file(value);
    } else {
      throw new BadConfig("unknown flag " + flag + "; see dure start --help");
    }
  }

  private void pair(String pair) throws BadConfig {
    int equals = pair.indexOf('=');
    if (equals < 1) {
      throw new BadConfig("-c " + pair + " is refused: it takes key=value");
    }
    fromLine.put(pair.substring(0, equals).trim(), pair.substring(equals + 1));
  }

  private void file(String name) throws BadConfig {
    var properties = new Properties();
    try (Reader reader = Files.newBufferedReader(Path.of(name))) {
      properties.load(reader);
    } catch (IOException | IllegalArgumentException e) {
      throw new BadConfig("cannot read --config " + name + ": " + e);
    }
    properties.forEach((key, value) -> fromFile.put(key.toString(), value.toString()));
  }
}
