package io.dure.acceptance.connect;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Files that grow while Connect reads them: a few lines every moment, each of them once, on a
 * thread of its own.
 */
final class SourceFiles implements AutoCloseable {
  private static final int LINES_A_TURN = 5;
  private static final int PAUSE_MS = 50;

  private final List<Path> files;
  private final List<String> written = new ArrayList<>();
  private final Thread thread = new Thread(this::run, "source files");
  private volatile boolean closed;

  SourceFiles(Path folder, int count) throws IOException {
    var all = new ArrayList<Path>();
    for (int i = 0; i < count; i++) {
      all.add(Files.createFile(folder.resolve("source-" + i + ".txt")));
    }
    files = List.copyOf(all);
    thread.start();
  }

  private void run() {
    int line = 0;
    while (!closed) {
      for (int file = 0; file < files.size(); file++) {
        var lines = new ArrayList<String>();
        for (int i = 0; i < LINES_A_TURN; i++) {
          lines.add("file " + file + " line " + (line + i));
        }
        append(file, lines);
      }
      line += LINES_A_TURN;
      pause();
    }
  }

  private void append(int file, List<String> lines) {
    try {
      Files.write(files.get(file), lines, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new IllegalStateException("the look's own file", e);
    }
    synchronized (written) {
      written.addAll(lines);
    }
  }

  private void pause() {
    try {
      Thread.sleep(PAUSE_MS);
    } catch (InterruptedException e) {
      closed = true;
    }
  }

  Path file(int number) {
    return files.get(number);
  }

  /** Every line so far. */
  List<String> written() {
    synchronized (written) {
      return List.copyOf(written);
    }
  }

  int count() {
    synchronized (written) {
      return written.size();
    }
  }

  @Override
  public void close() throws InterruptedException {
    closed = true;
    thread.join();
  }
}
