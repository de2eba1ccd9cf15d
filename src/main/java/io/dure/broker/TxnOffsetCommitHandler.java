package io.dure.broker;

import io.dure.group.GroupAnswer;
import io.dure.group.GroupCommand;
import io.dure.group.GroupCommand.OffsetToCommit;
import io.dure.group.OffsetKey;
import io.dure.group.ProducerRef;
import io.dure.log.TxnGuard;
import io.dure.metadata.ClusterImage;
import io.dure.metadata.TopicImage;
import io.dure.runtime.Partitions.Preparation;
import io.dure.txn.TopicPart;
import io.dure.wire.WireError;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData.TxnOffsetCommitRequestPartition;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData.TxnOffsetCommitRequestTopic;
import org.apache.kafka.common.message.TxnOffsetCommitResponseData;
import org.apache.kafka.common.message.TxnOffsetCommitResponseData.TxnOffsetCommitResponsePartition;
import org.apache.kafka.common.message.TxnOffsetCommitResponseData.TxnOffsetCommitResponseTopic;

/**
 * TxnOffsetCommit (API key 28): stores how far a group has read as part of a producer's
 * transaction. Three steps: is the transaction open on the group's partition; if not, its
 * coordinator confirms it, or makes the partition part of it (KIP-890); then the group's
 * coordinator decides.
 */
