package io.dure.sim.node;

import io.dure.balance.Slack;
import io.dure.controller.Answer;
import io.dure.controller.BalanceSettings;
import io.dure.controller.Command;
import io.dure.runtime.NodeSettings;
import io.dure.sim.SimNode;
import io.dure.sim.SimNode.Pace;
import io.dure.sim.SimRng;
import java.util.Optional;

/**
 * In half of the runs leaders tell all the time how heavy their partitions are, and a few records
 * more are reason enough for the controller to move something, again and again.
 */
final class Weighing {
  private static final Slack TINY = new Slack(true, 1_000, 0.05, 50, 0.1);
  private static final long ROUND_MS = 100;
  private static final long WEIGH_EVERY_MS = 20;
  private static final long REST_MS = 200;

  private final boolean on;
  private boolean settled;

  Weighing(long seed) {
    on = new SimRng(seed ^ 0x3E1647L).below(2) == 0;
  }

  NodeSettings tuned(NodeSettings settings) {
    return on ? settings.withLoadRoundMs(ROUND_MS) : settings;
  }

  Pace tuned(Pace pace) {
    BalanceSettings balance =
        pace.controller().balance().withWeighing(TINY, WEIGH_EVERY_MS, REST_MS);
    return on
        ? new Pace(pace.quorum(), pace.replica(), pace.controller().withBalance(balance))
        : pace;
  }

  /**
   * Asks the controller; whether it knows how heavy all is, and has nothing to move by that either.
   */
  boolean isSettled(Optional<SimNode> controller) {
    controller.ifPresent(sim ->
        sim.node()
            .command(
                new Command.DescribeBalance(),
                Runnable::run,
                answer ->
                    settled =
                        answer.isPresent()
                            && answer.get() instanceof Answer.Balance balance
                            && !balance.loads().isEmpty()
                            && balance.moves().isEmpty()
                            && balance.underWay().isEmpty()));
    return settled || !on;
  }
}
