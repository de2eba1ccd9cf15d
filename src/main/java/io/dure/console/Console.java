package io.dure.console;

import io.dure.base.Endpoint;
import io.dure.metadata.ClusterImage;
import java.io.IOException;
import java.util.Optional;

/**
 * The console of one node: its pages, and what it tells the consoles of other nodes, which it does
 * with its pages switched off, too.
 *
 * <p>Safe for all threads.
 */
public final class Console implements AutoCloseable {
  private final Vantage vantage;
  private final Desk desk;
  private final Events events;
  private final History history;
  private final Questions questions;
  private Optional<HttpDoor> door = Optional.empty();

  public Console(Vantage vantage, Desk desk, Shelf shelf) {
    this.vantage = vantage;
    this.desk = desk;
    this.events = new Events(vantage::wallMs);
    this.history = new History(vantage);
    this.questions = new Questions(vantage, shelf, history);
  }

  /** A newer committed image; images come in their order, from one thread at a time. */
  public void onImage(ClusterImage image) {
    events.onImage(image);
  }

  /** What another node's console asks of this one; may wait. */
  public String answer(String question) {
    return questions.answer(question);
  }

  /**
   * Serves the pages from now on. Returns where.
   *
   * @throws IOException when the address cannot be used
   */
  public synchronized Endpoint open(ConsoleSettings settings) throws IOException {
    var lag = new GroupLag(vantage, desk);
    var doctor = new Doctor(vantage, events);
    var opened = HttpDoor.open(settings);
    opened.onAnyName("/health/", new HealthPages(vantage));
    opened.onAnyName("/metrics", new MetricsPage(vantage, desk, events, lag));
    opened.on("/api/", new Api(vantage, desk, events, lag, doctor, opened.mayWrite()));
    opened.on("/", new StaticPages());
    opened.start();
    history.start();
    door = Optional.of(opened);
    return opened.address();
  }

  @Override
  public synchronized void close() {
    door.ifPresent(HttpDoor::close);
    history.close();
  }
}
