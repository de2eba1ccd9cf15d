package io.dure.metadata;

import io.dure.base.Endpoint;
import io.dure.base.Incarnation;
import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.base.TopicId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * Metadata records as bytes: the value of one record in the metadata log. One byte says which kind
 * it is, one which version of that kind, then come its fields. A kind or version from the future is
 * refused, never guessed at; what older versions wrote is read for ever.
 */
public final class MetadataCodec {
  private static final int VERSION = 0;

  /** Version 1 of an appointment says who votes; version 0 left that to the partition. */
  private static final int WITH_VOTING_SET = 1;

  /** Version 2 says also what is deleted, and is written where something is. */
  private static final int WITH_LOG_START = 2;

  private static final int CLUSTER_FORMED = 1;
  private static final int BROKER_REGISTERED = 2;
  private static final int BROKER_FENCED = 3;
  private static final int BROKER_UNFENCED = 4;
  private static final int BROKER_REMOVED = 5;
  private static final int TOPIC_CREATED = 6;
  private static final int TOPIC_DELETED = 7;
  private static final int PARTITION_CREATED = 8;
  private static final int LEADER_APPOINTED = 9;
  private static final int LEADER_LOST = 10;
  private static final int IN_STEP_CHANGED = 11;
  private static final int TOPIC_CONFIGURED = 12;
  private static final int PRODUCER_IDS_ALLOCATED = 13;
  private static final int CONFIG_CHANGED = 14;
  private static final int FEATURE_LEVEL_SET = 15;
  private static final int EPOCH_OPENED = 30;
  private static final int TARGET_SET = 31;
  private static final int PLACED_BY_HAND = 32;
  private static final int COPIES_BY_DEFAULT = 33;
  private static final int VOTERS_CHANGED = 40;

  private MetadataCodec() {}

  public static byte[] encode(MetadataRecord record) {
    return switch (record) {
      case MetadataRecord.ClusterFormed r -> start(CLUSTER_FORMED).uuid(r.clusterId()).finish();
      case MetadataRecord.BrokerRegistered r ->
          start(BROKER_REGISTERED)
              .number(r.node().value())
              .uuid(r.process())
              .number(r.incarnation().value())
              .text(r.endpoint().host())
              .number(r.endpoint().port())
              .optionalText(r.rack())
              .finish();
      case MetadataRecord.BrokerFenced r ->
          start(BROKER_FENCED).number(r.node().value()).number(r.incarnation().value()).finish();
      case MetadataRecord.BrokerUnfenced r ->
          start(BROKER_UNFENCED).number(r.node().value()).number(r.incarnation().value()).finish();
      case MetadataRecord.BrokerRemoved r ->
          start(BROKER_REMOVED).number(r.node().value()).finish();
      case MetadataRecord.VotersChanged r -> nodes(start(VOTERS_CHANGED), r.voters()).finish();
      case MetadataRecord.TopicCreated r ->
          start(TOPIC_CREATED)
              .uuid(r.topic().value())
              .text(r.name())
              .byteValue(r.internal() ? 1 : 0)
              .finish();
      case MetadataRecord.TopicDeleted r -> start(TOPIC_DELETED).uuid(r.topic().value()).finish();
      case MetadataRecord.PartitionCreated r ->
          nodes(partition(PARTITION_CREATED, r.partition()), r.replicas()).finish();
      case MetadataRecord.LeaderAppointed r -> appointment(r).finish();
      case MetadataRecord.EpochOpened r ->
          partition(EPOCH_OPENED, r.partition()).number(r.epoch()).finish();
      case MetadataRecord.TargetSet r ->
          nodes(partition(TARGET_SET, r.partition()), r.replicas()).finish();
      case MetadataRecord.PlacedByHand r ->
          partition(PLACED_BY_HAND, r.partition()).byteValue(r.byHand() ? 1 : 0).finish();
      case MetadataRecord.CopiesByDefault r ->
          start(COPIES_BY_DEFAULT)
              .uuid(r.topic().value())
              .byteValue(r.byDefault() ? 1 : 0)
              .finish();
      case MetadataRecord.LeaderLost r ->
          partition(LEADER_LOST, r.partition()).number(r.epoch()).finish();
      case MetadataRecord.InStepChanged r ->
          nodes(
                  partition(IN_STEP_CHANGED, r.partition()).number(r.epoch()),
                  r.inStep().stream().sorted().toList())
              .finish();
      case MetadataRecord.TopicConfigured r ->
          start(TOPIC_CONFIGURED)
              .uuid(r.topic().value())
              .text(r.key())
              .optionalText(r.value())
              .finish();
      case MetadataRecord.ProducerIdsAllocated r ->
          start(PRODUCER_IDS_ALLOCATED).number(r.end()).finish();
      case MetadataRecord.ConfigChanged r ->
          start(CONFIG_CHANGED)
              .number(r.resource().kind().code())
              .text(r.resource().name())
              .text(r.key())
              .optionalText(r.value())
              .finish();
      case MetadataRecord.FeatureLevelSet r ->
          start(FEATURE_LEVEL_SET).text(r.feature()).number(r.level()).finish();
    };
  }

