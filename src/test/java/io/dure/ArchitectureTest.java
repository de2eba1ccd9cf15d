package io.dure;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.conditions.ArchPredicates.are;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Holds the picture of ARCHITECTURE.md: which room may use which, and what the protocol rooms must
 * not touch. It guards the architecture and nothing else.
 */
class ArchitectureTest {
  private static final Set<String> DATA = Set.of("base", "log", "wire");
  private static final Set<String> PROTOCOL =
      Set.of("metadata", "replication", "quorum", "controller", "balance", "group", "txn");
  private static final Set<String> SHELL = Set.of("runtime", "broker", "net");

  /** For each room, the rooms it may use. A room that is not listed may not exist. */
  private static final Map<String, Set<String>> ARROWS = arrows();

  private static final Pattern TEST_CLASSES = Pattern.compile(".*/(test|test-classes)/.*");

  private static final JavaClasses DURE =
      new ClassFileImporter()
          .withImportOption(location -> !location.matches(TEST_CLASSES))
          .importPackages("io.dure");

  private static final String[] PROTOCOL_PACKAGES = packages(PROTOCOL);

  private static Map<String, Set<String>> arrows() {
    Map<String, Set<String>> arrows = new TreeMap<>();
    arrows.put("base", Set.of());
    arrows.put("log", Set.of("base"));
    arrows.put("wire", Set.of("base"));
    arrows.put("metadata", DATA);
    arrows.put("replication", DATA);
    arrows.put("quorum", union(DATA, Set.of("replication")));
    arrows.put("balance", Set.of("base", "metadata"));
    arrows.put("controller", union(DATA, Set.of("metadata", "balance")));
    arrows.put("group", union(DATA, Set.of("metadata")));
    arrows.put("txn", union(DATA, Set.of("metadata")));
    arrows.put("runtime", union(DATA, PROTOCOL));
    arrows.put("broker", union(DATA, PROTOCOL, Set.of("runtime")));
    arrows.put("net", union(DATA, PROTOCOL, Set.of("runtime")));
    // The console knows its node through two interfaces of its own that the server implements.
    arrows.put("doctor", Set.of("base"));
    arrows.put("console", Set.of("base", "metadata", "doctor"));
    arrows.put("server", union(DATA, PROTOCOL, SHELL, Set.of("console")));
    // The command line is a client like any other: the launcher starts brokers, not it.
    arrows.put("cli", Set.of("base", "doctor"));
    return arrows;
  }

  @Test
  void arrowsBetweenRoomsPointOnlyWhereTheyAreDrawn() {
    ARROWS.forEach((room, mayUse) -> {
      Set<String> allowed = union(mayUse, Set.of(room));
      DescribedPredicate<JavaClass> elsewhere =
          resideInAPackage("io.dure..")
              .and(DescribedPredicate.not(resideInAnyPackage(packages(allowed))))
              .as("rooms other than %s", new TreeSet<>(allowed));
      noClasses()
          .that()
          .resideInAPackage("io.dure." + room + "..")
          .should()
          .dependOnClassesThat(elsewhere)
          .allowEmptyShould(true)
          .check(DURE);
    });
  }

  @Test
  void everyClassLivesInARoomOfThePicture() {
    Set<String> rooms =
        DURE.stream()
            .map(c ->
                c.getPackageName().replaceFirst("^io\\.dure\\.?", "").replaceFirst("\\..*", ""))
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(ARROWS.keySet()).containsAll(rooms);
  }

