package io.dure.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.doctor.Finding.Code;
import io.dure.doctor.Finding.Severity;
import io.dure.doctor.Observations.Broker;
import io.dure.doctor.Observations.Disk;
import io.dure.doctor.Observations.Partition;
import io.dure.doctor.Observations.Quorum;
import io.dure.doctor.Observations.Reach;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CheckupTest {
  private static final Reach ANSWERS = new Reach.Answers();

  private final List<Broker> brokers = new ArrayList<>();
  private final List<Partition> partitions = new ArrayList<>();
  private Optional<Quorum> quorum =
      Optional.of(new Quorum(Optional.of(1), List.of(1, 2, 3), Map.of()));

  CheckupTest() {
    for (int id = 1; id <= 3; id++) {
      brokers.add(broker(id, true, ANSWERS));
    }
    for (int i = 0; i < 6; i++) {
      int first = i % 3 + 1;
      List<Integer> replicas = List.of(first, first % 3 + 1, (first + 1) % 3 + 1);
      partitions.add(partition(i, Optional.of(first), replicas, replicas, 60_000));
    }
  }

  private static Broker broker(int id, boolean live, Reach reach) {
    return new Broker(
        id,
        "10.0.0." + id + ":9092",
        live,
        reach,
        Optional.of(new Disk("/data", 1_000, 500, false)),
        Optional.of(3L),
        Optional.of(4.0));
  }

  private static Partition partition(
      int index,
      Optional<Integer> leader,
      List<Integer> replicas,
      List<Integer> inStep,
      long troubledForMs) {
    return new Partition(
        "orders", index, leader, replicas, inStep, 2, false, Optional.of(troubledForMs));
  }

  private List<Finding> findings() {
    return Checkup.of(new Observations(brokers, partitions, quorum, true));
  }

  private Finding only() {
    List<Finding> findings = findings();
    assertThat(findings).hasSize(1);
    return findings.getFirst();
  }

  @Test
  void aHealthyClusterHasNoFindings() {
    assertThat(findings()).isEmpty();
  }

  @Test
  void aDeadBrokerIsNamedWithItsAddressAndThatTheMajorityIsThin() {
    brokers.set(1, broker(2, false, new Reach.NotTried()));

    assertThat(findings())
        .extracting(Finding::code)
        .containsExactly(Code.BROKER_AWAY, Code.MAJORITY_AT_RISK);
    assertThat(findings().getFirst().facts())
        .containsEntry("broker", "2")
        .containsEntry("address", "10.0.0.2:9092");
  }

  @Test
  void withTwoOfThreeDeadWritesAreRefusedAndNobodyControls() {
    brokers.set(1, broker(2, false, new Reach.NotTried()));
    brokers.set(2, broker(3, false, new Reach.NotTried()));
    quorum = Optional.of(new Quorum(Optional.empty(), List.of(1, 2, 3), Map.of()));

    assertThat(findings())
        .extracting(Finding::code)
        .contains(Code.NO_CONTROLLER, Code.WRITES_REFUSED)
        .doesNotContain(Code.MAJORITY_AT_RISK);
  }

  @Test
  void partitionsWithoutALeaderComeFirstAndNameWhoIsMissing() {
    partitions.set(0, partition(0, Optional.empty(), List.of(1, 2, 3), List.of(1), 100));

    Finding finding = only();

    assertThat(finding.code()).isEqualTo(Code.PARTITION_OFFLINE);
    assertThat(finding.severity()).isEqualTo(Severity.HIGH);
    assertThat(finding.facts())
        .containsEntry("partitions", "orders-0")
        .containsEntry("brokers", "2, 3");
  }

  @Test
  void aCopyBehindIsFoundAfterAWhileOnly() {
    partitions.set(0, partition(0, Optional.of(1), List.of(1, 2, 3), List.of(1, 2), 9_000));
    assertThat(findings()).isEmpty();

    partitions.set(0, partition(0, Optional.of(1), List.of(1, 2, 3), List.of(1, 2), 11_000));
    assertThat(only().code()).isEqualTo(Code.UNDER_REPLICATED);
  }

  @Test
  void aBrokerThatIsBehindWithMostOfItsCopiesIsNamed() {
    for (int i = 0; i < 6; i++) {
      List<Integer> replicas = partitions.get(i).replicas();
      List<Integer> without =
          replicas.getFirst() == 3
              ? replicas
              : replicas.stream().filter(replica -> replica != 3).toList();
      partitions.set(i, partition(i, Optional.of(replicas.getFirst()), replicas, without, 60_000));
    }

    assertThat(findings())
        .filteredOn(finding -> finding.code() == Code.SLOW_FOLLOWER)
        .singleElement()
        .satisfies(finding ->
            assertThat(finding.facts())
                .containsEntry("broker", "3")
                .containsEntry("behind", "4")
                .containsEntry("copies", "4"));
  }

  @Test
  void whatIsWrongWithAnAddressIsToldApart() {
    brokers.set(0, broker(1, true, new Reach.Unresolved()));
    brokers.set(1, broker(2, true, new Reach.Silent("Connection refused")));
    brokers.set(2, broker(3, true, new Reach.Somebody("broker 7")));

    assertThat(findings())
        .extracting(Finding::code)
        .containsExactly(Code.ADDRESS_UNRESOLVED, Code.ADDRESS_SILENT, Code.ADDRESS_OF_ANOTHER);
  }

  @Test
  void aLoopbackAddressIsTheClientsOwnMachine() {
    brokers.set(
        0,
        new Broker(
            1,
            "127.0.0.1:9092",
            true,
            new Reach.Silent("Connection refused"),
            Optional.empty(),
            Optional.empty(),
            Optional.empty()));

    assertThat(only().code()).isEqualTo(Code.ADDRESS_LOOPBACK);
  }

  @Test
  void oneAddressForTwoBrokersIsFound() {
    brokers.set(
        1,
        new Broker(
            2,
            "10.0.0.1:9092",
            true,
            ANSWERS,
            Optional.empty(),
            Optional.empty(),
            Optional.empty()));

    assertThat(only().code()).isEqualTo(Code.ADDRESS_TWICE);
    assertThat(only().facts()).containsEntry("brokers", "1, 2");
  }

  @Test
  void aDiskIsMentionedWhenLittleIsLeftAndUrgentWhenHardlyAnything() {
    brokers.set(0, with(new Disk("/data", 1_000, 90, false), 3, 4));
    assertThat(only().severity()).isEqualTo(Severity.MEDIUM);

    brokers.set(0, with(new Disk("/data", 1_000, 40, false), 3, 4));
    assertThat(only().severity()).isEqualTo(Severity.HIGH);
    assertThat(only().facts()).containsEntry("percent", "96");

    brokers.set(0, with(new Disk("/data", 900L << 20, 40L << 20, true), 3, 4));
    assertThat(only().code()).isEqualTo(Code.DISK_LOW);
    assertThat(only().facts()).containsEntry("mib", "40");
  }

  @Test
  void copiesThatTheDiskFailedUnderAreNamed() {
    Broker sound = brokers.getFirst();
    brokers.set(
        0,
        new Broker(
            sound.id(),
            sound.address(),
            true,
            ANSWERS,
            sound.disk(),
            sound.clockAheadMs(),
            sound.flushP99Ms(),
            List.of("/data/orders-0", "/data/orders-3")));

    assertThat(only().code()).isEqualTo(Code.REPLICA_FAILED);
    assertThat(only().severity()).isEqualTo(Severity.HIGH);
    assertThat(only().facts())
        .containsEntry("count", "2")
        .containsEntry("folders", "/data/orders-0, /data/orders-3");
  }

  @Test
  void aClockFarOffIsFoundInEitherDirection() {
    brokers.set(0, with(new Disk("/data", 1_000, 500, false), -2_500, 4));

    assertThat(only().code()).isEqualTo(Code.CLOCK_SKEW);
    assertThat(only().facts()).containsEntry("seconds", "-2.5");
  }

  @Test
  void aDiskMuchSlowerThanTheOthersIsNamedAndAllEquallySlowAreNot() {
    brokers.set(0, with(new Disk("/data", 1_000, 500, false), 3, 400));
    assertThat(only().code()).isEqualTo(Code.SLOW_DISK);

    for (int i = 0; i < 3; i++) {
      Broker before = brokers.get(i);
      brokers.set(
          i,
          new Broker(
              before.id(),
              before.address(),
              true,
              ANSWERS,
              before.disk(),
              before.clockAheadMs(),
              Optional.of(400.0)));
    }
    assertThat(findings()).isEmpty();
  }

  private static Broker with(Disk disk, long clockAheadMs, double flushMs) {
    return new Broker(
        1,
        "10.0.0.1:9092",
        true,
        ANSWERS,
        Optional.of(disk),
        Optional.of(clockAheadMs),
        Optional.of(flushMs));
  }

  @Test
  void leadersAwayFromHomeEmptyBrokersAndSingleCopiesAreNotes() {
    for (int i = 0; i < 6; i++) {
      partitions.set(i, partition(i, Optional.of(2), List.of(1, 2), List.of(1, 2), 60_000));
    }
    partitions.add(
        new Partition(
            "lonely", 0, Optional.of(1), List.of(1), List.of(1), 1, false, Optional.empty()));

    assertThat(findings())
        .extracting(Finding::code)
        .containsExactly(Code.LEADERS_UNEVEN, Code.BROKER_EMPTY, Code.SINGLE_COPY);
    assertThat(findings()).allMatch(finding -> finding.severity() == Severity.LOW);
  }

  @Test
  void aSingleVoterAmongManyBrokersAndAVoterFarBehindAreFound() {
    quorum = Optional.of(new Quorum(Optional.of(1), List.of(1), Map.of()));
    assertThat(only().code()).isEqualTo(Code.ONE_VOTER);

    quorum = Optional.of(new Quorum(Optional.of(1), List.of(1, 2, 3), Map.of(2, 5_000L)));
    assertThat(only().code()).isEqualTo(Code.VOTER_BEHIND);
  }

  @Test
  void whatIsNotKnownIsNotJudged() {
    brokers.replaceAll(broker ->
        new Broker(
            broker.id(),
            broker.address(),
            true,
            new Reach.NotTried(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty()));
    quorum = Optional.empty();

    assertThat(findings()).isEmpty();
  }

  @Test
  void everyFindingHasWordsInBothLanguages() {
    for (Code code : Code.values()) {
      for (Words words : Words.values()) {
        Finding finding = Finding.of(code, Severity.HIGH);
        assertThat(words.what(finding)).as(code.name()).isNotBlank().endsWith(".");
        assertThat(words.remedy(finding)).as(code.name()).isNotBlank();
      }
    }
  }

  @Test
  void wordsNameTheFacts() {
    brokers.set(1, broker(2, false, new Reach.NotTried()));

    assertThat(Words.ENGLISH.what(findings().getFirst()))
        .isEqualTo("Broker 2 (10.0.0.2:9092) is away.");
    assertThat(findings())
        .allSatisfy(finding -> {
          for (Words words : Words.values()) {
            assertThat(words.what(finding) + words.remedy(finding)).doesNotContain("{");
          }
        });
  }
}
