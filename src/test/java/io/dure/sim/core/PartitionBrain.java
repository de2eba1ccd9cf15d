package io.dure.sim.core;

import io.dure.base.Incarnation;
import io.dure.base.NodeId;
import io.dure.log.EpochHistory;
import io.dure.metadata.PartitionImage;
import io.dure.replication.Appointment;
import io.dure.replication.Replica;
import io.dure.replication.ReplicaEvent;
import io.dure.replication.ReplicaMessage;
import io.dure.replication.ReplicaSettings;
import io.dure.replication.ReplicaState;

/**
 * A node's part in one partition. It registers its life with the controller, and keeps a replica
 * from when the metadata, as it was at the registration or later, says that it is a member until it
 * says that it is none: then the copy is deleted.
 */
final class PartitionBrain implements Brain {
  private enum Copy {
    /** None, or one of an earlier life that was not looked at yet. */
    CLOSED,
    OPEN,
    DELETING
  }

  private final SimNode node;
  private final ReplicaSettings settings;
  private Replica replica;
  private Copy copy = Copy.CLOSED;
  private ReplicaState restored;
  private Incarnation incarnation = Incarnation.NONE;
  private long registeredAt;
  private long seen;
  private Appointment appointment;

  PartitionBrain(SimNode node, Object state, ReplicaSettings settings) {
    this.node = node;
    this.settings = settings;
    this.restored = (ReplicaState) state;
    this.replica = absent();
  }

  /** Stands in while there is no copy; nothing is ever told to it. */
  private Replica absent() {
    return new Replica(
        node.id(), Incarnation.NONE, ReplicaState.INITIAL, EpochHistory.emptyAt(0), 0, settings);
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
    if (copy == Copy.OPEN) {
      node.run(replica.step(event));
    }
  }

  @Override
  public void onMessage(NodeId from, Object message) {
    switch (message) {
      case ReplicaMessage m -> onLocal(new ReplicaEvent.Received(from, m));
      case Appointer.FenceAsked(int epoch) -> onLocal(new ReplicaEvent.Fenced(epoch));
      case Appointer.AppointmentTold(Appointment told) -> onAppointment(told);
      case Appointer.ImageTold(long version, PartitionImage image) -> onImage(version, image);
      case Appointer.Registered(int life, Incarnation own, long version) -> {
        if (life == node.life() && incarnation.equals(Incarnation.NONE)) {
          incarnation = own;
          registeredAt = version;
        }
      }
      default -> throw new IllegalStateException("unknown " + message);
    }
  }

  private void onAppointment(Appointment told) {
    if (copy == Copy.OPEN) {
      if (told.epoch() >= replica.epoch()) {
        appointment = told;
      }
      onLocal(new ReplicaEvent.Appointed(told));
    }
  }

  private void onImage(long version, PartitionImage image) {
    if (incarnation.equals(Incarnation.NONE) || version < Math.max(registeredAt, seen)) {
      return;
    }
    seen = version;
    boolean member = image.hasMember(node.id());
    if (copy == Copy.CLOSED && member) {
      open();
    } else if (copy == Copy.CLOSED
            && (node.log().end() > 0 || !restored.equals(ReplicaState.INITIAL))
        || copy == Copy.OPEN && !member) {
      delete();
    }
    if (copy == Copy.OPEN) {
      if (image.epoch() > replica.epoch()) {
        // The copy of before may have promised to refuse older leaders, and be forgotten.
        onLocal(new ReplicaEvent.Fenced(image.epoch()));
      }
      Appointer.appointment(image).ifPresent(this::onAppointment);
    }
  }

  private void open() {
    copy = Copy.OPEN;
    replica =
        new Replica(
            node.id(),
            incarnation,
            restored,
            node.log().history(),
            node.logIsDurable() ? node.log().end() : -1,
            settings);
    node.copyOpened();
  }

  /** What it had joined is forgotten durably before the log goes. */
  private void delete() {
    copy = Copy.DELETING;
    replica = absent();
    restored = ReplicaState.INITIAL;
    node.forgetState(() -> {
      node.deleteLog();
      copy = Copy.CLOSED;
    });
  }

  @Override
  public long seen() {
    return seen;
  }

  @Override
  public void onPersisted(Object state) {
    onLocal(new ReplicaEvent.Persisted((ReplicaState) state));
  }

  @Override
  public void onPeerGone(NodeId peer) {}

  @Override
  public void onTick(long nowMs) {
    if (incarnation.equals(Incarnation.NONE)) {
      node.send(Appointer.ID, new Appointer.Register(node.life()));
    }
    if (replica.isOpen()) {
      node.send(Appointer.ID, new Appointer.OpenedTold(replica.epoch()));
    }
    if (!replica.idle()) {
      node.run(replica.step(new ReplicaEvent.Tick(nowMs)));
    }
  }
}
