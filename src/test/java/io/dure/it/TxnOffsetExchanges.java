package io.dure.it;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;
import org.apache.kafka.common.message.AddOffsetsToTxnRequestData;
import org.apache.kafka.common.message.AddOffsetsToTxnResponseData;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.EndTxnRequestData;
import org.apache.kafka.common.message.EndTxnResponseData;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestPartition;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopic;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopicCollection;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData.TxnOffsetCommitRequestPartition;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData.TxnOffsetCommitRequestTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

/**
 * What a broker answers to offsets in transactions, in every version up to 5, by what was asked.
 * The topic "read" is there already.
 */
final class TxnOffsetExchanges implements AutoCloseable {
  private static final String TOPIC = "read";
  private static final int LAST_WITHOUT_OWN_EPOCHS = 4;

  private record Producer(String transactionalId, long id, short epoch) {}

  private final RawConnection asking;
  private final Map<String, String> answers = new LinkedHashMap<>();

  private TxnOffsetExchanges(int port) throws IOException {
    this.asking = new RawConnection(port);
  }

  static Map<String, String> with(int port) throws Exception {
    try (var exchanges = new TxnOffsetExchanges(port)) {
      for (int version = 0; version <= 5; version++) {
        exchanges.of(version);
      }
      return exchanges.answers;
    }
  }

  @Override
  public void close() throws IOException {
    asking.close();
  }

  private void of(int v) throws Exception {
    String group = "txn" + v;
    Producer producer = producer("copy" + v);
    tell("before the transaction", v, commit(v, producer, group, TOPIC, 0, 5));
    begin(v, producer, group);
    tell("in the transaction", v, commit(v, producer, group, TOPIC, 0, 5));
    tell("unknown topic", v, commit(v, producer, group, "nothing", 0, 5));
    tell("no such partition", v, commit(v, producer, group, TOPIC, 9, 5));
    tell("empty group", v, commit(v, producer, "", TOPIC, 0, 5));
    TxnOffsetCommitRequestData longText = commit(v, producer, group, TOPIC, 1, 5);
    longText.topics().getFirst().partitions().getFirst().setCommittedMetadata("x".repeat(4_097));
    tell("text too long", v, longText);
    tell(
        "old epoch",
        v,
        commit(
            v,
            new Producer(producer.transactionalId, producer.id, (short) -1),
            group,
            TOPIC,
            0,
            6));
    tell(
        "epoch to come",
        v,
        commit(
            v,
            new Producer(producer.transactionalId, producer.id, (short) 99),
            group,
            TOPIC,
            0,
            6));
    if (v >= 3) {
      tell(
          "a generation of a simple group",
          v,
          commit(v, producer, group, TOPIC, 0, 7).setGenerationIdOrMemberEpoch(4).setMemberId("m"));
      tell(
          "a member without generation",
          v,
          commit(v, producer, group, TOPIC, 1, 8).setMemberId("m"));
    }
    fetch("open " + v, group);
    end(producer, v, true);
    fetchStable("committed " + v, group);

    Producer again = producer("copy" + v);
    begin(v, again, group);
    tell("to be aborted", v, commit(v, again, group, TOPIC, 0, 50));
    end(again, v, false);
    fetchStable("aborted " + v, group);
    tell("former life", v, commit(v, producer, group, TOPIC, 0, 60));

    Producer third = producer("copy" + v);
    begin(v, third, group);
    tell("to be deleted", v, commit(v, third, group, TOPIC, 0, 70));
    note("delete " + v, asking.ask(ApiKeys.OFFSET_DELETE, 0, delete(group)));
    fetch("deleted " + v, group);
    tell("after it", v, commit(v, third, group, TOPIC, 1, 71));
    note(
        "group " + v,
        asking.ask(
            ApiKeys.DELETE_GROUPS,
            2,
            new DeleteGroupsRequestData().setGroupsNames(List.of(group))));
    end(third, v, true);
    fetchStable("gone " + v, group);
  }

  private void tell(String what, int v, TxnOffsetCommitRequestData request) throws IOException {
    note(what + " v" + v, asking.ask(ApiKeys.TXN_OFFSET_COMMIT, v, request));
  }

  private void note(String what, ApiMessage response) {
    answers.put(what, response.toString());
  }

