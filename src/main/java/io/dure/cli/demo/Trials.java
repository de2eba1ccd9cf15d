package io.dure.cli.demo;

import io.dure.cli.ClusterView;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;

/**
 * The second half of the story: brokers are killed, frozen and brought back while orders are
 * written.
 */
final class Trials {
  private static final int RATE = 1_000;
  private static final long EVEN_WITHIN_MS = Verdicts.patiently(10_000);
  private static final long GAP_MAX_MS = Verdicts.patiently(1_000);
  private static final long FROZEN_REPLACED_WITHIN_MS = Verdicts.patiently(2_000);
  private static final long REFUSED_WITHIN_MS = Verdicts.patiently(2_000);
  private static final long RESUMED_WITHIN_MS = Verdicts.patiently(1_000);
  private static final long SLOWED_BY_MS = Verdicts.patiently(150);

  /**
   * Kafka's codes for "not now, try again": leader unknown, not leader, timed out, too few replicas
   * (two kinds).
   */
  private static final Set<Short> RETRIABLE =
      Set.of((short) 5, (short) 6, (short) 7, (short) 19, (short) 20);

  private final Scene scene;
  private final Load load;

  Trials(Scene scene, Load load) {
    this.scene = scene;
    this.load = load;
  }

  void leaderKilled() throws Exception {
    int controller = scene.controller();
    int victim = Scene.FOUNDERS.stream().filter(id -> id != controller).findFirst().orElseThrow();
    killUnderLoad(
        victim,
        "broker " + victim + ", leader of two partitions, is killed (-9) under load",
        "a leader dies");
    killUnderLoad(
        controller,
        "broker "
            + controller
            + ", the controller and leader of two partitions, is killed (-9) under load",
        "the controller dies");
  }

  private void killUnderLoad(int victim, String title, String what) throws Exception {
    scene.act(title);
    load.run(Scene.ALL_PARTITIONS, RATE);
    Thread.sleep(1_000);
    load.beginWindow();
    scene.stage().kill(victim);
    Thread.sleep(2_500);
    Load.Measured measured = load.endWindow();
    scene.picture(Set.of(victim));
    load.beginWindow();
    long backMs = restart(victim);
    long evenMs =
        Stage.await("leaders are even again", EVEN_WITHIN_MS + 5_000, scene::evenAndWhole);
    load.pause();
    Load.Measured returning = load.endWindow();
    Ledger.Finding finding = judgeLog();
    scene
        .verdicts()
        .judge(
            9,
            what + ": a follower takes over, producers go on",
            measured.longestGapMs() < GAP_MAX_MS && measured.errors() == 0 && finding.clean(),
            String.format(
                "longest gap between acknowledgements %.0f ms, %d producer errors; %s",
                measured.longestGapMs(), measured.errors(), finding.told()));
    scene
        .verdicts()
        .judge(
            11,
            "leaders stay spread after a restart",
            evenMs <= EVEN_WITHIN_MS && returning.errors() == 0,
            String.format(
                "serving %d ms after the restart, leaders even %d ms later, %d client errors, longest gap"
                    + " %.0f ms",
                backMs, evenMs, returning.errors(), returning.longestGapMs()));
  }

  private long restart(int... nodes) throws InterruptedException {
    long startedNs = System.nanoTime();
    scene.stage().start(nodes);
    return (System.nanoTime() - startedNs) / 1_000_000;
  }

  private Ledger.Finding judgeLog() {
    Reading reading =
        Reading.all(
            scene.stage().bootstrap(), Scene.TOPIC, Scene.PARTITIONS, scene.ledger(), 15_000);
    return scene.ledger().judge(reading.numbers());
  }

