package io.dure.acceptance.connect;

import com.fasterxml.jackson.databind.JsonNode;
import io.dure.acceptance.Await;
import io.dure.acceptance.Brokers;
import io.dure.acceptance.Clients;
import io.dure.acceptance.Findings;
import io.dure.acceptance.Look;
import io.dure.acceptance.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.config.ConfigResource;

/**
 * Kafka Connect with two workers and the file connectors: lines go from growing files into a topic,
 * exactly once, and from there into a file, at least once, while a worker and then a broker is
 * killed with -9 and both come back.
 */
public final class ConnectLook implements Look {
  private static final String TOPIC = "lines";
  private static final int SOURCES = 3;
  private static final Duration SETTLED = Duration.ofSeconds(60);

  @Override
  public String name() {
    return "connect";
  }

  @Override
  public String about() {
    return "Kafka Connect: two workers, file connectors, exactly-once sources; a worker and a broker killed -9";
  }

  @Override
  public void run(Stage stage) throws Exception {
    new Run(stage).all();
  }

  private static final class Run {
    private final Stage stage;
    private final Findings findings;
    private final Brokers brokers;
    private final Rest rest;
    private final Workers workers;
    private final Path sink;

    Run(Stage stage) throws Exception {
      this.stage = stage;
      this.findings = stage.findings();
      this.brokers = stage.brokers();
      this.rest = stage.own(new Rest());
      this.workers = new Workers(stage, brokers, rest);
      this.sink = stage.folder().resolve("sink.txt");
    }

    void all() throws Exception {
      workers.start(1);
      workers.start(2);
      findings.progress("worker 1 serves (waited %d ms)", workers.awaitServes(1));
      findings.progress("worker 2 serves (waited %d ms)", workers.awaitServes(2));
      internalTopicsAreCompacted();
      try (Admin admin = Clients.admin(brokers.bootstrap())) {
        Clients.create(admin, SOURCES, TOPIC);
      }
      SourceFiles files = stage.own(new SourceFiles(stage.folder(), SOURCES));
      createConnectors(files);
      awaitSpread(1, 2);
      awaitFlow(files, "all runs");
      killAWorker(files);
      killABroker(files);
      pauseAndResume(files);
      files.close();
      awaitLines(files.count());
      compare(files);
      offsetsAndDeletion();
      findings.claimEqual(143, workers.stop(1), "worker 1 ends in order on SIGTERM");
      findings.summary(
          "%,d lines in the topic exactly once and in the file at least once", files.count());
    }

    private void internalTopicsAreCompacted() throws Exception {
      try (Admin admin = Clients.admin(brokers.bootstrap())) {
        for (String topic : Workers.TOPICS) {
          var resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
          String policy =
              admin
                  .describeConfigs(List.of(resource))
                  .all()
                  .get()
                  .get(resource)
                  .get("cleanup.policy")
                  .value();
          findings.claimEqual("compact", policy, topic + " is a compacted topic");
        }
      }
    }

    private void createConnectors(SourceFiles files) throws Exception {
      for (int i = 0; i < SOURCES; i++) {
        String body =
            """
            {"connector.class": "FileStreamSource", "tasks.max": "1", "topic": "%s",
             "exactly.once.support": "required", "file": "%s"}
            """
                .formatted(TOPIC, files.file(i));
        rest.ask("PUT", workers.port(1 + i % 2), "/connectors/source-" + i + "/config", body);
      }
      String body =
          """
          {"connector.class": "FileStreamSink", "tasks.max": "1", "topics": "%s", "file": "%s"}
          """
              .formatted(TOPIC, sink);
      rest.ask("PUT", workers.port(2), "/connectors/sink/config", body);
      JsonNode config = rest.get(workers.port(1), "/connectors/sink/config");
      findings.claimEqual(
          TOPIC, config.path("topics").asText(), "the other worker knows the sink's settings");
    }

    private List<String> connectors() {
      var all = new ArrayList<>(List.of("sink"));
      for (int i = 0; i < SOURCES; i++) {
        all.add("source-" + i);
      }
      return all;
    }

    /**
     * Where each task runs, as one worker tells; tasks that do not run are left out, a failed one
     * ends the look.
     */
    private Map<String, String> tasks(int askedWorker) throws IOException, InterruptedException {
      var tasks = new TreeMap<String, String>();
      for (String connector : connectors()) {
        JsonNode status =
            rest.get(workers.port(askedWorker), "/connectors/" + connector + "/status");
        for (JsonNode task : status.path("tasks")) {
          String state = task.path("state").asText();
          if (state.equals("FAILED")) {
            throw new AssertionError(connector + " failed: " + task.path("trace").asText());
          }
          if (state.equals("RUNNING")) {
            tasks.put(connector, task.path("worker_id").asText());
          }
        }
      }
      return tasks;
    }

    /** Waits until every task runs, and on exactly these workers. */
    private void awaitSpread(Integer... on) throws Exception {
      List<String> ids = List.of(on).stream().map(workers::id).toList();
      var last = new HashMap<String, String>();
      long tookMs =
          Await.until(
              "every task runs on " + ids,
              SETTLED,
              () -> {
                last.clear();
                last.putAll(tasks(on[0]));
                return last.size() == SOURCES + 1
                    && new HashSet<>(last.values()).equals(new HashSet<>(ids));
              },
              last::toString);
      findings.claim(
          true, "every task runs, on workers %s (after %d ms)".formatted(List.of(on), tookMs), "");
    }

