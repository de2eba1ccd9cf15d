package io.dure.log;

import io.dure.log.Producer.Batch;
import io.dure.log.ProducerVerdict.Reason;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/**
 * What a log knows of its idempotent and transactional producers: of each the epoch, the last five
 * batches, by which a repeated batch is recognized and a missing one noticed, and where its open
 * transaction begins. Every replica keeps it while appending, so it survives a change of leaders;
 * it depends on the log's batches only, but for what a leader announces to itself. Confined to the
 * log's loop.
 *
 * <p>Bounded: beyond {@value #MOST} producers the one silent for longest is forgotten, unless it
 * has a transaction open: that one is as many as the coordinators let be open, which end them.
 */
public final class ProducerTable {
  static final int MOST = 50_000;

  private static final ProducerVerdict ACCEPTED = new ProducerVerdict.Accepted();

  private final Map<Long, Producer> producers = new LinkedHashMap<>(2, 0.75f, true);
  private final OpenTransactions open = new OpenTransactions();
  private final FirstSequences announced = new FirstSequences();
  private long forgottenMarker = Producer.NO_OFFSET;

  public int size() {
    return producers.size();
  }

  boolean isEmpty() {
    return producers.isEmpty() && open.decidedCount() == 0;
  }

  // ---- before an append ----

  /**
   * Judges a client's batches by the first of them, as Kafka's leaders do; changes nothing.
   *
   * @param guard what the sender has of its coordinator; {@link TxnGuard#NONE} when it is from
   *     another epoch
   */
  public ProducerVerdict check(ByteBuffer batches, TxnGuard guard) {
    int at = batches.position();
    long id = BatchFormat.producerId(batches, at);
    if (id == BatchFormat.NO_PRODUCER) {
      return ACCEPTED;
    }
    Optional<Producer> known = Optional.ofNullable(producers.get(id));
    short epoch = BatchFormat.producerEpoch(batches, at);
    int first = BatchFormat.baseSequence(batches, at);
    int last = lastSequence(first, BatchFormat.lastOffsetDelta(batches, at));
    if (known.isPresent() && known.get().epoch == epoch) {
      for (Batch batch : known.get().batches) {
        if (batch.firstSequence() == first && batch.lastSequence() == last) {
          return new ProducerVerdict.Duplicate(
              batch.lastOffset() - batch.offsetDelta(),
              batch.lastOffset() + 1,
              batch.timestampMs());
        }
      }
    }
    boolean transactional = BatchFormat.isTransactional(batches, at);
    return refusal(id, epoch, transactional, known, guard)
        .or(() -> outOfOrder(id, epoch, first, transactional, known))
        .orElse(ACCEPTED);
  }

  /** As above, without any word of the coordinator. */
  public ProducerVerdict check(ByteBuffer batches) {
    return check(batches, TxnGuard.NONE);
  }

  /** As {@link #check}, of a coordinator's own batch, which has no sequence. */
  public ProducerVerdict checkCoordinated(long id, short epoch, TxnGuard guard) {
    return refusal(id, epoch, true, Optional.ofNullable(producers.get(id)), guard).orElse(ACCEPTED);
  }

  private Optional<ProducerVerdict> refusal(
      long id, short epoch, boolean transactional, Optional<Producer> known, TxnGuard guard) {
    boolean open = known.isPresent() && known.get().inTransaction();
    boolean ofThisEpoch = open && known.get().epoch == epoch;
    if (transactional && !ofThisEpoch && !holds(guard, known)) {
      return refuse(
          Reason.INVALID_TXN_STATE,
          "a batch of producer %d (epoch %d) that belongs to no open transaction"
              .formatted(id, epoch));
    }
    if (known.isPresent() && epoch < known.get().epoch) {
      return refuse(
          Reason.INVALID_PRODUCER_EPOCH,
          "epoch %d of producer %d is older than its last epoch %d"
              .formatted(epoch, id, known.get().epoch));
    }
    if (open && (!transactional || !ofThisEpoch)) {
      return refuse(
          Reason.INVALID_TXN_STATE,
          "producer %d has a transaction open (epoch %d), and this batch is not part of it"
              .formatted(id, known.get().epoch));
    }
    return Optional.empty();
  }

  /** Whether no marker came since the guard was taken. */
  private boolean holds(TxnGuard guard, Optional<Producer> known) {
    long marker = known.map(p -> p.lastMarkerOffset).orElse(forgottenMarker);
    return marker < guard.logEnd();
  }

