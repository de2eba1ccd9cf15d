package io.dure.log;

import io.dure.base.DiskFile;

/**
 * Whole batches as bytes of one segment file; empty when {@code sizeBytes} is 0. The file stays
 * readable for as long as the slice is held, even when the segment is deleted meanwhile.
 *
 * @param from offset of the first record of the first batch; may be below the offset asked for
 * @param end offset after the last record (exclusive)
 */
public record LogSlice(DiskFile file, long position, int sizeBytes, long from, long end) {}
