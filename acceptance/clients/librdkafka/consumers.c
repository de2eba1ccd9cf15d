/* Consumers and their groups, once with each protocol that this librdkafka has. */
#include "check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *protocol;

static const char *called(const char *what) {
  char *name = malloc(160);
  snprintf(name, 160, "%s: %s", protocol, what);
  return name;
}

#define VERDICT(good, name, ...) verdict(good, called(name), __VA_ARGS__)

/* Before 2.1 a member of a cooperative group reads some records again when the group changes, and commits less than all when it closes;
   and destroying a consumer hangs once a topic that it read was deleted. The same against Apache Kafka 4.3.1. */
static bool before_2_1(void) { return rd_kafka_version() < 0x02010000; }

static bool classic(void) { return !strcmp(protocol, "classic"); }

static const char *fresh(const char *what) {
  char text[96];
  snprintf(text, sizeof text, "%s-%s", protocol, what);
  return name_of(text);
}

/* A member with the protocol under test; settings as "key", "value", …, NULL, where a key "classic:…" is for classic groups only. */
static rd_kafka_t *member(const char *group, ...) {
  char error[256];
  rd_kafka_conf_t *conf = settings("auto.offset.reset", "earliest", NULL);
  if (rd_kafka_version() >= 0x020c0000) rd_kafka_conf_set(conf, "group.protocol", protocol, error, sizeof error);
  if (classic()) rd_kafka_conf_set(conf, "session.timeout.ms", "6000", error, sizeof error);
  va_list rest;
  va_start(rest, group);
  for (const char *key; (key = va_arg(rest, const char *));) {
    const char *value = va_arg(rest, const char *);
    bool only_classic = !strncmp(key, "classic:", 8);
    if (only_classic && !classic()) continue;
    if (rd_kafka_conf_set(conf, only_classic ? key + 8 : key, value, error, sizeof error)) VERDICT(false, key, "%s", error);
  }
  va_end(rest);
  return consumer_of(conf, group);
}

static void fill(const char *topic, int partitions, const char *prefix, int each) {
  rd_kafka_t *p = producer("linger.ms", "5", NULL);
  char text[64];
  for (int i = 0; i < partitions; i++) {
    snprintf(text, sizeof text, "%s%d", prefix, i);
    produce(p, topic, i, text, each);
  }
  int lost = undelivered(p);
  if (lost) VERDICT(false, "records are written", "%s: %d lost, the last for %s", topic, lost, rd_kafka_err2str(delivery_error()));
  rd_kafka_destroy(p);
}

static void poll_for(rd_kafka_t **members, int count, seen_t *seen, int ms) {
  for (int64_t until = now_ms() + ms; now_ms() < until;)
    for (int i = 0; i < count; i++)
      if (members[i]) read_until(members[i], seen, seen->count + 1, 20);
}

/* Polls all until every member that is not NULL has between low and high partitions and all have total together. */
static bool settle(rd_kafka_t **members, int count, int total, int low, int high, seen_t *seen) {
  for (int64_t until = now_ms() + LONGEST_WAIT_MS; now_ms() < until;) {
    int sum = 0;
    bool even = true;
    poll_for(members, count, seen, 50);
    for (int i = 0; i < count; i++) {
      int n = members[i] ? assigned(members[i]) : -1;
      if (n < 0) continue;
      sum += n;
      even &= n >= low && n <= high;
    }
    if (sum == total && even) return true;
  }
  return false;
}

