package io.dure.acceptance.streams;

import io.dure.acceptance.Await;
import io.dure.acceptance.Brokers;
import io.dure.acceptance.Child;
import io.dure.acceptance.Clients;
import io.dure.acceptance.Findings;
import io.dure.acceptance.Look;
import io.dure.acceptance.Stage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.tools.StreamsResetter;

/**
 * A Kafka Streams application with exactly-once-v2 over three brokers. Each broker is killed and
 * comes back; a second instance joins, the first is killed, a third comes, the second leaves. Then
 * the application is reset with Kafka's tool and has to do all of it once more.
 */
public final class StreamsLook implements Look {
  private static final int LINES = 12_000;
  private static final int PER_SECOND = 900;
  private static final Duration TO_THE_END = Duration.ofSeconds(180);
  private static final Duration IN_STEP = Duration.ofSeconds(60);
  private static final long SEED = 848;

  @Override
  public String name() {
    return "streams";
  }

  @Override
  public String about() {
    return "Kafka Streams, exactly once: word count and windowed join while each broker is killed -9";
  }

  @Override
  public void run(Stage stage) throws Exception {
    new Run(stage).all();
  }

  /** One run: its brokers, its instances and what they said. */
  private static final class Run {
    private final Stage stage;
    private final Findings findings;
    private final Brokers brokers;
    private final Inputs inputs =
        Inputs.of(SEED, LINES, System.currentTimeMillis() - Duration.ofMinutes(10).toMillis());
    private final List<String> said = new CopyOnWriteArrayList<>();

    Run(Stage stage) throws Exception {
      this.stage = stage;
      this.findings = stage.findings();
      this.brokers = stage.brokers();
    }

    void all() throws Exception {
      try (Admin admin = Clients.admin(brokers.bootstrap())) {
        Clients.create(admin, Topology.PARTITIONS, Topology.INPUTS.toArray(String[]::new));
        Clients.create(admin, Topology.PARTITIONS, Topology.OUTPUTS.toArray(String[]::new));
      }
      Progress progress = stage.own(new Progress(brokers.bootstrap()));
      Child last = whileBrokersDie(progress);
      awaitResults(progress, 1);
      leave(last);
      compare(1);
      String died = String.join("\n", said.stream().filter(s -> s.contains(": died ")).toList());
      findings.claim(died.isEmpty(), "no thread of the application died", died);
      resetAndRunAgain(progress);
      findings.summary(
          "%,d inputs, %,d counts and %,d joined pairs exactly once, and again after a reset",
          inputs.all().size(), inputs.words(), inputs.pairs().size());
    }

    /** The eventful part. Returns the instance that is left. */
    private Child whileBrokersDie(Progress progress) throws Exception {
      Child first = instance("first");
      awaitRunning("first");
      Feed feed = stage.own(new Feed(brokers.bootstrap(), inputs.all(), PER_SECOND));
      killAndRestart(1, feed, 0.10);
      Child second = instance("second");
      awaitRunning("second");
      killAndRestart(2, feed, 0.30);
      findings.progress("kill -9 of the first instance (%s)", progress);
      first.kill();
      awaitFed(feed, 0.55);
      first = instance("third");
      killAndRestart(3, feed, 0.65);
      awaitRunning("third");
      leave(second);
      awaitFed(feed, 1);
      findings.claimEqual("", feed.refusal(), "no record of the producer was refused");
      return first;
    }

    private void killAndRestart(int node, Feed feed, double when) throws Exception {
      awaitFed(feed, when);
      findings.progress("kill -9 of broker %d", node);
      brokers.kill(node);
      awaitFed(feed, when + 0.1);
      brokers.restart(node);
      brokers.awaitInStep(IN_STEP);
      findings.progress("broker %d is back and in step", node);
    }

    private void awaitFed(Feed feed, double share) throws Exception {
      int many = (int) (share * inputs.all().size());
      Await.until(
          many + " inputs are acknowledged",
          TO_THE_END,
          () -> feed.acknowledged() >= many,
          () -> feed.acknowledged() + " are; " + feed.refusal());
    }

    private Child instance(String name) throws IOException {
      Path state = stage.folder().resolve(name.equals("third") ? "state-first" : "state-" + name);
      return stage.own(
          Child.start(
              stage.folder(),
              name,
              line -> said.add(name + ": " + line),
              StreamsApp.class,
              List.of(brokers.bootstrap(), state.toString())));
    }

    private void awaitRunning(String name) throws Exception {
      String running = name + ": state RUNNING";
      long tookMs =
          Await.until(
              name + " runs", TO_THE_END, () -> said.contains(running), () -> "said: " + said);
      findings.progress("the %s instance runs (waited %d ms)", name, tookMs);
    }

    private void leave(Child instance) throws Exception {
      instance.stop();
      findings.claim(
          said.contains(instance + ": left"),
          "the " + instance + " instance leaves in order",
          said.toString());
    }

    private void awaitResults(Progress progress, int rounds) throws Exception {
      int counts = inputs.words() * rounds;
      int pairs = inputs.pairs().size() * rounds;
      long tookMs =
          Await.until(
              counts + " counts and " + pairs + " pairs",
              TO_THE_END,
              () -> progress.counts() >= counts && progress.pairs() >= pairs,
              progress::toString);
      findings.progress("%s, %d ms after the last input", progress, tookMs);
    }

    private void compare(int rounds) throws Exception {
      Outputs outputs = Outputs.read(brokers.bootstrap());
      String times = rounds == 1 ? "" : ", " + rounds + " times over";
      none(
          outputs.wrongCounts(inputs.counts(), rounds),
          "%,d counts of %d words are each word's 1, 2, … n%s"
              .formatted(rounds * inputs.words(), inputs.counts().size(), times));
      none(
          outputs.wrongPairs(inputs.pairs(), rounds),
          "%,d pairs within the window are each there once%s"
              .formatted(inputs.pairs().size(), times));
    }

    private void none(Collection<String> wrong, String what) {
      List<String> some = wrong.stream().limit(5).toList();
      findings.claim(wrong.isEmpty(), what, wrong.size() + " are not: " + String.join("; ", some));
    }

    private void resetAndRunAgain(Progress progress) throws Exception {
      var told = new CopyOnWriteArrayList<String>();
      Child reset =
          stage.own(
              Child.start(
                  stage.folder(),
                  "reset",
                  told::add,
                  StreamsResetter.class,
                  List.of(
                      "--bootstrap-server",
                      brokers.bootstrap(),
                      "--application-id",
                      StreamsApp.ID,
                      "--input-topics",
                      String.join(",", Topology.INPUTS),
                      "--force")));
      findings.claim(
          reset.end(60) == 0,
          "kafka-streams-application-reset succeeds",
          String.join("\n", told) + "\n" + reset.lastWords());
      try (Admin admin = Clients.admin(brokers.bootstrap())) {
        List<String> left =
            admin.listTopics().names().get().stream()
                .filter(t -> t.startsWith(StreamsApp.ID))
                .toList();
        findings.claim(left.isEmpty(), "its internal topics are gone", left.toString());
      }
      Child again = instance("again");
      awaitResults(progress, 2);
      leave(again);
      compare(2);
    }
  }
}
