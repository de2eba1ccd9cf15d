package io.dure.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.base.NodeId;
import io.dure.metadata.ConfigResource;
import io.dure.metadata.Feature;
import io.dure.wire.WireError;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Settings and features changed while the cluster runs, as the controller decides them. */
class ConfigCommandsTest {
  private static final ConfigResource GROUP = ConfigResource.group("g");

  private final TestCluster cluster = TestCluster.of(3);

  private static Command.ConfigTarget topic(String name) {
    return new Command.ConfigTarget.Topic(name);
  }

  private static Command.ConfigTarget of(ConfigResource resource) {
    return new Command.ConfigTarget.Of(resource);
  }

  private static Command.ConfigChange set(String key, String value) {
    return new Command.ConfigChange(key, Command.Change.SET, value);
  }

  private Answer.Result alter(Command.ConfigTarget target, Command.ConfigChange... changes) {
    return ask(new Command.Alteration(target, false, List.of(changes)), false);
  }

  private Answer.Result ask(Command.Alteration alteration, boolean validateOnly) {
    var answer = cluster.ask(new Command.AlterConfigs(List.of(alteration), validateOnly));
    return ((Answer.ConfigsAltered) answer).resources().getFirst();
  }

  @Test
  void aSettingIsSetAndTakenAwayAgain() {
    cluster.create("t", 1, 3);

    assertThat(alter(topic("t"), set("retention.ms", "5")).isDone()).isTrue();
    assertThat(cluster.topic("t").configs()).containsOnly(Map.entry("retention.ms", "5"));
    assertThat(
            alter(topic("t"), new Command.ConfigChange("retention.ms", Command.Change.DELETE, ""))
                .isDone())
        .isTrue();
    assertThat(cluster.topic("t").configs()).isEmpty();
  }

  @Test
  void itemsAreAddedToAListOnceAndRemoved() {
    cluster.create("t", 1, 3);
    var add = new Command.ConfigChange("cleanup.policy", Command.Change.APPEND, "compact");

    alter(topic("t"), add);
    alter(topic("t"), add);
    assertThat(cluster.topic("t").configs()).containsEntry("cleanup.policy", "delete,compact");
    alter(
        topic("t"), new Command.ConfigChange("cleanup.policy", Command.Change.SUBTRACT, "delete"));
    assertThat(cluster.topic("t").configs()).containsEntry("cleanup.policy", "compact");
    assertThat(
            alter(topic("t"), new Command.ConfigChange("retention.ms", Command.Change.APPEND, "1"))
                .error())
        .isEqualTo(WireError.INVALID_CONFIG);
  }

  @Test
  void oneBadChangeLeavesTheWholeResourceAsItWas() {
    cluster.create("t", 1, 2);

    assertThat(alter(topic("t"), set("retention.ms", "5"), set("no.such", "1")).error())
        .isEqualTo(WireError.INVALID_CONFIG);
    assertThat(alter(topic("t"), set("min.insync.replicas", "3")).error())
        .isEqualTo(WireError.INVALID_CONFIG);
    assertThat(alter(topic("nobody"), set("retention.ms", "5")).error())
        .isEqualTo(WireError.UNKNOWN_TOPIC_OR_PARTITION);
    assertThat(cluster.topic("t").configs()).isEmpty();
  }

  @Test
  void whatIsOnlyToBeCheckedIsNotDone() {
    cluster.create("t", 1, 3);
    int before = cluster.log.size();

    var good = new Command.Alteration(topic("t"), false, List.of(set("retention.ms", "5")));
    var bad = new Command.Alteration(topic("t"), false, List.of(set("retention.ms", "x")));

    assertThat(ask(good, true).isDone()).isTrue();
    assertThat(ask(bad, true).error()).isEqualTo(WireError.INVALID_CONFIG);
    assertThat(cluster.log).hasSize(before);
  }

  @Test
  void aReplacementTakesAwayWhatItDoesNotName() {
    cluster.create("t", 1, 3);
    alter(topic("t"), set("retention.ms", "5"), set("segment.ms", "6"));

    ask(new Command.Alteration(topic("t"), true, List.of(set("segment.ms", "7"))), false);

    assertThat(cluster.topic("t").configs()).containsOnly(Map.entry("segment.ms", "7"));
  }

