#include "check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int failed;
static int lost;
static int last_delivery_error;

void verdict(bool good, const char *name, const char *format, ...) {
  if (good) {
    printf("ok    %s\n", name);
  } else {
    va_list args;
    va_start(args, format);
    printf("FAIL  %s: ", name);
    vprintf(format, args);
    putchar('\n');
    va_end(args);
    failed++;
  }
  fflush(stdout);
}

int failures(void) { return failed; }

const char *bootstrap(void) { return getenv("BOOTSTRAP"); }

const char *name_of(const char *what) {
  char *name = malloc(128);
  snprintf(name, 128, "rdk-%d-%s", (int)getpid(), what);
  return name;
}

bool brokers_may_die(void) {
  const char *cluster = getenv("CLUSTER");
  return cluster && *cluster;
}

static void cluster(const char *what, int node) {
  char command[512];
  snprintf(command, sizeof command, "%s %s %d", getenv("CLUSTER"), what, node);
  int status = system(command);
  if (status != 0) verdict(false, what, "%s: status %d", command, status);
}

void kill_broker(int node) { cluster("kill", node); }

void restart_broker(int node) { cluster("restart", node); }

int64_t now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void set(rd_kafka_conf_t *conf, const char *key, const char *value) {
  char error[256];
  if (rd_kafka_conf_set(conf, key, value, error, sizeof error) != RD_KAFKA_CONF_OK) {
    fprintf(stderr, "%s=%s: %s\n", key, value, error);
    exit(2);
  }
}

static void set_all(rd_kafka_conf_t *conf, const char *key, va_list rest) {
  while (key) {
    set(conf, key, va_arg(rest, const char *));
    key = va_arg(rest, const char *);
  }
}

rd_kafka_conf_t *settings(const char *first, ...) {
  rd_kafka_conf_t *conf = rd_kafka_conf_new();
  set(conf, "bootstrap.servers", bootstrap());
  va_list rest;
  va_start(rest, first);
  set_all(conf, first, rest);
  va_end(rest);
  return conf;
}

static rd_kafka_t *client(rd_kafka_type_t type, rd_kafka_conf_t *conf) {
  char error[256];
  if (!getenv("DEBUG_LIBRDKAFKA")) set(conf, "log_level", "0");
  else set(conf, "debug", getenv("DEBUG_LIBRDKAFKA"));
  rd_kafka_t *rk = rd_kafka_new(type, conf, error, sizeof error);
  if (!rk) {
    fprintf(stderr, "%s\n", error);
    exit(2);
  }
  return rk;
}

static void on_delivery(rd_kafka_t *p, const rd_kafka_message_t *m, void *opaque) {
  (void)p;
  (void)opaque;
  if (m->err) {
    lost++;
    last_delivery_error = m->err;
  }
}

int delivery_error(void) { return last_delivery_error; }

rd_kafka_t *producer(const char *first, ...) {
  rd_kafka_conf_t *conf = settings(NULL);
  va_list rest;
  va_start(rest, first);
  set_all(conf, first, rest);
  va_end(rest);
  rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
  return client(RD_KAFKA_PRODUCER, conf);
}

rd_kafka_t *consumer_of(rd_kafka_conf_t *conf, const char *group) {
  set(conf, "group.id", group);
  rd_kafka_t *c = client(RD_KAFKA_CONSUMER, conf);
  rd_kafka_poll_set_consumer(c);
  return c;
}

rd_kafka_t *consumer(const char *group, const char *first, ...) {
  rd_kafka_conf_t *conf = settings("auto.offset.reset", "earliest", NULL);
  va_list rest;
  va_start(rest, first);
  set_all(conf, first, rest);
  va_end(rest);
  return consumer_of(conf, group);
}

void create_topic(const char *topic, int partitions) {
  char error[256];
  rd_kafka_t *p = producer(NULL, NULL);
  rd_kafka_queue_t *q = rd_kafka_queue_new(p);
  rd_kafka_NewTopic_t *t = rd_kafka_NewTopic_new(topic, partitions, -1, error, sizeof error);
  rd_kafka_CreateTopics(p, &t, 1, NULL, q);
  rd_kafka_event_t *e = rd_kafka_queue_poll(q, LONGEST_WAIT_MS);
  size_t n = 0;
  const rd_kafka_topic_result_t **r =
      e ? rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(e), &n) : NULL;
  if (n != 1 || rd_kafka_topic_result_error(r[0]))
    verdict(false, "a topic is created", "%s: %s", topic, n ? rd_kafka_topic_result_error_string(r[0]) : "no answer");
  if (e) rd_kafka_event_destroy(e);
  rd_kafka_NewTopic_destroy(t);
  rd_kafka_queue_destroy(q);
  rd_kafka_destroy(p);
}

int leader_of(rd_kafka_t *any, const char *topic, int partition) {
  int leader = -1;
  for (int64_t until = now_ms() + LONGEST_WAIT_MS; leader < 0 && now_ms() < until; usleep(50000)) {
    const struct rd_kafka_metadata *m;
    rd_kafka_topic_t *t = rd_kafka_topic_new(any, topic, NULL);
    if (!rd_kafka_metadata(any, 0, t, &m, 5000)) {
      for (int i = 0; m->topic_cnt == 1 && i < m->topics[0].partition_cnt; i++)
        if (m->topics[0].partitions[i].id == partition) leader = m->topics[0].partitions[i].leader;
      rd_kafka_metadata_destroy(m);
    }
    rd_kafka_topic_destroy(t);
  }
  return leader;
}

