package io.dure.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** {@code dure group …} as a process of its own against a broker. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GroupCommandIT {
  @SuppressWarnings("NullAway.Init")
  private ClusterFork cluster;

  @BeforeAll
  void startOneBroker(@TempDir Path folder) {
    cluster = ClusterFork.start(1, folder);
  }

  @AfterAll
  void stopIt() {
    cluster.close();
  }

  private DureProcess.Said dure(String input, String... args) throws Exception {
    return DureProcess.run(cluster.bootstrap(), input, args);
  }

  @Test
  void aGroupIsListedWithItsLagSetBackAndDeleted() throws Exception {
    dure("", "topic", "create", "orders", "-p", "1");
    dure("a\nb\nc\n", "produce", "orders");
    dure("", "consume", "orders", "-g", "billing", "--to-end");
    dure("d\n", "produce", "orders");

    assertThat(dure("", "group", "list", "-o", "json").out().strip())
        .isEqualTo(
            "[{\"id\":\"billing\",\"state\":\"Empty\",\"type\":\"Classic\",\"members\":0,\"lag\":1}]");

    DureProcess.Said reset =
        dure("", "group", "reset", "billing", "--topic", "orders", "--to", "earliest");

    assertThat(reset.status()).isZero();
    assertThat(dure("", "group", "describe", "billing").out())
        .contains("lag 4")
        .containsPattern("orders-0 +0 +4 +4 +nobody");
    assertThat(dure("", "group", "delete", "billing").status()).isZero();
    DureProcess.Said gone = dure("", "group", "describe", "billing");
    assertThat(gone.status()).isEqualTo(1);
    assertThat(gone.errors()).contains("no such group: billing", "./dure group list");
  }

  @Test
  void aPlaceThatIsNoneIsRefusedWithThoseThereAre() throws Exception {
    DureProcess.Said refused =
        dure("", "group", "reset", "any", "--topic", "orders", "--to", "tomorrow");

    assertThat(refused.status()).isEqualTo(1);
    assertThat(refused.errors()).contains("earliest, latest, an offset, or a time", "tomorrow");
  }
}