static void members_come_and_go(const char *strategy) {
  char text[96];
  snprintf(text, sizeof text, "group-%s", strategy);
  const char *topic = fresh(text), *group = topic;
  rd_kafka_t *m[3] = {0};
  seen_t seen = {0};
  bool reads_again = before_2_1() && !strcmp(strategy, "cooperative-sticky");
  create_topic(topic, 6);
  fill(topic, 6, "a", 100);
  for (int i = 0; i < 3; i++) {
    m[i] = member(group, "classic:partition.assignment.strategy", strategy, "auto.commit.interval.ms", "500", NULL);
    subscribe(m[i], topic);
    bool good = settle(m, i + 1, 6, 6 / (i + 1), 6 / (i + 1), &seen);
    snprintf(text, sizeof text, "%s: %d members share six partitions", classic() ? strategy : "uniform", i + 1);
    VERDICT(good, text, "assigned %d %d %d", assigned(m[0]), m[1] ? assigned(m[1]) : -1, m[2] ? assigned(m[2]) : -1);
  }
  close_consumer(m[1]);
  m[1] = NULL;
  VERDICT(settle(m, 3, 6, 3, 3, &seen), "one leaves, two share", "assigned %d %d", assigned(m[0]), assigned(m[2]));
  fill(topic, 6, "b", 100);
  bool all = false;
  for (int64_t until = now_ms() + LONGEST_WAIT_MS; !all && now_ms() < until;) {
    poll_for(m, 3, &seen, 50);
    all = true;
    for (int i = 0; i < 6; i++) {
      snprintf(text, sizeof text, "a%d", i);
      all &= with_prefix(&seen, text) >= 100;
      snprintf(text, sizeof text, "b%d", i);
      all &= with_prefix(&seen, text) >= 100;
    }
  }
  for (int i = 0; i < 6; i++) {
    snprintf(text, sizeof text, "b%d", i);
    all &= reads_again || all_once(&seen, text, 100);
  }
  VERDICT(all, "every record is read through all of it", "%d records", seen.count);
  close_consumer(m[0]);
  close_consumer(m[2]);
  rd_kafka_t *again = member(group, NULL);
  seen_t more = {0};
  subscribe(again, topic);
  await_assignment(again, 6, &more);
  read_until(again, &more, 1, 1500);
  if (!reads_again) VERDICT(more.count == 0, "closing commits: the next member begins at the end", "%d read again", more.count);
  close_consumer(again);
  forget(&seen);
  forget(&more);
}

/* The partitions that it has, a bit each. (Their list must not outlive the client.) */
static unsigned held(rd_kafka_t *c) {
  rd_kafka_topic_partition_list_t *l;
  unsigned bits = 0;
  if (rd_kafka_assignment(c, &l)) return 0;
  for (int i = 0; i < l->cnt; i++) bits |= 1u << l->elems[i].partition;
  rd_kafka_topic_partition_list_destroy(l);
  return bits;
}

static void static_members(void) {
  const char *topic = fresh("static"), *group = topic;
  rd_kafka_t *m[2];
  seen_t seen = {0};
  create_topic(topic, 4);
  fill(topic, 4, "a", 10);
  for (int i = 0; i < 2; i++) {
    m[i] = member(group, "group.instance.id", i ? "two" : "one", NULL);
    subscribe(m[i], topic);
  }
  VERDICT(settle(m, 2, 4, 2, 2, &seen), "two static members share", "assigned %d %d", assigned(m[0]), assigned(m[1]));
  unsigned before = held(m[0]);
  close_consumer(m[0]);
  poll_for(m + 1, 1, &seen, 1500);
  VERDICT(assigned(m[1]) == 2, "one goes for a while and nothing moves", "the other has %d", assigned(m[1]));
  m[0] = member(group, "group.instance.id", "one", NULL);
  subscribe(m[0], topic);
  bool back = settle(m, 2, 4, 2, 2, &seen);
  VERDICT(back && held(m[0]) == before, "it comes back to its partitions", "%x, had %x", held(m[0]), before);
  /* A twin of the same name. A classic group keeps the newer one, a consumer group the one that it has. */
  rd_kafka_t *twin = member(group, "group.instance.id", "one", NULL);
  subscribe(twin, topic);
  rd_kafka_t *all[3] = {m[0], m[1], twin};
  char error[256];
  bool fenced = false;
  for (int64_t until = now_ms() + LONGEST_WAIT_MS; !fenced && now_ms() < until;) {
    poll_for(all, 3, &seen, 100);
    rd_kafka_resp_err_t old = rd_kafka_fatal_error(m[0], error, sizeof error), young = rd_kafka_fatal_error(twin, error, sizeof error);
    fenced = classic() ? old == RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID : young == 111 /* UNRELEASED_INSTANCE_ID */;
  }
  VERDICT(fenced, "of two with one name one is told so", "%d %d", rd_kafka_fatal_error(m[0], error, sizeof error),
          rd_kafka_fatal_error(twin, error, sizeof error));
  for (int i = 0; i < 3; i++) close_consumer(all[i]);
  forget(&seen);
}