  private Producer producer(String transactionalId) throws Exception {
    InitProducerIdResponseData[] told = new InitProducerIdResponseData[1];
    retry(
        () -> {
          asking.ask(
              ApiKeys.FIND_COORDINATOR,
              3,
              new FindCoordinatorRequestData().setKey(transactionalId).setKeyType((byte) 1));
          told[0] =
              asking.ask(
                  ApiKeys.INIT_PRODUCER_ID,
                  4,
                  new InitProducerIdRequestData()
                      .setTransactionalId(transactionalId)
                      .setTransactionTimeoutMs(60_000));
          return told[0];
        },
        r -> ((InitProducerIdResponseData) r).errorCode());
    return new Producer(transactionalId, told[0].producerId(), told[0].producerEpoch());
  }

  /** From version 5 on the commit itself makes the group's partition part of the transaction. */
  private void begin(int v, Producer producer, String group) throws Exception {
    if (v <= LAST_WITHOUT_OWN_EPOCHS) {
      retry(
          () ->
              asking.ask(
                  ApiKeys.ADD_OFFSETS_TO_TXN,
                  3,
                  new AddOffsetsToTxnRequestData()
                      .setTransactionalId(producer.transactionalId)
                      .setProducerId(producer.id)
                      .setProducerEpoch(producer.epoch)
                      .setGroupId(group)),
          r -> ((AddOffsetsToTxnResponseData) r).errorCode());
    }
  }

  private void end(Producer producer, int v, boolean commits) throws Exception {
    retry(
        () ->
            asking.ask(
                ApiKeys.END_TXN,
                v <= LAST_WITHOUT_OWN_EPOCHS ? 3 : 5,
                new EndTxnRequestData()
                    .setTransactionalId(producer.transactionalId)
                    .setProducerId(producer.id)
                    .setProducerEpoch(producer.epoch)
                    .setCommitted(commits)),
        r -> ((EndTxnResponseData) r).errorCode());
  }

  private interface Asking {
    ApiMessage ask() throws IOException;
  }

  /** Until the coordinator is there and has finished what came before. */
  private static void retry(Asking asking, ToIntFunction<ApiMessage> error) throws Exception {
    int last = 0;
    for (int i = 0; i < 300; i++) {
      last = error.applyAsInt(asking.ask());
      if (last == 0) {
        return;
      }
      Thread.sleep(50); // between two questions of a poll that ends
    }
    throw new AssertionError("still " + Errors.forCode((short) last));
  }

  private static TxnOffsetCommitRequestData commit(
      int v, Producer producer, String group, String topic, int partition, long offset) {
    var of =
        new TxnOffsetCommitRequestPartition()
            .setPartitionIndex(partition)
            .setCommittedOffset(offset)
            .setCommittedMetadata("text");
    return new TxnOffsetCommitRequestData()
        .setTransactionalId(producer.transactionalId)
        .setGroupId(group)
        .setProducerId(producer.id)
        .setProducerEpoch(producer.epoch)
        .setTopics(
            List.of(new TxnOffsetCommitRequestTopic().setName(topic).setPartitions(List.of(of))));
  }

  private static OffsetDeleteRequestData delete(String group) {
    var of = new OffsetDeleteRequestTopic().setName(TOPIC);
    of.partitions().add(new OffsetDeleteRequestPartition().setPartitionIndex(0));
    return new OffsetDeleteRequestData()
        .setGroupId(group)
        .setTopics(new OffsetDeleteRequestTopicCollection(List.of(of).iterator()));
  }

  private static OffsetFetchRequestData question(String group, boolean all, boolean stable) {
    var of = new OffsetFetchRequestGroup().setGroupId(group);
    of.setTopics(
        all
            ? null
            : List.of(
                new OffsetFetchRequestTopics().setName(TOPIC).setPartitionIndexes(List.of(0, 1))));
    return new OffsetFetchRequestData().setGroups(List.of(of)).setRequireStable(stable);
  }

  private void fetch(String what, String group) throws IOException {
    for (boolean all : new boolean[] {false, true}) {
      for (boolean stable : new boolean[] {false, true}) {
        note(
            what + (all ? " all" : " some") + (stable ? " stable" : ""),
            asking.ask(ApiKeys.OFFSET_FETCH, 8, question(group, all, stable)));
      }
    }
  }

  /** Once the markers are there. */
  private void fetchStable(String what, String group) throws Exception {
    retry(
        () -> asking.ask(ApiKeys.OFFSET_FETCH, 8, question(group, false, true)),
        r ->
            ((OffsetFetchResponseData) r)
                .groups().getFirst().topics().getFirst().partitions().stream()
                    .mapToInt(p -> p.errorCode())
                    .max()
                    .orElse(0));
    fetch(what, group);
  }
}