  @Test
  void protocolRoomsTouchNoThreadFileSocketOrLogger() {
    noClasses()
        .that()
        .resideInAnyPackage(PROTOCOL_PACKAGES)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "java.util.concurrent..",
            "java.nio.channels..",
            "java.nio.file..",
            "java.net..",
            "java.security..",
            "java.util.random..",
            "java.util.logging..",
            "org.slf4j..",
            "ch.qos..")
        .orShould()
        .dependOnClassesThat()
        .haveNameMatching(
            "java\\.lang\\.(Thread.*|Runtime|Process.*)|java\\.util\\.(Random|Timer.*)"
                + "|java\\.io\\.(?!ByteArray|Data|UncheckedIOException|IOException|Serializable).*")
        .allowEmptyShould(true)
        .check(DURE);
  }

  @Test
  void protocolRoomsReadNoClockAndDrawNoRandomNumber() {
    noClasses()
        .that()
        .resideInAnyPackage(PROTOCOL_PACKAGES)
        .should()
        .callMethodWhere(
            are(
                target(owner(nameMatching("java\\.lang\\.System")))
                    .and(target(nameMatching("nanoTime|currentTimeMillis|getenv|getProperty")))))
        .orShould()
        .callMethodWhere(
            are(
                target(nameMatching("now|random|randomUUID|systemUTC|systemDefaultZone"))
                    .and(target(owner(nameMatching("java\\..*"))))))
        .orShould()
        .dependOnClassesThat()
        .haveNameMatching("io\\.dure\\.base\\.(Clock|Rng|Disk|DiskFile)")
        .allowEmptyShould(true)
        .check(DURE);
  }

  @Test
  void kafkasInternalsStayBehindWireLogAndNet() {
    noClasses()
        .that()
        .resideInAnyPackage(packages(union(PROTOCOL, Set.of("base", "runtime"))))
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.apache.kafka..")
        .allowEmptyShould(true)
        .check(DURE);
    noClasses()
        .that()
        .resideInAnyPackage(packages(Set.of("broker", "server")))
        .should()
        .dependOnClassesThat(
            resideInAPackage("org.apache.kafka..")
                .and(
                    DescribedPredicate.not(
                        resideInAnyPackage(
                            "org.apache.kafka.common",
                            "org.apache.kafka.common.message..",
                            "org.apache.kafka.common.requests..",
                            "org.apache.kafka.common.protocol..")))
                .as("internals of kafka-clients other than its messages"))
        .allowEmptyShould(true)
        .check(DURE);
    noClasses()
        .that()
        .resideInAPackage("io.dure.cli..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "org.apache.kafka.common.message..",
            "org.apache.kafka.common.requests..",
            "org.apache.kafka.common.protocol..",
            "org.apache.kafka.common.record..",
            "org.apache.kafka.common.network..",
            "org.apache.kafka.common.utils..")
        .allowEmptyShould(true)
        .check(DURE);
  }

  @Test
  void onlyRuntimeNetAndTheEntryRoomsKnowThreadsAndLocks() {
    String[] threadless = packages(union(DATA, PROTOCOL, Set.of("broker")));
    noClasses()
        .that()
        .resideInAnyPackage(threadless)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("java.util.concurrent.locks..", "java.util.concurrent.atomic..")
        .orShould()
        .dependOnClassesThat()
        .haveNameMatching("java\\.lang\\.Thread.*")
        .allowEmptyShould(true)
        .check(DURE);
    noFields()
        .that()
        .areDeclaredInClassesThat()
        .resideInAnyPackage(threadless)
        .should()
        .haveModifier(JavaModifier.VOLATILE)
        .allowEmptyShould(true)
        .check(DURE);
    noMethods()
        .that()
        .areDeclaredInClassesThat()
        .resideInAnyPackage(threadless)
        .should()
        .haveModifier(JavaModifier.SYNCHRONIZED)
        .allowEmptyShould(true)
        .check(DURE);
  }

  private static String[] packages(Set<String> rooms) {
    List<String> packages = new ArrayList<>();
    rooms.forEach(room -> packages.add("io.dure." + room + ".."));
    return packages.toArray(String[]::new);
  }

  @SafeVarargs
  private static Set<String> union(Set<String>... sets) {
    Set<String> all = new TreeSet<>();
    for (Set<String> set : sets) {
      all.addAll(set);
    }
    return all;
  }
}