static void silent_member(void) {
  const char *topic = fresh("silent");
  rd_kafka_t *m[2];
  seen_t seen = {0};
  create_topic(topic, 4);
  fill(topic, 4, "a", 10);
  for (int i = 0; i < 2; i++) {
    m[i] = member(topic, "max.poll.interval.ms", "6000", NULL);
    subscribe(m[i], topic);
  }
  VERDICT(settle(m, 2, 4, 2, 2, &seen), "two share", "%d %d", assigned(m[0]), assigned(m[1]));
  /* The first is not polled any more: after max.poll.interval.ms it leaves and the other has all. */
  bool taken = await_assignment(m[1], 4, &seen);
  VERDICT(taken, "who does not poll loses its partitions", "the other has %d", assigned(m[1]));
  VERDICT(settle(m, 2, 4, 2, 2, &seen), "and has them again when it polls", "%d %d", assigned(m[0]), assigned(m[1]));
  close_consumer(m[0]);
  close_consumer(m[1]);
  forget(&seen);
}

static void patterns(void) {
  const char *one = fresh("pattern-one"), *two = fresh("pattern-two");
  char pattern[128];
  seen_t seen = {0};
  create_topic(one, 2);
  fill(one, 2, "a", 10);
  snprintf(pattern, sizeof pattern, "^%s-.*", fresh("pattern"));
  rd_kafka_t *m = member(fresh("pattern-group"), "topic.metadata.refresh.interval.ms", "1000", NULL);
  subscribe(m, pattern);
  VERDICT(await_assignment(m, 2, &seen), "a pattern finds a topic", "%d", assigned(m));
  create_topic(two, 3);
  fill(two, 3, "b", 10);
  VERDICT(await_assignment(m, 5, &seen), "and a topic made later", "%d", assigned(m));
  read_until(m, &seen, 50, LONGEST_WAIT_MS);
  VERDICT(seen.count == 50, "all is read", "%d", seen.count);
  rd_kafka_t *p = producer(NULL, NULL);
  char error[256];
  rd_kafka_queue_t *q = rd_kafka_queue_new(p);
  rd_kafka_NewPartitions_t *n = rd_kafka_NewPartitions_new(two, 6, error, sizeof error);
  rd_kafka_CreatePartitions(p, &n, 1, NULL, q);
  rd_kafka_event_t *e = rd_kafka_queue_poll(q, LONGEST_WAIT_MS);
  VERDICT(await_assignment(m, 8, &seen), "partitions added are assigned", "%d", assigned(m));
  rd_kafka_event_destroy(e);
  if (!before_2_1()) {
    rd_kafka_DeleteTopic_t *d = rd_kafka_DeleteTopic_new(one);
    rd_kafka_DeleteTopics(p, &d, 1, NULL, q);
    e = rd_kafka_queue_poll(q, LONGEST_WAIT_MS);
    VERDICT(await_assignment(m, 6, &seen), "those of a deleted topic are taken back", "%d", assigned(m));
    rd_kafka_event_destroy(e);
    rd_kafka_DeleteTopic_destroy(d);
  }
  rd_kafka_NewPartitions_destroy(n);
  rd_kafka_queue_destroy(q);
  rd_kafka_destroy(p);
  close_consumer(m);
  forget(&seen);
}

