package io.dure.quorum;

import io.dure.base.Check;

/**
 * How patient voters are with each other. No rule of safety rests on these.
 *
 * @param electionTimeoutMs a leader silent for so long is given up; voters refuse to elect another
 *     one before
 * @param electionJitterMs up to so much is added, by node and epoch, so that voters rarely stand at
 *     once
 * @param firstElectionMs patience of a voter that has just started and heard of no leader yet
 * @param candidateTimeoutMs how long a candidate waits for enough votes before it asks anew
 * @param resendMs how often a question for votes is repeated meanwhile
 * @param takeoverStepMs when a leader is known to be gone, each further voter in line waits so much
 *     longer
 * @param checkQuorumMs a leader that a majority has not answered for so long steps down
 * @param signOfLifeMs how often a leader says that it is there
 * @param doublings how often {@code electionTimeoutMs} and {@code checkQuorumMs} are doubled at
 *     most where leaders are given up for their silence again and again
 */
public record QuorumSettings(
    long electionTimeoutMs,
    long electionJitterMs,
    long firstElectionMs,
    long candidateTimeoutMs,
    long resendMs,
    long takeoverStepMs,
    long checkQuorumMs,
    long signOfLifeMs,
    int doublings) {
  public static final QuorumSettings DEFAULT =
      new QuorumSettings(600, 300, 50, 200, 60, 50, 1_000, 100, 3);

  public QuorumSettings {
    Check.that(
        electionTimeoutMs > 2 * signOfLifeMs,
        "an election timeout of %d ms is too short",
        electionTimeoutMs);
    Check.that(electionJitterMs > 0, "no jitter: voters would stand at once");
    Check.that(checkQuorumMs >= electionTimeoutMs, "a leader gives up before its voters do");
  }
}
