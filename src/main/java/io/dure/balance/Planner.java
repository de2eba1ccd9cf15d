package io.dure.balance;

import java.util.List;

/**
 * What should move so that the cluster is well: nothing on brokers that leave, as many copies as
 * wanted, no two in one rack, copies even, disks roughly even, leaders even, their traffic roughly
 * even; in that order, and with as few bytes copied as may be.
 *
 * <p>The same layout gives the same plan. A layout that a plan led to gives an empty one. The first
 * moves are what is most urgent, and a plan that is cut short is as good as its part: what is left
 * is found again later, from what there is by then.
 */
public final class Planner {
  /** What one care moved may let another one do more; each turn finds less. */
  private static final int MAX_TURNS = 8;

  private Planner() {}

  /**
   * The moves, most urgent first.
   *
   * @param slack how uneven disks and traffic may be
   * @param maxMoves about so many partitions are moved at most; one more where two change places
   */
  public static List<Move> plan(Layout layout, Slack slack, int maxMoves) {
    Board board = new Board(layout, slack, maxMoves);
    if (board.openCount() == 0) {
      return List.of();
    }
    new Evacuation(board).run();
    boolean changed = true;
    for (int turn = 0; turn < MAX_TURNS && changed && !board.isFull(); turn++) {
      changed = new CopySpread(board).run();
      changed |= slack.moves() && new DiskSpread(board).run();
      changed |= new LeaderSpread(board).run();
    }
    return board.moves();
  }
}
