package io.dure.runtime;

import java.util.ArrayList;
import java.util.List;

/**
 * What the leaders on one loop tell the controller of how heavy their partitions are. It goes round
 * all partitions, some every second, and tells of those that have plainly changed.
 *
 * <p>Nobody says whether it arrived, and a new controller knows nothing. So all are told of again
 * in the 1st, 2nd, 4th, 8th, 16th and 32nd round that the same node is the controller, and in every
 * 32nd from then on: what was lost is missed for as long again as it was there, or 32 rounds.
 */
final class LoadReports {
  private static final long LOOK_MS = 1_000;

  /** With more partitions a round takes longer. A message of so many has 18 kB. */
  private static final int MAX_LOOKED_AT = 500;

  private static final int RARELY = 32;

  private final Shard shard;
  private final long roundMs;
  private final long everyMs;
  private List<PartitionHost> round = List.of();
  private int at;
  private int rounds;
  private int controllerEpoch = -1;
  private long lookMs;

  /**
   * @param roundMs how long a round takes, as long as there are few enough partitions
   */
  LoadReports(Shard shard, long roundMs) {
    this.shard = shard;
    this.roundMs = roundMs;
    this.everyMs = Math.min(LOOK_MS, Math.max(1, roundMs / 10));
  }

  void onTick(long nowMs) {
    if (nowMs < lookMs) {
      return;
    }
    lookMs = nowMs + everyMs;
    beginAnew();
    var news = new ArrayList<PeerMessage.LoadOf>();
    int share = (int) (round.size() * everyMs / roundMs) + 1;
    int until = Math.min(round.size(), at + Math.min(share, MAX_LOOKED_AT));
    for (; at < until; at++) {
      PartitionHost host = round.get(at);
      if (shard.isHere(host)) {
        look(host, nowMs, news);
      }
    }
    if (!news.isEmpty()) {
      shard.toController(new PeerMessage.Loads(news));
    }
  }

  private void beginAnew() {
    int epoch = shard.metadata().leaderEpoch();
    boolean newController = epoch != controllerEpoch;
    controllerEpoch = epoch;
    rounds = newController ? 0 : rounds;
    if (newController || at >= round.size()) {
      round = List.copyOf(shard.hosts());
      at = 0;
      rounds++;
    }
  }

  private boolean isForAll() {
    return rounds < RARELY ? Integer.bitCount(rounds) == 1 : rounds % RARELY == 0;
  }

  private void look(PartitionHost host, long nowMs, List<PeerMessage.LoadOf> news) {
    PartitionLoad load = host.load();
    load.look(nowMs, host.isLearner());
    if (!host.isOpened() || !load.isKnown(roundMs)) {
      return;
    }
    long bytes = host.log().sizeBytes();
    if (isForAll() || load.isNews(bytes)) {
      news.add(new PeerMessage.LoadOf(host.id(), bytes, load.bytesPerSecond()));
      load.told(bytes);
    }
  }
}