  @Test
  void brokersTakeOnlyWhatMayChangeWhileTheyRun() {
    ConfigResource one = ConfigResource.broker(new NodeId(1));

    assertThat(alter(of(ConfigResource.ALL_BROKERS), set("message.max.bytes", "9")).isDone())
        .isTrue();
    assertThat(alter(of(one), set("log.retention.ms", "9")).isDone()).isTrue();
    assertThat(alter(of(one), set("num.partitions", "9")).message().orElseThrow())
        .startsWith("Cannot update these configs dynamically: [num.partitions]");
    assertThat(
            alter(of(ConfigResource.broker(new NodeId(9))), set("log.retention.ms", "9")).error())
        .isEqualTo(WireError.BROKER_ID_NOT_REGISTERED);
    assertThat(
            alter(
                    of(new ConfigResource(ConfigResource.Kind.BROKER, "x")),
                    set("log.retention.ms", "9"))
                .error())
        .isEqualTo(WireError.INVALID_REQUEST);
    assertThat(cluster.image.configs().ofAllBrokers())
        .containsOnly(Map.entry("message.max.bytes", "9"));
    assertThat(cluster.image.configs().ofBroker(new NodeId(1)))
        .containsOnly(Map.entry("log.retention.ms", "9"));
  }

  @Test
  void howManyMustCommitIsTheSameOnEveryBroker() {
    cluster.create("t", 1, 3);

    assertThat(
            alter(of(ConfigResource.broker(new NodeId(1))), set("min.insync.replicas", "3"))
                .error())
        .isEqualTo(WireError.INVALID_CONFIG);
    assertThat(alter(of(ConfigResource.ALL_BROKERS), set("min.insync.replicas", "3")).isDone())
        .isTrue();
    cluster.create("u", 1, 3);

    assertThat(cluster.partition("t", 0).votingSet().commitQuorum()).isEqualTo(2);
    assertThat(cluster.partition("u", 0).votingSet().commitQuorum()).isEqualTo(3);
  }

  @Test
  void groupsAndSubscriptionsAreCheckedToo() {
    ConfigResource metrics = new ConfigResource(ConfigResource.Kind.CLIENT_METRICS, "m");

    assertThat(alter(of(GROUP), set("consumer.session.timeout.ms", "50000")).isDone()).isTrue();
    assertThat(alter(of(GROUP), set("consumer.session.timeout.ms", "5")).error())
        .isEqualTo(WireError.INVALID_CONFIG);
    assertThat(alter(of(GROUP), set("share.auto.offset.reset", "earliest")).error())
        .isEqualTo(WireError.INVALID_CONFIG);
    assertThat(
            alter(of(ConfigResource.group("")), set("consumer.session.timeout.ms", "50000"))
                .error())
        .isEqualTo(WireError.INVALID_REQUEST);
    assertThat(
            alter(of(metrics), set("interval.ms", "1000"), set("match", "client_id=a.*")).isDone())
        .isTrue();
    assertThat(alter(of(metrics), set("match", "client_id=(")).error())
        .isEqualTo(WireError.INVALID_CONFIG);
    assertThat(alter(of(metrics), set("match", "shoe=1")).error())
        .isEqualTo(WireError.INVALID_CONFIG);
    assertThat(alter(of(metrics), set("x", "1")).error()).isEqualTo(WireError.INVALID_REQUEST);
  }

  private List<Answer.Result> update(boolean validateOnly, Command.FeatureUpdate... updates) {
    var answer = cluster.ask(new Command.UpdateFeatures(List.of(updates), validateOnly));
    return ((Answer.FeaturesUpdated) answer).features();
  }

  @Test
  void aNewClusterHasTheHighestLevelsOnce() {
    assertThat(cluster.image.level(Feature.GROUP_VERSION)).isEqualTo(1);
    assertThat(cluster.image.level(Feature.METADATA_VERSION)).isEqualTo(33);
    update(false, new Command.FeatureUpdate("group.version", 0, true));

    cluster.takeOver(2);

    assertThat(cluster.image.features()).containsEntry("group.version", 0);
  }

  @Test
  void levelsMoveAllTogetherOrNotAtAll() {
    var down = new Command.FeatureUpdate("group.version", 0, true);

    assertThat(update(false, new Command.FeatureUpdate("group.version", 0, false)))
        .allMatch(result -> result.error() == WireError.INVALID_UPDATE_VERSION);
    assertThat(update(false, down, new Command.FeatureUpdate("share.version", 1, false)))
        .extracting(Answer.Result::isDone)
        .containsExactly(true, false);
    assertThat(update(false, new Command.FeatureUpdate("no.such", 1, false)))
        .noneMatch(Answer.Result::isDone);
    assertThat(update(true, down)).allMatch(Answer.Result::isDone);
    assertThat(cluster.image.level(Feature.GROUP_VERSION)).isEqualTo(1);

    assertThat(update(false, down)).allMatch(Answer.Result::isDone);
    assertThat(cluster.image.level(Feature.GROUP_VERSION)).isZero();
  }
}
