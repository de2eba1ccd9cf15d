package io.dure.exchanges;

import java.util.List;
import java.util.Set;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.message.ListConfigResourcesRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.jspecify.annotations.Nullable;

/** Questions about settings: of topics, brokers, loggers, groups and client metrics. */
final class ConfigExchanges {
  private static final String TOPIC = "tuned";

  /** Keys of topics that the Kafka which is recorded does not know yet. */
  private static final Set<String> SINCE_4_4 =
      Set.of(
          "errors.deadletterqueue.group.enable",
          "max.decompressed.message.bytes",
          "remote.copy.lag.bytes",
          "remote.copy.lag.ms");

  private static final int TOPICS = 2;
  private static final int BROKERS = 4;
  private static final int LOGGERS = 8;
  private static final int METRICS = 16;
  private static final int GROUPS = 32;

  /**
   * @param kind 0 set, 1 delete, 2 append, 3 subtract
   */
  record Op(int kind, String key, @Nullable String value) {}

  private final Exchange exchange;

  private ConfigExchanges(Exchange exchange) {
    this.exchange = exchange;
  }

  static void ask(Exchange exchange) {
    var all = new ConfigExchanges(exchange);
    exchange.topic(TOPIC, 1);
    all.incremental();
    all.brokers();
    all.loggers();
    all.metricsAndGroups();
    all.replacing();
    all.described();
    all.listed();
  }

  // ---- topics

  private void incremental() {
    for (boolean only : new boolean[] {true, false}) {
      topic("set", only, new Op(0, "retention.ms", "3600000"));
      topic("set to no number", only, new Op(0, "retention.ms", "soon"));
      topic("set to null", only, new Op(0, "retention.ms", null));
      topic("set to nothing", only, new Op(0, "retention.ms", ""));
      topic("set below the least", only, new Op(0, "segment.bytes", "-1"));
      topic("set to a flag", only, new Op(0, "preallocate", "maybe"));
      topic("set to a wrong word", only, new Op(0, "compression.type", "zip"));
      topic("set what is not", only, new Op(0, "no.such", "1"));
      topic("set with blanks", only, new Op(0, "retention.ms", " 7200000 "));
      topic("append to what is no list", only, new Op(2, "retention.ms", "1"));
      topic("append to what is not", only, new Op(2, "no.such", "1"));
      topic("append", only, new Op(2, "cleanup.policy", "compact"));
      topic("append again", only, new Op(2, "cleanup.policy", "compact"));
      topic("append a wrong word", only, new Op(2, "cleanup.policy", "shrink"));
      topic("subtract", only, new Op(3, "cleanup.policy", "compact"));
      topic("subtract what is not there", only, new Op(3, "cleanup.policy", "compact"));
      topic("subtract all", only, new Op(3, "cleanup.policy", "delete"));
      topic("set to both", only, new Op(0, "cleanup.policy", "compact,delete"));
      topic("set twice the same word", only, new Op(0, "cleanup.policy", "delete,delete"));
      topic("delete", only, new Op(1, "cleanup.policy", null));
      topic("delete with a value", only, new Op(1, "retention.ms", "1"));
      topic("delete what is not set", only, new Op(1, "retention.bytes", null));
      topic("delete what is not", only, new Op(1, "no.such", null));
      topic("in an unknown way", only, new Op(9, "retention.ms", "1"));
      topic("two, one wrong", only, new Op(0, "retention.ms", "1"), new Op(0, "no.such", "1"));
      topic(
          "the same twice", only, new Op(0, "retention.ms", "1"), new Op(1, "retention.ms", null));
      topic("nothing", only);
      topic(
          "lag bounds that cross",
          only,
          new Op(0, "min.compaction.lag.ms", "10"),
          new Op(0, "max.compaction.lag.ms", "5"));
      topic(
          "local beyond whole retention",
          only,
          new Op(0, "local.retention.ms", "5000"),
          new Op(0, "retention.ms", "10"));
      topic("min in sync below one", only, new Op(0, "min.insync.replicas", "0"));
      topic("min in sync above the replicas", only, new Op(0, "min.insync.replicas", "3"));
      topic("min in sync back", only, new Op(1, "min.insync.replicas", null));
      topic("remote storage", only, new Op(0, "remote.storage.enable", "true"));
      topic(
          "throttled replicas",
          only,
          new Op(0, "leader.replication.throttled.replicas", "0:1,1:1"));
      topic(
          "throttled replicas wrongly",
          only,
          new Op(0, "leader.replication.throttled.replicas", "x"));
      topic(
          "throttled replicas back",
          only,
          new Op(1, "leader.replication.throttled.replicas", null));
      alter("of a topic that is not there", only, TOPICS, "nosuch", new Op(0, "retention.ms", "1"));
      alter("of a topic of no name", only, TOPICS, "", new Op(0, "retention.ms", "1"));
      alter("of a topic of a bad name", only, TOPICS, "a b", new Op(0, "retention.ms", "1"));
      alter("of an unknown kind", only, 99, "x", new Op(0, "retention.ms", "1"));
      alter("of kind 0", only, 0, "x", new Op(0, "retention.ms", "1"));
    }
    exchange.tell(
        "one resource twice",
        ApiKeys.INCREMENTAL_ALTER_CONFIGS,
        1,
        two(change(false, TOPICS, TOPIC, new Op(0, "retention.ms", "1"))));
  }

