package io.dure.controller;

import io.dure.base.Endpoint;
import io.dure.base.Incarnation;
import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.metadata.ClusterImage;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** What can happen to a controller. Times are monotonic milliseconds that never fall. */
public sealed interface ControllerEvent {
  /**
   * This node leads the metadata log, its epoch is open, and {@code image} holds everything in the
   * log.
   *
   * @param controllerEpoch the epoch of the metadata log
   * @param image its {@code endOffset} is the end of the log: the next record gets that offset
   * @param voters who votes; replicas are placed on them even before they first register
   * @param newClusterId a fresh id, used only if the cluster has none yet
   */
  record Activated(
      int controllerEpoch, ClusterImage image, Set<NodeId> voters, UUID newClusterId, long nowMs)
      implements ControllerEvent {
    public Activated {
      voters = Set.copyOf(voters);
    }
  }

  /** This node does not lead the metadata log any more, or an append failed: forget everything. */
  record Deposed() implements ControllerEvent {}

  /**
   * Somebody wants something; answered by exactly one {@link ControllerEffect.Reply} with the same
   * id.
   */
  record Commanded(long id, Command command) implements ControllerEvent {}

  /** A process asks to take part; repeated by it until it sees itself in the metadata log. */
  record RegistrationAsked(NodeId node, UUID process, Endpoint endpoint, Optional<String> rack)
      implements ControllerEvent {}

  /**
   * The answers of one broker to a {@link ControllerEffect.SendFence}, in one life of its process.
   *
   * @param imageEnd the least end (exclusive) of the metadata that the replicas had seen when they
   *     answered
   */
  record FencesAnswered(
      NodeId from,
      int controllerEpoch,
      Incarnation incarnation,
      long imageEnd,
      List<FenceAnswer> answers)
      implements ControllerEvent {
    public FencesAnswered {
      answers = List.copyOf(answers);
    }
  }

  /**
   * One replica's answer.
   *
   * @param epoch the epoch that is durably fenced there: the asked one, or a higher one if the
   *     replica knew that already
   * @param joinedEpoch the last epoch it joined, -1: none
   * @param start where its log starts: what is before that is deleted
   * @param end end (exclusive) of its log
   */
  record FenceAnswer(PartitionId partition, int epoch, int joinedEpoch, long start, long end) {}

  /** A leader says who is in step with it. */
  record InStepReported(NodeId from, PartitionId partition, int epoch, Set<NodeId> inStep)
      implements ControllerEvent {
    public InStepReported {
      inStep = Set.copyOf(inStep);
    }
  }

  /** A leader says how heavy partitions are. It may come late, twice or not at all. */
  record LoadsTold(NodeId from, List<Load> loads) implements ControllerEvent {
    public LoadsTold {
      loads = List.copyOf(loads);
    }
  }

  /**
   * How heavy one partition is.
   *
   * @param bytes of one copy
   * @param bytesPerSecond what its leader takes in
   */
  record Load(PartitionId partition, long bytes, long bytesPerSecond) {}

  /** A leader has its epoch open. Repeated until the metadata says so. */
  record OpenedReported(NodeId from, PartitionId partition, int epoch) implements ControllerEvent {}

  /**
   * The disk failed under the replica that was appointed for this epoch, of a broker that lives.
   * Repeated until another leads.
   */
  record CannotLeadReported(NodeId from, PartitionId partition, int epoch)
      implements ControllerEvent {}

  /** A sign of life, for instance an acknowledgement of the metadata log, of that very process. */
  record Heard(NodeId node, UUID process, long nowMs) implements ControllerEvent {}

  /**
   * The node's process is known to be gone: its port refuses connections, another process answers
   * in its place, or it was the metadata leader that was voted out for its silence.
   */
  record Gone(NodeId node) implements ControllerEvent {}

  /**
   * The process is about to end and wants to lead nothing by then. Repeated by it until that is so.
   */
  record StopAsked(NodeId node, Incarnation incarnation) implements ControllerEvent {}

  /**
   * The last change of the metadata log's voters is committed, so another may be decided at once.
   *
   * @param inStep who holds the metadata log close to its end, brokers and voters
   */
  record QuorumSettled(Set<NodeId> inStep) implements ControllerEvent {
    public QuorumSettled {
      inStep = Set.copyOf(inStep);
    }
  }

  /** Time passes; every 20 to 100 ms. */
  record Tick(long nowMs) implements ControllerEvent {}
}
