package io.dure.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.base.Endpoint;
import io.dure.base.NodeId;
import io.dure.metadata.ClusterImage;
import io.dure.metadata.MetadataRecord;
import io.dure.wire.PeerHello;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Whom a member lets in. */
class AdmissionTest {
  private static final UUID CLUSTER = new UUID(7, 7);
  private static final MetaFile SELF =
      new MetaFile(new NodeId(1), Optional.of(CLUSTER), voters(1, 2, 3), List.of());

  /** 2026-11-26T12:00:00Z. */
  private static final long NOON_MS = 1_795_694_400_000L;

  private static final ClusterImage FOUNDED =
      ClusterImage.EMPTY.apply(List.of(new MetadataRecord.ClusterFormed(CLUSTER)), 1);

  private static List<NodeId> voters(int... ids) {
    return Arrays.stream(ids).mapToObj(NodeId::new).toList();
  }

  private static PeerHello node(int id, Optional<UUID> cluster, long wallMs) {
    return new PeerHello(
        new NodeId(id),
        new UUID(9, id),
        cluster,
        new Endpoint("h" + id, 9092),
        List.of(),
        List.of(),
        wallMs);
  }

  private static Optional<String> objection(ClusterImage image, PeerHello peer) {
    return Admission.objection(SELF, image, NOON_MS, peer);
  }

  @Test
  void aNewcomerWhoseClockIsFarOffIsToldBothClocks() {
    Optional<String> early = objection(FOUNDED, node(4, Optional.empty(), NOON_MS - 3_600_000));
    Optional<String> late = objection(FOUNDED, node(4, Optional.empty(), NOON_MS + 61_000));

    assertThat(early.orElseThrow())
        .contains("3600 s", "node 4 at h4:9092 says 2026-11-26T11:00:00Z")
        .contains("node 1 2026-11-26T12:00:00Z", "set the clock");
    assertThat(late).isPresent();
  }

  @Test
  void aClockThatIsALittleOffIsLetIn() {
    assertThat(objection(FOUNDED, node(4, Optional.empty(), NOON_MS + 59_000))).isEmpty();
  }

  @Test
  void aMemberIsLetInWhateverItsClockSays() {
    assertThat(objection(FOUNDED, node(4, Optional.of(CLUSTER), 0))).isEmpty();
  }

  @Test
  void aFounderThatLostItsVoteDoesNotComeBackWithAnEmptyFolder() {
    ClusterImage shrunk = FOUNDED.apply(List.of(new MetadataRecord.VotersChanged(voters(1, 2))), 2);
    PeerHello third = node(3, Optional.empty(), NOON_MS);

    assertThat(objection(shrunk, third).orElseThrow()).contains("number 3", "--node");
    assertThat(objection(FOUNDED, third)).isEmpty();
  }

  @Test
  void foundersDoNotJudgeEachOthersClocks() {
    assertThat(objection(ClusterImage.EMPTY, node(4, Optional.empty(), 0))).isEmpty();
  }
}
