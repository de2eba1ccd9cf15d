/* What the checks of librdkafka share: verdicts, clients made of settings, records written and read. Every wait has a bound. */
#ifndef CHECK_H
#define CHECK_H

#include <librdkafka/rdkafka.h>
#include <stdbool.h>

#define LONGEST_WAIT_MS 30000

/* One line per check; a failed one makes the program's status 1. */
void verdict(bool good, const char *name, const char *format, ...) __attribute__((format(printf, 3, 4)));
int failures(void);

/* The brokers, a prefix for this run's names, and the command that kills and restarts brokers ("" when none may be killed). */
const char *bootstrap(void);
const char *name_of(const char *what); /* "rdk-<pid>-what", kept for the program's life */
bool brokers_may_die(void);
void kill_broker(int node);
void restart_broker(int node);

/* Clients: settings as "key", "value", …, NULL. */
rd_kafka_t *producer(const char *first, ...);
rd_kafka_t *consumer(const char *group, const char *first, ...);
rd_kafka_conf_t *settings(const char *first, ...);
rd_kafka_t *consumer_of(rd_kafka_conf_t *conf, const char *group);

/* Topics. */
void create_topic(const char *topic, int partitions);
int leader_of(rd_kafka_t *any, const char *topic, int partition);

/* Records: values "prefix-0" … "prefix-<count-1>". */
void produce(rd_kafka_t *p, const char *topic, int partition, const char *prefix, int count);
int undelivered(rd_kafka_t *p); /* flushes; how many could not be delivered since it was last asked */
int delivery_error(void);

/* What consumers read. */
typedef struct {
  int count;
  int size;
  char **values;
} seen_t;
void read_until(rd_kafka_t *c, seen_t *seen, int count, int timeout_ms);
void read_to_end(rd_kafka_t *c, seen_t *seen, int partitions); /* needs enable.partition.eof */
void assign(rd_kafka_t *c, const char *topic, int partition, int64_t offset);
void subscribe(rd_kafka_t *c, const char *topic);
bool await_assignment(rd_kafka_t *c, int partitions, seen_t *seen);
int assigned(rd_kafka_t *c);
bool all_once(const seen_t *seen, const char *prefix, int count);
int with_prefix(const seen_t *seen, const char *prefix);
void forget(seen_t *seen);
/* Everything in a topic of so many partitions, read by a consumer without a group. */
void read_topic(const char *topic, int partitions, const char *isolation, seen_t *seen);

int64_t now_ms(void);
/* Ends a consumer within LONGEST_WAIT_MS. */
void close_consumer(rd_kafka_t *c);

/* The parts. */
void check_transactions(void);
void check_consumers(const char *protocol);
void check_admin(void);
void check_failures(void);

#endif
