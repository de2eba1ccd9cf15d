package io.dure.balance;

import java.util.Arrays;

/**
 * The copies of one broker that might go elsewhere. Those that are only planned to be made here go
 * first: to make them elsewhere instead costs nothing. Of the others that one goes which is about
 * as large as is wanted, so that disks become even while copies do.
 */
final class Offers {
  private final Board board;
  private final int broker;
  private final int[] planned;
  private final int[] bySize;
  private int plannedLeft;
  private int left;

  private Offers(Board board, int broker, int[] partitions) {
    this.board = board;
    this.broker = broker;
    planned = Arrays.stream(partitions).filter(p -> board.isNew(p, broker)).toArray();
    bySize =
        Arrays.stream(partitions)
            .filter(p -> !board.isNew(p, broker))
            .boxed()
            .sorted((a, b) -> Long.compare(bytes(a), bytes(b)))
            .mapToInt(Integer::intValue)
            .toArray();
    plannedLeft = planned.length;
    left = bySize.length;
  }

  static Offers all(Board board, int broker) {
    return new Offers(board, broker, board.hosted(broker));
  }

  static Offers ofTopic(Board board, int broker, int topic) {
    int[] hosted = board.hosted(broker);
    return new Offers(
        board, broker, Arrays.stream(hosted).filter(p -> board.topicOf(p) == topic).toArray());
  }

  private long bytes(int p) {
    return board.partition(p).bytes();
  }

  /**
   * Takes out one that fits on {@code to}, of a topic that has at least {@code topicGap} more
   * copies here than there; -1: there is none.
   *
   * @param not a topic that it must not be of; -1: any will do
   */
  int take(int to, long wantedBytes, int topicGap, int not) {
    for (int i = plannedLeft - 1; i >= 0; i--) {
      int p = planned[i];
      if (mayGo(p, to, topicGap, not)) {
        System.arraycopy(planned, i + 1, planned, i, plannedLeft - i - 1);
        plannedLeft--;
        return p;
      }
    }
    int above = firstOf(wantedBytes);
    int below = above - 1;
    while (below >= 0 || above < left) {
      boolean up =
          below < 0
              || above < left
                  && bytes(bySize[above]) - wantedBytes <= wantedBytes - bytes(bySize[below]);
      int at = up ? above++ : below--;
      int p = bySize[at];
      if (mayGo(p, to, topicGap, not)) {
        System.arraycopy(bySize, at + 1, bySize, at, left - at - 1);
        left--;
        return p;
      }
    }
    return -1;
  }

  private boolean mayGo(int p, int to, int topicGap, int not) {
    int topic = board.topicOf(p);
    return topic != not
        && board.isFree(p)
        && board.isOn(p, broker)
        && board.fits(p, broker, to)
        && (topicGap == Integer.MIN_VALUE
            || board.topicCopies(topic, broker) - board.topicCopies(topic, to) >= topicGap);
  }

  /** Index of the first that is at least so large. */
  private int firstOf(long wantedBytes) {
    int low = 0;
    int high = left;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (bytes(bySize[middle]) < wantedBytes) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
