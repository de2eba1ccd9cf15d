package io.dure.log;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * A run of whole record batches (magic 2) with contiguous offsets, as they stand in a log.
 *
 * @param bytes read-only from position to limit; never changed after the span is made
 * @param from offset of the first record (inclusive)
 * @param end offset after the last record (exclusive); greater than {@code from}
 * @param epochs the epochs the batches carry: the first starts at {@code from}, ascending
 */
public record BatchSpan(ByteBuffer bytes, long from, long end, List<EpochHistory.Entry> epochs) {
  public BatchSpan {
    epochs = List.copyOf(epochs);
  }

  public int sizeBytes() {
    return bytes.remaining();
  }
}
