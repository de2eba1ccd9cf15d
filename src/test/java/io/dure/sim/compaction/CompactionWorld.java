package io.dure.sim.compaction;

import io.dure.base.Check;
import io.dure.log.AppendInfo;
import io.dure.log.BatchBuilder;
import io.dure.log.Cleaning;
import io.dure.log.ControlBatch;
import io.dure.log.ProducerVerdict;
import io.dure.log.TxnGuard;
import io.dure.log.TxnMarker;
import io.dure.sim.SimRng;
import io.dure.sim.Simulation.Figures;
import io.dure.sim.Trace;
import io.dure.sim.Violation;
import io.dure.sim.compaction.Model.Batch;
import io.dure.sim.compaction.Model.Item;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One run: three copies of a log, of which one leads, and a {@link Model} of what it was given. A
 * record is committed when two copies hold it durably. What holds at every look:
 *
 * <ul>
 *   <li>a reader of committed transactions gets the model's last value of each key, whichever copy
 *       it reads, from the start or going on where it was;
 *   <li>a record stands where it was appended or nowhere, and batches leave no gap;
 *   <li>nothing is missing that no compaction may have touched: what was not committed or not
 *       decided when it began, or is younger than the lag;
 *   <li>a producer that sends one of its last batches again is known.
 * </ul>
 */
final class CompactionWorld {
  private static final int STEPS = 1_000;
  private static final long TOMBSTONE_MS = 2_000;

  /** Who has not caught up for so long does so at once: well before tombstones go. */
  private static final long LONGEST_LAG_MS = 1_500;

  private static final int PRODUCERS = 5;
  private static final int TRANSACTIONAL_FROM = 2;

  private final SimRng rng;
  private final Trace.Sink sink;
  private final Cleaning cleaning;
  private final List<Copy> copies = new ArrayList<>();
  private final Model model = new Model();
  private final Map<String, String> readerValues = new HashMap<>();
  private Copy leader;
  private int epoch = 1;
  private long highWatermark;
  private long touchedEnd;
  private long readerAt;
  private long readerCaughtUpMs;
  private int nextValue;
  private long nowMs = 1_700_000_000_000L;
  private long powerCuts;
  private long fresh;
  private long repeated;
  private long looks;

  CompactionWorld(long seed, Trace.Sink sink) {
    this.rng = new SimRng(seed);
    this.sink = sink;
    long minLagMs = rng.chance(500) ? 0 : 50 + rng.below(4_000);
    this.cleaning = new Cleaning(true, 0, minLagMs, Long.MAX_VALUE, TOMBSTONE_MS);
    for (int i = 0; i < 3; i++) {
      copies.add(new Copy("c" + i, rng.split(), cleaning));
    }
    this.leader = copies.getFirst();
  }

  Figures run() {
    for (int step = 0; step < STEPS; step++) {
      nowMs += rng.below(30);
      step();
      catchUpWhoLags();
    }
    endTransactions();
    copies.forEach(this::catchUp);
    highWatermark = leader.end();
    copies.forEach(this::look);
    read(Integer.MAX_VALUE);
    if (leader.stable() != leader.end()) {
      throw new Violation(
          "nothing is open, but stable up to %d of %d".formatted(leader.stable(), leader.end()));
    }
    return figures();
  }

  private Figures figures() {
    long compactions = copies.stream().mapToLong(Copy::compactions).sum();
    return new Figures(
        STEPS,
        highWatermark,
        epoch,
        0,
        STEPS * 15L,
        new TreeMap<>(
            Map.of(
                "compactions", compactions,
                "power cuts", powerCuts,
                "copies started anew", fresh,
                "batches repeated", repeated,
                "looks", looks)));
  }

