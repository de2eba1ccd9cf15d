package io.dure.controller;

import static io.dure.controller.TestCluster.node;
import static org.assertj.core.api.Assertions.assertThat;

import io.dure.base.Incarnation;
import io.dure.metadata.MetadataRecord;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Who counts as live, and which process a node id belongs to. */
class BrokerLivenessTest {
  private final TestCluster cluster = TestCluster.of(3);

  @Test
  void clusterIsFormedOnceAndEveryProcessGetsTheOffsetOfItsRegistration() {
    assertThat(cluster.image.clusterId()).contains(TestCluster.CLUSTER_ID);
    assertThat(cluster.log.getFirst())
        .isEqualTo(new MetadataRecord.ClusterFormed(TestCluster.CLUSTER_ID));
    for (int broker = 1; broker <= 3; broker++) {
      long offset = cluster.incarnation(broker).value();
      assertThat(cluster.log.get((int) offset)).isInstanceOf(MetadataRecord.BrokerRegistered.class);
    }
    int before = cluster.log.size();
    cluster.takeOver(2);
    assertThat(cluster.log).hasSize(before);
  }

  @Test
  void repeatedRegistrationOfTheSameProcessChangesNothing() {
    int before = cluster.log.size();

    cluster.registerAs(2, cluster.processes.get(node(2)));

    assertThat(cluster.log).hasSize(before);
  }

  @Test
  void silentBrokerIsFencedOnceAndUnfencedWhenItsProcessIsHeardAgain() {
    cluster.pass(700, 3);
    assertThat(cluster.image.isLive(node(2))).isTrue();
    cluster.pass(2_000, 3);

    assertThat(cluster.image.isLive(node(1))).isTrue();
    assertThat(cluster.image.isLive(node(2))).isFalse();
    assertThat(cluster.image.isLive(node(3))).isTrue();
    assertThat(cluster.log)
        .containsOnlyOnce(new MetadataRecord.BrokerFenced(node(2), cluster.incarnation(2)));

    cluster.heard(2);
    assertThat(cluster.image.isLive(node(2))).isTrue();
  }

  @Test
  void brokerThatIsMistakenForDeadAgainAndAgainIsWaitedForLonger() {
    for (int i = 0; i < 2; i++) {
      cluster.pass(2_000, 3);
      assertThat(cluster.image.isLive(node(2))).isFalse();
      cluster.heard(2);
    }

    cluster.pass(1_500, 3);
    assertThat(cluster.image.isLive(node(2))).isTrue();
    cluster.pass(200, 3);
    assertThat(cluster.image.isLive(node(2))).isFalse();
  }

  @Test
  void brokerThatIsGoneIsFencedAtOnce() {
    cluster.gone(2);

    assertThat(cluster.image.isLive(node(2))).isFalse();
  }

  @Test
  void nobodyTalksTheControllerOutOfItsOwnLife() {
    cluster.gone(1);
    cluster.pass(5_000, 2, 3);

    assertThat(cluster.image.isLive(node(1))).isTrue();
  }

  @Test
  void newControllerGivesEveryoneTheFullTime() {
    cluster.nowMs += 60_000;
    cluster.takeOver(2);

    cluster.pass(700);
    assertThat(cluster.image.isLive(node(3))).isTrue();
    cluster.pass(200);
    assertThat(cluster.image.isLive(node(3))).isFalse();
  }

  @Test
  void controllerThatDidNotRunDoesNotBlameTheOthersSilence() {
    cluster.pass(200, 2, 3);
    cluster.nowMs += 30_000;

    cluster.step(new ControllerEvent.Tick(cluster.nowMs));

    assertThat(cluster.image.isLive(node(2))).isTrue();
    assertThat(cluster.image.isLive(node(3))).isTrue();
  }

  @Test
  void newProcessOfAGoneBrokerBeginsANewLife() {
    Incarnation former = cluster.incarnation(2);
    cluster.gone(2);

    cluster.register(2);

    assertThat(cluster.incarnation(2).value()).isGreaterThan(former.value());
    assertThat(cluster.image.isLive(node(2))).isTrue();
  }

  @Test
  void secondProcessUnderTheIdOfALiveOneIsRefusedWithTheReason() {
    Incarnation former = cluster.incarnation(2);
    cluster.registerAs(2, new UUID(9, 9));

    assertThat(cluster.incarnation(2)).isEqualTo(former);
    assertThat(cluster.refusals).hasSize(1);
    assertThat(cluster.refusals.getFirst().reason())
        .contains("node id 2")
        .contains("127.0.0.1:9094");

    cluster.pass(1_000, 3);
    cluster.registerAs(2, new UUID(9, 9));
    assertThat(cluster.incarnation(2)).isNotEqualTo(former);
  }

  @Test
  void lateRequestOfAProcessThatIsOverDoesNotBringItBack() {
    UUID former = cluster.processes.get(node(2));
    cluster.gone(2);
    cluster.register(2);
    Incarnation current = cluster.incarnation(2);
    cluster.gone(2);

    cluster.registerAs(2, former);

    assertThat(cluster.incarnation(2)).isEqualTo(current);
    assertThat(cluster.refusals).hasSize(1);
  }

  @Test
  void signsOfLifeOfAnotherProcessDoNotCount() {
    for (int i = 0; i < 30; i++) {
      cluster.nowMs += 50;
      cluster.heard(3);
      cluster.step(new ControllerEvent.Heard(node(2), new UUID(9, 9), cluster.nowMs));
      cluster.step(new ControllerEvent.Tick(cluster.nowMs));
    }

    assertThat(cluster.image.isLive(node(2))).isFalse();
  }

  @Test
  void ownNewProcessIsTakenAtOnce() {
    Incarnation former = cluster.incarnation(1);
    cluster.takeOver(1);

    cluster.register(1);

    assertThat(cluster.incarnation(1)).isNotEqualTo(former);
  }

  @Test
  void controllerThatIsNotActiveRefusesCommands() {
    cluster.step(new ControllerEvent.Deposed());

    assertThat(cluster.ask(new Command.AllocateProducerIds())).isInstanceOf(Answer.Refused.class);
    assertThat(cluster.controller.isActive()).isFalse();
  }

  @Test
  void producerIdsAreHandedOutInBlocksThatNeverOverlap() {
    assertThat(cluster.ask(new Command.AllocateProducerIds()))
        .isEqualTo(new Answer.ProducerIds(0, 1_000));
    assertThat(cluster.ask(new Command.AllocateProducerIds()))
        .isEqualTo(new Answer.ProducerIds(1_000, 1_000));
    cluster.takeOver(2);
    assertThat(cluster.ask(new Command.AllocateProducerIds()))
        .isEqualTo(new Answer.ProducerIds(2_000, 1_000));
  }
}
