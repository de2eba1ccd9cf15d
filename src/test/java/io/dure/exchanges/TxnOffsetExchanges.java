package io.dure.exchanges;

import java.util.List;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.apache.kafka.common.message.AddOffsetsToTxnRequestData;
import org.apache.kafka.common.message.AddOffsetsToTxnResponseData;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.EndTxnRequestData;
import org.apache.kafka.common.message.EndTxnResponseData;
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

/**
 * What a broker answers to offsets in transactions, in every version up to 5, by what was asked.
 * The topic "read" is there already.
 */
final class TxnOffsetExchanges {
  private static final String TOPIC = "read";
  private static final int LAST_WITHOUT_OWN_EPOCHS = 4;

  private final Exchange exchange;

  private TxnOffsetExchanges(Exchange exchange) {
    this.exchange = exchange;
  }

  static void ask(Exchange exchange) {
    Coordinators.prepare(exchange);
    var all = new TxnOffsetExchanges(exchange);
    for (int version = 0; version <= 5; version++) {
      exchange.scene();
      all.of(version);
    }
  }

  private void of(int v) {
    String group = "txn" + v;
    Producer producer = Producer.begin(exchange, "copy" + v);
    tell("before the transaction", v, commit(v, producer, group, TOPIC, 0, 5));
    begin(v, producer, group);
    tell("in the transaction", v, commit(v, producer, group, TOPIC, 0, 5));
    tell("unknown topic", v, commit(v, producer, group, "nothing", 0, 5));
    tell("no such partition", v, commit(v, producer, group, TOPIC, 9, 5));
    tell("empty group", v, commit(v, producer, "", TOPIC, 0, 5));
    TxnOffsetCommitRequestData longText = commit(v, producer, group, TOPIC, 1, 5);
    longText.topics().getFirst().partitions().getFirst().setCommittedMetadata("x".repeat(4_097));
    tell("text too long", v, longText);
    tell("old epoch", v, commit(v, producer.epoch(-1), group, TOPIC, 0, 6));
    tell("epoch to come", v, commit(v, producer.epoch(99), group, TOPIC, 0, 6));
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

    Producer again = Producer.begin(exchange, "copy" + v);
    begin(v, again, group);
    tell("to be aborted", v, commit(v, again, group, TOPIC, 0, 50));
    end(again, v, false);
    fetchStable("aborted " + v, group);
    tell("former life", v, commit(v, producer, group, TOPIC, 0, 60));

    Producer third = Producer.begin(exchange, "copy" + v);
    begin(v, third, group);
    tell("to be deleted", v, commit(v, third, group, TOPIC, 0, 70));
    exchange.tell("open in a transaction " + v, ApiKeys.OFFSET_DELETE, 0, delete(group));
    fetch("deleted " + v, group);
    tell("after it", v, commit(v, third, group, TOPIC, 1, 71));
    exchange.tell(
        "of open offsets " + v,
        ApiKeys.DELETE_GROUPS,
        2,
        new DeleteGroupsRequestData().setGroupsNames(List.of(group)));
    end(third, v, true);
    fetchStable("gone " + v, group);
  }

  private void tell(String what, int v, TxnOffsetCommitRequestData request) {
    exchange.tell(what, ApiKeys.TXN_OFFSET_COMMIT, v, request);
  }

  /** From version 5 on the commit itself makes the group's partition part of the transaction. */
  private void begin(int v, Producer producer, String group) {
    if (v <= LAST_WITHOUT_OWN_EPOCHS) {
      retry(
          () ->
              exchange.ask(
                  ApiKeys.ADD_OFFSETS_TO_TXN,
                  3,
                  new AddOffsetsToTxnRequestData()
                      .setTransactionalId(producer.transactionalId())
                      .setProducerId(producer.id())
                      .setProducerEpoch(producer.epoch())
                      .setGroupId(group)),
          AddOffsetsToTxnResponseData::errorCode);
    }
  }

  private void end(Producer producer, int v, boolean commits) {
    retry(
        () ->
            exchange.ask(
                ApiKeys.END_TXN,
                v <= LAST_WITHOUT_OWN_EPOCHS ? 3 : 5,
                new EndTxnRequestData()
                    .setTransactionalId(producer.transactionalId())
                    .setProducerId(producer.id())
                    .setProducerEpoch(producer.epoch())
                    .setCommitted(commits)),
        EndTxnResponseData::errorCode);
  }

  /** Until the coordinator is there and has finished what came before. */
  private static <R extends ApiMessage> void retry(Supplier<R> asking, ToIntFunction<R> error) {
    Exchange.until("the coordinator", () -> error.applyAsInt(asking.get()) == 0);
  }

  private static TxnOffsetCommitRequestData commit(
      int v, Producer producer, String group, String topic, int partition, long offset) {
    var of =
        new TxnOffsetCommitRequestPartition()
            .setPartitionIndex(partition)
            .setCommittedOffset(offset)
            .setCommittedMetadata("text");
    return new TxnOffsetCommitRequestData()
        .setTransactionalId(producer.transactionalId())
        .setGroupId(group)
        .setProducerId(producer.id())
        .setProducerEpoch(producer.epoch())
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

  private void fetch(String what, String group) {
    for (boolean all : new boolean[] {false, true}) {
      for (boolean stable : new boolean[] {false, true}) {
        exchange.tell(
            what + (all ? " all" : " some") + (stable ? " stable" : ""),
            ApiKeys.OFFSET_FETCH,
            8,
            question(group, all, stable));
      }
    }
  }

  /** Once the markers are there. */
  private void fetchStable(String what, String group) {
    retry(
        () -> exchange.ask(ApiKeys.OFFSET_FETCH, 8, question(group, false, true)),
        (OffsetFetchResponseData r) ->
            r.groups().getFirst().topics().getFirst().partitions().stream()
                .mapToInt(p -> p.errorCode())
                .max()
                .orElse(0));
    fetch(what, group);
  }
}
