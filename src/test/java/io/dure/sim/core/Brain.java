package io.dure.sim.core;

import io.dure.base.NodeId;
import io.dure.replication.Appointment;
import io.dure.replication.Replica;
import io.dure.replication.ReplicaEvent;

/** The cores of one life of a node: a replica of a partition, or a share in the metadata quorum. */
interface Brain {
  Replica replica();

  /** Something from the log beneath or from the streams. */
  void onLocal(ReplicaEvent event);

  void onMessage(NodeId from, Object message);

  void onPersisted(Object state);

  void onPeerGone(NodeId peer);

  void onTick(long nowMs);

  /** The version of the metadata known here; 0 where there is none. */
  default long seen() {
    return 0;
  }

  /** What the replica inside was last appointed by. */
  Appointment appointment();
}
