package io.dure.console;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.dure.base.Endpoint;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets requests in: bounds them, and keeps out what no reader of these pages would send.
 *
 * <p>A browser can be led to this address by a page from elsewhere. So a request is answered only
 * under a name that this console goes by (against names that are pointed at it, called DNS
 * rebinding), and it changes something only when it comes from a page of ours. Decision 27.
 */
final class HttpDoor implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(HttpDoor.class);

  private static final int CONNECTIONS = 64;
  private static final int REQUESTS_AT_A_TIME = 16;

  /** For programs, who must not be refused because many people look. */
  private static final int PROBES_AT_A_TIME = 8;

  private static final int MAX_BODY_BYTES = 1 << 20;

  /** A page of ours sets it; a page from elsewhere cannot without asking first. */
  static final String OUR_HEADER = "X-Dure-Console";

  private final HttpServer server;
  private final ConsoleSettings settings;
  private final boolean loopback;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Semaphore places = new Semaphore(REQUESTS_AT_A_TIME);
  private final Semaphore probes = new Semaphore(PROBES_AT_A_TIME);

  private HttpDoor(HttpServer server, ConsoleSettings settings, boolean loopback) {
    this.server = server;
    this.settings = settings;
    this.loopback = loopback;
  }

  /** Takes the port, or one of the next when the settings allow it. */
  static HttpDoor open(ConsoleSettings settings) throws IOException {
    // The server of the JDK reads its bounds once, when its classes are loaded.
    System.setProperty("jdk.httpserver.maxConnections", String.valueOf(CONNECTIONS));
    System.setProperty("sun.net.httpserver.maxReqTime", "10");
    System.setProperty("sun.net.httpserver.maxRspTime", "60");
    System.setProperty("sun.net.httpserver.maxReqHeaders", "64");
    System.setProperty("sun.net.httpserver.idleInterval", "30");
    System.setProperty("sun.net.httpserver.nodelay", "true");
    Endpoint wanted = settings.address();
    InetAddress address = InetAddress.getByName(wanted.host());
    var server = HttpServer.create();
    for (int i = 0; ; i++) {
      try {
        server.bind(new InetSocketAddress(address, wanted.port() + i), 0);
        break;
      } catch (BindException e) {
        if (i >= settings.elsewhere()) {
          throw e;
        }
      }
    }
    return new HttpDoor(server, settings, address.isLoopbackAddress());
  }

  Endpoint address() {
    return new Endpoint(settings.address().host(), server.getAddress().getPort());
  }

  boolean mayWrite() {
    return switch (settings.write()) {
      case ALWAYS -> true;
      case NEVER -> false;
      case LOCAL -> loopback;
    };
  }

  /** For browsers: under this console's own names only. */
  void on(String path, Page page) {
    server.createContext(path, exchange -> take(exchange, page, places, refusal(exchange)));
  }

  /** For programs, which reach it by any name; nothing can be changed there. */
  void onAnyName(String path, Page page) {
    server.createContext(path, exchange -> take(exchange, page, probes, Optional.empty()));
  }

  void start() {
    server.setExecutor(threads);
    server.start();
  }

  private void take(HttpExchange exchange, Page page, Semaphore places, Optional<Answer> refusal) {
    try (exchange) {
      if (!places.tryAcquire()) {
        send(exchange, Answer.refused(503, "too many requests at a time; try again in a moment"));
        return;
      }
      try {
        send(exchange, refusal.isPresent() ? refusal.get() : answer(exchange, page));
      } finally {
        places.release();
      }
    } catch (IOException e) {
      log.debug("a reader of the console left: {}", e.getMessage());
    }
  }

  private Answer answer(HttpExchange exchange, Page page) throws IOException {
    byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY_BYTES + 1);
    if (body.length > MAX_BODY_BYTES) {
      return Answer.refused(413, "a request may have at most " + MAX_BODY_BYTES + " bytes");
    }
    try {
      String query = exchange.getRequestURI().getRawQuery();
      return page.answer(
          Query.of(
              exchange.getRequestMethod(),
              exchange.getRequestURI().getPath(),
              query == null ? "" : query,
              new String(body, StandardCharsets.UTF_8)));
    } catch (Query.Wrong e) {
      return Answer.refused(400, String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      log.error("{} failed", exchange.getRequestURI().getPath(), e);
      return Answer.refused(500, "this is a mistake of Dure's own; its log tells more: " + e);
    }
  }

  private Optional<Answer> refusal(HttpExchange exchange) {
    Headers headers = exchange.getRequestHeaders();
    String host = Optional.ofNullable(headers.getFirst("Host")).orElse("");
    if (!isOurs(nameOf(host))) {
      return Optional.of(
          Answer.refused(
              421,
              "this console does not go by the name '%s'; open it by its address, or by the host that --advertise or --console names"
                  .formatted(nameOf(host))));
    }
    switch (exchange.getRequestMethod()) {
      case "GET", "HEAD":
        return Optional.empty();
      case "POST":
        break;
      default:
        return Optional.of(Answer.refused(405, "GET, HEAD and POST are served"));
    }
    if (!mayWrite()) {
      return Optional.of(
          Answer.refused(
              403,
              "this console only shows; start the node with -c console.write=true to change things through it"));
    }
    // Whoever passes requests on to us may have been asked by https.
    String origin = Optional.ofNullable(headers.getFirst("Origin")).orElse("http://" + host);
    if (!headers.containsKey(OUR_HEADER) || !origin.replaceFirst("^https?://", "").equals(host)) {
      return Optional.of(
          Answer.refused(
              403,
              "changes are taken from this console's own pages only; a proxy before it has to pass Host on as the browser sent it"));
    }
    return Optional.empty();
  }

  private static String nameOf(String host) {
    String name = host.replaceFirst(":\\d+$", "").replaceAll("^\\[|]$", "");
    return name.toLowerCase(Locale.ROOT);
  }

  /** An address cannot be pointed elsewhere, a name can. */
  private boolean isOurs(String name) {
    return name.equals("localhost")
        || isAddress(name)
        || name.equals(settings.address().host().toLowerCase(Locale.ROOT))
        || settings.hosts().stream().anyMatch(name::equalsIgnoreCase);
  }

  private static boolean isAddress(String name) {
    boolean literal = name.matches("\\d{1,3}(\\.\\d{1,3}){3}") || name.contains(":");
    try {
      return literal && !InetAddress.getByName(name).isAnyLocalAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }

  private static void send(HttpExchange exchange, Answer answer) throws IOException {
    Headers headers = exchange.getResponseHeaders();
    headers.set("Content-Type", answer.contentType());
    headers.set("Cache-Control", "no-store");
    headers.set("X-Content-Type-Options", "nosniff");
    headers.set("Referrer-Policy", "no-referrer");
    headers.set("Cross-Origin-Resource-Policy", "same-origin");
    headers.set(
        "Content-Security-Policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
            + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
    boolean head = exchange.getRequestMethod().equals("HEAD");
    exchange.sendResponseHeaders(
        answer.status(), head || answer.body().length == 0 ? -1 : answer.body().length);
    if (!head) {
      exchange.getResponseBody().write(answer.body());
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
