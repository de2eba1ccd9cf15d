package io.dure.acceptance.connect;

import io.dure.acceptance.Await;
import io.dure.acceptance.Brokers;
import io.dure.acceptance.Child;
import io.dure.acceptance.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.connect.cli.ConnectDistributed;

/** Workers 1 and 2 of one Connect cluster, with exactly-once sources. Used by one thread. */
final class Workers {
  static final int COUNT = 2;
  static final List<String> TOPICS =
      List.of("connect-configs", "connect-offsets", "connect-status");

  /** A worker's partitions of work stay reserved for it so long after its death. */
  private static final int REBALANCE_DELAY_MS = 3_000;

  private static final Duration SERVES_WITHIN = Duration.ofSeconds(90);

  private final Stage stage;
  private final Brokers brokers;
  private final Rest rest;
  private final Child[] workers = new Child[COUNT];

  Workers(Stage stage, Brokers brokers, Rest rest) {
    this.stage = stage;
    this.brokers = brokers;
    this.rest = rest;
  }

  int port(int worker) {
    return stage.port(10 + worker);
  }

  /** As the workers name each other. */
  String id(int worker) {
    return "127.0.0.1:" + port(worker);
  }

  void start(int worker) throws IOException {
    Path settings = stage.folder().resolve("worker-" + worker + ".properties");
    Files.writeString(settings, settings(worker));
    workers[worker - 1] =
        stage.own(
            Child.start(
                stage.folder(),
                "worker-" + worker,
                _ -> {},
                ConnectDistributed.class,
                List.of(settings.toString())));
  }

  private String settings(int worker) {
    return String.join(
        "\n",
        "bootstrap.servers=" + brokers.bootstrap(),
        "group.id=connect",
        "exactly.once.source.support=enabled",
        "config.storage.topic=connect-configs",
        "offset.storage.topic=connect-offsets",
        "status.storage.topic=connect-status",
        "config.storage.replication.factor=3",
        "offset.storage.replication.factor=3",
        "status.storage.replication.factor=3",
        "offset.storage.partitions=5",
        "key.converter=org.apache.kafka.connect.storage.StringConverter",
        "value.converter=org.apache.kafka.connect.storage.StringConverter",
        "listeners=http://" + id(worker),
        "rest.advertised.host.name=127.0.0.1",
        "plugin.discovery=service_load",
        "offset.flush.interval.ms=1000",
        "scheduled.rebalance.max.delay.ms=" + REBALANCE_DELAY_MS,
        "");
  }

  /** Returns how long it took, in milliseconds. */
  long awaitServes(int worker) throws Exception {
    return Await.until(
        "worker " + worker + " serves",
        SERVES_WITHIN,
        () -> rest.get(port(worker), "/connectors").isArray(),
        () -> workers[worker - 1].lastWords());
  }

  void kill(int worker) throws InterruptedException {
    workers[worker - 1].kill();
  }

  int stop(int worker) throws InterruptedException {
    return workers[worker - 1].stop();
  }
}