  void followerFrozen() throws Exception {
    int controller = scene.controller();
    int frozen = Scene.FOUNDERS.stream().filter(id -> id != controller).toList().getLast();
    scene.act(
        "broker " + frozen + " is frozen (SIGSTOP): its connections stay open, it says nothing");
    List<Integer> led = Scene.ledBy(scene.partitions(), frozen);
    List<Integer> others = Scene.ALL_PARTITIONS.stream().filter(p -> !led.contains(p)).toList();
    load.run(others, RATE);
    Thread.sleep(500);
    load.beginWindow();
    Thread.sleep(2_000);
    Load.Measured before = load.endWindow();
    load.beginWindow();
    scene.stage().freeze(frozen);
    long movedMs;
    try (Admin admin = scene.stage().impatientAdmin()) {
      movedMs =
          Stage.await(
              "its partitions have another leader that takes writes",
              10_000,
              () -> servedElsewhere(admin, led, frozen));
      Thread.sleep(Math.max(0, 3_000 - movedMs));
    } finally {
      scene.stage().thaw(frozen);
    }
    Load.Measured during = load.endWindow();
    load.pause();
    scene
        .verdicts()
        .judge(
            8,
            "a frozen follower slows no write",
            slowedNoWrite(before, during) && during.errors() == 0,
            String.format(
                "p99 %.1f ms before, %.1f ms while frozen; p50 %.1f and %.1f ms",
                before.p99Ms(), during.p99Ms(), before.p50Ms(), during.p50Ms()));
    scene
        .verdicts()
        .judge(
            8,
            "a frozen leader is replaced",
            movedMs <= FROZEN_REPLACED_WITHIN_MS,
            "its partitions took writes elsewhere after " + movedMs + " ms");
    long evenMs =
        Stage.await("leaders are even again", EVEN_WITHIN_MS + 5_000, scene::evenAndWhole);
    scene.tell(
        "broker "
            + frozen
            + " woke, learned that it leads nothing, and had its leaders back after "
            + evenMs
            + " ms");
  }

  /**
   * A write that waited for the frozen follower would wait until it is given up, most of a second.
   * The machine's other work moves a p99 of two seconds by some tens of milliseconds, so the bound
   * on it lies between the two; the median may hardly move at all.
   */
  private static boolean slowedNoWrite(Load.Measured before, Load.Measured during) {
    return during.p50Ms() < Math.max(2 * before.p50Ms(), before.p50Ms() + 15)
        && during.p99Ms() < Math.max(2 * before.p99Ms(), before.p99Ms() + SLOWED_BY_MS);
  }

  private boolean servedElsewhere(Admin admin, List<Integer> partitions, int frozen)
      throws ExecutionException, InterruptedException, IOException {
    for (ClusterView.Partition p : Stage.partitions(admin, Scene.TOPIC)) {
      if (partitions.contains(p.index())) {
        int leader = p.leader().orElse(frozen);
        if (leader == frozen
            || RawRequests.produce(scene.stage().port(leader), Scene.TOPIC, p.index(), (short) -1)
                != 0) {
          return false;
        }
      }
    }
    return true;
  }

  void majorityLost() throws Exception {
    int survivor = scene.controller();
    List<Integer> victims = Scene.FOUNDERS.stream().filter(id -> id != survivor).toList();
    scene.act("Two of three are killed: brokers " + victims.get(0) + " and " + victims.get(1));
    load.run(Scene.ALL_PARTITIONS, RATE);
    Thread.sleep(500);
    load.pause();
    scene.stage().kill(victims.get(0), victims.get(1));
    refusedEverywhere(survivor);
    Reading reading =
        Reading.all(
            scene.stage().address(survivor), Scene.TOPIC, Scene.PARTITIONS, scene.ledger(), 10_000);
    Ledger.Finding finding = scene.ledger().judge(reading.numbers());
    scene
        .verdicts()
        .judge(
            8,
            "reads of what was committed go on from the one left",
            finding.clean(),
            "a new consumer read all of it in " + reading.tookMs() + " ms: " + finding.told());
    scene.act("Broker " + victims.get(0) + " comes back: two of three are a majority");
    load.beginWindow();
    load.run(Scene.ALL_PARTITIONS, RATE);
    long readyMs = restart(victims.get(0));
    long resumedMs =
        Stage.await("writes are acknowledged again", 10_000, () -> load.acknowledgedInWindow() > 0);
    scene
        .verdicts()
        .judge(
            8,
            "one back: writes resume",
            resumedMs < RESUMED_WITHIN_MS,
            "first acknowledgement "
                + resumedMs
                + " ms after it was ready, "
                + (readyMs + resumedMs)
                + " ms after its launch");
    restart(victims.get(1));
    Stage.await("leaders are even again", EVEN_WITHIN_MS + 5_000, scene::evenAndWhole);
    load.pause();
    scene.tell("broker " + victims.get(1) + " is back too, leaders are even");
  }