  private void step() {
    int dice = rng.below(1000);
    if (dice < 220) {
      produce();
    } else if (dice < 260) {
      repeat();
    } else if (dice < 400) {
      copySome(rng.pick(copies));
    } else if (dice < 520) {
      flush(rng.pick(copies));
    } else if (dice < 900) {
      compact(rng.pick(copies));
    } else if (dice < 930) {
      read(1 + rng.below(2_000));
    } else if (dice < 960) {
      crash(rng.pick(copies), rng.chance(700));
    } else if (dice < 972) {
      elect();
    } else if (dice < 976) {
      rng.pick(copies).log().rest();
    } else if (dice < 984) {
      reopen(rng.pick(copies));
    } else if (dice < 990) {
      startAnew();
    } else {
      look(rng.pick(copies));
    }
  }

  // ---- producers ----

  private void produce() {
    long producer = rng.below(PRODUCERS);
    if (producer < TRANSACTIONAL_FROM) {
      write(producer == 0 ? -1 : producer, false);
    } else if (model.isOpen(producer) && rng.chance(400)) {
      end(producer, rng.chance(600));
    } else {
      write(producer, true);
    }
  }

  /** Transactions of the last producer all have one epoch, as before version 2; or none have. */
  private static boolean ownEpoch(long producer) {
    return producer < PRODUCERS - 1;
  }

  private void write(long producer, boolean transactional) {
    List<Item> items = new ArrayList<>();
    for (int i = 1 + rng.below(3); i > 0; i--) {
      Optional<String> value =
          rng.chance(150)
              ? Optional.empty()
              : Optional.of("v" + nextValue++ + "x".repeat(rng.below(60)));
      items.add(new Item("k" + rng.below(20), value, nowMs));
    }
    int sequence = 0;
    if (producer >= 0) {
      List<Batch> before = model.latestOf(producer);
      sequence =
          before.isEmpty() ? 0 : before.getLast().sequence() + before.getLast().items().size();
    }
    short producerEpoch = producer < 0 ? -1 : model.epochOf(producer);
    var batch =
        new Batch(0, 0, producer, producerEpoch, sequence, transactional, Optional.empty(), items);
    ByteBuffer bytes = bytesOf(batch);
    ProducerVerdict verdict = leader.log().producers().check(bytes, guard());
    if (!(verdict instanceof ProducerVerdict.Accepted)) {
      throw new Violation("%s does not take %s: %s".formatted(leader.name, batch, verdict));
    }
    append(bytes, batch);
  }

  private void end(long producer, boolean commit) {
    short producerEpoch = (short) (model.epochOf(producer) + (ownEpoch(producer) ? 1 : 0));
    var marker =
        new TxnMarker(producer, producerEpoch, 1, commit, (short) (ownEpoch(producer) ? 2 : 1));
    append(
        ControlBatch.of(marker, nowMs),
        new Batch(0, 0, producer, producerEpoch, -1, true, Optional.of(marker), List.of()));
  }

  private void append(ByteBuffer bytes, Batch batch) {
    AppendInfo info = leader.log().appendAsLeader(bytes, epoch, nowMs);
    model.append(
        new Batch(
            info.baseOffset(),
            info.endOffset(),
            batch.producer(),
            batch.epoch(),
            batch.sequence(),
            batch.transactional(),
            batch.marker(),
            batch.items()));
    say(() -> leader.name + " appends " + model.batches().getLast());
  }

  private TxnGuard guard() {
    return new TxnGuard(epoch, leader.end() + 1);
  }

  private static ByteBuffer bytesOf(Batch batch) {
    var builder = new BatchBuilder();
    for (Item item : batch.items()) {
      builder.add(bytes(item.key()), item.value().map(CompactionWorld::bytes), item.timestampMs());
    }
    if (batch.producer() < 0) {
      return builder.build();
    }
    return batch.transactional()
        ? builder.buildTransactional(batch.producer(), batch.epoch(), batch.sequence())
        : builder.buildIdempotent(batch.producer(), batch.epoch(), batch.sequence());
  }

