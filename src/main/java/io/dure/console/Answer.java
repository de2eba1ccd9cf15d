package io.dure.console;

import java.nio.charset.StandardCharsets;

/** What goes back to a browser or a program. */
record Answer(int status, String contentType, byte[] body) {
  private static final String JSON = "application/json; charset=utf-8";
  private static final String TEXT = "text/plain; charset=utf-8";

  static Answer json(String body) {
    return new Answer(200, JSON, body.getBytes(StandardCharsets.UTF_8));
  }

  static Answer text(int status, String body) {
    return new Answer(status, TEXT, body.getBytes(StandardCharsets.UTF_8));
  }

  /** An error that tells in {@code error} what is wrong and what to do. */
  static Answer refused(int status, String error) {
    String body = new JsonWriter().begin().put("error", error).end().toString();
    return new Answer(status, JSON, body.getBytes(StandardCharsets.UTF_8));
  }
}
