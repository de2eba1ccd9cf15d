package io.dure.server;

import static io.dure.server.Setting.address;
import static io.dure.server.Setting.addressOrOff;
import static io.dure.server.Setting.choice;
import static io.dure.server.Setting.flag;
import static io.dure.server.Setting.list;
import static io.dure.server.Setting.number;
import static io.dure.server.Setting.text;

import io.dure.base.Endpoint;
import io.dure.console.ConsoleSettings;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Every setting of a node, declared here and nowhere else. Names are Kafka's where the meaning is
 * Kafka's. Any other key is accepted, has no effect and is reported at the start.
 */
final class Settings {
  static final Setting<Integer> NODE_ID =
      number(
          "node.id",
          "",
          0,
          Integer.MAX_VALUE,
          1,
          "This node's number in its cluster (--node). Kept in the data folder once given.");
  static final Setting<Endpoint> LISTENERS =
      address(
          "listeners",
          "127.0.0.1:9092",
          "Where this node listens, for clients and for the other nodes (--listen). Port 0 takes any free one.");
  static final Setting<Endpoint> ADVERTISED_LISTENERS =
      address(
          "advertised.listeners",
          "",
          "The address that clients and other nodes are told to use (--advertise). Not given: as listeners; of 0.0.0.0 an own address of the machine, and a client stays with the one it came by.");
  static final Setting<String> LOG_DIRS =
      text("log.dirs", "one folder", "dure-data", "Where this node keeps all it stores (--data).");
  static final Setting<List<String>> CLUSTER =
      list(
          "cluster",
          "HOST:PORT or ID@HOST:PORT, with commas",
          "The founding members, the same list on each of them (--cluster). Without it a node is a cluster of its own.");
  static final Setting<List<String>> JOIN =
      list(
          "join",
          "HOST:PORT, with commas",
          "Members of a running cluster that this node joins (--join).");
  static final Setting<String> RACK =
      text("broker.rack", "any text", "", "Where this node stands; told to clients.");

