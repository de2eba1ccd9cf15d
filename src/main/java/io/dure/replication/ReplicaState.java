package io.dure.replication;

/**
 * What a replica keeps durably beside its log.
 *
 * @param epoch the newest epoch seen; everything older is refused
 * @param joinedEpoch the last epoch whose leader's starting log this replica has matched and holds
 *     durably; -1: none
 */
public record ReplicaState(int epoch, int joinedEpoch) {
  public static final ReplicaState INITIAL = new ReplicaState(-1, -1);
}
