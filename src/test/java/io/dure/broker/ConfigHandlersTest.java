package io.dure.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.base.NodeId;
import io.dure.controller.Answer;
import io.dure.controller.Command;
import io.dure.metadata.ConfigResource;
import io.dure.metadata.MetadataRecord;
import io.dure.wire.WireError;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResult;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.message.ListConfigResourcesRequestData;
import org.apache.kafka.common.message.UpdateFeaturesRequestData;
import org.apache.kafka.common.message.UpdateFeaturesRequestData.FeatureUpdateKey;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.junit.jupiter.api.Test;

/** How clients change and read settings. */
class ConfigHandlersTest {
  private static final byte SET = 0;

  private final FakeCluster cluster = new FakeCluster();
  private final FakeLoggers loggers = new FakeLoggers();
  private final List<Command> commands = new ArrayList<>();

  private void controllerAnswers(Answer answer) {
    cluster.desk =
        new ControllerDesk(
            (command, done) -> {
              commands.add(command);
              done.accept(Optional.of(answer));
            },
            new FakeRng());
  }

  private static AlterConfigsResource resource(int type, String name, AlterableConfig... configs) {
    var resource = new AlterConfigsResource().setResourceType((byte) type).setResourceName(name);
    List.of(configs).forEach(resource.configs()::add);
    return resource;
  }

  private static AlterableConfig config(String key, int operation, String value) {
    return new AlterableConfig().setName(key).setConfigOperation((byte) operation).setValue(value);
  }

  private IncrementalAlterConfigsResponseData alter(AlterConfigsResource... resources) {
    var request = new IncrementalAlterConfigsRequestData();
    List.of(resources).forEach(request.resources()::add);
    return ask(
        ApiKeys.INCREMENTAL_ALTER_CONFIGS,
        new IncrementalAlterConfigsHandler(cluster, loggers),
        request,
        1);
  }

  private <Q extends ApiMessage, R extends ApiMessage> R ask(
      ApiKeys api, Handler<Q, R> handler, Q request, int version) {
    var reply = new FakeReply<R>(api, version);
    handler.handle(request, cluster.request(version), reply);
    cluster.loop.turn();
    cluster.loop.pass(ControllerAsks.SEE_WITHIN_MS + 10);
    return reply.get();
  }

  @Test
  void eachResourceHasItsAnswerInTheOrderAsked() {
    controllerAnswers(
        new Answer.ConfigsAltered(
            List.of(
                Answer.Result.DONE,
                new Answer.Result(WireError.INVALID_CONFIG, Optional.of("no")))));

    var response =
        alter(
            resource(2, "a", config("retention.ms", SET, "5")),
            resource(2, "b", config("k", SET, "1"), config("k", SET, "2")),
            resource(2, "c", config("k", SET, null)),
            resource(2, "d", config("k", 9, "1")),
            resource(99, "e", config("k", SET, "1")),
            resource(32, "g", config("k", SET, "1")));

    assertThat(response.responses())
        .extracting(each -> each.resourceName() + " " + WireError.of(each.errorCode()))
        .containsExactly(
            "a NONE",
            "b INVALID_REQUEST",
            "c INVALID_REQUEST",
            "d INVALID_REQUEST",
            "e INVALID_REQUEST",
            "g INVALID_CONFIG");
    assertThat(((Command.AlterConfigs) commands.getFirst()).alterations()).hasSize(2);
  }

  @Test
  void aResourceNamedTwiceIsRefusedBothTimes() {
    controllerAnswers(new Answer.ConfigsAltered(List.of()));

    var response =
        alter(
            resource(2, "a", config("retention.ms", SET, "5")),
            resource(2, "a", config("segment.ms", SET, "5")));

    assertThat(response.responses())
        .hasSize(2)
        .allMatch(each -> each.errorCode() == WireError.INVALID_REQUEST.code());
    assertThat(((Command.AlterConfigs) commands.getFirst()).alterations()).isEmpty();
  }

  @Test
  void withoutAControllerEverythingIsRefusedSoThatTheClientTriesAgain() {
    assertThat(alter(resource(2, "a", config("retention.ms", SET, "5"))).responses())
        .hasSize(1)
        .allMatch(each -> each.errorCode() == WireError.REQUEST_TIMED_OUT.code());
  }

  @Test
  void loggersAreSetHereAndOnlyWhenAllOfTheRequestIsGood() {
    assertThat(
            alter(resource(8, "1", config("root", SET, "DEBUG"), config("nosuch", SET, "WARN")))
                .responses()
                .getFirst()
                .errorCode())
        .isEqualTo(WireError.INVALID_CONFIG.code());
    assertThat(loggers.levels).containsEntry("root", "WARN");
    assertThat(
            alter(resource(8, "2", config("root", SET, "DEBUG")))
                .responses()
                .getFirst()
                .errorCode())
        .isEqualTo(WireError.INVALID_REQUEST.code());
    assertThat(
            alter(resource(8, "1", config("root", SET, "LOUD"))).responses().getFirst().errorCode())
        .isEqualTo(WireError.INVALID_CONFIG.code());
    assertThat(alter(resource(8, "1", config("root", 1, null))).responses().getFirst().errorCode())
        .isEqualTo(WireError.INVALID_REQUEST.code());

    assertThat(
            alter(resource(8, "1", config("root", SET, "DEBUG")))
                .responses()
                .getFirst()
                .errorCode())
        .isZero();
    assertThat(loggers.levels).containsEntry("root", "DEBUG");
    assertThat(commands).isEmpty();
  }