  static final Setting<Optional<Endpoint>> CONSOLE =
      addressOrOff(
          "console",
          "127.0.0.1:9080",
          "Where the console, /metrics and /health are served (--console). When it is not given and another program has that port, one of the next 32 is taken.");
  static final Setting<ConsoleSettings.Write> CONSOLE_WRITE =
      choice(
          "console.write",
          Map.of(
              "local", ConsoleSettings.Write.LOCAL,
              "true", ConsoleSettings.Write.ALWAYS,
              "false", ConsoleSettings.Write.NEVER),
          "local",
          "Whether the console may write records, create topics and delete them; local: where only this machine reaches it.");
  static final Setting<Boolean> AUTO_CREATE_TOPICS =
      flag(
          "auto.create.topics.enable",
          true,
          "Whether a topic is created when a client asks for one that does not exist.");
  static final Setting<Boolean> DELETE_TOPICS =
      flag(
          "delete.topic.enable",
          true,
          "Whether who asks this node may delete topics; to forbid it, set it on every node.");
  static final Setting<Integer> NUM_PARTITIONS =
      number(
          "num.partitions",
          "",
          1,
          10_000,
          1,
          "Partitions of a topic that is created without saying how many.");
  static final Setting<Integer> DEFAULT_REPLICATION_FACTOR =
      number(
          "default.replication.factor",
          "",
          1,
          100,
          3,
          "Replicas of a topic that is created without saying how many; as many as there are brokers when there are fewer.");
  static final Setting<Integer> MIN_INSYNC_REPLICAS =
      number(
          "min.insync.replicas",
          "",
          1,
          100,
          1,
          "A record is acknowledged when a majority of its replicas hold it on disk, or so many if that is more.");
  static final Setting<Integer> MESSAGE_MAX_BYTES =
      number(
          "message.max.bytes",
          "bytes",
          1_024,
          100 << 20,
          1_048_588,
          "The largest batch a producer may send.");
  static final Setting<Integer> SEGMENT_BYTES =
      number(
          "log.segment.bytes",
          "bytes",
          1 << 20,
          1 << 30,
          1 << 30,
          "A partition's segment file is followed by a new one at this size.");
  static final Setting<Integer> FETCH_MAX_BYTES =
      number(
          "fetch.max.bytes",
          "bytes",
          1_024,
          1 << 30,
          55 << 20,
          "The most that one answer to a consumer holds.");
  static final Setting<Integer> FETCH_SESSIONS =
      number(
          "max.incremental.fetch.session.cache.slots",
          "",
          0,
          100_000,
          1_000,
          "Incremental fetch sessions kept per event loop.");
  static final Setting<Integer> OFFSETS_PARTITIONS =
      number(
          "offsets.topic.num.partitions",
          "",
          1,
          1_000,
          16,
          "Partitions of the topic that keeps the groups' offsets, when it is created.");
  static final Setting<Integer> OFFSET_METADATA_MAX =
      number(
          "offset.metadata.max.bytes",
          "characters",
          0,
          10_000,
          4_096,
          "The longest text stored beside an offset.");
  static final Setting<Integer> TRANSACTION_PARTITIONS =
      number(
          "transaction.state.log.num.partitions",
          "",
          1,
          1_000,
          16,
          "Partitions of the topic that keeps the transactions, when it is created.");
  static final Setting<Integer> TRANSACTION_MAX_TIMEOUT_MS =
      number(
          "transaction.max.timeout.ms",
          "ms",
          1,
          Integer.MAX_VALUE,
          900_000,
          "The longest time a producer may ask for; a transaction that lasts longer than its producer asked for is aborted.");
  static final Setting<Integer> PRODUCER_ID_EXPIRATION_MS =
      number(
          "producer.id.expiration.ms",
          "ms",
          1,
          Integer.MAX_VALUE,
          24 * 3_600_000,
          "How long a partition remembers an idempotent producer that is silent and has no transaction open; looked for every ten minutes.");
  static final Setting<Integer> TRANSACTIONAL_ID_EXPIRATION_MS =
      number(
          "transactional.id.expiration.ms",
          "ms",
          1,
          Integer.MAX_VALUE,
          7 * 24 * 3_600_000,
          "How long a transactional id that is not used is remembered.");
  static final Setting<Integer> TRANSACTIONAL_ID_CHECK_MS =
      number(
          "transaction.remove.expired.transaction.cleanup.interval.ms",
          "ms",
          1,
          Integer.MAX_VALUE,
          600_000,
          "How often transactional ids past their time are looked for.");
  static final Setting<Integer> REQUEST_MAX_BYTES =
      number(
          "socket.request.max.bytes",
          "bytes",
          1_024,
          // Its batches must fit in what nodes send each other.
          100 << 20,
          100 << 20,
          "The largest request; a connection that announces more is closed.");
  static final Setting<Long> QUEUED_REQUEST_BYTES =
      number(
          "queued.max.request.bytes",
          "bytes",
          1L << 20,
          1L << 40,
          256L << 20,
          "Requests of all clients being read or answered, together; more wait in their sockets.");
  static final Setting<Integer> TELEMETRY_MAX_BYTES =
      number(
          "telemetry.max.bytes",
          "bytes",
          1,
          16 << 20,
          1 << 20,
          "The most that a client may push of its metrics at once.");
  static final Setting<Long> CONNECTIONS_MAX_IDLE_MS =
      number(
          "connections.max.idle.ms",
          "ms",
          1_000L,
          Long.MAX_VALUE,
          600_000L,
          "A client's connection is closed after so long without traffic.");
  static final Setting<Integer> MAX_CONNECTIONS =
      number(
          "max.connections",
          "",
          1,
          1_000_000,
          10_000,
          "Connections at a time; further ones are closed at once.");
  static final Setting<Long> PEER_QUEUE_BYTES =
      number(
          "peer.queue.max.bytes",
          "bytes",
          1L << 20,
          1L << 32,
          32L << 20,
          "Waiting to be sent to one other node; what comes beyond is dropped and sent again later.");
  static final Setting<Long> DISK_RESERVE_BYTES =
      number(
          "disk.reserve.bytes",
          "bytes",
          -1L,
          1L << 50,
          -1L,
          "Left free on the data folder's volume: with less, producers' records are refused until there is room again. -1: 1 GiB, or a twentieth of a smaller volume.");
  static final Setting<Long> WAITING_BYTES =
      number(
          "produce.waiting.max.bytes",
          "bytes",
          1L << 20,
          1L << 40,
          128L << 20,
          "Appended by this node as leader and not yet on a majority, per event loop; more is refused for now.");
  static final Setting<Integer> SNAPSHOT_RECORDS =
      number(
          "metadata.snapshot.max.records",
          "",
          100,
          10_000_000,
          20_000,
          "A snapshot of the metadata is written after so many changes.");
  static final Setting<Long> RETENTION_CHECK_MS =
      number(
          "log.retention.check.interval.ms",
          "ms",
          1L,
          Long.MAX_VALUE,
          300_000L,
          "How often a partition is looked at for records that its retention does not keep.");
  static final Setting<Long> COMPACTION_CHECK_MS =
      number(
          "log.cleaner.backoff.ms",
          "ms",
          1L,
          Long.MAX_VALUE,
          15_000L,
          "How often a node looks for a partition to compact.");
  static final Setting<Boolean> BALANCE =
      flag(
          "balance.enable",
          true,
          "Whether copies and leaders are moved without being asked for: onto new brokers, off those that leave or died.");
  static final Setting<Long> BALANCE_GRACE_MS =
      number(
          "balance.grace.ms",
          "ms",
          1_000L,
          Long.MAX_VALUE,
          600_000L,
          "How long a broker may be dead before its copies are made anew on others.");
  static final Setting<Integer> BALANCE_MOVES =
      number(
          "balance.moves.per.broker",
          "",
          1,
          1_000,
          4,
          "Copies that the balancer has made on one broker, or by one, at a time.");
  static final Setting<Integer> LOOPS =
      number(
          "num.network.threads",
          "",
          1,
          1_024,
          Math.max(1, Runtime.getRuntime().availableProcessors() / 2),
          "Event loops; each owns a share of the connections and of the partitions.");

