package io.dure.broker;

import io.dure.base.Rng;
import io.dure.wire.WireError;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchRequestData.ForgottenTopic;
import org.apache.kafka.common.requests.FetchMetadata;

/**
 * The fetch sessions of the connections of one event loop, and confined to it. A client that comes
 * back over another loop is told that its session is unknown and begins a new one, which costs it
 * one full request.
 *
 * <p>At most {@code max} sessions: when full, the one not used for the longest time gives way if
 * that was more than two minutes ago; else the newcomer is served without a session.
 */
final class FetchSessions {
  static final long EVICTABLE_AFTER_MS = 120_000;
  private static final short FIRST_VERSION_WITH_TOPIC_IDS = 13;

  private final int max;
  private final Rng rng;

  /** By id, the least recently used first. */
  private final LinkedHashMap<Integer, FetchSession> sessions = new LinkedHashMap<>();

  FetchSessions(int max, Rng rng) {
    this.max = max;
    this.rng = rng;
  }

  int size() {
    return sessions.size();
  }

  FetchPlan plan(FetchRequestData request, short version, long nowMs) {
    var metadata = new FetchMetadata(request.sessionId(), request.sessionEpoch());
    boolean byTopicId = version >= FIRST_VERSION_WITH_TOPIC_IDS;
    if (metadata.isFull()) {
      sessions.remove(request.sessionId());
      List<FetchItem> items = items(request, byTopicId);
      if (metadata.epoch() == FetchMetadata.FINAL_EPOCH) {
        return new FetchPlan.Sessionless(items);
      }
      return begin(items, byTopicId, nowMs)
          .<FetchPlan>map(FetchPlan.Full::new)
          .orElseGet(() -> new FetchPlan.Sessionless(items));
    }
    return proceed(request, byTopicId, nowMs);
  }

  private FetchPlan proceed(FetchRequestData request, boolean byTopicId, long nowMs) {
    FetchSession session = sessions.get(request.sessionId());
    if (session == null) {
      return new FetchPlan.Refused(WireError.FETCH_SESSION_ID_NOT_FOUND);
    }
    if (session.epoch() != request.sessionEpoch()) {
      return new FetchPlan.Refused(WireError.INVALID_FETCH_SESSION_EPOCH);
    }
    if (session.byTopicId() != byTopicId) {
      return new FetchPlan.Refused(WireError.FETCH_SESSION_TOPIC_ID_ERROR);
    }
    session.update(items(request, byTopicId), forgotten(request, byTopicId));
    sessions.remove(session.id());
    if (session.isEmpty()) {
      return new FetchPlan.Sessionless(List.of());
    }
    sessions.put(session.id(), session);
    session.used(nowMs);
    return new FetchPlan.Incremental(session, session.epoch());
  }

  private Optional<FetchSession> begin(List<FetchItem> items, boolean byTopicId, long nowMs) {
    if (items.isEmpty() || !makeRoom(nowMs)) {
      return Optional.empty();
    }
    int id = 1 + rng.below(Integer.MAX_VALUE - 1);
    while (sessions.containsKey(id)) {
      id = 1 + rng.below(Integer.MAX_VALUE - 1);
    }
    var session = new FetchSession(id, byTopicId, items, nowMs);
    sessions.put(id, session);
    return Optional.of(session);
  }

  private boolean makeRoom(long nowMs) {
    if (sessions.size() < max) {
      return true;
    }
    Iterator<FetchSession> oldest = sessions.values().iterator();
    if (oldest.hasNext() && nowMs - oldest.next().lastUsedMs() > EVICTABLE_AFTER_MS) {
      oldest.remove();
      return true;
    }
    return false;
  }

  private static List<FetchItem> items(FetchRequestData request, boolean byTopicId) {
    List<FetchItem> items = new ArrayList<>();
    for (FetchTopic topic : request.topics()) {
      for (FetchPartition partition : topic.partitions()) {
        items.add(
            new FetchItem(
                key(topic.topic(), topic.topicId(), partition.partition(), byTopicId),
                partition.fetchOffset(),
                partition.partitionMaxBytes(),
                partition.currentLeaderEpoch(),
                partition.lastFetchedEpoch()));
      }
    }
    return items;
  }

  private static List<FetchItem.Key> forgotten(FetchRequestData request, boolean byTopicId) {
    List<FetchItem.Key> keys = new ArrayList<>();
    for (ForgottenTopic topic : request.forgottenTopicsData()) {
      for (int partition : topic.partitions()) {
        keys.add(key(topic.topic(), topic.topicId(), partition, byTopicId));
      }
    }
    return keys;
  }

  private static FetchItem.Key key(String topic, Uuid topicId, int partition, boolean byTopicId) {
    return new FetchItem.Key(
        byTopicId ? "" : topic, byTopicId ? topicId : Uuid.ZERO_UUID, partition);
  }
}
