package io.dure.broker;

import io.dure.base.PartitionId;
import io.dure.log.TxnGuard;
import io.dure.runtime.Loop;
import io.dure.runtime.Partitions;
import io.dure.runtime.Partitions.Preparation;
import io.dure.runtime.Partitions.TxnWriter;
import io.dure.txn.TopicPart;
import io.dure.wire.WireError;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The transactional batches of one produce request: each is appended once its transaction is known
 * to be open, which the partition knows itself or has the coordinator confirm, all of them with one
 * question (KIP-890). Confined to the connection's loop; waits for nothing there.
 *
 * <pre>
 *   prepare at each partition ── open there ─────────────────────────▶ append
 *        ├── to be confirmed ── coordinator: verify, or add (v12 on) ─▶ append with the guard
 *        └── the marker of the transaction before is on its way ─▶ a little later, again
 * </pre>
 */
final class TransactionalProduce {
  private static final short FIRST_VERSION_WITH_ABORTABLE = 11;
  private static final short FIRST_VERSION_THAT_ADDS = 12;

  /**
   * While the markers of the transaction before are being written, the new one is tried again here
   * for a little: the client would do so only after its back-off, with every transaction.
   */
  private static final int MAX_TRIES = 20;

  private static final long PAUSE_MS = 5;
  private static final String NOT_ADDED = "Partition was not added to the transaction";
  private static final String UNABLE =
      "Unable to verify the partition has been added to the transaction. Underlying error: ";

  private final TransactionGate gate;
  private final Partitions partitions;
  private final Loop loop;
  private final String transactionalId;
  private final short version;
  private final long deadlineMs;

  /** What is to be prepared, now or in the next round. */
  private final List<Item> items = new ArrayList<>();

  private final List<Guarded> toConfirm = new ArrayList<>();
  private int preparing;
  private int tries;
  private Runnable handedOver = () -> {};

  /** One partition's batch; {@code part} as transactions name it. */
  private record Item(
      PartitionId partition, TopicPart part, ByteBuffer batch, ProduceRound.Slot slot) {}

  private record Guarded(Item item, TxnGuard guard) {}

  TransactionalProduce(
      TransactionGate gate,
      Partitions partitions,
      Loop loop,
      String transactionalId,
      short version,
      long deadlineMs) {
    this.gate = gate;
    this.partitions = partitions;
    this.loop = loop;
    this.transactionalId = transactionalId;
    this.version = version;
    this.deadlineMs = deadlineMs;
  }

  void add(PartitionId partition, TopicPart part, ByteBuffer batch, ProduceRound.Slot slot) {
    items.add(new Item(partition, part, batch, slot));
  }

  boolean isEmpty() {
    return items.isEmpty();
  }

  /**
   * To be called once, when all are added.
   *
   * @param handedOver runs once, when each batch was given to its partition or refused
   */
  void start(Runnable handedOver) {
    this.handedOver = handedOver;
    prepare();
  }

  private void prepare() {
    long producer = ProducedRecords.producerId(items.getFirst().batch());
    short epoch = ProducedRecords.producerEpoch(items.getFirst().batch());
    boolean one =
        items.stream()
            .allMatch(item ->
                ProducedRecords.producerId(item.batch()) == producer
                    && ProducedRecords.producerEpoch(item.batch()) == epoch);
    if (!one) {
      items.forEach(item ->
          item.slot()
              .refused(
                  WireError.INVALID_PRODUCER_ID_MAPPING,
                  "Transactional records contained more than one producer ID",
                  Optional.empty()));
      handedOver.run();
      return;
    }
    tries++;
    List<Item> all = List.copyOf(items);
    items.clear();
    preparing = all.size();
    for (Item item : all) {
      var writer =
          new TxnWriter(
              producer,
              epoch,
              ProducedRecords.baseSequence(item.batch()),
              version >= FIRST_VERSION_THAT_ADDS);
      partitions.prepareTransactional(
          item.partition(),
          writer,
          loop,
          preparation -> prepared(item, preparation, producer, epoch));
    }
  }

