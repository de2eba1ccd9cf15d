package io.dure.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.metadata.BrokerKeys;
import io.dure.metadata.ConfigKey;
import io.dure.metadata.ConfigResource;
import io.dure.metadata.TopicSettings;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every setting that Apache Kafka's brokers let change while they run is taken and does something,
 * or is refused with a reason. Kafka's list is that of {@code DynamicBrokerConfig}, without those
 * of TLS and SASL, which are refused with the rest until a listener can be secured.
 */
class EveryBrokerSettingTest {
  /** Defaults of topics' settings, and how fast replicas are copied. */
  private static final List<String> TAKEN =
      List.of(
          "compression.gzip.level",
          "compression.lz4.level",
          "compression.type",
          "compression.zstd.level",
          "follower.replication.throttled.rate",
          "leader.replication.throttled.rate",
          "log.cleaner.delete.retention.ms",
          "log.cleaner.max.compaction.lag.ms",
          "log.cleaner.min.cleanable.ratio",
          "log.cleaner.min.compaction.lag.ms",
          "log.cleanup.policy",
          "log.flush.interval.messages",
          "log.flush.interval.ms",
          "log.index.interval.bytes",
          "log.index.size.max.bytes",
          "log.local.retention.bytes",
          "log.local.retention.ms",
          "log.message.timestamp.after.max.ms",
          "log.message.timestamp.before.max.ms",
          "log.message.timestamp.type",
          "log.preallocate",
          "log.retention.bytes",
          "log.retention.ms",
          "log.roll.jitter.ms",
          "log.roll.ms",
          "log.segment.bytes",
          "log.segment.delete.delay.ms",
          "message.max.bytes",
          "min.insync.replicas",
          "unclean.leader.election.enable");

  /** Nothing here has such a thing, or it is sized when a node starts (decision 15). */
  private static final List<String> REFUSED =
      List.of(
          "background.threads",
          "config.providers",
          "cordoned.log.dirs",
          "follower.fetch.last.tiered.offset.enable",
          "group.consumer.assignment.interval.ms",
          "group.coordinator.cached.buffer.max.bytes",
          "group.share.assignment.interval.ms",
          "group.streams.assignment.interval.ms",
          "listener.security.protocol.map",
          "listeners",
          "log.cleaner.backoff.ms",
          "log.cleaner.dedupe.buffer.size",
          "log.cleaner.io.buffer.load.factor",
          "log.cleaner.io.buffer.size",
          "log.cleaner.io.max.bytes.per.second",
          "log.cleaner.threads",
          "max.connection.creation.rate",
          "max.connections",
          "max.connections.per.ip",
          "max.connections.per.ip.overrides",
          "metric.reporters",
          "num.io.threads",
          "num.network.threads",
          "num.recovery.threads.per.data.dir",
          "num.replica.fetchers",
          "principal.builder.class",
          "producer.id.expiration.ms",
          "remote.fetch.max.wait.ms",
          "remote.list.offsets.request.timeout.ms",
          "remote.log.index.file.cache.total.size.bytes",
          "remote.log.manager.copier.thread.pool.size",
          "remote.log.manager.copy.max.bytes.per.second",
          "remote.log.manager.expiration.thread.pool.size",
          "remote.log.manager.fetch.max.bytes.per.second",
          "remote.log.manager.follower.thread.pool.size",
          "remote.log.reader.threads",
          "replica.alter.log.dirs.io.max.bytes.per.second",
          "share.coordinator.cached.buffer.max.bytes",
          "ssl.keystore.location",
          "transaction.partition.verification.enable");

  private final TestCluster cluster = TestCluster.of(3);

  private Answer.Result set(String key, String value) {
    var alteration =
        new Command.Alteration(
            new Command.ConfigTarget.Of(ConfigResource.ALL_BROKERS),
            false,
            List.of(new Command.ConfigChange(key, Command.Change.SET, value)));
    var answer = cluster.ask(new Command.AlterConfigs(List.of(alteration), true));
    return ((Answer.ConfigsAltered) answer).resources().getFirst();
  }

  static Stream<String> taken() {
    return TAKEN.stream();
  }

  /**
   * What a topic's setting does is shown in EveryTopicSettingTest, and the rates in CopyRatesTest.
   */
  @ParameterizedTest
  @MethodSource("taken")
  void isTakenAsWhatItIsTheDefaultOf(String name) {
    ConfigKey key = BrokerKeys.find(name).orElseThrow();
    boolean isRate = name.endsWith(".throttled.rate");

    assertThat(set(name, key.defaultValue()).isDone()).isTrue();
    assertThat(
            TopicSettings.all().stream()
                .map(topic -> BrokerKeys.defaultOf(topic.name()))
                .filter(Optional.of(name)::equals))
        .hasSize(isRate ? 0 : 1);
  }

  static Stream<String> refused() {
    return REFUSED.stream();
  }

  @ParameterizedTest
  @MethodSource("refused")
  void isRefusedWithAReason(String name) {
    Answer.Result result = set(name, "1");

    assertThat(result.isDone()).isFalse();
    assertThat(result.message().orElseThrow()).contains(name).contains("start it again");
  }

  @Test
  void nothingElseIsTakenButOurOwn() {
    var others = new TreeSet<String>();
    BrokerKeys.all().forEach(key -> others.add(key.name()));
    TAKEN.forEach(others::remove);

    assertThat(others)
        .allMatch(name ->
            name.startsWith("balance.")
                || name.startsWith("brokers.")
                || name.equals(BrokerKeys.COPY_RATE));
  }
}
