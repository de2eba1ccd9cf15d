package io.dure.controller;

import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.metadata.MetadataRecord;
import java.util.List;
import java.util.UUID;

/** What the controller asks its host to do, in order. */
public sealed interface ControllerEffect {
  /**
   * Append these records to the metadata log as one atomic batch, each taking one offset.
   *
   * @param baseOffset the offset that the first record must get; if the log ends elsewhere the
   *     controller is out of step with it and must be deposed
   */
  record Append(long baseOffset, List<MetadataRecord> records) implements ControllerEffect {
    public Append {
      records = List.copyOf(records);
    }
  }

  /**
   * Answer a command once everything appended before is committed; never if that cannot happen any
   * more.
   */
  record Reply(long id, Answer answer) implements ControllerEffect {}

  /**
   * Ask a broker (it may be this one) to refuse every older epoch of these partitions. Safe to lose
   * and to repeat. A replica that knows a higher epoch already answers with that one.
   */
  record SendFence(NodeId to, int controllerEpoch, List<FenceOf> fences)
      implements ControllerEffect {
    public SendFence {
      fences = List.copyOf(fences);
    }
  }

  record FenceOf(PartitionId partition, int epoch) {}

  /** The process may not take part, for a reason that its owner should read. */
  record RegistrationRefused(NodeId node, UUID process, String reason)
      implements ControllerEffect {}
}