  /**
   * Sends to every partition, with either kind of acknowledgement, and looks for one that is not
   * refused in time.
   */
  private void refusedEverywhere(int survivor) throws IOException {
    long slowestMs = 0;
    Set<Short> answers = new TreeSet<>();
    for (int partition : Scene.ALL_PARTITIONS) {
      for (short acks : new short[] {-1, 1}) {
        long startedNs = System.nanoTime();
        answers.add(
            RawRequests.produce(scene.stage().port(survivor), Scene.TOPIC, partition, acks));
        slowestMs = Math.max(slowestMs, (System.nanoTime() - startedNs) / 1_000_000);
      }
    }
    scene
        .verdicts()
        .judge(
            8,
            "without a majority every write is refused",
            RETRIABLE.containsAll(answers) && slowestMs < REFUSED_WITHIN_MS,
            "acks=all and acks=1 to each partition: retriable errors "
                + answers
                + ", slowest "
                + slowestMs
                + " ms");
  }

  void powerCut() throws Exception {
    scene.act("All three are killed (-9) in the middle of the load, and started again");
    load.run(Scene.ALL_PARTITIONS, RATE);
    Thread.sleep(1_000);
    scene.stage().kill(1, 2, 3);
    load.beginWindow();
    long readyMs = restart(1, 2, 3);
    long ackMs =
        Stage.await("writes are acknowledged again", 15_000, () -> load.acknowledgedInWindow() > 0);
    Stage.await("leaders are even again", EVEN_WITHIN_MS + 5_000, scene::evenAndWhole);
    load.pause();
    Ledger.Finding finding = judgeLog();
    scene
        .verdicts()
        .judge(
            3,
            "what was acknowledged outlives the death of all",
            finding.clean(),
            "all ready "
                + readyMs
                + " ms after their launch, writing "
                + ackMs
                + " ms later; "
                + finding.told());
  }

  void logsAreEqual() throws InterruptedException {
    scene.act("Comparing the files of all three brokers");
    var compared = new ArrayList<Integer>();
    boolean equal = true;
    try {
      Stage.await(
          "all copies are equal",
          8_000,
          () -> {
            compared.clear();
            for (int partition : Scene.ALL_PARTITIONS) {
              var copies = new HashSet<String>();
              for (int node : Scene.FOUNDERS) {
                byte[] bytes =
                    SegmentFiles.records(scene.stage().data(node), Scene.TOPIC, partition);
                copies.add(SegmentFiles.fingerprint(bytes));
                compared.add(bytes.length);
              }
              if (copies.size() != 1) {
                return false;
              }
            }
            return true;
          });
    } catch (io.dure.cli.Refusal different) {
      equal = false;
    }
    scene
        .verdicts()
        .judge(
            10,
            "a returning leader cuts what was never acknowledged",
            equal,
            equal
                ? compared.size()
                    + " logs on disk ("
                    + compared.stream().mapToInt(i -> i).sum() / 1_000
                    + " kB), the three copies of each partition byte for byte the same"
                : "copies of a partition differ");
  }
}