  private static IncrementalAlterConfigsRequestData two(IncrementalAlterConfigsRequestData one) {
    one.resources().mustAdd(one.resources().iterator().next().duplicate());
    return one;
  }

  private void topic(String what, boolean only, Op... ops) {
    alter(what, only, TOPICS, TOPIC, ops);
  }

  private void alter(String what, boolean only, int type, String name, Op... ops) {
    for (int v = only ? 1 : 0; v <= 1; v++) {
      exchange.tell(
          what + " (" + type + ")" + (only ? " only to see" : ""),
          ApiKeys.INCREMENTAL_ALTER_CONFIGS,
          v,
          change(only, type, name, ops));
    }
  }

  static IncrementalAlterConfigsRequestData change(boolean only, int type, String name, Op... ops) {
    var configs = new IncrementalAlterConfigsRequestData.AlterableConfigCollection();
    for (Op op : ops) {
      configs.mustAdd(
          new IncrementalAlterConfigsRequestData.AlterableConfig()
              .setName(op.key())
              .setConfigOperation((byte) op.kind())
              .setValue(op.value()));
    }
    var resources = new IncrementalAlterConfigsRequestData.AlterConfigsResourceCollection();
    resources.add(
        new IncrementalAlterConfigsRequestData.AlterConfigsResource()
            .setResourceType((byte) type)
            .setResourceName(name)
            .setConfigs(configs));
    return new IncrementalAlterConfigsRequestData().setValidateOnly(only).setResources(resources);
  }

  // ---- brokers and others