  /** An answer was lost: one of the last five batches comes again. */
  private void repeat() {
    List<Batch> sent = model.latestOf(1 + rng.below(PRODUCERS - 1));
    if (sent.isEmpty()) {
      return;
    }
    Batch batch = sent.get(sent.size() - 1 - rng.below(Math.min(5, sent.size())));
    repeated++;
    ProducerVerdict verdict = leader.log().producers().check(bytesOf(batch), guard());
    boolean known =
        verdict instanceof ProducerVerdict.Duplicate duplicate
            && duplicate.baseOffset() == batch.from()
            && duplicate.endOffset() == batch.end();
    if (!known) {
      throw new Violation(
          "a repeated batch is not known to %s: %s, %s".formatted(leader.name, batch, verdict));
    }
  }

  private void endTransactions() {
    for (long producer = TRANSACTIONAL_FROM; producer < PRODUCERS; producer++) {
      if (model.isOpen(producer)) {
        end(producer, rng.chance(500));
      }
    }
  }

  // ---- replication ----

  private void copySome(Copy copy) {
    if (copy != leader) {
      copy.copyFrom(leader, 1 + rng.below(3_000));
      if (rng.chance(600)) {
        copy.knows(highWatermark);
      }
    }
    if (copy.end() == leader.end()) {
      copy.caughtUpMs = nowMs;
    }
  }

  private void flush(Copy copy) {
    if (copy.flush(rng.chance(20))) {
      commit();
    } else {
      losePower(copy);
    }
  }

  private void commit() {
    List<Long> ends = copies.stream().map(copy -> copy.log().flushedEnd()).sorted().toList();
    highWatermark = Math.max(highWatermark, ends.get(1));
    leader.knows(highWatermark);
  }

  private void catchUpWhoLags() {
    for (Copy copy : copies) {
      if (copy != leader && nowMs - copy.caughtUpMs > LONGEST_LAG_MS) {
        catchUp(copy);
      }
    }
    if (nowMs - readerCaughtUpMs > LONGEST_LAG_MS) {
      read(Integer.MAX_VALUE);
    }
  }

  private void catchUp(Copy copy) {
    while (copy.end() < leader.end()) {
      copy.copyFrom(leader, 1 + rng.below(5_000));
    }
    copy.caughtUpMs = nowMs;
    Check.that(copy.flush(false), "a flush failed by itself");
    commit();
    copy.knows(highWatermark);
  }

  private void crash(Copy copy, boolean power) {
    say(() -> copy.name + (power ? " loses power" : " is killed"));
    powerCuts += power ? 1 : 0;
    copy.crash(power);
    back(copy);
  }

  private void losePower(Copy copy) {
    say(() -> copy.name + " loses power in the middle of a flush");
    powerCuts++;
    copy.crash(true);
    back(copy);
  }

  private void reopen(Copy copy) {
    copy.closeAndOpen();
    back(copy);
  }

  private void back(Copy copy) {
    if (copy == leader) {
      elect();
    } else {
      copy.follow(leader);
    }
  }

  /** Any copy that holds all that is committed may lead; what it has beyond that stays. */
  private void elect() {
    List<Copy> able = copies.stream().filter(copy -> copy.end() >= highWatermark).toList();
    if (able.isEmpty()) {
      throw new Violation("no copy holds what is committed up to " + highWatermark);
    }
    leader = rng.pick(able);
    epoch++;
    model.cutTo(leader.end());
    if (model.end() != leader.end()) {
      throw new Violation(
          "%s ends at %d, the model at %d".formatted(leader.name, leader.end(), model.end()));
    }
    say(() -> "%s leads epoch %d from %d".formatted(leader.name, epoch, leader.end()));
    copies.stream().filter(copy -> copy != leader).forEach(copy -> copy.follow(leader));
    leader.knows(highWatermark);
    leader.caughtUpMs = nowMs;
  }

