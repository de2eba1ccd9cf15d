package io.dure.cli;

import static io.dure.cli.StatusCommand.object;

import io.dure.cli.Screen.Cell;
import io.dure.cli.Screen.Ink;
import io.dure.doctor.Checkup;
import io.dure.doctor.Finding;
import io.dure.doctor.Finding.Code;
import io.dure.doctor.Finding.Severity;
import io.dure.doctor.Observations;
import io.dure.doctor.Observations.Reach;
import io.dure.doctor.Words;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code dure doctor}: walks the way of a client and looks at the cluster; tells what is wrong and
 * what to do about it. Status 1 when something is that should be mended.
 */
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    description = "What is wrong, and what to do about it.")
final class DoctorCommand implements Callable<Integer> {
  private static final long PATIENCE_MS = 2_000;

  @Mixin ClusterOptions cluster = new ClusterOptions();

  @Option(
      names = "--probe",
      paramLabel = "TOPIC",
      description = "Also write a record to this topic and read it again.")
  Optional<String> probe = Optional.empty();

  @Option(
      names = "--language",
      paramLabel = "en|ko",
      description = "The language of findings (default: the system's).")
  String language = Locale.getDefault().getLanguage();

  private boolean fromOutside;
  private final List<Step> steps = new ArrayList<>();
  private final List<Finding> findings = new ArrayList<>();

  /** One step on the way. */
  private record Step(String what, boolean ok, String how) {
    Map<String, Object> asMap() {
      return object("step", what, "ok", ok, "how", how);
    }
  }

  @Override
  public Integer call() throws Exception {
    fromOutside = !cluster.bootstrap.matches("(127\\.|localhost:|\\[::1]).*");
    List<String> reached = walkBootstrap();
    if (!reached.isEmpty()) {
      List<String> answering = walkBrokers(reached);
      if (!answering.isEmpty()) {
        // From addresses that lead to a broker: a client would try the others in turn, and wait.
        cluster.bootstrap = String.join(",", answering);
        Admin admin = cluster.admin();
        try {
          look(admin, answering);
        } finally {
          // What was given up is not waited for: without a controller it never ends.
          admin.close(Duration.ZERO);
        }
      }
    }
    tell(Checkup.sorted(findings));
    return findings.stream().allMatch(each -> each.severity() == Severity.LOW) ? 0 : 1;
  }

  private List<String> walkBootstrap() {
    var reached = new ArrayList<String>();
    for (String address : cluster.bootstrap.split(",", -1)) {
      ClientPath.End end = ClientPath.walk(address.strip());
      Optional<Finding> wrong = ClientPath.bootstrap(address.strip(), end);
      steps.add(new Step(address.strip(), wrong.isEmpty(), ClientPath.words(end)));
      if (wrong.isEmpty()) {
        reached.add(address.strip());
      }
      wrong.ifPresent(findings::add);
    }
    return reached;
  }

  /** To each address that the first broker which knows any tells; returns those that answer. */
  private List<String> walkBrokers(List<String> reached) {
    Optional<RawMetadata> told = Optional.empty();
    String why = "";
    for (String address : reached) {
      try {
        told = Optional.of(RawMetadata.from(ClientPath.resolve(address)));
        break;
      } catch (IOException e) {
        why = String.valueOf(e.getMessage());
      }
    }
    if (told.isEmpty() || told.get().brokers().isEmpty()) {
      String reason = told.isEmpty() ? why : "it knows of no brokers yet";
      steps.add(new Step("metadata", false, reason));
      silent(reached, reason);
      return List.of();
    }
    steps.add(new Step("metadata", true, told.get().brokers().size() + " brokers"));
    var answering = new ArrayList<String>();
    var unreached = new ArrayList<Observations.Broker>();
    for (RawMetadata.Member broker : told.get().brokers()) {
      Reach reach = reach(broker, told.get());
      boolean answers = reach instanceof Reach.Answers;
      steps.add(
          new Step(
              "broker " + broker.id() + " at " + broker.address(),
              answers,
              switch (reach) {
                case Reach.Answers _, Reach.NotTried _ -> "answers";
                case Reach.Unresolved _ -> "the name is not known here";
                case Reach.Silent silence -> silence.why();
                case Reach.Somebody other -> other.who();
              }));
      if (answers) {
        answering.add(broker.address());
      } else {
        unreached.add(
            new Observations.Broker(
                broker.id(),
                broker.address(),
                true,
                reach,
                Optional.empty(),
                Optional.empty(),
                Optional.empty()));
      }
    }
    findings.addAll(
        Checkup.of(new Observations(unreached, List.of(), Optional.empty(), fromOutside)));
    return answering;
  }