void produce(rd_kafka_t *p, const char *topic, int partition, const char *prefix, int count) {
  char value[128];
  for (int i = 0; i < count; i++) {
    snprintf(value, sizeof value, "%s-%d", prefix, i);
    rd_kafka_resp_err_t e = rd_kafka_producev(
        p, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(partition), RD_KAFKA_V_VALUE(value, strlen(value)),
        RD_KAFKA_V_KEY(value, strlen(value)), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY | RD_KAFKA_MSG_F_BLOCK), RD_KAFKA_V_END);
    if (e) {
      lost++;
      last_delivery_error = e;
    }
    rd_kafka_poll(p, 0);
  }
}

int undelivered(rd_kafka_t *p) {
  rd_kafka_flush(p, LONGEST_WAIT_MS);
  int n = lost + rd_kafka_outq_len(p);
  lost = 0;
  return n;
}

static void remember(seen_t *seen, const rd_kafka_message_t *m) {
  if (seen->count == seen->size) {
    seen->size = seen->size ? seen->size * 2 : 256;
    seen->values = realloc(seen->values, seen->size * sizeof(char *));
  }
  seen->values[seen->count++] = strndup(m->payload ? m->payload : "", m->len);
}

void forget(seen_t *seen) {
  for (int i = 0; i < seen->count; i++) free(seen->values[i]);
  free(seen->values);
  *seen = (seen_t){0};
}

void read_until(rd_kafka_t *c, seen_t *seen, int count, int timeout_ms) {
  int64_t until = now_ms() + timeout_ms;
  while (seen->count < count && now_ms() < until) {
    rd_kafka_message_t *m = rd_kafka_consumer_poll(c, 100);
    if (m && !m->err) remember(seen, m);
    if (m) rd_kafka_message_destroy(m);
  }
}

void read_to_end(rd_kafka_t *c, seen_t *seen, int partitions) {
  int64_t until = now_ms() + LONGEST_WAIT_MS;
  int ended = 0;
  while (ended < partitions && now_ms() < until) {
    rd_kafka_message_t *m = rd_kafka_consumer_poll(c, 100);
    if (m && !m->err) remember(seen, m);
    if (m && m->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) ended++;
    if (m) rd_kafka_message_destroy(m);
  }
  if (ended < partitions) verdict(false, "a reader gets to the end", "%d of %d partitions ended", ended, partitions);
}

void assign(rd_kafka_t *c, const char *topic, int partition, int64_t offset) {
  rd_kafka_topic_partition_list_t *l = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(l, topic, partition)->offset = offset;
  rd_kafka_assign(c, l);
  rd_kafka_topic_partition_list_destroy(l);
}

void subscribe(rd_kafka_t *c, const char *topic) {
  rd_kafka_topic_partition_list_t *l = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(l, topic, RD_KAFKA_PARTITION_UA);
  rd_kafka_resp_err_t e = rd_kafka_subscribe(c, l);
  if (e) verdict(false, "subscribe", "%s: %s", topic, rd_kafka_err2str(e));
  rd_kafka_topic_partition_list_destroy(l);
}

int assigned(rd_kafka_t *c) {
  rd_kafka_topic_partition_list_t *l;
  if (rd_kafka_assignment(c, &l)) return -1;
  int n = l->cnt;
  rd_kafka_topic_partition_list_destroy(l);
  return n;
}

bool await_assignment(rd_kafka_t *c, int partitions, seen_t *seen) {
  int64_t until = now_ms() + LONGEST_WAIT_MS;
  while (assigned(c) != partitions && now_ms() < until) {
    rd_kafka_message_t *m = rd_kafka_consumer_poll(c, 50);
    if (m && !m->err && seen) remember(seen, m);
    if (m) rd_kafka_message_destroy(m);
  }
  return assigned(c) == partitions;
}

int with_prefix(const seen_t *seen, const char *prefix) {
  int n = 0;
  for (int i = 0; i < seen->count; i++) n += !strncmp(seen->values[i], prefix, strlen(prefix));
  return n;
}

bool all_once(const seen_t *seen, const char *prefix, int count) {
  char *found = calloc(count, 1);
  int once = 0, twice = 0;
  size_t length = strlen(prefix);
  for (int i = 0; i < seen->count; i++) {
    if (strncmp(seen->values[i], prefix, length) || seen->values[i][length] != '-') continue;
    int k = atoi(seen->values[i] + length + 1);
    if (k < 0 || k >= count) continue;
    if (found[k]++) twice++;
    else once++;
  }
  free(found);
  return once == count && twice == 0;
}

void read_topic(const char *topic, int partitions, const char *isolation, seen_t *seen) {
  rd_kafka_t *c = consumer(name_of("reader"), "enable.partition.eof", "true", "isolation.level", isolation,
                           "enable.auto.commit", "false", NULL);
  rd_kafka_topic_partition_list_t *l = rd_kafka_topic_partition_list_new(partitions);
  for (int i = 0; i < partitions; i++) rd_kafka_topic_partition_list_add(l, topic, i)->offset = RD_KAFKA_OFFSET_BEGINNING;
  rd_kafka_assign(c, l);
  rd_kafka_topic_partition_list_destroy(l);
  read_to_end(c, seen, partitions);
  close_consumer(c);
}

void close_consumer(rd_kafka_t *c) {
  int64_t begun = now_ms();
  rd_kafka_consumer_close(c);
  rd_kafka_destroy(c);
  if (now_ms() - begun > LONGEST_WAIT_MS) verdict(false, "a consumer closes", "after %ld ms", (long)(now_ms() - begun));
}