    private void killAWorker(SourceFiles files) throws Exception {
      findings.progress("kill -9 of worker 2");
      workers.kill(2);
      awaitSpread(1);
      awaitFlow(files, "worker 1 has it all");
      workers.start(2);
      workers.awaitServes(2);
      awaitSpread(1, 2);
      awaitFlow(files, "worker 2 is back");
    }

    private void killABroker(SourceFiles files) throws Exception {
      for (int node = 1; node <= brokers.count(); node++) {
        findings.progress("kill -9 of broker %d", node);
        brokers.kill(node);
        awaitFlow(files, "broker " + node + " is gone");
        brokers.restart(node);
        brokers.awaitInStep(SETTLED);
      }
      awaitSpread(1, 2);
    }

    private void pauseAndResume(SourceFiles files) throws Exception {
      rest.ask("PUT", workers.port(1), "/connectors/sink/pause", "");
      awaitState("sink", "PAUSED");
      rest.ask("PUT", workers.port(2), "/connectors/sink/resume", "");
      awaitState("sink", "RUNNING");
      rest.ask("POST", workers.port(1), "/connectors/source-0/restart?includeTasks=true", "");
      awaitSpread(1, 2);
      awaitFlow(files, "after pause, resume and restart");
    }

    private void awaitState(String connector, String state) throws Exception {
      Await.until(
          connector + " is " + state,
          SETTLED,
          () -> {
            JsonNode status = rest.get(workers.port(1), "/connectors/" + connector + "/status");
            return status.path("connector").path("state").asText().equals(state)
                && status.path("tasks").path(0).path("state").asText().equals(state);
          });
      findings.claim(true, connector + " is " + state, "");
    }

    /** Lines that are written from now on arrive at the other end. */
    private void awaitFlow(SourceFiles files, String when) throws Exception {
      Await.until("a moment of lines", SETTLED, () -> files.count() > 0);
      int now = files.count();
      long tookMs = awaitLines(now);
      findings.progress("%s: %d lines are through, %d ms later", when, now, tookMs);
    }

    private long awaitLines(int count) throws Exception {
      return Await.until(
          count + " lines are in the sink's file",
          SETTLED,
          () -> linesOfSink().size() >= count,
          () -> "it has fewer");
    }

    /** Different lines. */
    private HashSet<String> linesOfSink() throws IOException {
      return new HashSet<>(Files.exists(sink) ? Files.readAllLines(sink) : List.of());
    }

    private void compare(SourceFiles files) throws Exception {
      List<String> written = files.written();
      var records =
          Clients.readAll(
              brokers.bootstrap(), Clients.partitions(TOPIC, SOURCES), Duration.ofSeconds(60));
      var times = new HashMap<String, Integer>();
      records.forEach(record -> times.merge(record.value(), 1, Integer::sum));
      List<String> wrong =
          written.stream().filter(line -> times.getOrDefault(line, 0) != 1).limit(5).toList();
      findings.claim(
          wrong.isEmpty() && records.size() == written.size(),
          "each of %,d lines is in the topic once".formatted(written.size()),
          records.size() + " records; not once: " + wrong);
      var missing = new HashSet<>(written);
      missing.removeAll(linesOfSink());
      findings.claim(
          missing.isEmpty(), "each is in the sink's file", missing.size() + " are not there");
    }

    /** The parts of Connect that rewrite and delete offsets: a source's own, and a group's. */
    private void offsetsAndDeletion() throws Exception {
      for (String connector : List.of("source-0", "sink")) {
        rest.ask("PUT", workers.port(1), "/connectors/" + connector + "/stop", "");
        Await.until(
            connector + " is stopped",
            SETTLED,
            () -> {
              JsonNode status = rest.get(workers.port(1), "/connectors/" + connector + "/status");
              return status.path("connector").path("state").asText().equals("STOPPED")
                  && status.path("tasks").isEmpty();
            });
        JsonNode before = rest.get(workers.port(1), "/connectors/" + connector + "/offsets");
        findings.claim(
            !before.path("offsets").isEmpty(),
            "offsets of " + connector + " are told",
            before.toString());
        JsonNode reset =
            rest.ask("DELETE", workers.port(1), "/connectors/" + connector + "/offsets", "");
        JsonNode after = rest.get(workers.port(1), "/connectors/" + connector + "/offsets");
        findings.claim(
            Collections.emptyList().equals(values(after)),
            "offsets of " + connector + " are deleted",
            reset + " and then " + after);
        rest.ask("DELETE", workers.port(2), "/connectors/" + connector, "");
      }
      Await.until(
          "two connectors are left",
          SETTLED,
          () -> rest.get(workers.port(1), "/connectors").size() == SOURCES - 1);
      findings.claim(true, "deleted connectors are gone", "");
    }

    private static List<String> values(JsonNode offsets) {
      var all = new ArrayList<String>();
      for (JsonNode one : offsets.path("offsets")) {
        if (!one.path("offset").isNull() && !one.path("offset").isEmpty()) {
          all.add(one.toString());
        }
      }
      return all;
    }
  }
}
