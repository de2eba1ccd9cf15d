package io.dure.sim.core;

import io.dure.base.Incarnation;
import io.dure.base.NodeId;
import io.dure.quorum.Quorum;
import io.dure.quorum.QuorumEffect;
import io.dure.quorum.QuorumEvent;
import io.dure.quorum.QuorumMessage;
import io.dure.quorum.QuorumSettings;
import io.dure.quorum.QuorumState;
import io.dure.quorum.VoterSets;
import io.dure.replication.Appointment;
import io.dure.replication.Replica;
import io.dure.replication.ReplicaEffect;
import io.dure.replication.ReplicaEvent;
import io.dure.replication.ReplicaMessage;
import io.dure.replication.ReplicaSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A voter or a learner of the metadata quorum. */
final class QuorumBrain implements Brain {
  private final SimNode node;
  private final List<NodeId> founders;
  private final Quorum quorum;

  QuorumBrain(
      SimNode node,
      Object state,
      boolean shapeKnownDurable,
      List<NodeId> founders,
      List<NodeId> brokers,
      QuorumSettings settings,
      ReplicaSettings replicaSettings) {
    this.node = node;
    this.founders = founders;
    this.quorum =
        new Quorum(
            node.id(),
            recovered(),
            VoterValues::in,
            (QuorumState) state,
            node.log().history(),
            shapeKnownDurable ? node.log().end() : -1,
            settings,
            replicaSettings);
    quorum.step(new QuorumEvent.BrokersChanged(Set.copyOf(brokers)));
  }

  /** A snapshot stands in for what the log does not hold any more; the log says the rest. */
  private VoterSets recovered() {
    SimLog log = node.log();
    VoterSets voters = new VoterSets(votersAt(log.start()), log.start());
    for (long offset = log.start(); offset < log.end(); offset++) {
      if (VoterValues.isOne(log.valueAt(offset))) {
        voters.appended(new VoterSets.Change(offset, VoterValues.voters(log.valueAt(offset))));
      }
    }
    return voters;
  }

  private List<NodeId> votersAt(long end) {
    return node.world().committedVoters(end).orElse(founders);
  }

  /** Some voters more or fewer, if this node leads and that may be. */
  void changeVoters(Set<NodeId> some) {
    var next = new ArrayList<>(quorum.voters());
    for (NodeId one : some) {
      if (!next.remove(one)) {
        next.add(one);
      }
    }
    if (!next.isEmpty() && quorum.mayBecome(next)) {
      node.appendVoters(VoterValues.of(next, node.world().nextValue()));
    }
  }

  void votersAppended(long offset, long value) {
    step(new QuorumEvent.VotersAppended(new VoterSets.Change(offset, VoterValues.voters(value))));
  }

  Quorum quorum() {
    return quorum;
  }

  @Override
  public Replica replica() {
    return quorum.replica();
  }

  @Override
  public Appointment appointment() {
    List<NodeId> voters = quorum.voters();
    return new Appointment(
        quorum.epoch(), node.id(), Incarnation.NONE, voters, List.of(), voters.size() / 2 + 1);
  }

  @Override
  public void onLocal(ReplicaEvent event) {
    step(new QuorumEvent.ForReplica(event));
  }

  @Override
  public void onMessage(NodeId from, Object message) {
    switch (message) {
      case ReplicaMessage m -> {
        if (m instanceof ReplicaMessage.Restart restart) {
          step(new QuorumEvent.VotersKnown(votersAt(restart.start()), restart.start()));
        }
        onLocal(new ReplicaEvent.Received(from, m));
      }
      case QuorumMessage m -> step(new QuorumEvent.Received(from, m));
      default -> throw new IllegalStateException("unknown " + message);
    }
  }

  @Override
  public void onPersisted(Object state) {
    step(new QuorumEvent.Persisted((QuorumState) state));
  }

  @Override
  public void onPeerGone(NodeId peer) {
    step(new QuorumEvent.PeerGone(peer));
  }

  @Override
  public void onTick(long nowMs) {
    step(new QuorumEvent.Tick(nowMs));
  }

  /**
   * Runs of the replica's effects are kept whole, so that what they ask for at once comes after all
   * of them.
   */
  private void step(QuorumEvent event) {
    var inner = new ArrayList<ReplicaEffect>();
    for (QuorumEffect effect : quorum.step(event)) {
      switch (effect) {
        case QuorumEffect.Send e -> node.send(e.to(), e.message());
        case QuorumEffect.Persist e -> node.persist(e.state());
        case QuorumEffect.OfReplica e -> inner.add(e.effect());
        case QuorumEffect.LeaderIs e ->
            node.world().trace().say(node.id().toString(), () -> "   " + e);
        case QuorumEffect.Heard _ -> {}
      }
    }
    node.run(inner);
  }
}