  private DescribeConfigsResult describe(int type, String name) {
    DescribeConfigsResponseData response =
        ask(
            ApiKeys.DESCRIBE_CONFIGS,
            new DescribeConfigsHandler(
                cluster,
                Map.of("message.max.bytes", "4"),
                List.of(new BrokerConfig("num.partitions", "3", true, (byte) 3, "Partitions.")),
                loggers),
            new DescribeConfigsRequestData()
                .setIncludeSynonyms(true)
                .setIncludeDocumentation(true)
                .setResources(
                    List.of(
                        new DescribeConfigsResource()
                            .setResourceType((byte) type)
                            .setResourceName(name)
                            .setConfigurationKeys(null))),
            4);
    return response.results().getFirst();
  }

  private static String told(DescribeConfigsResult result, String key) {
    var config =
        result.configs().stream().filter(c -> c.name().equals(key)).findFirst().orElseThrow();
    return config.value()
        + " "
        + config.configSource()
        + (config.readOnly() ? " read-only" : "")
        + " "
        + config.synonyms().stream()
            .map(s -> s.name() + "=" + s.value() + "@" + s.source())
            .toList();
  }

  @Test
  void everyValueIsToldWithItsSourceAndWhatIsBeneath() {
    cluster.topic("t", 1);
    cluster.write(
        new MetadataRecord.ConfigChanged(
            ConfigResource.ALL_BROKERS, "message.max.bytes", Optional.of("3")),
        new MetadataRecord.ConfigChanged(
            ConfigResource.broker(new NodeId(1)), "message.max.bytes", Optional.of("2")),
        new MetadataRecord.ConfigChanged(
            ConfigResource.group("g"), "consumer.session.timeout.ms", Optional.of("50000")));

    assertThat(told(describe(2, "t"), "max.message.bytes"))
        .isEqualTo(
            "2 2 [message.max.bytes=2@2, message.max.bytes=3@3, message.max.bytes=4@4,"
                + " message.max.bytes=1048588@5]");
    assertThat(told(describe(4, "1"), "message.max.bytes")).startsWith("2 2 [");
    assertThat(told(describe(4, "1"), "num.partitions"))
        .isEqualTo("3 5 read-only [num.partitions=3@5]");
    assertThat(describe(4, "").configs()).hasSize(1);
    assertThat(told(describe(4, ""), "message.max.bytes")).isEqualTo("3 3 [message.max.bytes=3@3]");
    assertThat(told(describe(32, "g"), "consumer.session.timeout.ms"))
        .isEqualTo(
            "50000 8 [consumer.session.timeout.ms=50000@8,"
                + " group.consumer.session.timeout.ms=45000@5]");
    assertThat(told(describe(16, "m"), "interval.ms")).startsWith("300000 5");
    assertThat(told(describe(8, "1"), "root")).isEqualTo("WARN 6 [root=WARN@6]");
    assertThat(describe(8, "2").errorCode()).isEqualTo(WireError.INVALID_REQUEST.code());
    assertThat(describe(32, "").errorCode()).isEqualTo(WireError.INVALID_REQUEST.code());
  }

  @Test
  void oldClientsReplaceAllOfAResource() {
    controllerAnswers(new Answer.ConfigsAltered(List.of(Answer.Result.DONE)));
    var resource =
        new AlterConfigsRequestData.AlterConfigsResource()
            .setResourceType((byte) 2)
            .setResourceName("t");
    resource
        .configs()
        .add(new AlterConfigsRequestData.AlterableConfig().setName("retention.ms").setValue("5"));
    var request = new AlterConfigsRequestData();
    request.resources().add(resource);

    var response = ask(ApiKeys.ALTER_CONFIGS, ControllerHandler.alterConfigs(cluster), request, 0);

    assertThat(response.responses().getFirst().errorCode()).isZero();
    assertThat(((Command.AlterConfigs) commands.getFirst()).alterations().getFirst().replace())
        .isTrue();
  }

  @Test
  void listsWhatHasSettings() {
    cluster.topic("t", 1);
    cluster.write(
        new MetadataRecord.ConfigChanged(
            new ConfigResource(ConfigResource.Kind.CLIENT_METRICS, "m"),
            "interval.ms",
            Optional.of("1000")));
    var handler = new ListConfigResourcesHandler(cluster);

    assertThat(
            ask(ApiKeys.LIST_CONFIG_RESOURCES, handler, new ListConfigResourcesRequestData(), 0)
                .configResources())
        .extracting(each -> each.resourceName())
        .containsExactly("m");
    assertThat(
            ask(ApiKeys.LIST_CONFIG_RESOURCES, handler, new ListConfigResourcesRequestData(), 1)
                .configResources())
        .extracting(each -> each.resourceType() + each.resourceName())
        .containsExactly("2t", "41", "42", "43", "81", "82", "83", "16m");
    assertThat(
            ask(
                    ApiKeys.LIST_CONFIG_RESOURCES,
                    handler,
                    new ListConfigResourcesRequestData().setResourceTypes(List.of((byte) 77)),
                    1)
                .errorCode())
        .isEqualTo(WireError.UNSUPPORTED_VERSION.code());
  }

  @Test
  void refusedLevelsAreToldAtTheTopInEveryVersion() {
    controllerAnswers(
        new Answer.FeaturesUpdated(
            List.of(new Answer.Result(WireError.INVALID_UPDATE_VERSION, Optional.of("no")))));
    var request = new UpdateFeaturesRequestData();
    request
        .featureUpdates()
        .add(new FeatureUpdateKey().setFeature("group.version").setMaxVersionLevel((short) 7));
    var handler = ControllerHandler.updateFeatures(cluster);

    for (int version = 0; version <= 2; version++) {
      assertThat(ask(ApiKeys.UPDATE_FEATURES, handler, request, version).errorCode())
          .isEqualTo(WireError.INVALID_UPDATE_VERSION.code());
    }
  }
}
