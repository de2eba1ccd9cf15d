package io.dure.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.base.Endpoint;
import io.dure.base.Incarnation;
import io.dure.base.NodeId;
import io.dure.metadata.BrokerKeys;
import io.dure.metadata.ClusterImage;
import io.dure.metadata.ConfigResource;
import io.dure.metadata.MetadataRecord;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Who votes for the controller: as many as the brokers call for, one change at a time. */
class VoterPlanTest {
  private static final ControllerSettings SETTINGS =
      ControllerSettings.DEFAULTS.withBalance(
          BalanceSettings.DEFAULTS.startedWith(false, 1_000, 1));

  private final Controller controller = new Controller(new NodeId(1), SETTINGS);
  private long nowMs = 5;

  private static NodeId node(int id) {
    return new NodeId(id);
  }

  private static List<NodeId> nodes(int... ids) {
    var nodes = new ArrayList<NodeId>();
    for (int id : ids) {
      nodes.add(node(id));
    }
    return nodes;
  }

  private static MetadataRecord registered(int id, String rack) {
    return new MetadataRecord.BrokerRegistered(
        node(id),
        new UUID(0, id),
        new Incarnation(id),
        new Endpoint("h", 9000 + id),
        Optional.of(rack).filter(each -> !each.isEmpty()));
  }

  /** Becomes the controller of a cluster of these brokers. */
  private void lead(List<NodeId> voters, MetadataRecord... brokers) {
    var records = new ArrayList<MetadataRecord>(List.of(brokers));
    records.add(new MetadataRecord.ClusterFormed(new UUID(1, 1)));
    records.add(new MetadataRecord.VotersChanged(voters));
    ClusterImage image = ClusterImage.EMPTY.apply(records, 100);
    controller.step(
        new ControllerEvent.Activated(1, image, new HashSet<>(voters), new UUID(1, 1), nowMs));
  }

  private List<List<NodeId>> settled(int... inStep) {
    return controller.step(new ControllerEvent.QuorumSettled(Set.copyOf(nodes(inStep)))).stream()
        .filter(ControllerEffect.Append.class::isInstance)
        .flatMap(effect -> ((ControllerEffect.Append) effect).records().stream())
        .filter(MetadataRecord.VotersChanged.class::isInstance)
        .map(record -> ((MetadataRecord.VotersChanged) record).voters())
        .toList();
  }

  private static MetadataRecord[] brokers(int count) {
    var all = new MetadataRecord[count];
    for (int i = 0; i < count; i++) {
      all[i] = registered(i + 1, "");
    }
    return all;
  }

  @Test
  void oneBrokerOfTwoVotesAndThreeOfThree() {
    lead(nodes(1), brokers(2));
    assertThat(settled(1, 2)).isEmpty();

    lead(nodes(1), brokers(3));
    assertThat(settled(1, 2, 3)).containsExactly(nodes(1, 2));
    assertThat(settled(1, 2, 3)).containsExactly(nodes(1, 2, 3));
    assertThat(settled(1, 2, 3)).isEmpty();
  }

  @Test
  void whoIsNotInStepIsNotMadeAVoter() {
    lead(nodes(1), brokers(3));

    assertThat(settled(1)).isEmpty();
    assertThat(settled(1, 3)).containsExactly(nodes(1, 3));
    assertThat(settled(1, 3)).isEmpty();
  }

  @Test
  void fiveOfFiveAndMoreVoteAndRacksAreSpreadOver() {
    lead(nodes(1), registered(1, "a"), registered(2, "a"), registered(3, "b"), registered(4, "c"));
    assertThat(settled(1, 2, 3, 4)).containsExactly(nodes(1, 3));
    assertThat(settled(1, 2, 3, 4)).containsExactly(nodes(1, 3, 4));
    assertThat(settled(1, 2, 3, 4)).isEmpty();

    lead(nodes(1, 2, 3), brokers(6));
    assertThat(settled(1, 2, 3, 4, 5, 6)).containsExactly(nodes(1, 2, 3, 4));
    assertThat(settled(1, 2, 3, 4, 5, 6)).containsExactly(nodes(1, 2, 3, 4, 5));
    assertThat(settled(1, 2, 3, 4, 5, 6)).isEmpty();
  }

  @Test
  void theVotersShrinkWithTheClusterAndTheControllerKeepsItsVote() {
    lead(nodes(1, 2, 3, 4, 5), brokers(3));
    // Founders that never came count until they are replaced: a cluster of five.
    assertThat(settled(1, 2, 3)).isEmpty();

    lead(nodes(1, 2), brokers(2));
    assertThat(settled(1, 2)).containsExactly(nodes(1));
  }

  @Test
  void aVoterDeadForLongIsReplacedOneMoreBeforeOneFewer() {
    MetadataRecord[] all = new MetadataRecord[5];
    System.arraycopy(brokers(4), 0, all, 0, 4);
    all[4] = new MetadataRecord.BrokerFenced(node(2), new Incarnation(2));
    lead(nodes(1, 2, 3), all);

    assertThat(settled(1, 3, 4)).isEmpty();
    nowMs += 1_001;
    controller.step(new ControllerEvent.Heard(node(1), new UUID(0, 1), nowMs));
    assertThat(settled(1, 3, 4)).containsExactly(nodes(1, 2, 3, 4));
    assertThat(settled(1, 3, 4)).containsExactly(nodes(1, 3, 4));
    assertThat(settled(1, 3, 4)).isEmpty();
  }

  @Test
  void whoLeavesTheClusterLosesItsVote() {
    MetadataRecord[] all = new MetadataRecord[5];
    System.arraycopy(brokers(4), 0, all, 0, 4);
    all[4] =
        new MetadataRecord.ConfigChanged(
            ConfigResource.ALL_BROKERS, BrokerKeys.DECOMMISSIONED, Optional.of("1"));
    lead(nodes(1, 2, 3), all);

    assertThat(settled(1, 2, 3, 4)).containsExactly(nodes(1, 2, 3, 4));
    assertThat(settled(1, 2, 3, 4)).containsExactly(nodes(2, 3, 4));
  }

  @Test
  void noChangeLeavesTheVotersWithoutAMajorityInStep() {
    lead(nodes(1, 2), brokers(3));

    assertThat(settled(1, 3)).containsExactly(nodes(1, 2, 3));

    lead(nodes(1, 2, 3), brokers(5));
    assertThat(settled(1, 4)).isEmpty();
  }
}