  private void brokers() {
    for (String broker : List.of("1", "")) {
      String of = broker.isEmpty() ? " of all brokers" : " of a broker";
      alter("set" + of, false, BROKERS, broker, new Op(0, "log.retention.ms", "7200000"));
      alter("set wrongly" + of, false, BROKERS, broker, new Op(0, "log.retention.ms", "x"));
      alter("append" + of, false, BROKERS, broker, new Op(2, "log.cleanup.policy", "compact"));
      alter("subtract" + of, false, BROKERS, broker, new Op(3, "log.cleanup.policy", "compact"));
      alter("append to no list" + of, false, BROKERS, broker, new Op(2, "log.retention.ms", "1"));
      alter("set what is fixed" + of, false, BROKERS, broker, new Op(0, "node.id", "3"));
      alter("set what is not" + of, false, BROKERS, broker, new Op(0, "no.such", "3"));
      alter(
          "set a throttle" + of,
          false,
          BROKERS,
          broker,
          new Op(0, "leader.replication.throttled.rate", "1000000"));
      alter(
          "set a throttle below" + of,
          false,
          BROKERS,
          broker,
          new Op(0, "leader.replication.throttled.rate", "-5"));
      alter(
          "delete a throttle" + of,
          false,
          BROKERS,
          broker,
          new Op(1, "leader.replication.throttled.rate", null));
      alter("min in sync" + of, false, BROKERS, broker, new Op(0, "min.insync.replicas", "1"));
      alter(
          "delete min in sync" + of,
          false,
          BROKERS,
          broker,
          new Op(1, "min.insync.replicas", null));
      alter(
          "delete" + of,
          false,
          BROKERS,
          broker,
          new Op(1, "log.retention.ms", null),
          new Op(1, "log.cleanup.policy", null));
    }
    alter(
        "of a broker that is not there", false, BROKERS, "77", new Op(0, "log.retention.ms", "1"));
    alter("of a broker of no number", false, BROKERS, "x", new Op(0, "log.retention.ms", "1"));
    alter("of a broker below 0", false, BROKERS, "-1", new Op(0, "log.retention.ms", "1"));
  }

  private void loggers() {
    alter("level", true, LOGGERS, "1", new Op(0, "root", "INFO"));
    alter("wrong level", true, LOGGERS, "1", new Op(0, "root", "LOUD"));
    alter("unknown logger", true, LOGGERS, "1", new Op(0, "no.such.logger", "INFO"));
    alter("append to a level", true, LOGGERS, "1", new Op(2, "root", "INFO"));
    alter("delete the root's", true, LOGGERS, "1", new Op(1, "root", null));
    alter("of another broker", true, LOGGERS, "7", new Op(0, "root", "INFO"));
    alter("of no broker", true, LOGGERS, "", new Op(0, "root", "INFO"));
    alter("of no number", true, LOGGERS, "x", new Op(0, "root", "INFO"));
  }

  private void metricsAndGroups() {
    alter("interval", false, METRICS, "sub", new Op(0, "interval.ms", "1000"));
    alter("interval too short", false, METRICS, "sub", new Op(0, "interval.ms", "10"));
    alter("interval of no number", false, METRICS, "sub", new Op(0, "interval.ms", "x"));
    alter("metrics", false, METRICS, "sub", new Op(0, "metrics", "a.,b."));
    alter("append metrics", false, METRICS, "sub", new Op(2, "metrics", "c."));
    alter(
        "match", false, METRICS, "sub", new Op(0, "match", "client_id=a.*,client_source_port=9.*"));
    alter("match by an unknown", false, METRICS, "sub", new Op(0, "match", "colour=a"));
    alter("match without a pattern", false, METRICS, "sub", new Op(0, "match", "client_id"));
    alter("match by a bad pattern", false, METRICS, "sub", new Op(0, "match", "client_id=["));
    alter("unknown", false, METRICS, "sub", new Op(0, "colour", "red"));
    alter("of no name", false, METRICS, "", new Op(0, "interval.ms", "1000"));
    alter("session", false, GROUPS, "g", new Op(0, "consumer.session.timeout.ms", "50000"));
    alter("session too short", false, GROUPS, "g", new Op(0, "consumer.session.timeout.ms", "1"));
    alter(
        "session too long", false, GROUPS, "g", new Op(0, "consumer.session.timeout.ms", "100000"));
    alter(
        "session below heartbeat",
        false,
        GROUPS,
        "g",
        new Op(0, "consumer.session.timeout.ms", "45000"),
        new Op(0, "consumer.heartbeat.interval.ms", "50000"));
    alter(
        "session of no number", false, GROUPS, "g", new Op(0, "consumer.session.timeout.ms", "x"));
    alter("heartbeat", false, GROUPS, "g", new Op(0, "consumer.heartbeat.interval.ms", "6000"));
    alter("unknown", false, GROUPS, "g", new Op(0, "colour", "red"));
    alter("append to a number", false, GROUPS, "g", new Op(2, "consumer.session.timeout.ms", "1"));
    alter("of no name", false, GROUPS, "", new Op(0, "consumer.session.timeout.ms", "50000"));
  }

