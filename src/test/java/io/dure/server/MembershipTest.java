package io.dure.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dure.base.Endpoint;
import io.dure.base.NodeId;
import io.dure.runtime.FileDisk;
import io.dure.wire.PeerHello;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How a node finds out whom its cluster's votes belong to. */
class MembershipTest {
  private static final String LIST = "h1:1,h2:2,h3:3";
  private static final UUID CLUSTER = new UUID(1, 2);

  @TempDir Path folder;

  @Test
  void aNodeAloneIsTheSoleVoter() throws BadConfig {
    assertThat(membership(Map.of(), fresh(7), "h1:1").voters()).contains(ids(7));
  }

  @Test
  void foundersListedWithTheirIdsAreKnownAtOnce() throws BadConfig {
    Membership membership = membership(Map.of("cluster", "3@h1:1,5@h2:2,9@h3:3"), fresh(5), "h2:2");

    assertThat(membership.voters()).contains(ids(3, 5, 9));
    assertThat(membership.addresses()).hasSize(3);
  }

  @Test
  void foundersListedWithoutIdsAreKnownWhenAllHaveIntroducedThemselves() throws BadConfig {
    Membership membership = membership(Map.of("cluster", LIST), fresh(1), "h1:1");
    assertThat(membership.voters()).isEmpty();

    assertThat(membership.onMet(founder(2))).isFalse();
    assertThat(membership.onMet(founder(2))).isFalse();
    assertThat(membership.onMet(founder(3))).isTrue();

    assertThat(membership.voters()).contains(ids(1, 2, 3));
  }

  @Test
  void aFounderThatComesLateLearnsFromTheOthers() throws BadConfig {
    Membership membership = membership(Map.of("cluster", LIST), fresh(1), "h1:1");

    assertThat(membership.onMet(member(2, ids(1, 2, 3)))).isTrue();

    assertThat(membership.voters()).contains(ids(1, 2, 3));
  }

  @Test
  void aClusterFoundedWithoutThisNodeIsNotFoundedAgain() throws BadConfig {
    Membership membership = membership(Map.of("cluster", LIST), fresh(4), "h1:1");

    assertThatThrownBy(() -> membership.onMet(member(2, ids(1, 2, 3))))
        .hasMessageContaining("--join");
  }

  @Test
  void aNodeThatJoinsIsToldTheVoters() throws BadConfig {
    Membership membership = membership(Map.of("join", "h1:1,h2:2"), fresh(4), "h4:4");
    assertThat(membership.voters()).isEmpty();

    assertThat(membership.onMet(founder(2))).isFalse();
    assertThat(membership.onMet(member(2, ids(1, 2, 3)))).isTrue();

    assertThat(membership.voters()).contains(ids(1, 2, 3));
  }

  @Test
  void whatTheDataFolderKnowsNeedsNoAnswers() throws BadConfig {
    var meta = new MetaFile(new NodeId(1), Optional.of(CLUSTER), ids(1, 2), List.of("h2:2"));

    Membership membership = membership(Map.of(), meta, "h1:1");

    assertThat(membership.voters()).contains(ids(1, 2));
    assertThat(membership.addresses()).containsExactly(new Endpoint("h2", 2));
  }

  @Test
  void aListThatContradictsTheNodeIsRefused() {
    assertThatThrownBy(() -> membership(Map.of("cluster", "1@h1:1,2@h2:2"), fresh(3), "h1:1"))
        .hasMessageContaining("as node 1")
        .hasMessageContaining("is node 3");
    assertThatThrownBy(() -> membership(Map.of("cluster", "1@h1:1,2@h2:2"), fresh(3), "h9:9"))
        .hasMessageContaining("--join");
    assertThatThrownBy(() -> membership(Map.of("cluster", "h1"), fresh(3), "h9:9"))
        .hasMessageContaining("h1");
  }

  @Test
  void withoutAnIdANodeTakesItsPlaceInTheList() throws BadConfig {
    assertThat(Membership.defaultId(Config.of(Map.of("cluster", LIST)), new Endpoint("h3", 3)))
        .isEqualTo(new NodeId(3));
    assertThat(Membership.defaultId(Config.of(Map.of()), new Endpoint("h3", 3)))
        .isEqualTo(new NodeId(1));
  }

  @Test
  void theDataFolderRemembers() throws BadConfig {
    try (FileDisk disk = FileDisk.open(folder)) {
      assertThat(MetaFile.read(disk, "here")).isEmpty();
      var meta =
          new MetaFile(
              new NodeId(4), Optional.of(CLUSTER), ids(1, 2, 3), List.of("h1:1", "[::1]:2"));
      fresh(4).write(disk);
      assertThat(MetaFile.read(disk, "here")).contains(fresh(4));
      meta.write(disk);
      assertThat(MetaFile.read(disk, "here")).contains(meta);
    }
  }

  private static Membership membership(Map<String, String> settings, MetaFile meta, String own)
      throws BadConfig {
    return Membership.of(Config.of(settings), meta, Setting.readAddress(own));
  }

  private static MetaFile fresh(int node) {
    return new MetaFile(new NodeId(node), Optional.empty(), List.of(), List.of());
  }

  private static PeerHello founder(int node) {
    return new PeerHello(
        new NodeId(node),
        new UUID(9, node),
        Optional.empty(),
        new Endpoint("h" + node, node),
        List.of(LIST.split(",")),
        List.of());
  }

  private static PeerHello member(int node, List<NodeId> voters) {
    return founder(node).with(Optional.of(CLUSTER), voters);
  }

  private static List<NodeId> ids(int... values) {
    return Arrays.stream(values).mapToObj(NodeId::new).toList();
  }
}
