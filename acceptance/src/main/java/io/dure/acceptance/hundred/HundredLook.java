package io.dure.acceptance.hundred;

import io.dure.acceptance.Await;
import io.dure.acceptance.Brokers;
import io.dure.acceptance.Child;
import io.dure.acceptance.Clients;
import io.dure.acceptance.Findings;
import io.dure.acceptance.Look;
import io.dure.acceptance.Stage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.admin.Admin;

/**
 * A hundred members of one KIP-848 group over 300 partitions, in ten processes: one dies, one
 * joins, and each time the rest reads on.
 */
public final class HundredLook implements Look {
  private static final int PARTITIONS = 300;
  private static final int PROCESSES = 9;
  private static final int EACH = 11;
  private static final int MEMBERS = PROCESSES * EACH + 1;
  private static final Duration AT_MOST = Duration.ofSeconds(300);
  private static final long SETTLES_WITHIN_MS = 3_000;
  private static final long READS_ON_WITHIN_MS = 2_000;

  @Override
  public String name() {
    return "hundred";
  }

  @Override
  public String about() {
    return "100 consumers of a KIP-848 group over 300 partitions: one is killed -9, one joins";
  }

  @Override
  public void run(Stage stage) throws Exception {
    new Run(stage).all();
  }

  private static final class Run {
    private final Stage stage;
    private final Findings findings;
    private final Brokers brokers;
    private final Ownership ownership = new Ownership();
    private final Map<String, Long> gapsMs = new ConcurrentHashMap<>();
    private final List<Child> processes = new ArrayList<>();

    Run(Stage stage) throws Exception {
      this.stage = stage;
      this.findings = stage.findings();
      this.brokers = stage.brokers();
    }

    void all() throws Exception {
      try (Admin admin = Clients.admin(brokers.bootstrap())) {
        Clients.create(admin, PARTITIONS, Readers.TOPIC);
      }
      stage.own(new Ticker(brokers.bootstrap(), PARTITIONS));
      String last = "m" + (MEMBERS - 1);
      Child single = readers(MEMBERS - 1, 1);
      awaitJoined(1);
      long startNs = System.nanoTime();
      for (int i = 1; i <= PROCESSES; i++) {
        processes.add(readers((i - 1) * EACH, EACH));
        awaitJoined(i * EACH + 1);
      }
      awaitEven(MEMBERS, startNs, "a hundred share", AT_MOST.toMillis());
      awaitReading();

      Map<Integer, String> before = ownership.owners();
      reset();
      long killedNs = System.nanoTime();
      findings.progress("kill -9 of %s", last);
      single.kill();
      ownership.died(last);
      long diedMs = awaitEven(MEMBERS - 1, killedNs, "one is killed", SETTLES_WITHIN_MS);
      claimRest(before, last);
      long gapAtDeathMs = claimReading("while one died");

      reset();
      long joinsNs = System.nanoTime();
      readers(MEMBERS, 1);
      // What a JVM takes to start is not the group's.
      long joinedMs =
          awaitEven(
              MEMBERS, joinsNs, "one joins, its JVM's start included", SETTLES_WITHIN_MS + 2_000);
      long gapAtJoinMs = claimReading("while one joined");
      findings.claimEqual(
          "none", ownership.conflict().orElse("none"), "no partition had two owners at any time");
      findings.summary(
          "one dies: settled after %d ms, longest pause of another %d ms; one joins: %d and %d ms",
          diedMs, gapAtDeathMs, joinedMs, gapAtJoinMs);
    }

    private Child readers(int first, int count) throws Exception {
      return stage.own(
          Child.start(
              stage.folder(),
              "readers-" + first,
              this::hear,
              Readers.class,
              List.of(brokers.bootstrap(), "" + first, "" + count)));
    }

    private void hear(String line) {
      String[] words = line.split(" ");
      if (words[0].equals("gap")) {
        gapsMs.put(words[1], Long.parseLong(words[2]));
      } else {
        ownership.hear(line);
      }
    }

    /**
     * Before the next come: a client whose join is not answered yet takes all of a processor that
     * it can get (KAFKA-20253). A hundred of them at once would leave the brokers, on the same
     * machine, too little to answer any.
     */
    private void awaitJoined(int members) throws Exception {
      Await.until(
          members + " have joined",
          AT_MOST,
          () -> ownership.isEven(PARTITIONS, members),
          this::spread);
      findings.progress("%d members share", members);
    }

    /** Returns the time from {@code sinceNs} to the last change. */
    private long awaitEven(int members, long sinceNs, String when, long withinMs) throws Exception {
      Await.until(
          when + ": even", AT_MOST, () -> ownership.isEven(PARTITIONS, members), () -> spread());
      long tookMs = (ownership.lastChangeNs() - sinceNs) / 1_000_000;
      findings.claim(
          tookMs <= withinMs, "%s: settled within %d ms".formatted(when, withinMs), tookMs + " ms");
      return tookMs;
    }

    private String spread() {
      var counts = new HashMap<String, Integer>();
      ownership.owners().values().forEach(m -> counts.merge(m, 1, Integer::sum));
      return ownership.owners().size() + " partitions owned by " + counts.size() + " members";
    }

    private void reset() throws Exception {
      for (Child process : processes) {
        process.tell("reset");
      }
    }

    private Map<String, Long> gaps() throws Exception {
      gapsMs.clear();
      for (Child process : processes) {
        process.tell("report");
      }
      Await.until("all report", AT_MOST, () -> gapsMs.size() == PROCESSES * EACH);
      return Map.copyOf(gapsMs);
    }

    private void awaitReading() throws Exception {
      Await.until(
          "everybody reads",
          AT_MOST,
          () -> {
            reset();
            Thread.sleep(1_000);
            return gaps().values().stream().allMatch(ms -> ms < READS_ON_WITHIN_MS);
          });
    }

    /** Returns the longest pause of all. */
    private long claimReading(String when) throws Exception {
      Map<String, Long> gaps = gaps();
      long longest = gaps.values().stream().mapToLong(Long::longValue).max().orElseThrow();
      findings.claim(
          longest <= READS_ON_WITHIN_MS,
          "nobody else stopped reading for more than %d ms %s".formatted(READS_ON_WITHIN_MS, when),
          "longest " + longest + " ms; " + gaps);
      return longest;
    }

    private void claimRest(Map<Integer, String> before, String gone) {
      Map<Integer, String> after = ownership.owners();
      long moved =
          before.entrySet().stream()
              .filter(e -> !e.getValue().equals(gone))
              .filter(e -> !e.getValue().equals(after.get(e.getKey())))
              .count();
      findings.claimEqual(0L, moved, "only what the dead one had is moved");
    }
  }
}