  // ---- AlterConfigs

  private void replacing() {
    for (int v = 0; v <= 2; v++) {
      for (boolean only : new boolean[] {true, false}) {
        String tail = only ? " only to see" : "";
        replace("set" + tail, v, only, TOPICS, TOPIC, new Op(0, "retention.ms", "3600000"));
        replace("set wrongly" + tail, v, only, TOPICS, TOPIC, new Op(0, "retention.ms", "x"));
        replace("set to null" + tail, v, only, TOPICS, TOPIC, new Op(0, "retention.ms", null));
        replace("what is not" + tail, v, only, TOPICS, TOPIC, new Op(0, "no.such", "1"));
        replace("nothing" + tail, v, only, TOPICS, TOPIC);
        replace(
            "twice" + tail,
            v,
            only,
            TOPICS,
            TOPIC,
            new Op(0, "retention.ms", "1"),
            new Op(0, "retention.ms", "2"));
        replace(
            "of a topic that is not there" + tail,
            v,
            only,
            TOPICS,
            "nosuch",
            new Op(0, "retention.ms", "1"));
        replace(
            "of a broker" + tail, v, only, BROKERS, "1", new Op(0, "log.retention.ms", "7200000"));
        replace("of a broker, nothing" + tail, v, only, BROKERS, "1");
        replace(
            "of a broker that is not there" + tail,
            v,
            only,
            BROKERS,
            "77",
            new Op(0, "log.retention.ms", "1"));
        replace("of a logger" + tail, v, only, LOGGERS, "1", new Op(0, "root", "INFO"));
        replace("of an unknown kind" + tail, v, only, 99, "x", new Op(0, "root", "INFO"));
        replace(
            "of client metrics" + tail, v, only, METRICS, "old", new Op(0, "interval.ms", "1000"));
        replace(
            "of a group" + tail,
            v,
            only,
            GROUPS,
            "old",
            new Op(0, "consumer.session.timeout.ms", "50000"));
      }
    }
  }

  private void replace(String what, int version, boolean only, int type, String name, Op... ops) {
    var configs = new AlterConfigsRequestData.AlterableConfigCollection();
    for (Op op : ops) {
      configs.mustAdd(
          new AlterConfigsRequestData.AlterableConfig().setName(op.key()).setValue(op.value()));
    }
    var resources = new AlterConfigsRequestData.AlterConfigsResourceCollection();
    resources.add(
        new AlterConfigsRequestData.AlterConfigsResource()
            .setResourceType((byte) type)
            .setResourceName(name)
            .setConfigs(configs));
    exchange.tell(
        what,
        ApiKeys.ALTER_CONFIGS,
        version,
        new AlterConfigsRequestData().setValidateOnly(only).setResources(resources));
  }

  // ---- DescribeConfigs

