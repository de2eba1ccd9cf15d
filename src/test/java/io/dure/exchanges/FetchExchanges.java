package io.dure.exchanges;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchRequestData.ForgottenTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.protocol.ApiKeys;

/** What is read: from where, how much, and with a session. */
final class FetchExchanges {
  private static final String TOPIC = "fetched";
  private static final int FIRST_BY_ID = 13;
  private static final int LAST = 17;

  private final Exchange exchange;
  private final Uuid topicId;

  private FetchExchanges(Exchange exchange) {
    this.exchange = exchange;
    this.topicId = Topics.id(exchange, TOPIC);
  }

  static void ask(Exchange exchange) {
    exchange.topic(TOPIC, 2, "retention.ms=-1"); // records of long ago
    long t = 1_700_000_000_000L;
    Topics.write(exchange, TOPIC, 0, t, t + 1, t + 2, t + 3, t + 4);
    var all = new FetchExchanges(exchange);
    for (int v = 4; v <= LAST; v++) {
      exchange.scene();
      all.from(v);
      all.wrong(v);
      if (v >= 7) {
        all.session(v);
      }
    }
  }

  private void from(int v) {
    for (int isolation = 0; isolation <= 1; isolation++) {
      String how = isolation == 0 ? "" : ", committed";
      for (long offset : new long[] {0, 3, 5}) {
        FetchRequestData request = request(v, partition(v, 0, offset));
        exchange.tell(
            "at " + offset + how, ApiKeys.FETCH, v, request.setIsolationLevel((byte) isolation));
      }
    }
    tell("an empty one", v, partition(v, 1, 0));
    tell("two partitions", v, partition(v, 0, 4), partition(v, 1, 0));
    tell("a byte of a partition", v, partition(v, 0, 1).setPartitionMaxBytes(1));
    tell("no byte of a partition", v, partition(v, 0, 1).setPartitionMaxBytes(0));
    exchange.tell("a byte in all", ApiKeys.FETCH, v, request(v, partition(v, 0, 1)).setMaxBytes(1));
    exchange.tell("nothing", ApiKeys.FETCH, v, request(v).setTopics(List.of()));
  }

  private void wrong(int v) {
    tell("at 6, past the end", v, partition(v, 0, 6));
    tell("below 0", v, partition(v, 0, -1));
    tell("of a partition that is not", v, partition(v, 7, 0));
    tell("of a partition below 0", v, partition(v, -1, 0));
    FetchRequestData unknown = request(v, partition(v, 0, 0));
    if (v >= FIRST_BY_ID) {
      unknown.topics().getFirst().setTopicId(new Uuid(5, 5));
    } else {
      unknown.topics().getFirst().setTopic("nosuch");
    }
    exchange.tell("of a topic that is not", ApiKeys.FETCH, v, unknown);
    if (v >= FIRST_BY_ID) {
      FetchRequestData none = request(v, partition(v, 0, 0));
      none.topics().getFirst().setTopicId(Uuid.ZERO_UUID);
      exchange.tell("of no topic", ApiKeys.FETCH, v, none);
    }
    if (v >= 9) {
      tell("epoch to come", v, partition(v, 0, 0).setCurrentLeaderEpoch(1_000));
      tell("epoch 0", v, partition(v, 0, 0).setCurrentLeaderEpoch(0));
    }
    if (v >= 12) {
      tell("epoch to come fetched last", v, partition(v, 0, 2).setLastFetchedEpoch(1_000));
      tell("epoch 0 fetched last", v, partition(v, 0, 2).setLastFetchedEpoch(0));
      tell("fetched past the end", v, partition(v, 0, 9).setLastFetchedEpoch(0));
    }
  }

  private void session(int v) {
    FetchRequestData first = request(v, partition(v, 0, 0), partition(v, 1, 0)).setSessionEpoch(0);
    FetchResponseData opened = exchange.ask(ApiKeys.FETCH, v, first);
    exchange.note("a session begins", ApiKeys.FETCH, v, opened);
    int id = opened.sessionId();
    in("goes on", v, id, 1);
    in("moves on", v, id, 2, partition(v, 0, 5));
    in("has nothing new", v, id, 3);
    in("goes back", v, id, 4, partition(v, 0, 4));
    FetchRequestData forgetting = request(v).setSessionId(id).setSessionEpoch(5);
    var forgotten = new ForgottenTopic().setPartitions(List.of(0));
    if (v >= FIRST_BY_ID) {
      forgotten.setTopicId(topicId);
    } else {
      forgotten.setTopic(TOPIC);
    }
    forgetting.setTopics(List.of()).setForgottenTopicsData(List.of(forgotten));
    exchange.tell("a session forgets", ApiKeys.FETCH, v, forgetting);
    in("has forgotten", v, id, 6);
    in("leaps", v, id, 60);
    in("is another's", v, id + 1, 7);
    in("ends, though another's", v, id + 1, -1);
    in("ends", v, id, -1, partition(v, 0, 4));
    in("is over", v, id, 7);
  }

  private void in(String what, int v, int session, int epoch, FetchPartition... partitions) {
    FetchRequestData request = request(v, partitions).setSessionId(session).setSessionEpoch(epoch);
    if (partitions.length == 0) {
      request.setTopics(List.of());
    }
    exchange.tell("a session " + what, ApiKeys.FETCH, v, request);
  }

  private void tell(String what, int v, FetchPartition... partitions) {
    exchange.tell(what, ApiKeys.FETCH, v, request(v, partitions));
  }

  private static FetchPartition partition(int v, int index, long offset) {
    var of =
        new FetchPartition()
            .setPartition(index)
            .setFetchOffset(offset)
            .setPartitionMaxBytes(1 << 20);
    return v >= 5 ? of.setLogStartOffset(-1) : of;
  }

  /** Which waits for nothing. */
  private FetchRequestData request(int v, FetchPartition... partitions) {
    var topic = new FetchTopic().setPartitions(new ArrayList<>(List.of(partitions)));
    if (v >= FIRST_BY_ID) {
      topic.setTopicId(topicId);
    } else {
      topic.setTopic(TOPIC);
    }
    var request = new FetchRequestData().setMaxWaitMs(0).setMinBytes(1).setMaxBytes(1 << 20);
    request.setTopics(List.of(topic));
    return v >= 7 ? request.setSessionEpoch(-1) : request;
  }
}