  static final List<Setting<?>> ALL =
      List.of(
          NODE_ID,
          LISTENERS,
          ADVERTISED_LISTENERS,
          LOG_DIRS,
          CLUSTER,
          JOIN,
          RACK,
          CONSOLE,
          CONSOLE_WRITE,
          AUTO_CREATE_TOPICS,
          DELETE_TOPICS,
          NUM_PARTITIONS,
          DEFAULT_REPLICATION_FACTOR,
          MIN_INSYNC_REPLICAS,
          MESSAGE_MAX_BYTES,
          SEGMENT_BYTES,
          FETCH_MAX_BYTES,
          FETCH_SESSIONS,
          OFFSETS_PARTITIONS,
          OFFSET_METADATA_MAX,
          SettingsOfGroups.OFFSETS_RETENTION_MINUTES,
          SettingsOfGroups.OFFSETS_RETENTION_CHECK_MS,
          TRANSACTION_PARTITIONS,
          TRANSACTION_MAX_TIMEOUT_MS,
          PRODUCER_ID_EXPIRATION_MS,
          TRANSACTIONAL_ID_EXPIRATION_MS,
          TRANSACTIONAL_ID_CHECK_MS,
          SettingsOfGroups.GROUP_MIN_SESSION_MS,
          SettingsOfGroups.GROUP_MAX_SESSION_MS,
          SettingsOfGroups.GROUP_INITIAL_DELAY_MS,
          SettingsOfGroups.GROUP_MAX_SIZE,
          SettingsOfGroups.CONSUMER_SESSION_MS,
          SettingsOfGroups.CONSUMER_MIN_SESSION_MS,
          SettingsOfGroups.CONSUMER_MAX_SESSION_MS,
          SettingsOfGroups.CONSUMER_HEARTBEAT_MS,
          SettingsOfGroups.CONSUMER_MIN_HEARTBEAT_MS,
          SettingsOfGroups.CONSUMER_MAX_HEARTBEAT_MS,
          SettingsOfGroups.CONSUMER_MAX_SIZE,
          SettingsOfGroups.CONSUMER_ASSIGNORS,
          SettingsOfGroups.CONSUMER_ASSIGNMENT_INTERVAL_MS,
          SettingsOfGroups.CONSUMER_MIGRATION,
          REQUEST_MAX_BYTES,
          QUEUED_REQUEST_BYTES,
          TELEMETRY_MAX_BYTES,
          CONNECTIONS_MAX_IDLE_MS,
          MAX_CONNECTIONS,
          PEER_QUEUE_BYTES,
          DISK_RESERVE_BYTES,
          WAITING_BYTES,
          SNAPSHOT_RECORDS,
          RETENTION_CHECK_MS,
          COMPACTION_CHECK_MS,
          BALANCE,
          BALANCE_GRACE_MS,
          BALANCE_MOVES,
          LOOPS);

  private Settings() {}
}
