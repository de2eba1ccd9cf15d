package io.dure.balance;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Who has most and who has least, of brokers that take copies: pairs between which something might
 * move. A pair between which nothing can be moved is put aside.
 */
final class Extremes {
  /** How many pairs are put aside before it is given up. */
  private static final int MAX_ASIDE = 2_000;

  record Pair(int most, int least) {}

  private final List<Integer> brokers = new ArrayList<>();
  private final IntToLongFunction load;
  private final IntToLongFunction tieBreak;
  private final Set<Pair> aside = new HashSet<>();

  /**
   * @param tieBreak of brokers with the same load the one with more of this counts as having more
   */
  Extremes(Board board, IntToLongFunction load, IntToLongFunction tieBreak) {
    this.load = load;
    this.tieBreak = tieBreak;
    for (int b = 0; b < board.brokers(); b++) {
      if (board.isOpen(b)) {
        brokers.add(b);
      }
    }
  }

  /** The pair furthest apart that is not put aside, if it is more than {@code gap} apart. */
  @Nullable Pair next(long gap) {
    if (aside.isEmpty()) {
      int most = extreme(1);
      int least = extreme(-1);
      return most >= 0 && isApart(most, least, gap) ? new Pair(most, least) : null;
    }
    if (aside.size() > MAX_ASIDE) {
      return null;
    }
    List<Integer> down = new ArrayList<>(brokers);
    down.sort((a, b) -> compare(b, a));
    for (int most : down) {
      for (int i = down.size() - 1; i >= 0 && isApart(most, down.get(i), gap); i--) {
        Pair pair = new Pair(most, down.get(i));
        if (!aside.contains(pair)) {
          return pair;
        }
      }
    }
    return null;
  }

  void putAside(Pair pair) {
    aside.add(pair);
  }

  private boolean isApart(int most, int least, long gap) {
    return load.applyAsLong(most) - load.applyAsLong(least) > gap;
  }

  private int extreme(int sign) {
    int best = -1;
    for (int b : brokers) {
      if (best < 0 || sign * compare(b, best) > 0) {
        best = b;
      }
    }
    return best;
  }

  private int compare(int a, int b) {
    int byLoad = Long.compare(load.applyAsLong(a), load.applyAsLong(b));
    return byLoad != 0 ? byLoad : Long.compare(tieBreak.applyAsLong(a), tieBreak.applyAsLong(b));
  }
}
