package io.dure.balance;

/**
 * The first care: copies on brokers that leave are made elsewhere, missing ones are added, and
 * those that share a rack without need are separated. Each copy goes where the least lies by then.
 */
final class Evacuation {
  private final Board board;

  Evacuation(Board board) {
    this.board = board;
  }

  void run() {
    for (int p = 0; p < board.partitions() && !board.isFull(); p++) {
      if (board.isMovable(p)) {
        leave(p);
      }
    }
    for (int p = 0; p < board.partitions() && !board.isFull(); p++) {
      if (board.isFree(p)) {
        grow(p);
        separate(p);
      }
    }
  }

  private void leave(int p) {
    for (int from : board.replicas(p)) {
      if (board.standing(from).isLeaving()) {
        int to = best(p, from);
        if (to >= 0) {
          board.replace(
              p, from, to, leaves(from, "its copies are made on others", "복제본을 다른 브로커에 만듭니다"));
        } else if (board.standing(from) == Standing.DECOMMISSIONED
            && board.replicas(p).length > 1) {
          // A copy that is merely lost may come back; this one goes for good.
          board.drop(
              p,
              from,
              leaves(from, "no other broker is left for its copy", "복제본을 맡을 다른 브로커가 없습니다"));
        }
      }
    }
  }

  private Reason leaves(int broker, String so, String soInKorean) {
    boolean lost = board.standing(broker) == Standing.LOST;
    return Reason.of(
        lost ? Reason.Kind.LOST : Reason.Kind.DECOMMISSIONED,
        lost ? "broker %d is dead: %s" : "broker %d is to be emptied: %s",
        lost ? "브로커 %1$d의 소식이 끊겼습니다: %3$s" : "브로커 %1$d을(를) 비웁니다: %3$s",
        board.number(broker),
        so,
        soInKorean);
  }

  private void grow(int p) {
    int wanted = board.partition(p).wantedCopies();
    while (board.replicas(p).length < wanted) {
      int to = best(p, -1);
      if (to < 0) {
        return;
      }
      board.add(
          p,
          to,
          Reason.of(
              Reason.Kind.COPIES_MISSING,
              "%d of the %d copies that are the default are there",
              "기본인 복제본 %2$d개 가운데 %1$d개만 있습니다",
              board.replicas(p).length,
              wanted));
    }
  }

  private void separate(int p) {
    for (int from : board.replicas(p)) {
      if (board.isOn(p, from) && board.sharesRack(p, from, from)) {
        int to = best(p, from);
        if (to >= 0 && !board.sharesRack(p, from, to)) {
          board.replace(
              p,
              from,
              to,
              Reason.of(
                  Reason.Kind.RACK,
                  "two copies are in rack %s while another rack has none",
                  "랙 %s에 복제본이 둘인데 하나도 없는 랙이 있습니다",
                  board.rackName(from)));
        }
      }
    }
  }

  /** The broker for one more copy, or one instead of {@code from}; -1: there is none. */
  private int best(int p, int from) {
    int topic = board.topicOf(p);
    int best = -1;
    for (int b = 0; b < board.brokers(); b++) {
      if (board.isOpen(b) && !board.isOn(p, b) && (best < 0 || isBetter(p, topic, from, b, best))) {
        best = b;
      }
    }
    return best;
  }

  private boolean isBetter(int p, int topic, int from, int one, int other) {
    boolean shares = board.sharesRack(p, from, one);
    if (shares != board.sharesRack(p, from, other)) {
      return !shares;
    }
    if (board.copies(one) != board.copies(other)) {
      return board.copies(one) < board.copies(other);
    }
    int onOne = board.topicCopies(topic, one);
    int onOther = board.topicCopies(topic, other);
    return onOne != onOther ? onOne < onOther : board.disk(one) < board.disk(other);
  }
}
