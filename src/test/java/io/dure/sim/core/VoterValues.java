package io.dure.sim.core;

import io.dure.base.NodeId;
import io.dure.log.BatchSpan;
import io.dure.quorum.VoterSets;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Records of the simulated metadata log that name the voters: a bit for each of few nodes. */
final class VoterValues {
  private static final long MARK = 1L << 62;
  private static final int NODES = 10;

  private VoterValues() {}

  static long of(List<NodeId> voters, long unique) {
    long value = MARK | unique << NODES;
    for (NodeId voter : voters) {
      value |= 1L << voter.value();
    }
    return value;
  }

  static boolean isOne(long value) {
    return (value & MARK) != 0;
  }

  static List<NodeId> voters(long value) {
    var voters = new ArrayList<NodeId>();
    for (int i = 0; i < NODES; i++) {
      if ((value >> i & 1) != 0) {
        voters.add(new NodeId(i));
      }
    }
    return voters;
  }

  static List<VoterSets.Change> in(BatchSpan records) {
    var changes = new ArrayList<VoterSets.Change>();
    ByteBuffer bytes = records.bytes().duplicate();
    for (long offset = records.from(); offset < records.end(); offset++) {
      long value = bytes.getLong();
      if (isOne(value)) {
        changes.add(new VoterSets.Change(offset, voters(value)));
      }
    }
    return changes;
  }
}
