package io.dure.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.base.TopicId;
import io.dure.runtime.Partitions.AppendOutcome;
import io.dure.sim.SimClient;
import io.dure.sim.SimCluster;
import org.junit.jupiter.api.Test;

/** What a partition holds for more to come, and when it gives it back. */
class RestingPartitionsTest {
  private static final int PARTITIONS = 200;
  private static final long REST_MS = 10_000;

  /** Five in 50 ms; all are looked at within a second. */
  private static final long ALL_AT_LEAST_MS = 1_500;

  private static final int HELD_BYTES = 64 << 10;

  private final SimCluster cluster = new SimCluster(7, 1, 1);
  private final SimClient client = new SimClient(cluster);

  @Test
  void onlyAfterALongRestAndNotAllAtOnce() {
    cluster.tuned(settings -> settings.withRestMs(REST_MS));
    cluster.voters().forEach(cluster::start);
    client.awaitServing();
    TopicId topic = client.createTopic("sparse", PARTITIONS, 1);
    NodeId node = cluster.voters().getFirst();
    for (int i = 0; i < PARTITIONS; i++) {
      var partition = new PartitionId(topic, i);
      client.awaitLeader(partition);
      assertThat(client.produce(node, partition, "v")).isInstanceOf(AppendOutcome.Committed.class);
    }
    long writtenMs = cluster.scheduler().nowMs();

    cluster.runUntil("some came to rest", 2 * REST_MS, () -> held(node) < PARTITIONS);

    long firstMs = cluster.scheduler().nowMs();
    assertThat(firstMs - writtenMs).isGreaterThan(REST_MS / 2);
    cluster.runUntil("all came to rest", 10_000, () -> held(node) == 0);
    assertThat(cluster.scheduler().nowMs() - firstMs).isGreaterThan(ALL_AT_LEAST_MS);
  }

  /** Partitions of the topic whose file is larger than its records. */
  private long held(NodeId node) {
    var disk = cluster.disk(node);
    return disk.list("").stream()
        .filter(folder -> folder.startsWith("sparse-"))
        .filter(folder -> {
          String file = folder + "/00000000000000000000.log";
          return disk.exists(file) && disk.contents(file).length >= HELD_BYTES;
        })
        .count();
  }
}