public final class TxnOffsetCommitHandler
    implements Handler<TxnOffsetCommitRequestData, TxnOffsetCommitResponseData> {
  private static final short FIRST_THAT_KNOWS_LOADING = 2;
  private static final short FIRST_THAT_KNOWS_ABORTABLE = 4;
  private static final short FIRST_THAT_ADDS_THE_PARTITION = 5;
  private static final short FIRST_WITH_TOPIC_IDS = 6;
  private static final short FIRST_THAT_KNOWS_EPOCHS = 6;

  /** How long the transaction's coordinator is waited for; the client asks again then. */
  private static final long CONFIRM_WITHIN_MS = 5_000;

  private final Cluster cluster;
  private final GroupShards groups;
  private final TransactionGate gate;

  public TxnOffsetCommitHandler(Cluster cluster, GroupShards groups, TransactionGate gate) {
    this.cluster = cluster;
    this.groups = groups;
    this.gate = gate;
  }

  @Override
  public void handle(
      TxnOffsetCommitRequestData request,
      RequestContext context,
      Reply<TxnOffsetCommitResponseData> reply) {
    var response = new TxnOffsetCommitResponseData();
    List<OffsetToCommit> offsets = new ArrayList<>();
    List<TxnOffsetCommitResponsePartition> undecided = new ArrayList<>();
    ClusterImage image = cluster.image();
    for (TxnOffsetCommitRequestTopic topic : request.topics()) {
      var answers =
          new TxnOffsetCommitResponseTopic().setName(topic.name()).setTopicId(topic.topicId());
      response.topics().add(answers);
      Optional<TopicImage> known = topic(image, topic, context.version());
      for (TxnOffsetCommitRequestPartition partition : topic.partitions()) {
        var answer =
            new TxnOffsetCommitResponsePartition().setPartitionIndex(partition.partitionIndex());
        answers.partitions().add(answer);
        WireError refusal =
            request.groupId().isEmpty()
                ? WireError.INVALID_GROUP_ID
                : refusal(known, partition.partitionIndex(), context.version());
        answer.setErrorCode(refusal.code());
        if (refusal == WireError.NONE) {
          offsets.add(offset(known.orElseThrow(), partition));
          undecided.add(answer);
        }
      }
    }
    if (offsets.isEmpty()) {
      reply.send(response);
      return;
    }
    commit(
        request,
        context,
        offsets,
        errors -> {
          for (int i = 0; i < undecided.size(); i++) {
            undecided.get(i).setErrorCode(told(errors.get(i), context.version()).code());
          }
          reply.send(response);
        });
  }

  private static Optional<TopicImage> topic(
      ClusterImage image, TxnOffsetCommitRequestTopic topic, short version) {
    return version >= FIRST_WITH_TOPIC_IDS
        ? image.topic(Ids.topic(topic.topicId()))
        : image.topic(topic.name());
  }

  private static WireError refusal(Optional<TopicImage> topic, int partition, short version) {
    if (topic.isEmpty()) {
      return version >= FIRST_WITH_TOPIC_IDS
          ? WireError.UNKNOWN_TOPIC_ID
          : WireError.UNKNOWN_TOPIC_OR_PARTITION;
    }
    boolean exists = partition >= 0 && partition < topic.get().partitions().size();
    return exists ? WireError.NONE : WireError.UNKNOWN_TOPIC_OR_PARTITION;
  }

  private static OffsetToCommit offset(
      TopicImage topic, TxnOffsetCommitRequestPartition partition) {
    return new OffsetToCommit(
        new OffsetKey(topic.name(), topic.id(), partition.partitionIndex()),
        partition.committedOffset(),
        partition.committedLeaderEpoch(),
        Objects.requireNonNullElse(partition.committedMetadata(), ""));
  }

  // ---- the three steps

  private void commit(
      TxnOffsetCommitRequestData request,
      RequestContext context,
      List<OffsetToCommit> offsets,
      Consumer<List<WireError>> done) {
    Consumer<WireError> refused = error -> done.accept(offsets.stream().map(_ -> error).toList());
    groups.prepare(
        request.groupId(),
        request.producerId(),
        request.producerEpoch(),
        context.loop(),
        asked -> {
          switch (asked) {
            case Asked.Unavailable<Preparation>(WireError error) -> refused.accept(error);
            case Asked.Answered<Preparation>(Preparation preparation) -> {
              switch (preparation) {
                case Preparation.Open _ -> decide(request, context, TxnGuard.NONE, offsets, done);
                case Preparation.ToConfirm(TxnGuard guard) ->
                    confirm(
                        request,
                        context,
                        () -> decide(request, context, guard, offsets, done),
                        refused);
                case Preparation.Refused r -> refused.accept(r.error());
              }
            }
          }
        });
  }

  private void confirm(
      TxnOffsetCommitRequestData request,
      RequestContext context,
      Runnable confirmed,
      Consumer<WireError> refused) {
    int index = groups.coordinatorOf(request.groupId()).map(p -> p.index()).orElse(-1);
    var partition = new TopicPart(InternalTopics.OFFSETS, index);
    gate.confirm(
        request.transactionalId(),
        request.producerId(),
        request.producerEpoch(),
        List.of(partition),
        context.version() >= FIRST_THAT_ADDS_THE_PARTITION,
        cluster.nowMs() + CONFIRM_WITHIN_MS,
        context.loop(),
        errors -> {
          WireError error = errors.getOrDefault(partition, WireError.UNKNOWN_SERVER_ERROR);
          if (error == WireError.NONE) {
            confirmed.run();
          } else {
            refused.accept(error);
          }
        });
  }

  private void decide(
      TxnOffsetCommitRequestData request,
      RequestContext context,
      TxnGuard guard,
      List<OffsetToCommit> offsets,
      Consumer<List<WireError>> done) {
    var command =
        new GroupCommand.CommitInTransaction(
            request.groupId(),
            new ProducerRef(request.producerId(), request.producerEpoch()),
            GroupWords.member(request.memberId(), request.groupInstanceId()),
            request.generationIdOrMemberEpoch(),
            context.version() >= FIRST_THAT_KNOWS_EPOCHS,
            offsets);
    groups.ask(
        request.groupId(),
        command,
        new TxnPass(request.producerId(), request.producerEpoch(), guard),
        context.loop(),
        asked ->
            done.accept(
                GroupWords.either(
                    asked,
                    GroupAnswer.Committed::errors,
                    error -> offsets.stream().map(_ -> error).toList())));
  }

  /**
   * What a client of that version takes for what it is: to be tried again without looking for
   * another coordinator, or the end of this transaction.
   */
  private static WireError told(WireError error, short version) {
    return switch (error) {
      case NOT_ENOUGH_REPLICAS, NETWORK_EXCEPTION, COORDINATOR_LOAD_IN_PROGRESS ->
          tryAgain(version);
      case CONCURRENT_TRANSACTIONS ->
          version >= FIRST_THAT_ADDS_THE_PARTITION ? error : tryAgain(version);
      case NOT_LEADER_OR_FOLLOWER, FENCED_LEADER_EPOCH -> WireError.NOT_COORDINATOR;
      case INVALID_TXN_STATE, TRANSACTION_ABORTABLE ->
          version >= FIRST_THAT_KNOWS_ABORTABLE
              ? WireError.TRANSACTION_ABORTABLE
              : WireError.INVALID_TXN_STATE;
      case PRODUCER_FENCED -> WireError.INVALID_PRODUCER_EPOCH;
      default -> error;
    };
  }

  private static WireError tryAgain(short version) {
    return version >= FIRST_THAT_KNOWS_LOADING
        ? WireError.COORDINATOR_LOAD_IN_PROGRESS
        : WireError.COORDINATOR_NOT_AVAILABLE;
  }
}