  /** Whether that broker is found at its address, or somebody else. */
  private static Reach reach(RawMetadata.Member broker, RawMetadata told) {
    ClientPath.End end = ClientPath.walk(broker.address());
    if (!(end instanceof ClientPath.End.Kafka)) {
      return ClientPath.reach(end);
    }
    try {
      RawMetadata there = RawMetadata.from(ClientPath.resolve(broker.address()));
      if (!there.cluster().equals(told.cluster())) {
        return new Reach.Somebody("a broker of another cluster, " + there.cluster());
      }
      return new Reach.Answers();
    } catch (IOException e) {
      return new Reach.Silent(String.valueOf(e.getMessage()));
    }
  }

  private void silent(List<String> addresses, String why) {
    findings.add(
        Finding.of(
            Code.METADATA_SILENT,
            Severity.HIGH,
            "address",
            String.join(", ", addresses),
            "why",
            why));
  }

  private void look(Admin admin, List<String> reached) throws Exception {
    var health = new ClusterHealth(admin, cluster.timeoutMs, fromOutside);
    try {
      Observations seen = health.observe();
      if (Checkup.of(seen).stream().anyMatch(each -> each.code() == Code.UNDER_REPLICATED)) {
        // After an election or with a new topic copies are behind for a moment: that is no finding.
        Thread.sleep(PATIENCE_MS);
        seen = health.observe();
      }
      for (Finding finding : Checkup.of(seen)) {
        if (!findings.contains(finding)) {
          findings.add(finding);
        }
      }
      steps.add(
          new Step(
              "cluster",
              true,
              "%d brokers, %d partitions"
                  .formatted(seen.brokers().size(), seen.partitions().size())));
      probe.ifPresent(this::probe);
    } catch (TimeoutException | ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      String why =
          cause instanceof TimeoutException
              ? "no answer within " + cluster.timeoutMs + " ms"
              : String.valueOf(cause.getMessage());
      steps.add(new Step("cluster", false, why));
      silent(reached, why);
    }
  }

  private void probe(String topic) {
    Optional<String> failure = new Probe(cluster.client(), topic, cluster.timeoutMs).run();
    steps.add(new Step("write and read " + topic, failure.isEmpty(), failure.orElse("done")));
    failure.ifPresent(why ->
        findings.add(Finding.of(Code.PROBE_FAILED, Severity.HIGH, "topic", topic, "why", why)));
  }

  private void tell(List<Finding> sorted) {
    Words words = language.equals("ko") ? Words.KOREAN : Words.ENGLISH;
    Screen screen = Screen.standard();
    if (cluster.json()) {
      screen.line(
          Json.write(
              object(
                  "steps",
                  steps.stream().map(Step::asMap).toList(),
                  "findings",
                  sorted.stream().map(finding -> asMap(finding, words)).toList())));
      return;
    }
    var rows = new ArrayList<List<Cell>>();
    for (Step step : steps) {
      rows.add(
          List.of(
              step.ok() ? new Cell("ok", Ink.GOOD) : new Cell("FAILS", Ink.BAD),
              Cell.of(step.what()),
              Cell.of(step.how())));
    }
    screen.table(List.of("", "STEP", "SEEN"), rows);
    screen.blank();
    if (sorted.isEmpty()) {
      screen.line(screen.ink(Ink.GOOD, words.nothing()));
    }
    for (Finding finding : sorted) {
      screen.line(
          screen.ink(ink(finding), words.urgency(finding.severity())) + "  " + words.what(finding));
      screen.line("      " + words.remedy(finding));
    }
  }

  private static Ink ink(Finding finding) {
    return switch (finding.severity()) {
      case HIGH -> Ink.BAD;
      case MEDIUM -> Ink.WARN;
      case LOW -> Ink.DIM;
    };
  }

  private static Map<String, Object> asMap(Finding finding, Words words) {
    return object(
        "code",
        finding.code().name(),
        "severity",
        finding.severity().name(),
        "what",
        words.what(finding),
        "remedy",
        words.remedy(finding),
        "facts",
        finding.facts());
  }
}
