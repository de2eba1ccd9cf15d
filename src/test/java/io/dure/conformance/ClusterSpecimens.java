package io.dure.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.AlterReplicaLogDirsRequestData;
import org.apache.kafka.common.message.AlterReplicaLogDirsRequestData.AlterReplicaLogDir;
import org.apache.kafka.common.message.AlterReplicaLogDirsRequestData.AlterReplicaLogDirTopic;
import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData;
import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData.ScramCredentialDeletion;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeClusterResponseData;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData;
import org.apache.kafka.common.message.DescribeLogDirsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsRequestData.DescribableLogDirTopic;
import org.apache.kafka.common.message.DescribeLogDirsRequestData.DescribableLogDirTopicCollection;
import org.apache.kafka.common.message.DescribeLogDirsResponseData;
import org.apache.kafka.common.message.DescribeQuorumRequestData;
import org.apache.kafka.common.message.DescribeQuorumResponseData;
import org.apache.kafka.common.message.DescribeUserScramCredentialsRequestData;
import org.apache.kafka.common.message.DescribeUserScramCredentialsRequestData.UserName;
import org.apache.kafka.common.message.GetTelemetrySubscriptionsRequestData;
import org.apache.kafka.common.message.GetTelemetrySubscriptionsResponseData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.ListConfigResourcesRequestData;
import org.apache.kafka.common.message.PushTelemetryRequestData;
import org.apache.kafka.common.message.UnregisterBrokerRequestData;
import org.apache.kafka.common.message.UpdateFeaturesRequestData;
import org.apache.kafka.common.message.UpdateFeaturesRequestData.FeatureUpdateKey;
import org.apache.kafka.common.message.UpdateFeaturesRequestData.FeatureUpdateKeyCollection;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** The cluster as a whole: what it is, its settings, its disks, its voters. */
final class ClusterSpecimens {
  private static final byte TOPIC = ConfigResource.Type.TOPIC.id();
  private static final byte BROKER = ConfigResource.Type.BROKER.id();

  private ClusterSpecimens() {}

  static void addTo(Map<ApiKeys, List<Specimen>> all) {
    all.put(ApiKeys.API_VERSIONS, apiVersions());
    all.put(ApiKeys.DESCRIBE_CLUSTER, describeCluster());
    all.put(ApiKeys.DESCRIBE_CONFIGS, describeConfigs());
    all.put(ApiKeys.ALTER_CONFIGS, alterConfigs());
    all.put(ApiKeys.INCREMENTAL_ALTER_CONFIGS, incrementalAlterConfigs());
    all.put(ApiKeys.LIST_CONFIG_RESOURCES, listConfigResources());
    all.put(ApiKeys.DESCRIBE_LOG_DIRS, describeLogDirs());
    all.put(ApiKeys.DESCRIBE_QUORUM, describeQuorum());
    all.put(ApiKeys.UPDATE_FEATURES, updateFeatures());
    all.put(ApiKeys.UNREGISTER_BROKER, unregisterBroker());
    all.put(ApiKeys.GET_TELEMETRY_SUBSCRIPTIONS, telemetrySubscriptions());
    all.put(ApiKeys.PUSH_TELEMETRY, pushTelemetry());
    all.put(ApiKeys.DESCRIBE_USER_SCRAM_CREDENTIALS, describeScram());
    all.put(ApiKeys.ALTER_USER_SCRAM_CREDENTIALS, alterScram());
    all.put(ApiKeys.ALTER_REPLICA_LOG_DIRS, alterReplicaLogDirs());
  }

  private static List<Specimen> apiVersions() {
    return List.of(
        Specimen.of("who are you", (version, scene) -> Scene.apiVersions())
            .answering(
                ApiVersionsResponseData.class,
                (version, answer) -> {
                  assertThat(answer.apiKeys().find(ApiKeys.PRODUCE.id).minVersion()).isZero();
                  assertThat(answer.apiKeys().find(ApiKeys.API_VERSIONS.id).maxVersion())
                      .isGreaterThanOrEqualTo((short) 4);
                }),
        Specimen.of("without a name", (version, scene) -> new ApiVersionsRequestData())
            .refusedWith(
                version -> version < 3 ? Set.<Errors>of() : Set.of(Errors.INVALID_REQUEST)));
  }