  private void prepared(Item item, Preparation preparation, long producer, short epoch) {
    switch (preparation) {
      case Preparation.Open _ -> append(item, TxnGuard.NONE);
      case Preparation.ToConfirm(TxnGuard guard) -> toConfirm.add(new Guarded(item, guard));
      case Preparation.Refused r when r.error() == WireError.CONCURRENT_TRANSACTIONS ->
          unfinishedBefore(item);
      case Preparation.Refused r -> item.slot().refused(r.error(), r.reason(), r.where());
    }
    preparing--;
    if (preparing > 0) {
      return;
    }
    if (toConfirm.isEmpty()) {
      endRound();
    } else {
      gate.confirm(
          transactionalId,
          producer,
          epoch,
          toConfirm.stream().map(each -> each.item().part()).toList(),
          version >= FIRST_VERSION_THAT_ADDS,
          deadlineMs,
          loop,
          this::confirmed);
    }
  }

  private void confirmed(Map<TopicPart, WireError> errors) {
    List<Guarded> asked = List.copyOf(toConfirm);
    toConfirm.clear();
    for (Guarded each : asked) {
      WireError error =
          errors.getOrDefault(each.item().part(), WireError.COORDINATOR_NOT_AVAILABLE);
      if (error == WireError.NONE) {
        append(each.item(), each.guard());
      } else if (error == WireError.CONCURRENT_TRANSACTIONS) {
        unfinishedBefore(each.item());
      } else {
        refuse(each.item().slot(), error);
      }
    }
    endRound();
  }

  private void unfinishedBefore(Item item) {
    if (version >= FIRST_VERSION_THAT_ADDS && tries < MAX_TRIES) {
      items.add(item);
    } else {
      refuse(item.slot(), WireError.CONCURRENT_TRANSACTIONS);
    }
  }

  private void endRound() {
    if (items.isEmpty()) {
      handedOver.run();
    } else {
      // The marker ends the guard, so a new one is needed.
      loop.schedule(PAUSE_MS, this::prepare);
    }
  }

  private void append(Item item, TxnGuard guard) {
    partitions.append(
        item.partition(), item.batch(), -1, guard, deadlineMs, loop, item.slot()::outcome);
  }

  /**
   * The coordinator's word as producers of this version understand it. What passes is told to those
   * that do not know better as NOT_ENOUGH_REPLICAS: they repeat the batch and nothing else.
   */
  private void refuse(ProduceRound.Slot slot, WireError error) {
    switch (error) {
      case PRODUCER_FENCED -> slot.refused(WireError.INVALID_PRODUCER_EPOCH, "", Optional.empty());
      case TRANSACTION_ABORTABLE ->
          slot.refused(
              version >= FIRST_VERSION_WITH_ABORTABLE ? error : WireError.INVALID_TXN_STATE,
              version >= FIRST_VERSION_WITH_ABORTABLE ? "" : NOT_ADDED,
              Optional.empty());
      case INVALID_TXN_STATE -> slot.refused(error, NOT_ADDED, Optional.empty());
      case CONCURRENT_TRANSACTIONS ->
          slot.refused(
              version >= FIRST_VERSION_THAT_ADDS ? error : WireError.NOT_ENOUGH_REPLICAS,
              version >= FIRST_VERSION_THAT_ADDS ? "" : UNABLE + error,
              Optional.empty());
      case NETWORK_EXCEPTION,
          REQUEST_TIMED_OUT,
          COORDINATOR_LOAD_IN_PROGRESS,
          COORDINATOR_NOT_AVAILABLE,
          NOT_COORDINATOR,
          NOT_ENOUGH_REPLICAS ->
          slot.refused(WireError.NOT_ENOUGH_REPLICAS, UNABLE + error, Optional.empty());
      default -> slot.refused(error, "", Optional.empty());
    }
  }
}