  /** A follower on another disk, while the other two hold all that is committed. */
  private void startAnew() {
    Copy copy = rng.pick(copies);
    boolean safe =
        copies.stream()
            .filter(other -> other != copy)
            .allMatch(other -> other.log().flushedEnd() >= highWatermark);
    if (copy != leader && safe) {
      say(() -> copy.name + " starts anew");
      fresh++;
      copy.startAnew();
      catchUp(copy);
      look(copy);
    }
  }

  private void compact(Copy copy) {
    if (!copy.compact(nowMs, rng.chance(60))) {
      losePower(copy);
    }
    touchedEnd = Math.max(touchedEnd, copy.touchedEnd());
  }

  // ---- looking ----

  /** A consumer that goes on where it was, on whichever copy leads. */
  private void read(int maxBytes) {
    long stable = leader.stable();
    int left = maxBytes;
    while (readerAt < stable && left > 0) {
      int bytes = 1 + rng.below(2_000);
      left -= bytes;
      readerAt =
          leader.fetch(
              readerAt,
              bytes,
              record ->
                  Model.put(
                      readerValues,
                      text(record.key().orElseThrow()),
                      record.value().map(CompactionWorld::text)));
    }
    if (readerAt >= stable) {
      readerCaughtUpMs = nowMs;
      same("a consumer that goes on", model.values(readerAt), readerValues);
    }
  }

  private void look(Copy copy) {
    looks++;
    if (copy.end() < highWatermark) {
      return;
    }
    copy.knows(highWatermark);
    long stable = copy.stable();
    if (stable != model.stable(highWatermark)) {
      throw new Violation(
          "%s is stable up to %d, and should be up to %d"
              .formatted(copy.name, stable, model.stable(highWatermark)));
    }
    Map<String, String> values = new HashMap<>();
    for (long at = 0; at < stable; ) {
      at =
          copy.fetch(
              at,
              1 + rng.below(3_000),
              record ->
                  Model.put(
                      values,
                      text(record.key().orElseThrow()),
                      record.value().map(CompactionWorld::text)));
    }
    same("a new consumer of " + copy.name, model.values(stable), values);
    lookAtRecords(copy);
  }

  private static void same(String who, Map<String, String> expected, Map<String, String> found) {
    if (!expected.equals(found)) {
      var wrong = new TreeMap<String, String>();
      for (String key : expected.keySet()) {
        if (!expected.get(key).equals(found.get(key))) {
          wrong.put(key, found.get(key) + " instead of " + expected.get(key));
        }
      }
      found.keySet().stream()
          .filter(key -> !expected.containsKey(key))
          .forEach(key -> wrong.put(key, found.get(key) + " instead of nothing"));
      throw new Violation(who + " has wrong values: " + wrong);
    }
  }

  private void lookAtRecords(Copy copy) {
    Map<Long, Item> found = new HashMap<>();
    copy.scan(
        0,
        copy.end(),
        record -> {
          if (record.marker().isEmpty()) {
            found.put(
                record.offset(),
                new Item(
                    text(record.key().orElseThrow()),
                    record.value().map(CompactionWorld::text),
                    record.timestampMs()));
          }
        });
    for (Batch batch : model.batches()) {
      for (int i = 0; i < batch.items().size(); i++) {
        long offset = batch.from() + i;
        Item item = batch.items().get(i);
        Item there = found.remove(offset);
        boolean untouched =
            offset >= touchedEnd || item.timestampMs() > nowMs - cleaning.minLagMs();
        if (there == null ? untouched && offset < copy.end() : !there.equals(item)) {
          throw new Violation(
              "%s has %s at %d instead of %s".formatted(copy.name, there, offset, item));
        }
      }
    }
    if (!found.isEmpty()) {
      throw new Violation(copy.name + " has what nobody appended: " + found);
    }
  }

  private void say(java.util.function.Supplier<String> what) {
    if (sink != Trace.NOBODY) {
      sink.line(what.get());
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(ByteBuffer field) {
    return StandardCharsets.UTF_8.decode(field.duplicate()).toString();
  }
}
