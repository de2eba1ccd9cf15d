package io.dure.cli;

import static io.dure.cli.StatusCommand.object;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidRequestException;

/**
 * What the cluster's balancer says of itself: told as read-only settings, so that the Admin client
 * can ask (decision 25).
 *
 * @param bytes what each broker's copies take; empty: not known yet
 * @param bytesPerSecond what each takes in as a leader; as {@code bytes}
 */
public record BalanceView(
    boolean on,
    Map<Integer, String> brokers,
    Map<Integer, Long> bytes,
    Map<Integer, Long> bytesPerSecond,
    List<Change> plan,
    List<Change> moving) {
  /** Brokers that lead nothing and are given nothing. */
  public static final String DRAINED = "brokers.drained";

  /** Brokers that are to become empty. */
  public static final String DECOMMISSIONED = "brokers.decommissioned";

  public static final String BALANCE = "balance.enable";

  /** Kafka knows nothing of the kind, so its kind is unknown. */
  private static final ConfigResource STATE = ours("balance.state");

  private static final ConfigResource PLAN = ours("balance.plan");
  private static final ConfigResource MOVING = ours("balance.moving");

  /** Settings of the cluster as a whole. */
  private static final ConfigResource CLUSTER = new ConfigResource(ConfigResource.Type.BROKER, "");

  /** A partition's replicas, present and wanted, in preference order. */
  public record Change(String partition, String from, String to, List<String> reasons) {
    Map<String, Object> asMap() {
      return object("partition", partition, "from", ids(from), "to", ids(to), "reasons", reasons);
    }

    private static List<Integer> ids(String text) {
      return Arrays.stream(text.split(",")).map(Integer::valueOf).toList();
    }

    /** Whether copies have to be made; otherwise only the order changes. */
    boolean copies() {
      return !ids(from).containsAll(ids(to));
    }
  }

  private static ConfigResource ours(String name) {
    return new ConfigResource(ConfigResource.Type.UNKNOWN, name);
  }

  public static BalanceView read(Admin admin) throws ExecutionException, InterruptedException {
    try {
      Map<ConfigResource, Config> told =
          admin
              .describeConfigs(
                  List.of(STATE, PLAN, MOVING),
                  new DescribeConfigsOptions().includeDocumentation(true))
              .all()
              .get();
      Map<Integer, String> brokers = new TreeMap<>();
      Map<Integer, Long> bytes = new TreeMap<>();
      Map<Integer, Long> bytesPerSecond = new TreeMap<>();
      boolean on = false;
      for (ConfigEntry entry : entries(told, STATE)) {
        if (entry.name().startsWith("broker.")) {
          brokers.put(Integer.valueOf(entry.name().substring(7)), entry.value());
        } else if (entry.name().startsWith("disk.")) {
          bytes.put(Integer.valueOf(entry.name().substring(5)), Long.valueOf(entry.value()));
        } else if (entry.name().startsWith("traffic.")) {
          bytesPerSecond.put(
              Integer.valueOf(entry.name().substring(8)), Long.valueOf(entry.value()));
        } else {
          on |= entry.value().equals("on");
        }
      }
      return new BalanceView(
          on,
          brokers,
          bytes,
          bytesPerSecond,
          changes(entries(told, PLAN)),
          changes(entries(told, MOVING)));
    } catch (ExecutionException failure) {
      if (failure.getCause() instanceof InvalidRequestException) {
        throw new Refusal("these brokers have no balancer: they are not Dure's");
      }
      throw failure;
    }
  }

  private static Collection<ConfigEntry> entries(
      Map<ConfigResource, Config> told, ConfigResource of) {
    Config config = told.get(of);
    return config == null ? List.of() : config.entries();
  }

  /** Names begin with a number that tells the order. */
  private static List<Change> changes(Collection<ConfigEntry> entries) {
    Map<String, Change> changes = new TreeMap<>();
    for (ConfigEntry entry : entries) {
      String[] lists = entry.value().split(" -> ", 2);
      List<String> reasons =
          Optional.ofNullable(entry.documentation())
              .filter(text -> !text.isEmpty())
              .map(text -> List.of(text.split("\n")))
              .orElse(List.of());
      String partition = entry.name().substring(entry.name().indexOf(' ') + 1);
      changes.put(entry.name(), new Change(partition, lists[0], lists[1], reasons));
    }
    return List.copyOf(changes.values());
  }

  /** Adds a broker to a list of brokers, or takes it out. */
  public static void list(Admin admin, String key, int broker, boolean add)
      throws ExecutionException, InterruptedException {
    alter(
        admin,
        new AlterConfigOp(
            new ConfigEntry(key, String.valueOf(broker)),
            add ? AlterConfigOp.OpType.APPEND : AlterConfigOp.OpType.SUBTRACT));
  }

  static void enable(Admin admin, boolean on) throws ExecutionException, InterruptedException {
    alter(
        admin,
        new AlterConfigOp(new ConfigEntry(BALANCE, String.valueOf(on)), AlterConfigOp.OpType.SET));
  }

  private static void alter(Admin admin, AlterConfigOp op)
      throws ExecutionException, InterruptedException {
    admin.incrementalAlterConfigs(Map.of(CLUSTER, List.of(op))).all().get();
  }

  Map<String, Object> asMap() {
    var states = new TreeMap<String, Object>();
    brokers.forEach((id, state) -> states.put(String.valueOf(id), state));
    return object(
        "balance",
        on ? "on" : "paused",
        "brokers",
        states,
        "moving",
        maps(moving),
        "plan",
        maps(plan));
  }

  private static List<Map<String, Object>> maps(List<Change> changes) {
    var maps = new ArrayList<Map<String, Object>>();
    changes.forEach(change -> maps.add(change.asMap()));
    return maps;
  }
}
