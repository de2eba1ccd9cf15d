package io.dure.console;

import java.util.List;

/**
 * {@code /health/live}: the process answers. {@code /health/ready}: it serves clients; 503 with the
 * reasons, one a line, when it does not.
 */
final class HealthPages implements Page {
  private final Vantage vantage;

  HealthPages(Vantage vantage) {
    this.vantage = vantage;
  }

  @Override
  public Answer answer(Query query) {
    return switch (query.path()) {
      case "/health/live" -> Answer.text(200, "live\n");
      case "/health/ready" -> ready();
      default -> Answer.text(404, "/health/live and /health/ready are here\n");
    };
  }

  private Answer ready() {
    List<String> missing = vantage.waitsFor();
    return missing.isEmpty()
        ? Answer.text(200, "ready\n")
        : Answer.text(503, "not ready:\n" + String.join("\n", missing) + "\n");
  }
}