  private Optional<ProducerVerdict> outOfOrder(
      long id, short epoch, int first, boolean transactional, Optional<Producer> known) {
    if (known.isEmpty()) {
      var lowest = transactional ? announced.of(id, epoch) : OptionalInt.empty();
      return lowest.isPresent() && first > lowest.getAsInt()
          ? outOfOrder(id, first, lowest.getAsInt(), epoch)
          : Optional.empty();
    }
    Producer producer = known.get();
    int expected =
        epoch > producer.epoch || producer.batches.isEmpty()
            ? 0
            : next(producer.batches.getLast().lastSequence());
    return first == expected ? Optional.empty() : outOfOrder(id, first, expected, epoch);
  }

  private static Optional<ProducerVerdict> outOfOrder(
      long id, int first, int expected, short epoch) {
    return refuse(
        Reason.OUT_OF_ORDER_SEQUENCE_NUMBER,
        "sequence %d of producer %d (epoch %d) where %d is next"
            .formatted(first, id, epoch, expected));
  }

  /** Judges a marker, by the rules of its transaction version (KIP-890, KIP-1228). */
  public ProducerVerdict check(TxnMarker marker) {
    Producer producer = producers.get(marker.producerId());
    if (producer == null) {
      return ACCEPTED;
    }
    boolean ownEpoch = marker.transactionVersion() >= 2;
    // A marker that was written already comes again when its answer was lost, and ends nothing.
    boolean again = marker.producerEpoch() == producer.epoch && !producer.inTransaction();
    boolean old =
        ownEpoch
            ? marker.producerEpoch() <= producer.epoch && !again
            : marker.producerEpoch() < producer.epoch;
    if (old) {
      return refuse(
              Reason.INVALID_PRODUCER_EPOCH,
              "a marker (transaction version %d) of epoch %d, where producer %d has epoch %d"
                  .formatted(
                      marker.transactionVersion(),
                      marker.producerEpoch(),
                      marker.producerId(),
                      producer.epoch))
          .orElseThrow();
    }
    return marker.coordinatorEpoch() < producer.coordinatorEpoch
        ? refuse(
                Reason.TRANSACTION_COORDINATOR_FENCED,
                "a marker of the coordinator of epoch %d, where producer %d has one of epoch %d"
                    .formatted(
                        marker.coordinatorEpoch(), marker.producerId(), producer.coordinatorEpoch))
            .orElseThrow()
        : ACCEPTED;
  }

  private static Optional<ProducerVerdict> refuse(Reason reason, String text) {
    return Optional.of(new ProducerVerdict.Refused(reason, text));
  }

  /** Whether a transaction of that epoch is open here: its batches need no coordinator's word. */
  public boolean inTransaction(long id, short epoch) {
    Producer producer = producers.get(id);
    return producer != null && producer.inTransaction() && producer.epoch == epoch;
  }

  /**
   * Whether a transaction of an older epoch is open here, whose marker has yet to come. Whatever a
   * coordinator says of a newer one before that comes too early: the marker makes the guard void.
   */
  public boolean awaitsMarkerBefore(long id, short epoch) {
    Producer producer = producers.get(id);
    return producer != null && producer.inTransaction() && producer.epoch < epoch;
  }

  /**
   * A batch is about to be confirmed by its coordinator before it is appended.
   *
   * @param ownEpoch whether each of the producer's transactions has an epoch of its own, and so
   *     begins with sequence 0
   */
  public void announce(long id, short epoch, int sequence, boolean ownEpoch) {
    Producer producer = producers.get(id);
    boolean first = producer == null || producer.batches.isEmpty();
    announced.announced(id, epoch, ownEpoch && first ? 0 : sequence);
  }

  private static int next(int sequence) {
    return sequence == Integer.MAX_VALUE ? 0 : sequence + 1;
  }

  private static int lastSequence(int first, int delta) {
    return first > Integer.MAX_VALUE - delta
        ? delta - (Integer.MAX_VALUE - first) - 1
        : first + delta;
  }

  // ---- with an append ----

  /**
   * Takes note of an appended batch. What a leader appended is taken as it is. Returns the
   * transaction that this batch aborts, if it does and if it left anything here.
   */
  Optional<AbortedTxn> apply(ByteBuffer bytes, int at) {
    long id = BatchFormat.producerId(bytes, at);
    if (id == BatchFormat.NO_PRODUCER) {
      return Optional.empty();
    }
    Optional<TxnMarker> marker = Optional.empty();
    if (BatchFormat.isControl(bytes, at)) {
      marker = ControlBatch.marker(bytes, at);
      if (marker.isEmpty()) {
        return Optional.empty(); // of another kind, or all that it ended is gone
      }
    }
    short epoch = BatchFormat.producerEpoch(bytes, at);
    Producer producer = producers.computeIfAbsent(id, _ -> new Producer(epoch));
    producer.enter(epoch);
    producer.lastTimestampMs = BatchFormat.maxTimestamp(bytes, at);
    Optional<AbortedTxn> aborted = Optional.empty();
    if (marker.isPresent()) {
      aborted = end(producer, marker.get(), BatchFormat.baseOffset(bytes, at));
    } else {
      add(producer, id, bytes, at);
    }
    if (producers.size() > MOST) {
      forgetOldest();
    }
    return aborted;
  }

