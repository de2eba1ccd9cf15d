package io.dure.quorum;

import io.dure.base.NodeId;
import java.util.Optional;

/**
 * What a voter keeps durably beside the metadata log. {@code epoch} and {@code joinedEpoch} are as
 * in {@link io.dure.replication.ReplicaState}; {@code votedFor} is whom it voted for in {@code
 * epoch}.
 */
public record QuorumState(int epoch, int joinedEpoch, Optional<NodeId> votedFor) {
  public static final QuorumState INITIAL = new QuorumState(-1, -1, Optional.empty());
}
