package io.dure.acceptance.connect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** A worker's interface for people and programs. */
final class Rest implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final int REPEATS = 60;
  private static final long PAUSE_MS = 250;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient http = HttpClient.newHttpClient();

  /**
   * Asks, and again as long as the workers refuse it because they are about to deal out their work
   * anew.
   *
   * @return what was answered; a missing node for an empty body
   * @throws IOException when it was refused, with the worker's words
   */
  JsonNode ask(String method, int port, String path, String body)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .timeout(TIMEOUT)
            .header("Content-Type", "application/json")
            .method(method, BodyPublishers.ofString(body))
            .build();
    for (int times = 0; ; times++) {
      HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
      if (answer.statusCode() < 300) {
        return JSON.readTree(answer.body());
      }
      if (times == REPEATS || !answer.body().contains("rebalance")) {
        throw new IOException(
            method + " " + path + ": " + answer.statusCode() + " " + answer.body());
      }
      Thread.sleep(PAUSE_MS);
    }
  }

  JsonNode get(int port, String path) throws IOException, InterruptedException {
    return ask("GET", port, path, "");
  }

  @Override
  public void close() {
    http.close();
  }
}
