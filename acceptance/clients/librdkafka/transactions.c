/* Transactions as librdkafka's users write them. */
#include "check.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define UNSTABLE -4711

/* NULL is good; takes the error. */
static bool good(rd_kafka_error_t *e, const char *what) {
  if (!e) return true;
  verdict(false, what, "%s%s%s", rd_kafka_error_string(e), rd_kafka_error_is_fatal(e) ? " (fatal)" : "",
          rd_kafka_error_txn_requires_abort(e) ? " (abort)" : "");
  rd_kafka_error_destroy(e);
  return false;
}

static rd_kafka_t *transactional(const char *id, const char *timeout_ms) {
  rd_kafka_t *p = producer("transactional.id", id, "transaction.timeout.ms", timeout_ms, "linger.ms", "2", NULL);
  good(rd_kafka_init_transactions(p, LONGEST_WAIT_MS), "init_transactions");
  return p;
}

static void seen_or_not(void) {
  const char *topic = name_of("txn-visible");
  seen_t committed = {0}, all = {0};
  create_topic(topic, 3);
  rd_kafka_t *p = transactional(name_of("txn-visible"), "60000");
  good(rd_kafka_begin_transaction(p), "begin");
  for (int i = 0; i < 3; i++) produce(p, topic, i, "good", 50);
  good(rd_kafka_commit_transaction(p, -1), "commit");
  good(rd_kafka_begin_transaction(p), "begin");
  for (int i = 0; i < 3; i++) produce(p, topic, i, "bad", 50);
  rd_kafka_flush(p, LONGEST_WAIT_MS);
  good(rd_kafka_abort_transaction(p, -1), "abort");
  good(rd_kafka_begin_transaction(p), "begin");
  good(rd_kafka_commit_transaction(p, -1), "an empty transaction commits");
  good(rd_kafka_begin_transaction(p), "begin");
  good(rd_kafka_abort_transaction(p, -1), "an empty transaction aborts");
  good(rd_kafka_begin_transaction(p), "begin");
  produce(p, topic, 1, "last", 10);
  good(rd_kafka_commit_transaction(p, -1), "commit");
  read_topic(topic, 3, "read_committed", &committed);
  read_topic(topic, 3, "read_uncommitted", &all);
  verdict(with_prefix(&committed, "good-") == 150 && with_prefix(&committed, "bad-") == 0 &&
              with_prefix(&committed, "last-") == 10,
          "read_committed sees what was committed and nothing else", "good %d, bad %d, last %d",
          with_prefix(&committed, "good-"), with_prefix(&committed, "bad-"), with_prefix(&committed, "last-"));
  verdict(all.count == 310, "read_uncommitted sees all", "%d", all.count);
  verdict(undelivered(p) >= 0, "flush", "-");
  rd_kafka_destroy(p);
  forget(&committed);
  forget(&all);
}

static void open_transaction_holds_readers(void) {
  const char *topic = name_of("txn-open");
  seen_t before = {0}, after = {0};
  create_topic(topic, 1);
  rd_kafka_t *p = transactional(name_of("txn-open"), "60000");
  rd_kafka_t *plain = producer(NULL, NULL);
  good(rd_kafka_begin_transaction(p), "begin");
  produce(p, topic, 0, "held", 5);
  rd_kafka_flush(p, LONGEST_WAIT_MS);
  produce(plain, topic, 0, "plain", 5);
  undelivered(plain);
  read_topic(topic, 1, "read_committed", &before);
  verdict(before.count == 0, "an open transaction holds back what comes after it", "%d records", before.count);
  int64_t low = -1, high = -1;
  rd_kafka_query_watermark_offsets(plain, topic, 0, &low, &high, LONGEST_WAIT_MS);
  verdict(low == 0 && high == 0, "for read_committed the end stands still meanwhile", "%ld %ld", (long)low, (long)high);
  good(rd_kafka_commit_transaction(p, -1), "commit");
  read_topic(topic, 1, "read_committed", &after);
  verdict(after.count == 10, "its commit releases them", "%d records", after.count);
  rd_kafka_destroy(p);
  rd_kafka_destroy(plain);
  forget(&before);
  forget(&after);
}

