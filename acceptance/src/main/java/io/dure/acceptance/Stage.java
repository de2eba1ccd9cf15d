package io.dure.acceptance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a look has to itself: a folder, a range of ports, and every process it starts, all gone
 * afterwards. Used by the look's thread.
 */
public final class Stage implements AutoCloseable {
  private final Path folder;
  private final int firstPort;
  private final Findings findings;
  private final List<AutoCloseable> open = new ArrayList<>();

  /**
   * @param firstPort of a hundred; below the range from which the system takes ports for outgoing
   *     connections, or a client could take a killed broker's port
   */
  Stage(Path parent, int firstPort, Findings findings) throws IOException {
    this.folder = Files.createTempDirectory(parent, "accept-");
    this.firstPort = firstPort;
    this.findings = findings;
  }

  public Findings findings() {
    return findings;
  }

  public Path folder() {
    return folder;
  }

  /** Ports 0 to 9 are the brokers'. */
  public int port(int number) {
    return firstPort + number;
  }

  /** Three brokers that serve, with every replica in step. */
  public Brokers brokers(String... settings) throws Exception {
    var brokers = new Brokers(3, folder, firstPort, List.of(settings));
    own(brokers);
    brokers.startAll();
    findings.progress("three brokers serve at %s", brokers.bootstrap());
    return brokers;
  }

  /** Closed with the stage, the last one first. */
  public synchronized <T extends AutoCloseable> T own(T closeable) {
    open.add(closeable);
    return closeable;
  }

  @Override
  public synchronized void close() {
    for (AutoCloseable one : open.reversed()) {
      try {
        one.close();
      } catch (Exception e) {
        findings.progress("could not close %s: %s", one, e);
      }
    }
    open.clear();
  }

  void deleteFolder() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