  private static Bytes.Writer appointment(MetadataRecord.LeaderAppointed r) {
    int version = VERSION;
    if (r.logStart() > 0) {
      version = WITH_LOG_START;
    } else if (!r.replicas().isEmpty()) {
      version = WITH_VOTING_SET;
    }
    Bytes.Writer out =
        partition(start(LEADER_APPOINTED, version), r.partition())
            .number(r.epoch())
            .number(r.leader().value())
            .number(r.incarnation().value());
    if (version >= WITH_VOTING_SET) {
      nodes(out, r.replicas()).number(r.commitQuorum());
    }
    return version >= WITH_LOG_START ? out.number(r.logStart()) : out;
  }

  private static Bytes.Writer start(int kind) {
    return start(kind, VERSION);
  }

  private static Bytes.Writer start(int kind, int version) {
    return new Bytes.Writer().byteValue(kind).byteValue(version);
  }

  private static Bytes.Writer partition(int kind, PartitionId id) {
    return partition(start(kind), id);
  }

  private static Bytes.Writer partition(Bytes.Writer out, PartitionId id) {
    return out.uuid(id.topic().value()).number(id.index());
  }

  private static Bytes.Writer nodes(Bytes.Writer out, Collection<NodeId> nodes) {
    out.number(nodes.size());
    nodes.forEach(node -> out.number(node.value()));
    return out;
  }

  /**
   * The record in the remaining bytes, all of which it must take. The buffer's position does not
   * move.
   */
  public static MetadataRecord decode(ByteBuffer bytes) {
    Bytes.Reader in = new Bytes.Reader(bytes);
    int kind = in.byteValue();
    int version = in.byteValue();
    int newest = kind == LEADER_APPOINTED ? WITH_LOG_START : VERSION;
    if (version < 0 || version > newest) {
      throw unknown(kind, version);
    }
    MetadataRecord record = read(kind, version, in);
    in.finish();
    return record;
  }

  /** Whether the bytes are of a record that names the voters; cheaper than to decode it. */
  public static boolean namesVoters(ByteBuffer bytes) {
    return bytes.hasRemaining() && bytes.get(bytes.position()) == VOTERS_CHANGED;
  }