static void fenced(void) {
  const char *topic = name_of("txn-fenced"), *id = name_of("txn-fenced");
  seen_t seen = {0};
  create_topic(topic, 1);
  rd_kafka_t *old = transactional(id, "60000");
  good(rd_kafka_begin_transaction(old), "begin");
  produce(old, topic, 0, "old", 5);
  rd_kafka_flush(old, LONGEST_WAIT_MS);
  rd_kafka_t *young = transactional(id, "60000");
  good(rd_kafka_begin_transaction(young), "begin");
  produce(young, topic, 0, "young", 5);
  good(rd_kafka_commit_transaction(young, -1), "commit");
  rd_kafka_error_t *e = rd_kafka_commit_transaction(old, LONGEST_WAIT_MS);
  verdict(e && rd_kafka_error_is_fatal(e) &&
              (rd_kafka_error_code(e) == RD_KAFKA_RESP_ERR__FENCED ||
               rd_kafka_error_code(e) == RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH),
          "a second producer of the same id fences the first", "%s", e ? rd_kafka_error_string(e) : "it committed");
  if (e) rd_kafka_error_destroy(e);
  read_topic(topic, 1, "read_committed", &seen);
  verdict(seen.count == 5 && with_prefix(&seen, "young-") == 5, "what the fenced one wrote is never seen", "%d records", seen.count);
  rd_kafka_destroy(old);
  rd_kafka_destroy(young);
  forget(&seen);
}

static void times_out(void) {
  const char *topic = name_of("txn-timeout");
  seen_t seen = {0};
  create_topic(topic, 1);
  rd_kafka_t *p = transactional(name_of("txn-timeout"), "2000");
  good(rd_kafka_begin_transaction(p), "begin");
  produce(p, topic, 0, "late", 5);
  rd_kafka_flush(p, LONGEST_WAIT_MS);
  rd_kafka_t *plain = producer(NULL, NULL);
  produce(plain, topic, 0, "plain", 1);
  undelivered(plain);
  int64_t begun = now_ms();
  while (seen.count == 0 && now_ms() < begun + LONGEST_WAIT_MS) {
    usleep(200000);
    read_topic(topic, 1, "read_committed", &seen);
  }
  verdict(seen.count == 1, "the coordinator ends a transaction that takes too long", "%d records after %ld ms", seen.count,
          (long)(now_ms() - begun));
  rd_kafka_error_t *e = rd_kafka_commit_transaction(p, LONGEST_WAIT_MS);
  verdict(e != NULL, "its producer cannot commit it any more", "it committed");
  if (e) rd_kafka_error_destroy(e);
  rd_kafka_destroy(p);
  p = producer("transactional.id", name_of("txn-long"), "transaction.timeout.ms", "2000000000", NULL);
  e = rd_kafka_init_transactions(p, 10000);
  verdict(e && rd_kafka_error_code(e) == RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT,
          "a timeout beyond the broker's bound is refused", "%s", e ? rd_kafka_error_string(e) : "it was taken");
  if (e) rd_kafka_error_destroy(e);
  rd_kafka_destroy(p);
  rd_kafka_destroy(plain);
  forget(&seen);
}

/* Stable offsets only: while a transaction may change them the client asks again until its time is up. */
static void committed_is(int64_t expected, rd_kafka_t *c, const char *topic, const char *name) {
  rd_kafka_topic_partition_list_t *l = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(l, topic, 0);
  rd_kafka_resp_err_t e = rd_kafka_committed(c, l, expected == UNSTABLE ? 2000 : LONGEST_WAIT_MS);
  int64_t offset = e == RD_KAFKA_RESP_ERR__TIMED_OUT ? UNSTABLE : e ? -9999 : l->elems[0].offset;
  verdict(offset == expected, name, "%ld, %s", (long)offset, rd_kafka_err2name(e));
  rd_kafka_topic_partition_list_destroy(l);
}

