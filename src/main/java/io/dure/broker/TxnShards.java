package io.dure.broker;

import io.dure.base.Clock;
import io.dure.base.PartitionId;
import io.dure.runtime.Loop;
import io.dure.runtime.Partitions;
import io.dure.txn.TxnAnswer;
import io.dure.txn.TxnCommand;
import io.dure.txn.TxnSettings;
import io.dure.wire.WireError;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The transaction coordinators of this node: one for each partition of {@code __transaction_state}
 * led here. Callable from any thread.
 */
public final class TxnShards implements Partitions.LeadershipListener {
  private final Coordinators<TxnCommand, TxnAnswer> coordinators;
  private final ProducerIds ids;

  TxnShards(Cluster cluster, TxnSettings settings, ProducerIds ids, Clock clock) {
    this.ids = ids;
    this.coordinators =
        new Coordinators<>(
            InternalTopics.TRANSACTIONS,
            cluster,
            clock,
            seat -> new TxnCore(settings, cluster, seat));
  }

  /** Has a command decided by the coordinator of its transactional id, if that is on this node. */
  void ask(
      String transactionalId, TxnCommand command, Loop caller, Consumer<Asked<TxnAnswer>> done) {
    coordinators.ask(transactionalId, command, caller, done);
  }

  /**
   * As {@link #ask}, for a command that may turn out to need a producer id that nobody has: it is
   * then made again, with one.
   */
  void ask(
      String transactionalId,
      Function<OptionalLong, TxnCommand> command,
      Loop caller,
      Consumer<Asked<TxnAnswer>> done) {
    ask(
        transactionalId,
        command.apply(OptionalLong.empty()),
        caller,
        asked -> {
          if (asked instanceof Asked.Answered<TxnAnswer>(TxnAnswer.NeedsId _)) {
            ids.take(caller, id -> again(transactionalId, command, id, caller, done));
          } else {
            done.accept(asked);
          }
        });
  }

  private void again(
      String transactionalId,
      Function<OptionalLong, TxnCommand> command,
      OptionalLong id,
      Loop caller,
      Consumer<Asked<TxnAnswer>> done) {
    if (id.isPresent()) {
      ask(transactionalId, command.apply(id), caller, done);
    } else {
      done.accept(new Asked.Unavailable<>(WireError.COORDINATOR_LOAD_IN_PROGRESS));
    }
  }

  /** As {@link #ask}, of the coordinator on one partition. */
  void ask(int partition, TxnCommand command, Loop caller, Consumer<Asked<TxnAnswer>> done) {
    coordinators.ask(partition, command, caller, done);
  }

  /** The partition that keeps a transactional id; empty while there is none. */
  Optional<PartitionId> coordinatorOf(String transactionalId) {
    return coordinators.coordinatorOf(transactionalId);
  }

  /** The numbers of the partitions whose coordinators are on this node. */
  Set<Integer> here() {
    return coordinators.here();
  }

  @Override
  public void opened(PartitionId partition, int epoch, Partitions.LedPartition log) {
    coordinators.opened(partition, epoch, log);
  }

  @Override
  public void resigned(PartitionId partition, int epoch) {
    coordinators.resigned(partition, epoch);
  }

  @Override
  public void tick(PartitionId partition, long nowMs) {
    coordinators.tick(partition, nowMs);
  }
}