  private void described() {
    IncrementalAlterConfigsResponseData set =
        exchange.ask(
            ApiKeys.INCREMENTAL_ALTER_CONFIGS,
            1,
            change(false, TOPICS, TOPIC, new Op(0, "retention.ms", "3600000")));
    if (set.responses().getFirst().errorCode() != 0) {
      throw new AssertionError("not set: " + set);
    }
    exchange.ask(
        ApiKeys.INCREMENTAL_ALTER_CONFIGS,
        1,
        change(false, BROKERS, "", new Op(0, "log.cleaner.delete.retention.ms", "5000")));
    exchange.ask(
        ApiKeys.INCREMENTAL_ALTER_CONFIGS,
        1,
        change(false, BROKERS, "1", new Op(0, "log.cleaner.min.compaction.lag.ms", "7")));
    Exchange.until("the brokers' settings", this::brokersSettingsAreInForce);
    for (int v = 1; v <= 4; v++) {
      describe("every key", v, TOPICS, TOPIC);
      describe("one key", v, TOPICS, TOPIC, "retention.ms");
      describe("keys that are not", v, TOPICS, TOPIC, "no.such");
      describe("a topic that is not there", v, TOPICS, "nosuch");
      describe("a topic of a bad name", v, TOPICS, "a b");
      describe("a topic of no name", v, TOPICS, "");
      describe("all brokers", v, BROKERS, "");
      describe(
          "a key of a broker",
          v,
          BROKERS,
          "1",
          "log.cleaner.min.compaction.lag.ms",
          "log.cleaner.delete.retention.ms",
          "log.retention.ms",
          "log.segment.bytes");
      describe("a broker that is not there", v, BROKERS, "77");
      describe("a broker of no number", v, BROKERS, "x");
      describe("loggers of another", v, LOGGERS, "77");
      describe("loggers of none", v, LOGGERS, "");
      describe("loggers of no number", v, LOGGERS, "x");
      describe("client metrics", v, METRICS, "sub");
      describe("client metrics of no name", v, METRICS, "");
      describe("client metrics that are not", v, METRICS, "nosuch");
      describe(
          "a group",
          v,
          GROUPS,
          "g",
          "consumer.session.timeout.ms",
          "consumer.heartbeat.interval.ms");
      describe("a group of no name", v, GROUPS, "");
      describe(
          "a group that is not there",
          v,
          GROUPS,
          "nosuch",
          "consumer.session.timeout.ms",
          "consumer.heartbeat.interval.ms");
      describe("an unknown kind", v, 99, "x");
    }
  }

  /** Apache Kafka's brokers take them up a little later. */
  private boolean brokersSettingsAreInForce() {
    DescribeConfigsResponseData answer =
        exchange.ask(
            ApiKeys.DESCRIBE_CONFIGS,
            1,
            new DescribeConfigsRequestData()
                .setResources(
                    List.of(
                        new DescribeConfigsResource()
                            .setResourceType((byte) TOPICS)
                            .setResourceName(TOPIC)
                            .setConfigurationKeys(
                                List.of("min.compaction.lag.ms", "delete.retention.ms")))));
    return answer.results().getFirst().configs().stream()
        .allMatch(config -> List.of("7", "5000").contains(config.value()));
  }

  private void describe(String what, int version, int type, String name, String... keys) {
    var request =
        new DescribeConfigsRequestData()
            .setIncludeSynonyms(true)
            .setResources(
                List.of(
                    new DescribeConfigsResource()
                        .setResourceType((byte) type)
                        .setResourceName(name)
                        .setConfigurationKeys(keys.length == 0 ? null : List.of(keys))));
    DescribeConfigsResponseData answer = exchange.ask(ApiKeys.DESCRIBE_CONFIGS, version, request);
    String of = what + " (" + type + ")";
    for (DescribeConfigsResponseData.DescribeConfigsResult result : answer.results()) {
      List<DescribeConfigsResponseData.DescribeConfigsResourceResult> all = result.configs();
      for (DescribeConfigsResponseData.DescribeConfigsResourceResult each : all) {
        if (SINCE_4_4.contains(each.name())) {
          continue;
        }
        result.setConfigs(List.of(each));
        exchange.note(of + ": " + each.name(), ApiKeys.DESCRIBE_CONFIGS, version, answer);
      }
      result.setConfigs(List.of());
    }
    exchange.note(of, ApiKeys.DESCRIBE_CONFIGS, version, answer);
  }

  private void listed() {
    list("all", 0, new ListConfigResourcesRequestData());
    for (int type : new int[] {BROKERS, LOGGERS, METRICS, GROUPS, 0, 99}) {
      list(
          "of kind " + type,
          1,
          new ListConfigResourcesRequestData().setResourceTypes(List.of((byte) type)));
    }
  }

  private void list(String what, int version, ListConfigResourcesRequestData request) {
    exchange.tell(what, ApiKeys.LIST_CONFIG_RESOURCES, version, request);
  }
}
