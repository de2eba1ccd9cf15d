package io.dure.acceptance.chain;

import io.dure.acceptance.Await;
import io.dure.acceptance.Brokers;
import io.dure.acceptance.Child;
import io.dure.acceptance.Clients;
import io.dure.acceptance.Findings;
import io.dure.acceptance.Look;
import io.dure.acceptance.Stage;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Consume, transform, produce and commit in one transaction, by several processes. Two are frozen
 * and wake up as zombies, one whose transactional id another took and one whom only the group put
 * out; one is killed; and every broker is killed in turn.
 */
public final class ChainLook implements Look {
  private static final int PARTITIONS = 6;
  private static final int INPUTS = 20_000;
  private static final int PER_TURN = 10;
  private static final long TURN_MS = 20;

  /** How long a killed broker stays away: what happens without it is to be seen. */
  private static final long AWAY_MS = 2_000;

  private static final Duration AT_MOST = Duration.ofSeconds(150);

  @Override
  public String name() {
    return "chain";
  }

  @Override
  public String about() {
    return "consume, transform, produce in one transaction: two zombies, a process and brokers killed -9";
  }

  @Override
  public void run(Stage stage) throws Exception {
    new Run(stage).all();
  }

  private static final class Run {
    private final Stage stage;
    private final Findings findings;
    private final Brokers brokers;
    private final AtomicInteger acknowledged = new AtomicInteger();
    private final List<String> refusals = new CopyOnWriteArrayList<>();
    private final List<String> said = new CopyOnWriteArrayList<>();

    Run(Stage stage) throws Exception {
      this.stage = stage;
      this.findings = stage.findings();
      this.brokers = stage.brokers();
    }

    void all() throws Exception {
      try (Admin admin = Clients.admin(brokers.bootstrap())) {
        Clients.create(admin, PARTITIONS, Processor.IN, Processor.OUT);
      }
      KafkaProducer<String, String> producer =
          stage.own(Clients.producer(brokers.bootstrap(), Map.of()));
      var feed = new Thread(() -> feed(producer), "feed");
      feed.setDaemon(true);
      feed.start();
      Child a = processor("a", "tx-a");
      Child b = processor("b", "tx-b");
      awaitSaid("a: runs");
      awaitSaid("b: runs");

      findings.progress("a is frozen, another takes its transactional id");
      a.freeze();
      Child a2 = processor("a2", "tx-a");
      awaitSaid("a2: runs");
      killAndRestart(1);
      findings.progress("b is frozen, another comes into the group");
      b.freeze();
      processor("c", "tx-c");
      awaitSaid("c: runs");
      killAndRestart(2);
      findings.progress("both zombies wake");
      a.wake();
      b.wake();
      findings.progress("kill -9 of a2, and another with its transactional id");
      a2.kill();
      processor("a3", "tx-a");
      awaitSaid("a3: runs");
      killAndRestart(3);

      feed.join();
      Await.until(
          "all inputs are acknowledged",
          AT_MOST,
          () -> acknowledged.get() >= INPUTS,
          () -> acknowledged + " are, " + refusals);
      findings.claim(refusals.isEmpty(), "no input was refused", refusals.toString());
      awaitOutputs();
      compare();
      List<String> ended = said.stream().filter(s -> s.contains(": ended ")).toList();
      findings.claim(
          ended.stream().anyMatch(s -> s.startsWith("a: ")),
          "the zombie whose transactional id is another's was told so",
          ended.toString());
      findings.summary("%,d inputs, each seen downstream once", INPUTS);
    }

    private void feed(KafkaProducer<String, String> producer) {
      for (int i = 0; i < INPUTS; i++) {
        producer.send(
            new ProducerRecord<>(Processor.IN, "k" + i, "v" + i),
            (_, e) -> {
              if (e == null) {
                acknowledged.incrementAndGet();
              } else {
                refusals.add(e.toString());
              }
            });
        if (i % PER_TURN == 0) {
          try {
            Thread.sleep(TURN_MS);
          } catch (InterruptedException e) {
            return;
          }
        }
      }
      producer.flush();
    }

    private Child processor(String name, String transactionalId) throws Exception {
      return stage.own(
          Child.start(
              stage.folder(),
              name,
              line -> said.add(name + ": " + line),
              Processor.class,
              List.of(brokers.bootstrap(), transactionalId, "classic")));
    }

    private void awaitSaid(String line) throws Exception {
      long tookMs = Await.until(line, AT_MOST, () -> said.contains(line), () -> "said: " + said);
      findings.progress("%s (waited %d ms)", line, tookMs);
    }

    private void killAndRestart(int node) throws Exception {
      findings.progress("kill -9 of broker %d", node);
      brokers.kill(node);
      Thread.sleep(AWAY_MS);
      brokers.restart(node);
      brokers.awaitInStep(AT_MOST);
    }

    private void awaitOutputs() throws Exception {
      var partitions = Clients.partitions(Processor.OUT, PARTITIONS);
      var seen = new AtomicInteger();
      try (KafkaConsumer<String, String> consumer =
          Clients.consumer(brokers.bootstrap(), Map.of())) {
        consumer.assign(partitions);
        Await.until(
            "all outputs are there",
            AT_MOST,
            () -> seen.addAndGet(consumer.poll(Duration.ofMillis(200)).count()) >= INPUTS,
            () -> seen + " are");
      }
    }

    private void compare() throws Exception {
      Map<String, Integer> times = new HashMap<>();
      for (ConsumerRecord<String, String> record :
          Clients.readAll(
              brokers.bootstrap(), Clients.partitions(Processor.OUT, PARTITIONS), AT_MOST)) {
        times.merge(record.value(), 1, Integer::sum);
      }
      var wrong = new HashMap<String, Integer>();
      for (int i = 0; i < INPUTS; i++) {
        int seen = times.getOrDefault("done v" + i, 0);
        if (seen != 1) {
          wrong.put("v" + i, seen);
        }
      }
      findings.claim(
          wrong.isEmpty() && times.size() == INPUTS,
          "each of %,d inputs is seen downstream once".formatted(INPUTS),
          times.size() + " different ones are there; not once: " + wrong);
    }
  }
}