  private void add(Producer producer, long id, ByteBuffer bytes, int at) {
    int delta = BatchFormat.lastOffsetDelta(bytes, at);
    producer.add(
        new Batch(
            lastSequence(BatchFormat.baseSequence(bytes, at), delta),
            BatchFormat.endOffset(bytes, at) - 1,
            delta,
            producer.lastTimestampMs));
    announced.appended(id);
    if (BatchFormat.isTransactional(bytes, at) && !producer.inTransaction()) {
      producer.txnFirstOffset = BatchFormat.baseOffset(bytes, at);
      open.began(producer.txnFirstOffset, id);
    }
  }

  private Optional<AbortedTxn> end(Producer producer, TxnMarker marker, long offset) {
    producer.coordinatorEpoch = marker.coordinatorEpoch();
    producer.lastMarkerOffset = offset;
    announced.appended(marker.producerId());
    if (!producer.inTransaction()) {
      return Optional.empty();
    }
    long first = producer.txnFirstOffset;
    producer.txnFirstOffset = Producer.NO_OFFSET;
    long lastStable = open.ended(first, offset);
    return marker.commit()
        ? Optional.empty()
        : Optional.of(new AbortedTxn(marker.producerId(), first, offset, lastStable));
  }

  private void forgetOldest() {
    for (Iterator<Producer> eldestFirst = producers.values().iterator(); eldestFirst.hasNext(); ) {
      Producer producer = eldestFirst.next();
      if (!producer.inTransaction()) {
        forget(producer);
        eldestFirst.remove();
        return;
      }
    }
  }

  private void forget(Producer producer) {
    forgottenMarker = Math.max(forgottenMarker, producer.lastMarkerOffset);
  }

  /**
   * Forgets producers whose last batch is {@code expiryMs} or more older than {@code wallMs} and
   * that have no transaction open.
   */
  public void expire(long wallMs, long expiryMs) {
    producers
        .values()
        .removeIf(p -> {
          boolean expired = !p.inTransaction() && wallMs - p.lastTimestampMs >= expiryMs;
          if (expired) {
            forget(p);
          }
          return expired;
        });
  }

  // ---- what is stable ----

  /** Everything below {@code highWatermark} (exclusive) is committed. */
  public void committedTo(long highWatermark) {
    open.committedTo(highWatermark);
  }

  /**
   * Where the first transaction begins that has no marker or one that is not known to be committed;
   * the largest number when there is none.
   */
  public long firstUnstable() {
    return open.firstUnstable();
  }

  public List<ProducerState> states() {
    return producers.entrySet().stream()
        .map(e -> {
          Producer p = e.getValue();
          int sequence = p.batches.isEmpty() ? -1 : p.batches.getLast().lastSequence();
          return new ProducerState(
              e.getKey(),
              p.epoch,
              sequence,
              p.lastTimestampMs,
              p.coordinatorEpoch,
              p.txnFirstOffset);
        })
        .toList();
  }

  /** Of each producer the batches by which it is recognized. */
  Map<Long, RememberedBatches> remembered() {
    Map<Long, RememberedBatches> remembered = new HashMap<>();
    producers.forEach((id, producer) ->
        remembered.put(
            id,
            new RememberedBatches(
                producer.epoch,
                producer.batches.stream().map(Batch::lastOffset).collect(Collectors.toSet()))));
    return remembered;
  }

  // ---- kept ----

  void clear() {
    producers.clear();
    open.clear();
    announced.clear();
    forgottenMarker = Producer.NO_OFFSET;
  }

  void replaceBy(ProducerTable other) {
    clear();
    producers.putAll(other.producers);
    open.replaceBy(other.open);
  }

  byte[] encode() {
    return ProducerSnapshot.encode(producers, open);
  }

  /** Fills an empty table; false, and still empty, when the bytes are torn or corrupt. */
  boolean decode(byte[] bytes) {
    return ProducerSnapshot.decode(bytes, producers, open);
  }
}
