package io.dure.sim.core;

import io.dure.base.Incarnation;
import io.dure.base.NodeId;
import io.dure.replication.Appointment;
import io.dure.replication.Replica;
import io.dure.replication.ReplicaEvent;
import io.dure.replication.ReplicaMessage;
import io.dure.replication.ReplicaSettings;
import io.dure.replication.ReplicaState;

/** A replica of a partition; registers its life with the controller and listens to it. */
final class PartitionBrain implements Brain {
  private final SimNode node;
  private final Replica replica;
  private boolean registered;
  private Appointment appointment;

  PartitionBrain(SimNode node, Object state, boolean shapeKnownDurable, ReplicaSettings settings) {
    this.node = node;
    this.replica =
        new Replica(
            node.id(),
            Incarnation.NONE,
            (ReplicaState) state,
            node.log().history(),
            shapeKnownDurable ? node.log().end() : -1,
            settings);
  }

  @Override
  public Replica replica() {
    return replica;
  }

  @Override
  public Appointment appointment() {
    return appointment;
  }

  @Override
  public void onLocal(ReplicaEvent event) {
    node.run(replica.step(event));
  }

  @Override
  public void onMessage(NodeId from, Object message) {
    switch (message) {
      case ReplicaMessage m -> onLocal(new ReplicaEvent.Received(from, m));
      case Appointer.FenceAsked(int epoch) -> onLocal(new ReplicaEvent.Fenced(epoch));
      case Appointer.AppointmentTold(Appointment told) -> {
        appointment = told;
        onLocal(new ReplicaEvent.Appointed(told));
      }
      case Appointer.Registered(int life, Incarnation incarnation) -> {
        if (life == node.life() && !registered) {
          registered = true;
          onLocal(new ReplicaEvent.Registered(incarnation));
        }
      }
      default -> throw new IllegalStateException("unknown " + message);
    }
  }

  @Override
  public void onPersisted(Object state) {
    onLocal(new ReplicaEvent.Persisted((ReplicaState) state));
  }

  @Override
  public void onPeerGone(NodeId peer) {}

  @Override
  public void onTick(long nowMs) {
    if (!registered) {
      node.send(Appointer.ID, new Appointer.Register(node.life()));
    }
    if (!replica.idle()) {
      node.run(replica.step(new ReplicaEvent.Tick(nowMs)));
    }
  }
}
