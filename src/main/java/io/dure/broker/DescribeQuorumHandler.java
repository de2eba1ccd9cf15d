package io.dure.broker;

import io.dure.base.NodeId;
import io.dure.metadata.BrokerImage;
import io.dure.metadata.ClusterImage;
import io.dure.runtime.MetadataStatus;
import io.dure.wire.WireError;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.kafka.common.message.DescribeQuorumRequestData;
import org.apache.kafka.common.message.DescribeQuorumResponseData;
import org.apache.kafka.common.message.DescribeQuorumResponseData.Listener;
import org.apache.kafka.common.message.DescribeQuorumResponseData.ListenerCollection;
import org.apache.kafka.common.message.DescribeQuorumResponseData.Node;
import org.apache.kafka.common.message.DescribeQuorumResponseData.PartitionData;
import org.apache.kafka.common.message.DescribeQuorumResponseData.ReplicaState;
import org.apache.kafka.common.message.DescribeQuorumResponseData.TopicData;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * DescribeQuorum (API key 55): who leads the metadata log, and how far everybody has it. Only its
 * leader knows that, so the others ask it; a node that is asked by another does not ask on.
 *
 * <p>A follower that has all there is and lives has caught up now: with nothing new to copy it has
 * nothing to say.
 */
public final class DescribeQuorumHandler
    implements Handler<DescribeQuorumRequestData, DescribeQuorumResponseData> {
  private static final String TOPIC = "__cluster_metadata";
  private static final String LISTENER = "PLAINTEXT";
  private static final long LEADER_WITHIN_MS = 3_000;
  private static final short FIRST_VERSION_WITH_NODES = 2;

  private final Cluster cluster;
  private final Supplier<MetadataStatus> status;

  /**
   * @param status what this node knows of the quorum now
   */
  public DescribeQuorumHandler(Cluster cluster, Supplier<MetadataStatus> status) {
    this.cluster = cluster;
    this.status = status;
  }

  @Override
  public void handle(
      DescribeQuorumRequestData request,
      RequestContext context,
      Reply<DescribeQuorumResponseData> reply) {
    MetadataStatus now = status.get();
    Optional<NodeId> leader = now.leader();
    boolean fromClient = !context.isOfNode();
    if (leader.equals(Optional.of(cluster.self()))) {
      reply.send(told(request, now, context.version()));
    } else if (leader.isEmpty() || !fromClient) {
      reply.send(unknown("who leads the metadata quorum is not known here now; ask again"));
    } else {
      cluster.askNode(
          leader.get(),
          AskCodec.request(ApiKeys.DESCRIBE_QUORUM, context.version(), "", request),
          cluster.nowMs() + LEADER_WITHIN_MS,
          context.loop(),
          answer -> reply.send(forwarded(answer, leader.get(), context.version())));
    }
  }

  private static DescribeQuorumResponseData forwarded(
      Optional<ByteBuffer> answer, NodeId leader, short version) {
    return answer
        .map(bytes ->
            (DescribeQuorumResponseData) AskCodec.response(ApiKeys.DESCRIBE_QUORUM, version, bytes))
        .orElseGet(() -> unknown("node " + leader.value() + ", which leads, does not answer"));
  }

  /** Clients ask again upon this one. */
  private static DescribeQuorumResponseData unknown(String reason) {
    return new DescribeQuorumResponseData()
        .setErrorCode(WireError.REQUEST_TIMED_OUT.code())
        .setErrorMessage(reason);
  }

  private DescribeQuorumResponseData told(
      DescribeQuorumRequestData request, MetadataStatus now, short version) {
    var response = new DescribeQuorumResponseData();
    for (DescribeQuorumRequestData.TopicData topic : request.topics()) {
      var of = new TopicData().setTopicName(topic.topicName());
      response.topics().add(of);
      for (DescribeQuorumRequestData.PartitionData asked : topic.partitions()) {
        var partition = new PartitionData().setPartitionIndex(asked.partitionIndex());
        of.partitions().add(partition);
        if (topic.topicName().equals(TOPIC) && asked.partitionIndex() == 0) {
          fill(partition, now);
        } else {
          partition
              .setErrorCode(WireError.UNKNOWN_TOPIC_OR_PARTITION.code())
              .setErrorMessage("Only " + TOPIC + " 0 has a quorum.");
        }
      }
    }
    boolean told =
        response.topics().stream()
            .flatMap(topic -> topic.partitions().stream())
            .anyMatch(partition -> partition.errorCode() == WireError.NONE.code());
    if (version >= FIRST_VERSION_WITH_NODES && told) {
      addNodes(response, now);
    }
    return response;
  }

  private void fill(PartitionData partition, MetadataStatus now) {
    partition
        .setLeaderId(cluster.self().value())
        .setLeaderEpoch(now.epoch())
        .setHighWatermark(now.highWatermark())
        .setCurrentVoters(states(now.voters(), now))
        .setObservers(states(now.learners(), now));
  }

  private List<ReplicaState> states(Collection<NodeId> nodes, MetadataStatus now) {
    List<ReplicaState> states = new ArrayList<>();
    for (NodeId node : nodes) {
      var state = new ReplicaState().setReplicaId(node.value());
      if (node.equals(cluster.self())) {
        long nowMs = cluster.wallMs();
        state.setLogEndOffset(now.end());
        state.setLastFetchTimestamp(nowMs).setLastCaughtUpTimestamp(nowMs);
      } else {
        fill(state, node, now);
      }
      states.add(state);
    }
    return states;
  }

  private void fill(ReplicaState state, NodeId node, MetadataStatus now) {
    MetadataStatus.Copy copy = now.acknowledged().get(node);
    if (copy == null) {
      state.setLogEndOffset(-1);
      return;
    }
    long sinceMs = cluster.wallMs() - cluster.nowMs();
    boolean hasAll = copy.end() >= now.end() && cluster.image().isLive(node);
    state.setLogEndOffset(copy.end()).setLastFetchTimestamp(sinceMs + copy.heardMs());
    if (hasAll || copy.caughtUpMs() >= 0) {
      state.setLastCaughtUpTimestamp(hasAll ? cluster.wallMs() : sinceMs + copy.caughtUpMs());
    }
  }

  private void addNodes(DescribeQuorumResponseData response, MetadataStatus now) {
    ClusterImage image = cluster.image();
    List<NodeId> all = new ArrayList<>(now.voters());
    all.addAll(now.learners());
    for (NodeId id : all) {
      Optional<BrokerImage> broker = image.broker(id);
      if (broker.isPresent()) {
        var listeners = new ListenerCollection();
        listeners.add(
            new Listener()
                .setName(LISTENER)
                .setHost(broker.get().endpoint().host())
                .setPort(broker.get().endpoint().port()));
        response.nodes().add(new Node().setNodeId(id.value()).setListeners(listeners));
      }
    }
  }
}