static void offsets(void) {
  const char *in = name_of("txn-in"), *out = name_of("txn-out");
  seen_t read = {0}, seen = {0};
  create_topic(in, 1);
  create_topic(out, 1);
  rd_kafka_t *plain = producer(NULL, NULL);
  produce(plain, in, 0, "in", 20);
  undelivered(plain);
  rd_kafka_t *c = consumer(name_of("txn-group"), "enable.auto.commit", "false", NULL);
  subscribe(c, in);
  read_until(c, &read, 20, LONGEST_WAIT_MS);
  verdict(read.count == 20, "the input is read", "%d", read.count);
  rd_kafka_t *p = transactional(name_of("txn-offsets"), "60000");
  rd_kafka_topic_partition_list_t *l = rd_kafka_topic_partition_list_new(1);
  rd_kafka_consumer_group_metadata_t *member = rd_kafka_consumer_group_metadata(c);

  good(rd_kafka_begin_transaction(p), "begin");
  produce(p, out, 0, "aborted", 10);
  rd_kafka_topic_partition_list_add(l, in, 0)->offset = 10;
  good(rd_kafka_send_offsets_to_transaction(p, l, member, LONGEST_WAIT_MS), "send_offsets_to_transaction");
  committed_is(UNSTABLE, c, in, "offsets of an open transaction are waited for");
  good(rd_kafka_abort_transaction(p, -1), "abort");
  committed_is(RD_KAFKA_OFFSET_INVALID, c, in, "those of an aborted one are never seen");

  good(rd_kafka_begin_transaction(p), "begin");
  produce(p, out, 0, "copied", 20);
  l->elems[0].offset = 20;
  good(rd_kafka_send_offsets_to_transaction(p, l, member, LONGEST_WAIT_MS), "send_offsets_to_transaction");
  good(rd_kafka_commit_transaction(p, -1), "commit");
  committed_is(20, c, in, "those of a committed one are");
  read_topic(out, 1, "read_committed", &seen);
  verdict(seen.count == 20 && all_once(&seen, "copied", 20), "and the records with them", "%d", seen.count);

  /* The member is gone: whoever commits in its name is refused. */
  close_consumer(c);
  good(rd_kafka_begin_transaction(p), "begin");
  produce(p, out, 0, "stale", 1);
  l->elems[0].offset = 15;
  rd_kafka_error_t *e = rd_kafka_send_offsets_to_transaction(p, l, member, LONGEST_WAIT_MS);
  verdict(e && rd_kafka_error_txn_requires_abort(e), "a member that has left cannot commit offsets in a transaction", "%s",
          e ? rd_kafka_error_string(e) : "it could");
  if (e) rd_kafka_error_destroy(e);
  good(rd_kafka_abort_transaction(p, -1), "abort");
  rd_kafka_consumer_group_metadata_destroy(member);
  rd_kafka_topic_partition_list_destroy(l);
  rd_kafka_destroy(p);
  rd_kafka_destroy(plain);
  forget(&read);
  forget(&seen);
}

static void many_aborted(void) {
  const char *topic = name_of("txn-aborted");
  seen_t seen = {0};
  create_topic(topic, 1);
  rd_kafka_t *p = transactional(name_of("txn-aborted"), "60000");
  for (int i = 0; i < 100; i++) {
    good(rd_kafka_begin_transaction(p), "begin");
    produce(p, topic, 0, i % 10 ? "bad" : "good", 10);
    if (i % 10) {
      rd_kafka_flush(p, LONGEST_WAIT_MS);
      good(rd_kafka_abort_transaction(p, -1), "abort");
    } else {
      good(rd_kafka_commit_transaction(p, -1), "commit");
    }
  }
  read_topic(topic, 1, "read_committed", &seen);
  verdict(seen.count == 100 && with_prefix(&seen, "bad-") == 0, "ninety aborted transactions between ten committed ones", "%d of which %d bad",
          seen.count, with_prefix(&seen, "bad-"));
  rd_kafka_destroy(p);
  forget(&seen);
}

static void broker_dies(void) {
  const char *topic = name_of("txn-killed");
  seen_t seen = {0};
  int committed = 0, aborted = 0;
  create_topic(topic, 3);
  rd_kafka_t *p = transactional(name_of("txn-killed"), "60000");
  int victim = leader_of(p, topic, 0);
  for (int i = 0; i < 60; i++) {
    char prefix[32];
    snprintf(prefix, sizeof prefix, "t%d", i);
    good(rd_kafka_begin_transaction(p), "begin");
    for (int k = 0; k < 3; k++) produce(p, topic, k, prefix, 10);
    if (i == 20) kill_broker(victim);
    if (i == 40) restart_broker(victim);
    rd_kafka_error_t *e = rd_kafka_commit_transaction(p, LONGEST_WAIT_MS);
    if (!e) {
      committed++;
    } else if (rd_kafka_error_txn_requires_abort(e) && good(rd_kafka_abort_transaction(p, LONGEST_WAIT_MS), "abort")) {
      aborted++;
    } else {
      verdict(false, "a transaction over the death of a leader", "transaction %d: %s", i, rd_kafka_error_string(e));
    }
    if (e) rd_kafka_error_destroy(e);
    usleep(20000);
  }
  read_topic(topic, 3, "read_committed", &seen);
  verdict(seen.count == committed * 30 && committed + aborted == 60, "transactions go on when a broker is killed", "%d committed, %d aborted, %d records",
          committed, aborted, seen.count);
  printf("      %d committed, %d aborted\n", committed, aborted);
  rd_kafka_destroy(p);
  forget(&seen);
}

void check_transactions(void) {
  seen_or_not();
  open_transaction_holds_readers();
  fenced();
  times_out();
  offsets();
  many_aborted();
  if (brokers_may_die()) broker_dies();
}