static void commits(void) {
  const char *topic = fresh("commits");
  seen_t seen = {0};
  create_topic(topic, 2);
  fill(topic, 2, "a", 20);
  rd_kafka_t *m = member(topic, "enable.auto.commit", "false", NULL);
  subscribe(m, topic);
  read_until(m, &seen, 40, LONGEST_WAIT_MS);
  VERDICT(seen.count == 40, "all is read", "%d", seen.count);
  rd_kafka_topic_partition_list_t *l = rd_kafka_topic_partition_list_new(2), *got = NULL;
  rd_kafka_topic_partition_t *t = rd_kafka_topic_partition_list_add(l, topic, 0);
  t->offset = 7;
  t->metadata = strdup("so far");
  t->metadata_size = strlen("so far");
  rd_kafka_topic_partition_list_add(l, topic, 1);
  l->elems[1].offset = 9;
  rd_kafka_resp_err_t e = rd_kafka_commit(m, l, 0);
  VERDICT(!e, "a commit", "%s", rd_kafka_err2str(e));
  got = rd_kafka_topic_partition_list_copy(l);
  got->elems[0].offset = got->elems[1].offset = -1;
  e = rd_kafka_committed(m, got, LONGEST_WAIT_MS);
  VERDICT(!e && got->elems[0].offset == 7 && got->elems[1].offset == 9 && got->elems[0].metadata_size == 6 &&
              !memcmp(got->elems[0].metadata, "so far", 6),
          "what was committed, with its words", "%s %ld %ld", rd_kafka_err2str(e), (long)got->elems[0].offset, (long)got->elems[1].offset);
  rd_kafka_topic_partition_list_destroy(got);
  got = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(got, topic, 0);
  rd_kafka_position(m, got);
  VERDICT(got->elems[0].offset == 20, "the position is past what was read", "%ld", (long)got->elems[0].offset);
  rd_kafka_topic_partition_list_destroy(got);
  rd_kafka_topic_partition_list_destroy(l);

  l = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(l, topic, 0);
  forget(&seen);
  rd_kafka_topic_t *handle = rd_kafka_topic_new(m, topic, NULL);
  e = rd_kafka_seek(handle, 0, 5, LONGEST_WAIT_MS);
  read_until(m, &seen, 15, LONGEST_WAIT_MS);
  VERDICT(!e && seen.count == 15, "after a seek it reads from there", "%s %d", rd_kafka_err2str(e), seen.count);
  rd_kafka_pause_partitions(m, l);
  fill(topic, 1, "paused", 5);
  read_until(m, &seen, 16, 1000);
  VERDICT(seen.count == 15, "a paused partition is silent", "%d", seen.count - 15);
  rd_kafka_resume_partitions(m, l);
  read_until(m, &seen, 20, LONGEST_WAIT_MS);
  VERDICT(with_prefix(&seen, "paused") == 5, "and speaks when resumed", "%d", with_prefix(&seen, "paused"));
  l->elems[0].offset = 0;
  e = rd_kafka_offsets_for_times(m, l, LONGEST_WAIT_MS);
  VERDICT(!e && l->elems[0].offset == 0, "offsets for times", "%s %ld", rd_kafka_err2str(e), (long)l->elems[0].offset);
  int64_t low = -1, high = -1;
  rd_kafka_get_watermark_offsets(m, topic, 0, &low, &high);
  VERDICT(high == 25, "the high watermark came with the records", "%ld", (long)high);
  rd_kafka_topic_destroy(handle);
  rd_kafka_topic_partition_list_destroy(l);
  close_consumer(m);
  forget(&seen);
}

static void out_of_range(void) {
  const char *topic = fresh("range");
  const char *resets[] = {"earliest", "latest", "error"};
  create_topic(topic, 1);
  fill(topic, 1, "a", 10);
  for (int i = 0; i < 3; i++) {
    seen_t seen = {0};
    rd_kafka_t *m = member(fresh(resets[i]), "auto.offset.reset", resets[i], "enable.partition.eof", "true", NULL);
    assign(m, topic, 0, 4711);
    rd_kafka_resp_err_t error = 0;
    for (int64_t until = now_ms() + LONGEST_WAIT_MS; !error && now_ms() < until;) {
      rd_kafka_message_t *message = rd_kafka_consumer_poll(m, 100);
      if (message && message->err) error = message->err;
      if (message && !message->err) seen.count++;
      if (message) rd_kafka_message_destroy(message);
    }
    bool good = i == 0 ? seen.count == 10 : seen.count == 0 && error == (i == 1 ? RD_KAFKA_RESP_ERR__PARTITION_EOF : RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET);
    VERDICT(good, i == 0 ? "beyond the end: back to the start" : i == 1 ? "beyond the end: to the end" : "beyond the end: an error", "%d records, %s", seen.count,
            rd_kafka_err2str(error));
    close_consumer(m);
  }
}

static void small_fetches(void) {
  const char *topic = fresh("small");
  char big[60000];
  seen_t seen = {0};
  create_topic(topic, 1);
  memset(big, 'x', sizeof big);
  rd_kafka_t *p = producer("linger.ms", "0", NULL);
  for (int i = 0; i < 20; i++) {
    rd_kafka_producev(p, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(0), RD_KAFKA_V_VALUE(big, i % 2 ? sizeof big : 10),
                      RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END);
    rd_kafka_flush(p, LONGEST_WAIT_MS);
  }
  rd_kafka_t *m = member(topic, "fetch.message.max.bytes", "1000", "fetch.max.bytes", "1000", "message.max.bytes", "1000", NULL);
  subscribe(m, topic);
  read_until(m, &seen, 20, LONGEST_WAIT_MS);
  VERDICT(seen.count == 20, "records larger than fetch.max.bytes are read", "%d", seen.count);
  close_consumer(m);
  rd_kafka_destroy(p);
  forget(&seen);
}

