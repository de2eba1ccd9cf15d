package io.dure.server;

import io.dure.base.Clock;
import io.dure.base.Rng;
import io.dure.broker.AdminApis;
import io.dure.broker.Audit;
import io.dure.broker.BrokerConfig;
import io.dure.broker.BrokerSettings;
import io.dure.broker.DataApis;
import io.dure.broker.DataVolume;
import io.dure.broker.Dispatcher;
import io.dure.broker.GroupApis;
import io.dure.broker.NodeCluster;
import io.dure.broker.QuotaApis;
import io.dure.broker.ReplicaApis;
import io.dure.broker.SecurityApis;
import io.dure.broker.TransactionGate;
import io.dure.broker.TxnApis;
import io.dure.broker.telemetry.TelemetryApis;
import io.dure.group.GroupSettings;
import io.dure.group.consumer.ConsumerSettings;
import io.dure.runtime.AskHandler;
import io.dure.runtime.Loop;
import io.dure.runtime.Node;
import io.dure.txn.TxnSettings;
import io.dure.wire.RequestSink;
import java.io.File;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;

/**
 * The table of handlers, put together from the configuration.
 *
 * @param clients what clients tell of themselves
 */
record Handlers(RequestSink requests, TelemetryApis clients) {

  /**
   * Before the node starts: the coordinators are to hear of every partition led here.
   *
   * @param audit keeps who had what done that may lose records
   * @param beside what answers what other nodes ask, given what answers Kafka's requests of them
   */
  static Handlers of(
      Config config,
      NodeCluster cluster,
      Node node,
      Clock clock,
      Rng rng,
      Loop home,
      Audit audit,
      UnaryOperator<AskHandler> beside) {
    ExecutorService blocking = Executors.newVirtualThreadPerTaskExecutor();
    Dispatcher.Builder table = Dispatcher.builder(blocking);
    BrokerSettings settings = brokerSettings(config);
    TransactionGate gate = TxnApis.gate(cluster);
    DataApis.addTo(table, cluster, node.partitions(), settings, gate, volume(config), rng);
    AdminApis.addTo(table, cluster, settings, told(config), new LogbackLoggers());
    TelemetryApis clients =
        TelemetryApis.addTo(
            table, cluster, home, blocking, config.get(Settings.TELEMETRY_MAX_BYTES), rng);
    SecurityApis.addTo(table);
    QuotaApis.addTo(table);
    ReplicaApis.addTo(table, cluster, node::metadata, audit, blocking);
    GroupApis.addTo(
        table, cluster, node.partitions(), settings, groupSettings(config), gate, clock, rng);
    TxnApis.addTo(
        table, cluster, node.partitions(), settings, txnSettings(config), clock, rng, home);
    Dispatcher dispatcher = table.build(cluster);
    node.answerNodeAsks(beside.apply(dispatcher.forNodes(home)));
    return new Handlers(dispatcher, clients);
  }

  private static DataVolume volume(Config config) {
    var folder = new File(config.get(Settings.LOG_DIRS)).getAbsoluteFile();
    return new DataVolume() {
      @Override
      public String path() {
        return folder.getPath();
      }

      @Override
      public long totalBytes() {
        return folder.getTotalSpace();
      }

      @Override
      public long usableBytes() {
        return folder.getUsableSpace();
      }
    };
  }

  private static BrokerSettings brokerSettings(Config config) {
    return new BrokerSettings(
        config.get(Settings.AUTO_CREATE_TOPICS),
        config.get(Settings.DELETE_TOPICS),
        config.topicDefaults(),
        config.get(Settings.FETCH_MAX_BYTES),
        config.get(Settings.FETCH_SESSIONS),
        config.get(Settings.OFFSETS_PARTITIONS),
        config.get(Settings.TRANSACTION_PARTITIONS));
  }

  private static TxnSettings txnSettings(Config config) {
    return TxnSettings.DEFAULTS.with(
        config.get(Settings.TRANSACTION_MAX_TIMEOUT_MS),
        config.get(Settings.TRANSACTIONAL_ID_EXPIRATION_MS),
        config.get(Settings.TRANSACTIONAL_ID_CHECK_MS));
  }

  private static GroupSettings groupSettings(Config config) {
    GroupSettings defaults = GroupSettings.DEFAULTS;
    return new GroupSettings(
        config.get(SettingsOfGroups.GROUP_MIN_SESSION_MS),
        config.get(SettingsOfGroups.GROUP_MAX_SESSION_MS),
        config.get(SettingsOfGroups.GROUP_INITIAL_DELAY_MS),
        defaults.newMemberJoinMs(),
        config.get(SettingsOfGroups.GROUP_MAX_SIZE),
        defaults.maxGroups(),
        defaults.maxSubscriptionBytes(),
        defaults.maxGroupRecordBytes(),
        config.get(Settings.OFFSET_METADATA_MAX),
        config.get(SettingsOfGroups.OFFSETS_RETENTION_MINUTES) * 60_000L,
        config.get(SettingsOfGroups.OFFSETS_RETENTION_CHECK_MS),
        new ConsumerSettings(
            config.get(SettingsOfGroups.CONSUMER_SESSION_MS),
            config.get(SettingsOfGroups.CONSUMER_HEARTBEAT_MS),
            defaults.consumer().settlingHeartbeatMs(),
            config.get(SettingsOfGroups.CONSUMER_MAX_SIZE),
            config.get(SettingsOfGroups.CONSUMER_ASSIGNORS),
            defaults.consumer().maxRegexChars(),
            config.get(SettingsOfGroups.CONSUMER_ASSIGNMENT_INTERVAL_MS),
            config.get(SettingsOfGroups.CONSUMER_MIGRATION),
            new ConsumerSettings.Bounds(
                config.get(SettingsOfGroups.CONSUMER_MIN_SESSION_MS),
                config.get(SettingsOfGroups.CONSUMER_MAX_SESSION_MS),
                config.get(SettingsOfGroups.CONSUMER_MIN_HEARTBEAT_MS),
                config.get(SettingsOfGroups.CONSUMER_MAX_HEARTBEAT_MS))));
  }

  /** The settings as DescribeConfigs tells them. */
  private static List<BrokerConfig> told(Config config) {
    var told = new ArrayList<BrokerConfig>();
    for (Setting<?> setting : Settings.ALL) {
      told.add(
          new BrokerConfig(
              setting.key(),
              config.textOf(setting),
              !config.isGiven(setting),
              setting.type().code(),
              setting.text()));
    }
    return told;
  }
}