  private static List<Specimen> describeCluster() {
    return List.of(
        Specimen.of("who is there", (version, scene) -> new DescribeClusterRequestData())
            .answering(
                DescribeClusterResponseData.class,
                (version, answer) -> {
                  assertThat(answer.clusterId()).isNotEmpty();
                  assertThat(answer.brokers()).hasSize(1);
                }),
        Specimen.of(
            "with everything that may be said",
            (version, scene) -> {
              var request =
                  new DescribeClusterRequestData().setIncludeClusterAuthorizedOperations(true);
              if (version >= 1) {
                request.setEndpointType((byte) 1);
              }
              return version >= 2 ? request.setIncludeFencedBrokers(true) : request;
            }));
  }

  static DescribeConfigsRequestData describe(byte type, String name) {
    return new DescribeConfigsRequestData()
        .setResources(
            List.of(
                new DescribeConfigsResource()
                    .setResourceType(type)
                    .setResourceName(name)
                    .setConfigurationKeys(null)));
  }

  private static List<Specimen> describeConfigs() {
    return List.of(
        Specimen.of("nothing", (version, scene) -> new DescribeConfigsRequestData()),
        Specimen.of(
                "all of a topic, with synonyms and words",
                (version, scene) -> {
                  var request = describe(TOPIC, scene.topic(1).name()).setIncludeSynonyms(true);
                  return version >= 3 ? request.setIncludeDocumentation(true) : request;
                })
            .answering(
                DescribeConfigsResponseData.class,
                (version, answer) -> {
                  var configs = answer.results().getFirst().configs();
                  assertThat(configs)
                      .extracting(config -> config.name())
                      .contains("cleanup.policy", "retention.ms", "max.message.bytes");
                  assertThat(configs).allMatch(config -> config.configSource() > 0);
                  if (version >= 3) {
                    assertThat(configs).allMatch(config -> config.configType() > 0);
                    assertThat(configs).allMatch(config -> config.documentation() != null);
                  }
                }),
        Specimen.of("of a broker", (version, scene) -> describe(BROKER, "1"))
            .answering(
                DescribeConfigsResponseData.class,
                (version, answer) ->
                    assertThat(answer.results().getFirst().configs()).isNotEmpty()),
        Specimen.of(
                "of a topic that does not exist",
                (version, scene) -> describe(TOPIC, scene.fresh("none")))
            .refusedWith(Errors.UNKNOWN_TOPIC_OR_PARTITION));
  }

  private static List<Specimen> alterConfigs() {
    return List.of(
        Specimen.of("nothing", (version, scene) -> new AlterConfigsRequestData()),
        Specimen.of(
            "of a topic",
            (version, scene) -> alter(scene.topic(1).name(), "retention.ms", "3600000")),
        Specimen.of(
            "of a topic, only to see whether it could be",
            (version, scene) ->
                alter(scene.topic(1).name(), "retention.ms", "3600000").setValidateOnly(true)),
        Specimen.of(
                "to what cannot be",
                (version, scene) -> alter(scene.topic(1).name(), "retention.ms", "soon"))
            .refusedWith(Errors.INVALID_CONFIG));
  }

  private static AlterConfigsRequestData alter(String topic, String name, String value) {
    var configs = new AlterConfigsRequestData.AlterableConfigCollection();
    configs.add(new AlterConfigsRequestData.AlterableConfig().setName(name).setValue(value));
    var resources = new AlterConfigsRequestData.AlterConfigsResourceCollection();
    resources.add(
        new AlterConfigsRequestData.AlterConfigsResource()
            .setResourceType(TOPIC)
            .setResourceName(topic)
            .setConfigs(configs));
    return new AlterConfigsRequestData().setResources(resources);
  }

