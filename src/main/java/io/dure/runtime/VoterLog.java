package io.dure.runtime;

import io.dure.base.NodeId;
import io.dure.log.BatchSpan;
import io.dure.log.LogRecord;
import io.dure.log.PartitionLog;
import io.dure.metadata.ClusterImage;
import io.dure.metadata.MetadataCodec;
import io.dure.metadata.MetadataRecord;
import io.dure.quorum.VoterSets;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** The records of the metadata log that name the voters, as the quorum's core wants them. */
final class VoterLog {
  private static final int READ_BYTES = 1 << 20;

  private VoterLog() {}

  /**
   * Who votes as this disk says: the founders, or the newest snapshot, and then the log, committed
   * or not.
   */
  static VoterSets recovered(List<NodeId> founders, ClusterImage snapshot, PartitionLog log) {
    var voters = new VoterSets(named(snapshot, founders), snapshot.endOffset());
    long at = Math.max(log.startOffset(), snapshot.endOffset());
    while (at < log.endOffset()) {
      BatchSpan span = log.readSpan(at, READ_BYTES, log.endOffset());
      in(span).forEach(voters::appended);
      at = span.end();
    }
    return voters;
  }

  /** Who votes as a snapshot says; it says nothing if it is older than such records. */
  static List<NodeId> named(ClusterImage snapshot, List<NodeId> founders) {
    return snapshot.voters().isEmpty() ? founders : snapshot.voters();
  }

  /** Those among copied batches. */
  static List<VoterSets.Change> in(BatchSpan records) {
    var changes = new ArrayList<VoterSets.Change>();
    for (LogRecord record : LogRecord.in(records.bytes())) {
      ByteBuffer value = record.value().orElseThrow();
      if (MetadataCodec.namesVoters(value)
          && MetadataCodec.decode(value) instanceof MetadataRecord.VotersChanged named) {
        changes.add(new VoterSets.Change(record.offset(), named.voters()));
      }
    }
    return changes;
  }

  /** Those among records that a leader appends from {@code base} on. */
  static List<VoterSets.Change> in(List<MetadataRecord> records, long base) {
    var changes = new ArrayList<VoterSets.Change>();
    for (int i = 0; i < records.size(); i++) {
      if (records.get(i) instanceof MetadataRecord.VotersChanged named) {
        changes.add(new VoterSets.Change(base + i, named.voters()));
      }
    }
    return changes;
  }
}