  private static MetadataRecord read(int kind, int version, Bytes.Reader in) {
    return switch (kind) {
      case CLUSTER_FORMED -> new MetadataRecord.ClusterFormed(in.uuid());
      case BROKER_REGISTERED -> readRegistration(in);
      case BROKER_FENCED -> new MetadataRecord.BrokerFenced(node(in), new Incarnation(in.number()));
      case BROKER_UNFENCED ->
          new MetadataRecord.BrokerUnfenced(node(in), new Incarnation(in.number()));
      case BROKER_REMOVED -> new MetadataRecord.BrokerRemoved(node(in));
      case TOPIC_CREATED ->
          new MetadataRecord.TopicCreated(new TopicId(in.uuid()), in.text(), in.byteValue() != 0);
      case TOPIC_DELETED -> new MetadataRecord.TopicDeleted(new TopicId(in.uuid()));
      case PARTITION_CREATED -> new MetadataRecord.PartitionCreated(partition(in), nodes(in));
      case LEADER_APPOINTED -> readAppointment(version, in);
      case EPOCH_OPENED -> new MetadataRecord.EpochOpened(partition(in), in.intNumber());
      case TARGET_SET -> new MetadataRecord.TargetSet(partition(in), nodes(in));
      case PLACED_BY_HAND -> new MetadataRecord.PlacedByHand(partition(in), in.byteValue() != 0);
      case COPIES_BY_DEFAULT ->
          new MetadataRecord.CopiesByDefault(new TopicId(in.uuid()), in.byteValue() != 0);
      case VOTERS_CHANGED -> new MetadataRecord.VotersChanged(nodes(in));
      case LEADER_LOST -> new MetadataRecord.LeaderLost(partition(in), in.intNumber());
      case IN_STEP_CHANGED ->
          new MetadataRecord.InStepChanged(partition(in), in.intNumber(), Set.copyOf(nodes(in)));
      case TOPIC_CONFIGURED ->
          new MetadataRecord.TopicConfigured(new TopicId(in.uuid()), in.text(), in.optionalText());
      case PRODUCER_IDS_ALLOCATED -> new MetadataRecord.ProducerIdsAllocated(in.number());
      case CONFIG_CHANGED ->
          new MetadataRecord.ConfigChanged(
              new ConfigResource(resourceKind(in.intNumber()), in.text()),
              in.text(),
              in.optionalText());
      case FEATURE_LEVEL_SET -> new MetadataRecord.FeatureLevelSet(in.text(), in.intNumber());
      default -> throw unknown(kind, version);
    };
  }

  private static MetadataRecord readAppointment(int version, Bytes.Reader in) {
    PartitionId partition = partition(in);
    int epoch = in.intNumber();
    NodeId leader = node(in);
    Incarnation incarnation = new Incarnation(in.number());
    if (version < WITH_VOTING_SET) {
      return new MetadataRecord.LeaderAppointed(partition, epoch, leader, incarnation);
    }
    List<NodeId> replicas = nodes(in);
    int commitQuorum = in.intNumber();
    long logStart = version < WITH_LOG_START ? 0 : in.number();
    return new MetadataRecord.LeaderAppointed(
        partition, epoch, leader, incarnation, replicas, commitQuorum, logStart);
  }

  private static MetadataRecord readRegistration(Bytes.Reader in) {
    NodeId node = node(in);
    UUID process = in.uuid();
    Incarnation incarnation = new Incarnation(in.number());
    String host = in.text();
    int port = in.intNumber();
    return new MetadataRecord.BrokerRegistered(
        node, process, incarnation, new Endpoint(host, port), in.optionalText());
  }

  private static ConfigResource.Kind resourceKind(int code) {
    for (ConfigResource.Kind kind : ConfigResource.Kind.values()) {
      if (kind.code() == code) {
        return kind;
      }
    }
    throw new MetadataFormatException(
        "settings of a kind of resource (" + code + ") that is unknown here");
  }

  private static NodeId node(Bytes.Reader in) {
    return new NodeId(in.intNumber());
  }

  private static PartitionId partition(Bytes.Reader in) {
    return new PartitionId(new TopicId(in.uuid()), in.intNumber());
  }

  private static List<NodeId> nodes(Bytes.Reader in) {
    int count = in.count();
    List<NodeId> nodes = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      nodes.add(node(in));
    }
    return nodes;
  }

  private static MetadataFormatException unknown(int kind, int version) {
    return new MetadataFormatException(
        "metadata record of kind "
            + kind
            + ", version "
            + version
            + " is unknown here; this node runs an older version of the program than the metadata needs");
  }
}