  private static List<Specimen> incrementalAlterConfigs() {
    return List.of(
        Specimen.of("nothing", (version, scene) -> new IncrementalAlterConfigsRequestData()),
        Specimen.of(
            "set, of a topic",
            (version, scene) -> change(TOPIC, scene.topic(1).name(), 0, "retention.ms", "3600000")),
        Specimen.of(
            "taken back, of a topic",
            (version, scene) -> change(TOPIC, scene.topic(1).name(), 1, "retention.ms", null)),
        Specimen.of(
            "appended, of a topic",
            (version, scene) ->
                change(TOPIC, scene.topic(1).name(), 2, "cleanup.policy", "compact")),
        Specimen.of(
            "of all brokers",
            (version, scene) -> change(BROKER, "", 0, "log.retention.ms", "7200000")),
        Specimen.of(
                "of a topic that does not exist",
                (version, scene) -> change(TOPIC, scene.fresh("none"), 0, "retention.ms", "1"))
            .refusedWith(Errors.UNKNOWN_TOPIC_OR_PARTITION),
        Specimen.of(
                "a setting that does not exist",
                (version, scene) -> change(TOPIC, scene.topic(1).name(), 0, "no.such.key", "1"))
            .refusedWith(Errors.INVALID_CONFIG));
  }

  static IncrementalAlterConfigsRequestData change(
      byte type,
      String resource,
      int operation,
      String name,
      @org.jspecify.annotations.Nullable String value) {
    var configs = new IncrementalAlterConfigsRequestData.AlterableConfigCollection();
    configs.add(
        new IncrementalAlterConfigsRequestData.AlterableConfig()
            .setName(name)
            .setConfigOperation((byte) operation)
            .setValue(value));
    var resources = new IncrementalAlterConfigsRequestData.AlterConfigsResourceCollection();
    resources.add(
        new IncrementalAlterConfigsRequestData.AlterConfigsResource()
            .setResourceType(type)
            .setResourceName(resource)
            .setConfigs(configs));
    return new IncrementalAlterConfigsRequestData().setResources(resources);
  }

  private static List<Specimen> listConfigResources() {
    return List.of(
        Specimen.of("all there are", (version, scene) -> new ListConfigResourcesRequestData()),
        Specimen.of(
            "of some types",
            (version, scene) ->
                version == 0
                    ? new ListConfigResourcesRequestData()
                    : new ListConfigResourcesRequestData()
                        .setResourceTypes(List.of(TOPIC, BROKER, (byte) 16, (byte) 32))));
  }

  private static List<Specimen> describeLogDirs() {
    return List.of(
        Specimen.of("all", (version, scene) -> new DescribeLogDirsRequestData().setTopics(null))
            .answering(
                DescribeLogDirsResponseData.class,
                (version, answer) -> assertThat(answer.results()).hasSize(1)),
        Specimen.of(
                "of a partition",
                (version, scene) -> {
                  var topics = new DescribableLogDirTopicCollection();
                  topics.add(
                      new DescribableLogDirTopic()
                          .setTopic(scene.topicWithRecords(2, 1).name())
                          .setPartitions(List.of(0)));
                  return new DescribeLogDirsRequestData().setTopics(topics);
                })
            .answering(
                DescribeLogDirsResponseData.class,
                (version, answer) -> {
                  var partition =
                      answer.results().getFirst().topics().getFirst().partitions().getFirst();
                  assertThat(partition.partitionSize()).isPositive();
                }));
  }

  private static List<Specimen> describeQuorum() {
    return List.of(
        Specimen.of(
                "the metadata's",
                (version, scene) ->
                    new DescribeQuorumRequestData()
                        .setTopics(
                            List.of(
                                new DescribeQuorumRequestData.TopicData()
                                    .setTopicName("__cluster_metadata")
                                    .setPartitions(
                                        List.of(
                                            new DescribeQuorumRequestData.PartitionData()
                                                .setPartitionIndex(0))))))
            .answering(
                DescribeQuorumResponseData.class,
                (version, answer) -> {
                  var quorum = answer.topics().getFirst().partitions().getFirst();
                  assertThat(quorum.leaderId()).isEqualTo(1);
                  assertThat(quorum.currentVoters()).hasSize(1);
                  assertThat(quorum.highWatermark()).isPositive();
                  if (version >= 2) {
                    assertThat(answer.nodes()).hasSize(1);
                  }
                }));
  }

