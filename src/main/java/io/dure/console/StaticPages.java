package io.dure.console;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;

/** The files of the console, as they lie in the program's jar. */
final class StaticPages implements Page {
  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "svg", "image/svg+xml");

  @Override
  public Answer answer(Query query) throws IOException {
    if (query.isPost()) {
      return Answer.refused(405, "pages are only read");
    }
    String name = query.path().equals("/") ? "index.html" : query.path().substring(1);
    String type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
    if (type == null || !name.matches("[a-z0-9-]+(/[a-z0-9-]+)?\\.[a-z]+")) {
      return notHere();
    }
    try (InputStream file = StaticPages.class.getResourceAsStream("/console/" + name)) {
      return file == null ? notHere() : new Answer(200, type, file.readAllBytes());
    }
  }

  private static Answer notHere() {
    return Answer.text(404, "nothing is here; the console is at /\n");
  }
}
