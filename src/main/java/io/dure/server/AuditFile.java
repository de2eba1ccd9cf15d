package io.dure.server;

import io.dure.base.Clock;
import io.dure.base.Disk;
import io.dure.base.DiskFile;
import io.dure.broker.Audit;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code audit.log} in the data folder: a line each, only ever added to. Safe for all threads. */
final class AuditFile implements Audit {
  private static final Logger log = LoggerFactory.getLogger(AuditFile.class);
  private static final String NAME = "audit.log";

  private final Disk disk;
  private final Clock clock;

  AuditFile(Disk disk, Clock clock) {
    this.disk = disk;
    this.clock = clock;
  }

  @Override
  public synchronized void note(String who, String what) {
    // Who says what its name is decides on no line breaks of ours.
    String said = "%s: %s".formatted(who, what).replaceAll("\\p{Cntrl}", " ");
    log.warn("audit: {}", said);
    String line = "%s %s\n".formatted(Instant.ofEpochMilli(clock.wallMs()), said);
    boolean fresh = !disk.exists(NAME);
    try (DiskFile file = disk.open(NAME)) {
      file.write(file.size(), ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8)));
      file.flush();
    }
    if (fresh) {
      disk.flushFolder("");
    }
  }
}
