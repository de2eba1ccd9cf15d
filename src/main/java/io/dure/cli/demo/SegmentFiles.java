package io.dure.cli.demo;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** The records of a partition as they lie on a broker's disk. */
final class SegmentFiles {
  private SegmentFiles() {}

  /**
   * All segments in order, without the zeros that a segment is prepared with ahead of its records.
   */
  static byte[] records(Path data, String topic, int partition) throws IOException {
    var all = new ByteArrayOutputStream();
    try (Stream<Path> files = Files.list(data.resolve(topic + "-" + partition))) {
      List<Path> segments = files.filter(f -> f.toString().endsWith(".log")).sorted().toList();
      for (Path segment : segments) {
        all.write(withoutZeroTail(Files.readAllBytes(segment)));
      }
    }
    return all.toByteArray();
  }

  /**
   * A batch's last byte may be zero itself (a record without headers), so one zero byte more is no
   * difference.
   */
  private static byte[] withoutZeroTail(byte[] bytes) {
    int end = bytes.length;
    while (end > 0 && bytes[end - 1] == 0) {
      end--;
    }
    return Arrays.copyOf(bytes, end);
  }

  static String fingerprint(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
