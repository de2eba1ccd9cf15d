package io.dure.server;

import static io.dure.server.Setting.choice;
import static io.dure.server.Setting.number;

import io.dure.group.consumer.ConsumerSettings;
import io.dure.group.consumer.MigrationPolicy;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The settings of a node that consumer groups and their offsets go by, with Kafka's names. */
final class SettingsOfGroups {
  /** Where the classes are by whose names Kafka's settings may call the same assignors. */
  private static final String KAFKAS_PACKAGE = "org.apache.kafka.coordinator.group.assignor.";

  private static final Map<String, String> ASSIGNORS =
      Map.of(
          KAFKAS_PACKAGE + "UniformAssignor", "uniform", KAFKAS_PACKAGE + "RangeAssignor", "range");

  static final Setting<Integer> OFFSETS_RETENTION_MINUTES =
      number(
          "offsets.retention.minutes",
          "minutes",
          1,
          Integer.MAX_VALUE,
          7 * 24 * 60,
          "How long offsets outlive the last use of their group.");
  static final Setting<Integer> OFFSETS_RETENTION_CHECK_MS =
      number(
          "offsets.retention.check.interval.ms",
          "ms",
          1,
          Integer.MAX_VALUE,
          600_000,
          "How often offsets past their time are looked for.");

  static final Setting<Integer> GROUP_MIN_SESSION_MS =
      number(
          "group.min.session.timeout.ms",
          "ms",
          1,
          Integer.MAX_VALUE,
          6_000,
          "The shortest session timeout a group member may ask for.");
  static final Setting<Integer> GROUP_MAX_SESSION_MS =
      number(
          "group.max.session.timeout.ms",
          "ms",
          1,
          Integer.MAX_VALUE,
          1_800_000,
          "The longest session timeout a group member may ask for.");
  static final Setting<Integer> GROUP_INITIAL_DELAY_MS =
      number(
          "group.initial.rebalance.delay.ms",
          "ms",
          0,
          60_000,
          300,
          "How long an empty group waits for further members after its first; prolonged while they keep coming.");
  static final Setting<Integer> GROUP_MAX_SIZE =
      number("group.max.size", "", 1, 100_000, 1_000, "Members that one group may have.");

  static final Setting<Integer> CONSUMER_SESSION_MS =
      number(
          "group.consumer.session.timeout.ms",
          "ms",
          1_000,
          1_800_000,
          45_000,
          "How long nothing is heard of a member of the new group protocol until it is out.");
  static final Setting<Integer> CONSUMER_HEARTBEAT_MS =
      number(
          "group.consumer.heartbeat.interval.ms",
          "ms",
          100,
          60_000,
          1_500,
          "How often members of the new group protocol are told to be heard of; a change waits for them so long.");
  static final Setting<Integer> CONSUMER_MAX_SIZE =
      number(
          "group.consumer.max.size",
          "",
          1,
          Integer.MAX_VALUE,
          Integer.MAX_VALUE,
          "Members that one group of the new protocol may have.");

  static final Setting<Integer> CONSUMER_MIN_SESSION_MS =
      number(
          "group.consumer.min.session.timeout.ms",
          "ms",
          1_000,
          1_800_000,
          1_000,
          "The shortest group.consumer.session.timeout.ms; a shorter one that a group has of its own counts as this.");
  static final Setting<Integer> CONSUMER_MAX_SESSION_MS =
      number(
          "group.consumer.max.session.timeout.ms",
          "ms",
          1_000,
          1_800_000,
          1_800_000,
          "The longest group.consumer.session.timeout.ms; a longer one that a group has of its own counts as this.");
  static final Setting<Integer> CONSUMER_MIN_HEARTBEAT_MS =
      number(
          "group.consumer.min.heartbeat.interval.ms",
          "ms",
          100,
          60_000,
          100,
          "The shortest group.consumer.heartbeat.interval.ms; a shorter one that a group has of its own counts as this.");
  static final Setting<Integer> CONSUMER_MAX_HEARTBEAT_MS =
      number(
          "group.consumer.max.heartbeat.interval.ms",
          "ms",
          100,
          60_000,
          60_000,
          "The longest group.consumer.heartbeat.interval.ms; a longer one that a group has of its own counts as this.");
  static final Setting<List<String>> CONSUMER_ASSIGNORS =
      new Setting<>(
          "group.consumer.assignors",
          Setting.Type.LIST,
          "",
          "uniform, range",
          "uniform,range",
          "The assignors on offer; the first serves who asks for none. Kafka's class names of the two are taken, too.",
          SettingsOfGroups::assignors);
  static final Setting<Integer> CONSUMER_ASSIGNMENT_INTERVAL_MS =
      number(
          "group.consumer.assignment.interval.ms",
          "ms",
          0,
          15_000,
          0,
          "How long a group's partitions are not dealt out again, at least; large groups rest by themselves.");
  static final Setting<MigrationPolicy> CONSUMER_MIGRATION =
      choice(
          "group.consumer.migration.policy",
          Map.of(
              "bidirectional", MigrationPolicy.BIDIRECTIONAL,
              "upgrade", MigrationPolicy.UPGRADE,
              "downgrade", MigrationPolicy.DOWNGRADE,
              "disabled", MigrationPolicy.DISABLED),
          "bidirectional",
          "Whether a group that is in use may go from the classic protocol to the new one (upgrade) and back (downgrade).");

  private SettingsOfGroups() {}

  private static List<String> assignors(String value) throws BadConfig {
    Set<String> names = new LinkedHashSet<>();
    for (String item : value.split(",", -1)) {
      String name = ASSIGNORS.getOrDefault(item.trim(), item.trim());
      if (!ConsumerSettings.DEFAULTS.assignors().contains(name)) {
        throw new BadConfig(
            name.isEmpty()
                ? "one of the names is empty"
                : "there is no assignor " + name + " (classes of one's own are not loaded)");
      }
      if (!names.add(name)) {
        throw new BadConfig(name + " is there twice");
      }
    }
    return List.copyOf(names);
  }
}
