package io.dure.sim.core;

import io.dure.base.NodeId;
import io.dure.sim.SimRng;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Wishes for other voters of the metadata log, at the worst moments: several in one breath, and the
 * very moment somebody begins to lead, while nearly nobody hears it and whoever led before comes
 * back. A core that keeps its rules refuses what must not be yet.
 */
final class VoterTrouble {
  private final CoreWorld world;
  private final Trouble trouble;
  private final List<SimNode> nodes;

  /** Between two wishes on average; 0: never. */
  private final int changeMs;

  /** So many of a thousand wishes are followed by others at once. */
  private final int haste;

  /** So many of a thousand leaders are asked as soon as they lead, and cut off from most others. */
  private final int duels;

  private final long electionTimeoutMs;

  VoterTrouble(CoreWorld world, Trouble trouble, List<SimNode> nodes, long electionTimeoutMs) {
    this.world = world;
    this.electionTimeoutMs = electionTimeoutMs;
    this.trouble = trouble;
    this.nodes = nodes;
    SimRng rng = world.rng();
    this.changeMs = rng.chance(250) ? 0 : 10 + rng.below(150);
    this.haste = rng.chance(500) ? 0 : 500;
    this.duels = changeMs == 0 || rng.chance(500) ? 0 : 300 + rng.below(500);
  }

  int changeMs() {
    return changeMs;
  }

  /** Whoever takes itself for the leader is asked; nobody may hear of what it does then. */
  void change() {
    nodes.stream()
        .filter(node -> node.running() && node.brain().replica().leads())
        .forEach(leader -> {
          if (rng().chance(duels)) {
            isolate(leader, Optional.empty());
          }
          wish(leader);
        });
  }

  private void wish(SimNode leader) {
    int wishes = rng().chance(haste) ? 2 + rng().below(2) : 1;
    for (int i = 0; i < wishes; i++) {
      NodeId one = rng().pick(nodes).id();
      NodeId other = rng().chance(700) ? one : rng().pick(nodes).id();
      if (leader.running() && leader.brain() instanceof QuorumBrain quorum) {
        quorum.changeVoters(one.equals(other) ? Set.of(one) : Set.of(one, other));
      }
    }
  }

  /** Two that led one after the other want other voters, each without the other's knowledge. */
  void onLeads(SimNode leader) {
    if (!world.troubled() || !rng().chance(duels)) {
      return;
    }
    int life = leader.life();
    if (rng().chance(600)) {
      isolate(leader, Optional.of(rng().pick(nodes)));
    }
    for (int i = 0; i < 2; i++) {
      world
          .scheduler()
          .afterUs(
              rng().between(0, 4_000),
              () -> {
                if (world.troubled() && leader.running() && leader.life() == life) {
                  wish(leader);
                }
              });
    }
    nodes.stream()
        .filter(node -> !node.running())
        .forEach(
            node -> world.scheduler().afterMs(rng().between(0, 20), () -> trouble.startNow(node)));
  }

  /** For long enough that others may be elected, the node is heard by one other at most. */
  private void isolate(SimNode node, Optional<SimNode> friend) {
    long forMs = rng().between(electionTimeoutMs / 2, 4 * electionTimeoutMs);
    nodes.stream()
        .filter(other -> other != node && !friend.equals(Optional.of(other)))
        .forEach(other -> keepApart(node, other, forMs));
  }

  private void keepApart(SimNode one, SimNode other, long forMs) {
    world.network().cut(one.id(), other.id());
    world.network().cut(other.id(), one.id());
    world
        .scheduler()
        .afterMs(
            forMs,
            () -> {
              if (world.network().mend(one.id(), other.id())
                  | world.network().mend(other.id(), one.id())) {
                trouble.connect(one, other);
              }
            });
  }

  /** Who has just named other voters dies of it, or nobody but one hears of it. */
  void onVotersChanged(SimNode leader, int ambush) {
    if (!world.troubled() || !rng().chance(Math.max(ambush, duels / 2))) {
      return;
    }
    int life = leader.life();
    world
        .scheduler()
        .afterUs(
            rng().between(0, 3_000),
            () -> {
              if (world.troubled() && leader.running() && leader.life() == life) {
                if (rng().chance(500)) {
                  leader.powerCut();
                } else {
                  leader.crash();
                }
                trouble.goneSeen(leader);
                world.scheduler().afterMs(rng().between(5, 300), () -> trouble.startNow(leader));
              }
            });
  }

  private SimRng rng() {
    return world.rng();
  }
}
