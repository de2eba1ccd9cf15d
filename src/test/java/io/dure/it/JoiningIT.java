package io.dure.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Brokers that join without being told who they are. */
@Timeout(180)
class JoiningIT {
  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path folder;

  private final List<BrokerFork> brokers = new ArrayList<>();

  @AfterEach
  void killThem() throws InterruptedException {
    for (BrokerFork broker : brokers) {
      broker.kill();
    }
  }

  private BrokerFork started(BrokerFork broker) {
    brokers.add(broker);
    return broker;
  }

  @Test
  void whoJoinsWithoutANumberGetsAFreeOneAndKeepsIt() throws Exception {
    List<Integer> ports = ClusterFork.freePorts(4);
    List<String> joining = List.of("--join", "127.0.0.1:" + ports.getFirst());
    // Before there is anybody to ask.
    BrokerFork early = started(BrokerFork.start("early", ports.get(1), folder, joining));
    BrokerFork first = started(BrokerFork.start(7, ports.getFirst(), folder, List.of()));
    assertThat(first.number()).isEqualTo(7);
    assertThat(early.number()).isEqualTo(8);

    // Both at once.
    BrokerFork third = started(BrokerFork.start("third", ports.get(2), folder, joining));
    BrokerFork fourth = started(BrokerFork.start("fourth", ports.get(3), folder, joining));
    assertThat(List.of(third.number(), fourth.number())).containsExactlyInAnyOrder(9, 10);

    int number = third.number();
    third.kill();
    third.restart();
    assertThat(third.number()).isEqualTo(number);
  }
}
