/* Producers while brokers die, freeze and come back. */
#include "check.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Rounds of records with one broker killed in turn; all must be delivered, once and in order. */
static void brokers_die_in_turn(void) {
  const char *topic = name_of("in-turn");
  seen_t seen = {0};
  char text[32];
  create_topic(topic, 3);
  rd_kafka_t *p = producer("enable.idempotence", "true", "linger.ms", "1", "compression.type", "lz4", NULL);
  int rounds = 0;
  for (int victim = 1; victim <= 3; victim++) {
    kill_broker(victim);
    for (int i = 0; i < 40; i++, rounds++) {
      for (int k = 0; k < 3; k++) {
        snprintf(text, sizeof text, "x%dp%d", rounds, k);
        produce(p, topic, k, text, 5);
      }
      usleep(20000);
    }
    restart_broker(victim);
  }
  int lost = undelivered(p);
  verdict(lost == 0, "each broker dies in turn: an idempotent producer delivers all", "%d lost, the last for %s", lost,
          rd_kafka_err2str(delivery_error()));
  read_topic(topic, 3, "read_committed", &seen);
  verdict(seen.count == rounds * 15, "nothing lost, nothing twice", "%d of %d", seen.count, rounds * 15);
  int next[3] = {0}, disorder = 0;
  for (int i = 0; i < seen.count; i++) {
    int round, partition, k;
    if (sscanf(seen.values[i], "x%dp%d-%d", &round, &partition, &k) == 3) {
      disorder += round * 5 + k != next[partition];
      next[partition] = round * 5 + k + 1;
    }
  }
  verdict(disorder == 0, "nothing out of order", "%d", disorder);
  rd_kafka_destroy(p);
  forget(&seen);
}

void check_failures(void) {
  if (brokers_may_die()) brokers_die_in_turn();
}
