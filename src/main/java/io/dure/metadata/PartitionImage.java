package io.dure.metadata;

import io.dure.base.Incarnation;
import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One partition as the metadata log knows it.
 *
 * @param replicas in preference order; the first is the preferred leader
 * @param epoch the newest appointed epoch, -1 before the first
 * @param leader empty before the first appointment and while the last leader is dead and not replaced
 */
public record PartitionImage(
        PartitionId id,
        List<NodeId> replicas,
        int epoch,
        Optional<NodeId> leader,
        Incarnation leaderIncarnation,
        Set<NodeId> inStep) {
    public PartitionImage {
        replicas = List.copyOf(replicas);
        inStep = Set.copyOf(inStep);
    }
}
