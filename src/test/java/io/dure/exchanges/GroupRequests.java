package io.dure.exchanges;

import io.dure.wire.RecordWriter;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocol;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupRequestData.MemberIdentity;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestPartition;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopic;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopicCollection;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopic;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.SyncGroupRequestData;

/** What groups are asked, in any version. */
final class GroupRequests {
  /** Of two partitions. */
  static final String TOPIC = "read";

  /** As a consumer sends it; Kafka stumbles over anything else. */
  private static final byte[] SUBSCRIPTION =
      new RecordWriter().int16(0).int32(1).string(TOPIC).int32(-1).toArray();

  private final Uuid topicId;

  /**
   * @param topicId of {@link #TOPIC}
   */
  GroupRequests(Uuid topicId) {
    this.topicId = topicId;
  }

  private Uuid idOf(String topic) {
    return topic.equals(TOPIC) ? topicId : new Uuid(5, 5);
  }

  // ---- offsets

  OffsetCommitRequestData commit(int version, String group, String topic, int partition) {
    Uuid id = idOf(topic);
    var ofTopic = new OffsetCommitRequestTopic();
    if (version >= 10) {
      ofTopic.setTopicId(id);
    } else {
      ofTopic.setName(topic);
    }
    var of = new OffsetCommitRequestPartition().setPartitionIndex(partition).setCommittedOffset(7);
    if (version >= 6) {
      of.setCommittedLeaderEpoch(0);
    }
    ofTopic.partitions().add(of.setCommittedMetadata("text"));
    return new OffsetCommitRequestData()
        .setGroupId(group)
        .setGenerationIdOrMemberEpoch(-1)
        .setMemberId("")
        .setTopics(new ArrayList<>(List.of(ofTopic)));
  }

  OffsetFetchRequestData noTopics(int version) {
    return version >= 8
        ? new OffsetFetchRequestData()
            .setGroups(
                List.of(new OffsetFetchRequestGroup().setGroupId("simple2").setTopics(List.of())))
        : new OffsetFetchRequestData().setGroupId("simple2").setTopics(List.of());
  }

  /** With an empty topic: all of them. */
  OffsetFetchRequestData fetch(int v, String group, String topic, Integer... partitions) {
    if (v >= 8) {
      var of = new OffsetFetchRequestGroup().setGroupId(group);
      if (topic.isEmpty()) {
        of.setTopics(null);
      } else {
        var one = new OffsetFetchRequestTopics().setPartitionIndexes(List.of(partitions));
        if (v >= 10) {
          one.setTopicId(idOf(topic));
        } else {
          one.setName(topic);
        }
        of.setTopics(List.of(one));
      }
      return new OffsetFetchRequestData().setGroups(new ArrayList<>(List.of(of)));
    }
    return new OffsetFetchRequestData()
        .setGroupId(group)
        .setTopics(
            topic.isEmpty()
                ? null
                : List.of(
                    new OffsetFetchRequestTopic()
                        .setName(topic)
                        .setPartitionIndexes(List.of(partitions))));
  }

  static OffsetDeleteRequestData delete(String group, String topic, int... partitions) {
    var of = new OffsetDeleteRequestTopic().setName(topic);
    for (int partition : partitions) {
      of.partitions().add(new OffsetDeleteRequestPartition().setPartitionIndex(partition));
    }
    return new OffsetDeleteRequestData()
        .setGroupId(group)
        .setTopics(new OffsetDeleteRequestTopicCollection(List.of(of).iterator()));
  }

  // ---- members

  static HeartbeatRequestData beat(String group, String member, int generation) {
    return new HeartbeatRequestData()
        .setGroupId(group)
        .setMemberId(member)
        .setGenerationId(generation);
  }

  static SyncGroupRequestData sync(int v, String group, String member, int generation) {
    var request =
        new SyncGroupRequestData()
            .setGroupId(group)
            .setMemberId(member)
            .setGenerationId(generation);
    return v >= 5 ? request.setProtocolType("consumer").setProtocolName("range") : request;
  }

  static LeaveGroupRequestData leave(int v, String group, String... members) {
    var request = new LeaveGroupRequestData().setGroupId(group);
    if (v < 3) {
      return request.setMemberId(members[0]);
    }
    for (String member : members) {
      request.members().add(new MemberIdentity().setMemberId(member));
    }
    return request;
  }

  static JoinGroupRequestData join(String group, String member, String... protocols) {
    var request =
        new JoinGroupRequestData()
            .setGroupId(group)
            .setMemberId(member)
            .setProtocolType("consumer")
            .setSessionTimeoutMs(60_000)
            .setRebalanceTimeoutMs(60_000);
    for (String protocol : protocols.length == 0 ? new String[] {"range"} : protocols) {
      request
          .protocols()
          .add(new JoinGroupRequestProtocol().setName(protocol).setMetadata(SUBSCRIPTION));
    }
    return request;
  }

  static DescribeGroupsRequestData describe(String... groups) {
    return new DescribeGroupsRequestData().setGroups(List.of(groups));
  }

  static DeleteGroupsRequestData deleteGroups(String... groups) {
    return new DeleteGroupsRequestData().setGroupsNames(List.of(groups));
  }
}