static void deleted_and_made_again(void) {
  const char *topic = fresh("again");
  seen_t seen = {0};
  create_topic(topic, 1);
  fill(topic, 1, "first", 10);
  rd_kafka_t *m = member(topic, "topic.metadata.refresh.interval.ms", "500", NULL);
  subscribe(m, topic);
  read_until(m, &seen, 10, LONGEST_WAIT_MS);
  rd_kafka_t *p = producer(NULL, NULL);
  rd_kafka_queue_t *q = rd_kafka_queue_new(p);
  rd_kafka_DeleteTopic_t *d = rd_kafka_DeleteTopic_new(topic);
  rd_kafka_DeleteTopics(p, &d, 1, NULL, q);
  rd_kafka_event_t *e = rd_kafka_queue_poll(q, LONGEST_WAIT_MS);
  await_assignment(m, 0, &seen);
  create_topic(topic, 1);
  fill(topic, 1, "second", 10);
  close_consumer(m);
  m = member(fresh("again-too"), NULL);
  subscribe(m, topic);
  read_until(m, &seen, 20, LONGEST_WAIT_MS);
  VERDICT(with_prefix(&seen, "first") == 10 && with_prefix(&seen, "second") == 10, "a topic deleted and made again holds what is new",
          "%d of the first, %d of the second", with_prefix(&seen, "first"), with_prefix(&seen, "second"));
  rd_kafka_event_destroy(e);
  rd_kafka_DeleteTopic_destroy(d);
  rd_kafka_queue_destroy(q);
  rd_kafka_destroy(p);
  close_consumer(m);
  forget(&seen);
}

static void leader_dies_under_a_group(void) {
  const char *topic = fresh("killed");
  rd_kafka_t *m[2];
  seen_t seen = {0};
  char text[32];
  create_topic(topic, 4);
  fill(topic, 4, "a", 50);
  for (int i = 0; i < 2; i++) {
    m[i] = member(topic, NULL);
    subscribe(m[i], topic);
  }
  VERDICT(settle(m, 2, 4, 2, 2, &seen), "two share", "%d %d", assigned(m[0]), assigned(m[1]));
  rd_kafka_t *p = producer("enable.idempotence", "true", "linger.ms", "5", NULL);
  int victim = leader_of(p, topic, 0);
  for (int round = 0; round < 20; round++) {
    if (round == 5) kill_broker(victim);
    if (round == 12) restart_broker(victim);
    for (int i = 0; i < 4; i++) {
      snprintf(text, sizeof text, "r%dp%d", round, i);
      produce(p, topic, i, text, 10);
    }
    poll_for(m, 2, &seen, 200);
  }
  int lost = undelivered(p);
  VERDICT(lost == 0, "a broker dies: the producer loses nothing", "%d, the last for %s", lost, rd_kafka_err2str(delivery_error()));
  for (int64_t until = now_ms() + LONGEST_WAIT_MS; seen.count < 1000 && now_ms() < until;) poll_for(m, 2, &seen, 50);
  int whole = 0;
  for (int round = 0; round < 20; round++)
    for (int i = 0; i < 4; i++) {
      snprintf(text, sizeof text, "r%dp%d", round, i);
      whole += all_once(&seen, text, 10);
    }
  VERDICT(whole == 80, "and the group reads everything once", "%d of 80 batches, %d records", whole, seen.count);
  close_consumer(m[0]);
  close_consumer(m[1]);
  rd_kafka_destroy(p);
  forget(&seen);
}

void check_consumers(const char *group_protocol) {
  protocol = group_protocol;
  if (classic()) {
    members_come_and_go("range");
    members_come_and_go("roundrobin");
    members_come_and_go("cooperative-sticky");
  } else {
    members_come_and_go("server-side");
  }
  static_members();
  silent_member();
  patterns();
  commits();
  if (classic()) {
    out_of_range();
    small_fetches();
  }
  if (!before_2_1()) deleted_and_made_again();
  if (brokers_may_die()) leader_dies_under_a_group();
}
