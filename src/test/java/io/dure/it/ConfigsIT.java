package io.dure.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ConfigEntry.ConfigSource;
import org.apache.kafka.clients.admin.FeatureMetadata;
import org.apache.kafka.clients.admin.FeatureUpdate;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.UpdateFeaturesOptions;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Settings changed under a running cluster, by an unmodified client. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConfigsIT {
  private static final ConfigResource ALL_BROKERS =
      new ConfigResource(ConfigResource.Type.BROKER, "");

  private ClusterFork cluster;
  private Admin admin;

  @BeforeAll
  void start(@TempDir Path folder) {
    cluster = ClusterFork.start(3, folder);
    admin = Admin.create(Map.of("bootstrap.servers", cluster.bootstrap()));
  }

  @AfterAll
  void stop() {
    admin.close(Duration.ofSeconds(5));
    cluster.close();
  }

  private void alter(ConfigResource resource, OpType type, String key, String value)
      throws Exception {
    var op = new AlterConfigOp(new ConfigEntry(key, value), type);
    admin.incrementalAlterConfigs(Map.of(resource, List.of(op))).all().get(30, TimeUnit.SECONDS);
  }

  private ConfigEntry entry(ConfigResource resource, String key) throws Exception {
    return admin
        .describeConfigs(List.of(resource))
        .all()
        .get(30, TimeUnit.SECONDS)
        .get(resource)
        .get(key);
  }

  @Test
  void aLimitForAllBrokersHoldsAtOnceAndGoesAgain() throws Exception {
    admin
        .createTopics(List.of(new NewTopic("sized", 3, (short) 3)))
        .all()
        .get(30, TimeUnit.SECONDS);
    var topic = new ConfigResource(ConfigResource.Type.TOPIC, "sized");
    Map<String, Object> config =
        Map.of("bootstrap.servers", cluster.bootstrap(), "delivery.timeout.ms", "120000");
    try (var producer =
        new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
      alter(ALL_BROKERS, OpType.SET, "message.max.bytes", "2000");
      Awaitility.await().until(() -> entry(topic, "max.message.bytes").value().equals("2000"));
      assertThat(entry(topic, "max.message.bytes").source())
          .isEqualTo(ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG);
      assertThatThrownBy(() -> send(producer)).hasCauseInstanceOf(RecordTooLargeException.class);

      alter(topic, OpType.SET, "max.message.bytes", "50000");
      send(producer);
      alter(topic, OpType.DELETE, "max.message.bytes", "");
      alter(ALL_BROKERS, OpType.DELETE, "message.max.bytes", "");
      Awaitility.await().until(() -> entry(topic, "max.message.bytes").isDefault());
      send(producer);
    }
  }

  private static void send(KafkaProducer<byte[], byte[]> producer) throws Exception {
    var record = new ProducerRecord<byte[], byte[]>("sized", 0, null, new byte[10_000]);
    Awaitility.await()
        .ignoreExceptionsMatching(e -> !(e.getCause() instanceof RecordTooLargeException))
        .until(() -> producer.send(record).get(60, TimeUnit.SECONDS).hasOffset());
  }

  @Test
  void wrongValuesAreRefusedWithTheReason() {
    assertThatThrownBy(() -> alter(ALL_BROKERS, OpType.SET, "log.retention.ms", "soon"))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("Not a number of type LONG");
  }

  @Test
  void levelsOfFeaturesAreToldAndMoved() throws Exception {
    FeatureMetadata features = admin.describeFeatures().featureMetadata().get(30, TimeUnit.SECONDS);
    assertThat(features.finalizedFeatures().get("transaction.version").maxVersionLevel())
        .isEqualTo((short) 2);
    var up = new FeatureUpdate((short) 9, FeatureUpdate.UpgradeType.UPGRADE);

    assertThatThrownBy(() ->
            admin
                .updateFeatures(Map.of("group.version", up), new UpdateFeaturesOptions())
                .all()
                .get(30, TimeUnit.SECONDS))
        .hasMessageContaining("only supports versions 0-1");
  }
}
