package io.dure.runtime;

import io.dure.log.BatchSpan;
import io.dure.log.LogRecord;
import io.dure.log.PartitionLog;
import io.dure.metadata.ClusterImage;
import io.dure.metadata.MetadataCodec;
import io.dure.metadata.MetadataRecord;
import java.util.ArrayList;

/** An image made newer by the records of the metadata log. */
final class MetadataReplay {
  private static final int READ_BYTES = 1 << 20;

  private MetadataReplay() {}

  /** The image with all records of {@code log} from where it ends to {@code upTo} (exclusive). */
  static ClusterImage through(PartitionLog log, ClusterImage image, long upTo) {
    ClusterImage newer = image;
    while (newer.endOffset() < upTo) {
      newer = apply(newer, log.readSpan(newer.endOffset(), READ_BYTES, upTo));
    }
    return newer;
  }

  private static ClusterImage apply(ClusterImage image, BatchSpan span) {
    var records = new ArrayList<MetadataRecord>();
    for (LogRecord record : LogRecord.in(span.bytes())) {
      records.add(MetadataCodec.decode(record.value().orElseThrow()));
    }
    return image.apply(records, span.end());
  }
}
