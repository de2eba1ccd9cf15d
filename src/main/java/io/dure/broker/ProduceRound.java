package io.dure.broker;

import io.dure.metadata.BrokerImage;
import io.dure.metadata.ClusterImage;
import io.dure.metadata.TopicImage;
import io.dure.runtime.Partitions.AppendOutcome;
import io.dure.runtime.Partitions.Leadership;
import io.dure.wire.WireError;
import java.util.Optional;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.BatchIndexAndErrorMessage;
import org.apache.kafka.common.message.ProduceResponseData.LeaderIdAndEpoch;
import org.apache.kafka.common.message.ProduceResponseData.NodeEndpoint;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.message.ProduceResponseData.TopicProduceResponse;

/**
 * One produce request under way: gathers what became of each partition. Confined to the
 * connection's loop.
 */
final class ProduceRound {
  private static final short FIRST_VERSION_WITH_HINTS = 10;

  private final short acks;
  private final short version;
  private final ClusterImage image;
  private final LeaderHints hints;
  private final Reply<ProduceResponseData> reply;
  private final ProduceResponseData response = new ProduceResponseData();
  private int underWay = 1; // the handler itself, until it has started them all
  private Optional<String> firstFailure = Optional.empty();

  ProduceRound(
      ProduceRequestData request,
      RequestContext context,
      ClusterImage image,
      Reply<ProduceResponseData> reply) {
    this.acks = request.acks();
    this.version = context.version();
    this.image = image;
    this.hints = new LeaderHints(image);
    this.reply = reply;
  }

  /** The place in the answer for one partition of the request. */
  Slot slot(TopicProduceData topic, PartitionProduceData data) {
    TopicProduceResponse of = response.responses().find(topic.name(), topic.topicId());
    if (of == null) {
      of = new TopicProduceResponse().setName(topic.name()).setTopicId(topic.topicId());
      response.responses().add(of);
    }
    var into = new PartitionProduceResponse().setIndex(data.index()).setBaseOffset(-1);
    of.partitionResponses().add(into);
    underWay++;
    return new Slot(topic, into);
  }

  private String nameOf(TopicProduceData topic) {
    if (!topic.name().isEmpty()) {
      return topic.name();
    }
    return image
        .topic(Ids.topic(topic.topicId()))
        .map(TopicImage::name)
        .orElseGet(() -> topic.topicId().toString());
  }

  void allStarted() {
    finishOne();
  }

  private void finishOne() {
    underWay--;
    if (underWay > 0) {
      return;
    }
    if (acks != 0) {
      for (BrokerImage broker : hints.endpoints()) {
        response.nodeEndpoints().add(endpoint(broker));
      }
      reply.send(response);
    } else if (firstFailure.isPresent()) {
      reply.hangUp("a produce with acks=0 failed: " + firstFailure.get());
    } else {
      reply.silence();
    }
  }

  private static NodeEndpoint endpoint(BrokerImage broker) {
    return new NodeEndpoint()
        .setNodeId(broker.node().value())
        .setHost(broker.endpoint().host())
        .setPort(broker.endpoint().port())
        .setRack(broker.rack().orElse(null));
  }

  /** One partition's place in the answer; filled exactly once. */
  final class Slot {
    private final TopicProduceData topic;
    private final PartitionProduceResponse into;

    private Slot(TopicProduceData topic, PartitionProduceResponse into) {
      this.topic = topic;
      this.into = into;
    }

    void outcome(AppendOutcome outcome) {
      switch (outcome) {
        case AppendOutcome.Committed c -> {
          into.setBaseOffset(c.baseOffset())
              .setLogAppendTimeMs(c.appendTimeMs())
              .setLogStartOffset(c.logStart());
          finishOne();
        }
        case AppendOutcome.Refused r -> refused(r.error(), r.reason(), r.where());
      }
    }

    /** Single records are what is wrong; the whole batch is refused. */
    void refusedRecords(RecordRules.Refusal refusal) {
      for (RecordRules.RecordError each : refusal.records()) {
        into.recordErrors()
            .add(
                new BatchIndexAndErrorMessage()
                    .setBatchIndex(each.index())
                    .setBatchIndexErrorMessage(each.message()));
      }
      refused(refusal.error(), refusal.reason(), Optional.empty());
    }

    void refused(WireError error, String reason, Optional<Leadership> where) {
      into.setErrorCode(error.code());
      if (!reason.isEmpty()) {
        into.setErrorMessage(reason);
      }
      if (version >= FIRST_VERSION_WITH_HINTS) {
        hints
            .beside(error, where)
            .ifPresent(leader ->
                into.setCurrentLeader(
                    new LeaderIdAndEpoch()
                        .setLeaderId(leader.leader().value())
                        .setLeaderEpoch(leader.epoch())));
      }
      if (firstFailure.isEmpty()) {
        firstFailure =
            Optional.of(
                error
                    + " for "
                    + nameOf(topic)
                    + "-"
                    + into.index()
                    + (reason.isEmpty() ? "" : ", " + reason));
      }
      finishOne();
    }
  }
}
