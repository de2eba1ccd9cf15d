package io.dure.cli;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine.Option;

/** What every command that talks to a cluster takes: where it is, and how to answer. */
public final class ClusterOptions {
  private static final int CONNECT_TIMEOUT_MS = 1_500;

  public enum Format {
    TEXT,
    JSON
  }

  @Option(
      names = {"-b", "--bootstrap"},
      paramLabel = "HOST:PORT",
      defaultValue = "127.0.0.1:9092",
      description = "Any broker of the cluster, or several with commas (default ${DEFAULT-VALUE}).")
  String bootstrap = "127.0.0.1:9092";

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      defaultValue = "text",
      description = "text or json (default ${DEFAULT-VALUE}).")
  Format format = Format.TEXT;

  @Option(
      names = "--timeout",
      paramLabel = "MS",
      defaultValue = "10000",
      description = "Milliseconds to wait for the cluster (default ${DEFAULT-VALUE}).")
  int timeoutMs = 10_000;

  boolean json() {
    return format == Format.JSON;
  }

  /** Prints what was done: for programs, or for people. */
  void say(Object json, String text) {
    Screen.standard().line(json() ? Json.write(json) : text);
  }

  Admin admin() {
    return Admin.create(client());
  }

  /**
   * Settings for a Kafka client; refuses at once when nobody listens, which a client would try
   * until its timeout.
   */
  Map<String, Object> client() {
    requireAnswer();
    var settings = new HashMap<String, Object>();
    settings.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
    settings.put(CommonClientConfigs.CLIENT_ID_CONFIG, "dure-cli");
    settings.put(CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, Math.min(timeoutMs, 5_000));
    settings.put(CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG, timeoutMs);
    settings.put(CommonClientConfigs.RECONNECT_BACKOFF_MAX_MS_CONFIG, 500);
    settings.put("enable.metrics.push", false);
    settings.put("metric.reporters", "");
    return settings;
  }

  private void requireAnswer() {
    for (String address : bootstrap.split(",")) {
      int colon = address.lastIndexOf(':');
      if (colon < 1 || !address.substring(colon + 1).matches("\\d{1,5}")) {
        throw new Refusal("-b takes HOST:PORT, not " + address);
      }
      String host = address.substring(0, colon).replaceAll("^\\[|]$", "");
      try (var socket = new Socket()) {
        socket.connect(
            new InetSocketAddress(host, Integer.parseInt(address.substring(colon + 1))),
            CONNECT_TIMEOUT_MS);
        return;
      } catch (IOException nobodyThere) {
        // The next address may answer.
      }
    }
    throw new Refusal(
        "no broker answers at "
            + bootstrap
            + System.lineSeparator()
            + "Start a cluster here with ./dure up, or name one with -b HOST:PORT.");
  }
}
