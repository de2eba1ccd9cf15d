package io.dure.cli;

import static io.dure.cli.StatusCommand.object;

import io.dure.cli.Screen.Cell;
import io.dure.cli.Screen.Ink;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidRequestException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dure config}: the settings of topics, brokers, groups and client metrics. */
@Command(
    name = "config",
    mixinStandardHelpOptions = true,
    description =
        "List, describe, set and unset settings of topics, brokers, groups, client metrics.",
    subcommands = {
      ConfigCommand.ListAll.class,
      ConfigCommand.Describe.class,
      ConfigCommand.Set.class,
      ConfigCommand.Unset.class
    },
    synopsisSubcommandLabel = "(list | describe | set | unset)")
final class ConfigCommand {
  private static final String KINDS = "topic, broker, group or client-metrics.";
  private static final String NAMES =
      "Name of the topic, group or subscription; number of the broker, or all.";

  private ConfigCommand() {}

  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "Show every setting that there is, with its default and what it does.")
  static final class ListAll implements Callable<Integer> {
    @Mixin ClusterOptions cluster = new ClusterOptions();

    @Parameters(paramLabel = "KIND", arity = "0..1", description = KINDS)
    Optional<String> kind = Optional.empty();

    @Override
    public Integer call() throws Exception {
      List<ConfigTarget.Kind> kinds =
          kind.map(word -> List.of(ConfigTarget.kind(word)))
              .orElseGet(() -> List.of(ConfigTarget.Kind.values()));
      try (Admin admin = cluster.admin()) {
        Map<String, Object> all = new LinkedHashMap<>();
        Screen screen = Screen.standard();
        for (ConfigTarget.Kind each : kinds) {
          Optional<ConfigTarget> example = ConfigTarget.example(each, admin);
          List<ConfigView> views =
              example.isPresent() ? ConfigView.read(admin, example.get()) : List.of();
          all.put(each.word(), views.stream().map(ListAll::documented).toList());
          if (!cluster.json()) {
            show(screen, each, views);
          }
        }
        if (cluster.json()) {
          screen.line(Json.write(all));
        }
        return 0;
      }
    }

    private static Map<String, Object> documented(ConfigView view) {
      return object(
          "key",
          view.key(),
          "default",
          standard(view),
          "fixed",
          view.isFixed(),
          "text",
          view.text());
    }

    private static String standard(ConfigView view) {
      return view.isDefault() ? view.value() : view.otherwise().orElse("");
    }

    private static void show(Screen screen, ConfigTarget.Kind kind, List<ConfigView> views) {
      screen.line(screen.ink(Ink.BOLD, "settings of a " + kind.word()));
      if (views.isEmpty()) {
        screen.line("no topic yet to show them of; their defaults are among the brokers' (log.…)");
      }
      List<List<Cell>> rows = new ArrayList<>();
      for (ConfigView view : views) {
        rows.add(
            List.of(
                new Cell(view.key(), Ink.NAME),
                Cell.of(standard(view)),
                new Cell(view.isFixed() ? "at the start" : "any time", Ink.DIM),
                Cell.of(view.text())));
      }
      screen.table(List.of("SETTING", "DEFAULT", "CHANGES", "WHAT IT DOES"), rows);
      screen.blank();
    }
  }

  @Command(
      name = "describe",
      mixinStandardHelpOptions = true,
      description = "Show what is in force for something, and where that is from.")
  static final class Describe implements Callable<Integer> {
    @Mixin ClusterOptions cluster = new ClusterOptions();

    @Parameters(index = "0", paramLabel = "KIND", description = KINDS)
    String kind = "";

    @Parameters(index = "1", paramLabel = "NAME", description = NAMES)
    String name = "";

    @Option(names = "--set-only", description = "Leave out what is at its default.")
    boolean setOnly;

    @Override
    public Integer call() throws Exception {
      ConfigTarget target = ConfigTarget.of(kind, name);
      try (Admin admin = cluster.admin()) {
        List<ConfigView> views =
            ConfigView.read(admin, target).stream()
                .filter(view -> !setOnly || !view.isDefault())
                .toList();
        List<List<Cell>> rows = new ArrayList<>();
        for (ConfigView view : views) {
          rows.add(
              List.of(
                  new Cell(view.key(), Ink.NAME),
                  new Cell(view.value(), view.isDefault() ? Ink.PLAIN : Ink.BOLD),
                  new Cell(view.origin(), view.isDefault() ? Ink.DIM : Ink.PLAIN),
                  new Cell(view.otherwise().orElse(""), Ink.DIM)));
        }
        Screen screen = Screen.standard();
        if (cluster.json()) {
          screen.line(Json.write(views.stream().map(ConfigView::asMap).toList()));
        } else if (views.isEmpty()) {
          screen.line(target + " has no settings of its own");
        } else {
          screen.table(List.of("SETTING", "VALUE", "FROM", "OTHERWISE"), rows);
        }
        return 0;
      }
    }
  }

  /** Changes settings of one target: all that are named or, if one is refused, none. */
  abstract static sealed class OfOne implements Callable<Integer> {
    @Mixin ClusterOptions cluster = new ClusterOptions();

    @Parameters(index = "0", paramLabel = "KIND", description = KINDS)
    String kind = "";

    @Parameters(index = "1", paramLabel = "NAME", description = NAMES)
    String name = "";

    /** What is done to them, as people read it. */
    abstract String verb();

    abstract List<String> asked();

    abstract AlterConfigOp change(String asked);

    @Override
    public Integer call() throws Exception {
      ConfigTarget target = ConfigTarget.of(kind, name);
      alter(cluster, target, asked().stream().map(this::change).toList());
      cluster.say(
          object("target", target.toString(), verb(), asked()),
          verb() + " for " + target + ": " + String.join(" ", asked()));
      return 0;
    }
  }

  @Command(
      name = "set",
      mixinStandardHelpOptions = true,
      description = "Set settings; all of them or, if one is refused, none.")
  static final class Set extends OfOne {
    @Parameters(
        index = "2..*",
        arity = "1..*",
        paramLabel = "KEY=VALUE",
        description = "What to set.")
    List<String> settings = List.of();

    @Override
    String verb() {
      return "set";
    }

    @Override
    List<String> asked() {
      return settings;
    }

    @Override
    AlterConfigOp change(String setting) {
      int equals = setting.indexOf('=');
      if (equals < 1) {
        throw new Refusal("write settings as KEY=VALUE, not " + setting);
      }
      return new AlterConfigOp(
          new ConfigEntry(setting.substring(0, equals), setting.substring(equals + 1)), OpType.SET);
    }
  }

  @Command(
      name = "unset",
      mixinStandardHelpOptions = true,
      description = "Take settings back, so that what holds otherwise is in force.")
  static final class Unset extends OfOne {
    @Parameters(index = "2..*", arity = "1..*", paramLabel = "KEY", description = "What to unset.")
    List<String> keys = List.of();

    @Override
    String verb() {
      return "unset";
    }

    @Override
    List<String> asked() {
      return keys;
    }

    @Override
    AlterConfigOp change(String key) {
      return new AlterConfigOp(new ConfigEntry(key, null), OpType.DELETE);
    }
  }

  private static void alter(
      ClusterOptions cluster, ConfigTarget target, List<AlterConfigOp> changes) throws Exception {
    try (Admin admin = cluster.admin()) {
      // Whoever is not there, and keys that are none, are told before anything is asked to change.
      requireKnown(admin, target, changes);
      admin.incrementalAlterConfigs(Map.of(target.resource(), changes)).all().get();
    } catch (ExecutionException failure) {
      if (failure.getCause() instanceof InvalidConfigurationException
          || failure.getCause() instanceof InvalidRequestException) {
        throw new Refusal(
            failure.getCause().getMessage()
                + System.lineSeparator()
                + "Nothing was changed. ./dure config list "
                + target.kind().word()
                + " tells what each setting takes.");
      }
      throw failure;
    }
  }

  private static void requireKnown(Admin admin, ConfigTarget target, List<AlterConfigOp> changes)
      throws Exception {
    boolean allBrokers = target.kind() == ConfigTarget.Kind.BROKER && target.name().isEmpty();
    ConfigTarget example =
        allBrokers ? ConfigTarget.example(ConfigTarget.Kind.BROKER, admin).orElse(target) : target;
    List<String> known = ConfigView.read(admin, example).stream().map(ConfigView::key).toList();
    for (AlterConfigOp change : changes) {
      String key = change.configEntry().name();
      if (!known.contains(key)) {
        String alike =
            known.stream()
                .filter(each -> each.contains(key) || key.contains(each))
                .limit(3)
                .reduce((a, b) -> a + ", " + b)
                .map(names -> " (perhaps " + names + ")")
                .orElse("");
        throw new Refusal(
            "a %s has no setting %s%s; ./dure config list %s names them all"
                .formatted(target.kind().word(), key, alike, target.kind().word()));
      }
    }
  }
}