  private static List<Specimen> updateFeatures() {
    return List.of(
        Specimen.of(
                "a feature that does not exist",
                (version, scene) -> {
                  var updates = new FeatureUpdateKeyCollection();
                  updates.add(
                      new FeatureUpdateKey().setFeature("no.such").setMaxVersionLevel((short) 1));
                  var request =
                      new UpdateFeaturesRequestData()
                          .setFeatureUpdates(updates)
                          .setTimeoutMs(5_000);
                  return version >= 1 ? request.setValidateOnly(true) : request;
                })
            .refusedWith(version -> Set.of(Errors.INVALID_UPDATE_VERSION)));
  }

  private static List<Specimen> unregisterBroker() {
    return List.of(
        Specimen.of(
                "a broker that does not exist",
                (version, scene) -> new UnregisterBrokerRequestData().setBrokerId(4_711))
            .refusedWith(Errors.BROKER_ID_NOT_REGISTERED));
  }

  private static List<Specimen> telemetrySubscriptions() {
    return List.of(
        Specimen.of(
                "of a client that is not known yet",
                (version, scene) -> new GetTelemetrySubscriptionsRequestData())
            .answering(
                GetTelemetrySubscriptionsResponseData.class,
                (version, answer) -> {
                  assertThat(answer.clientInstanceId()).isNotEqualTo(Uuid.ZERO_UUID);
                  assertThat(answer.pushIntervalMs()).isPositive();
                }));
  }

  private static List<Specimen> pushTelemetry() {
    return List.of(
        Specimen.of(
                "for a subscription that is not there",
                (version, scene) ->
                    new PushTelemetryRequestData()
                        .setClientInstanceId(Uuid.randomUuid())
                        .setSubscriptionId(4_711)
                        .setMetrics(ByteBuffer.allocate(0)))
            .refusedWith(Errors.UNKNOWN_SUBSCRIPTION_ID),
        Specimen.of(
            "nothing, for its subscription",
            (version, scene) -> {
              GetTelemetrySubscriptionsResponseData told =
                  scene.ask(
                      ApiKeys.GET_TELEMETRY_SUBSCRIPTIONS,
                      new GetTelemetrySubscriptionsRequestData());
              return new PushTelemetryRequestData()
                  .setClientInstanceId(told.clientInstanceId())
                  .setSubscriptionId(told.subscriptionId())
                  .setTerminating(true)
                  .setMetrics(ByteBuffer.allocate(0));
            }));
  }

  private static List<Specimen> describeScram() {
    return List.of(
        Specimen.of(
            "all users",
            (version, scene) -> new DescribeUserScramCredentialsRequestData().setUsers(null)),
        Specimen.of(
                "a user that is not there",
                (version, scene) ->
                    new DescribeUserScramCredentialsRequestData()
                        .setUsers(List.of(new UserName().setName(scene.fresh("user")))))
            .refusedWith(Errors.RESOURCE_NOT_FOUND));
  }

  private static List<Specimen> alterScram() {
    return List.of(
        Specimen.of("nothing", (version, scene) -> new AlterUserScramCredentialsRequestData()),
        Specimen.of(
                "delete what is not there",
                (version, scene) ->
                    new AlterUserScramCredentialsRequestData()
                        .setDeletions(
                            List.of(
                                new ScramCredentialDeletion()
                                    .setName(scene.fresh("user"))
                                    .setMechanism((byte) 1))))
            .refusedWith(Errors.RESOURCE_NOT_FOUND));
  }

  private static List<Specimen> alterReplicaLogDirs() {
    return List.of(
        Specimen.of("nothing", (version, scene) -> new AlterReplicaLogDirsRequestData()),
        Specimen.of(
                "to a folder that is not there",
                (version, scene) -> {
                  var request = new AlterReplicaLogDirsRequestData();
                  var dir = new AlterReplicaLogDir().setPath("/no/such/folder");
                  dir.topics()
                      .add(
                          new AlterReplicaLogDirTopic()
                              .setName(scene.topic(1).name())
                              .setPartitions(List.of(0)));
                  request.dirs().add(dir);
                  return request;
                })
            .refusedWith(Errors.LOG_DIR_NOT_FOUND));
  }
}
