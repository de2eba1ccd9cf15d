/* The admin client, as far as this librdkafka has it. */
#include "check.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static rd_kafka_t *admin;
static rd_kafka_queue_t *queue;

static rd_kafka_event_t *answer(const char *what) {
  rd_kafka_event_t *e = rd_kafka_queue_poll(queue, LONGEST_WAIT_MS);
  if (!e) verdict(false, what, "no answer");
  else if (rd_kafka_event_error(e)) verdict(false, what, "%s", rd_kafka_event_error_string(e));
  return e;
}

static rd_kafka_resp_err_t create(const char *topic, int partitions, int replicas, const char *key, const char *value, bool only_check) {
  char error[256];
  rd_kafka_NewTopic_t *t = rd_kafka_NewTopic_new(topic, partitions, replicas, error, sizeof error);
  if (key) rd_kafka_NewTopic_set_config(t, key, value);
  rd_kafka_AdminOptions_t *o = rd_kafka_AdminOptions_new(admin, RD_KAFKA_ADMIN_OP_CREATETOPICS);
  rd_kafka_AdminOptions_set_validate_only(o, only_check, error, sizeof error);
  rd_kafka_AdminOptions_set_operation_timeout(o, 10000, error, sizeof error);
  rd_kafka_CreateTopics(admin, &t, 1, o, queue);
  rd_kafka_event_t *e = answer("CreateTopics");
  size_t n = 0;
  const rd_kafka_topic_result_t **r = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(e), &n);
  rd_kafka_resp_err_t code = n == 1 ? rd_kafka_topic_result_error(r[0]) : RD_KAFKA_RESP_ERR__FAIL;
  rd_kafka_event_destroy(e);
  rd_kafka_AdminOptions_destroy(o);
  rd_kafka_NewTopic_destroy(t);
  return code;
}

static rd_kafka_resp_err_t drop(const char *topic) {
  rd_kafka_DeleteTopic_t *d = rd_kafka_DeleteTopic_new(topic);
  rd_kafka_DeleteTopics(admin, &d, 1, NULL, queue);
  rd_kafka_event_t *e = answer("DeleteTopics");
  size_t n = 0;
  const rd_kafka_topic_result_t **r = rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(e), &n);
  rd_kafka_resp_err_t code = n == 1 ? rd_kafka_topic_result_error(r[0]) : RD_KAFKA_RESP_ERR__FAIL;
  rd_kafka_event_destroy(e);
  rd_kafka_DeleteTopic_destroy(d);
  return code;
}

static void gives(rd_kafka_resp_err_t expected, rd_kafka_resp_err_t actual, const char *name) {
  verdict(expected == actual, name, "expected %s, was %s", rd_kafka_err2name(expected), rd_kafka_err2name(actual));
}

static void topics(void) {
  const char *topic = name_of("admin");
  gives(0, create(topic, 3, -1, "retention.ms", "3600000", true), "a topic is checked only");
  gives(0, create(topic, 3, -1, "retention.ms", "3600000", false), "and made");
  gives(RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS, create(topic, 3, -1, NULL, NULL, false), "twice: TOPIC_ALREADY_EXISTS");
  gives(RD_KAFKA_RESP_ERR_INVALID_CONFIG, create(name_of("bad"), 1, -1, "retention.ms", "soon", false), "a bad setting: INVALID_CONFIG");
  gives(RD_KAFKA_RESP_ERR_INVALID_CONFIG, create(name_of("bad"), 1, -1, "no.such.key", "1", false), "an unknown setting: INVALID_CONFIG");
  gives(RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION, create("bad/name", 1, -1, NULL, NULL, false), "a bad name: TOPIC_EXCEPTION");
  gives(RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR, create(name_of("bad"), 1, 99, NULL, NULL, false), "99 replicas: INVALID_REPLICATION_FACTOR");
  char error[256];
  rd_kafka_NewPartitions_t *more = rd_kafka_NewPartitions_new(topic, 5, error, sizeof error);
  for (int round = 0; round < 2; round++) {
    rd_kafka_CreatePartitions(admin, &more, 1, NULL, queue);
    rd_kafka_event_t *e = answer("CreatePartitions");
    size_t n = 0;
    const rd_kafka_topic_result_t **r = rd_kafka_CreatePartitions_result_topics(rd_kafka_event_CreatePartitions_result(e), &n);
    gives(round ? RD_KAFKA_RESP_ERR_INVALID_PARTITIONS : 0, n ? rd_kafka_topic_result_error(r[0]) : RD_KAFKA_RESP_ERR__FAIL,
          round ? "the same number again: INVALID_PARTITIONS" : "partitions are added");
    rd_kafka_event_destroy(e);
  }
  rd_kafka_NewPartitions_destroy(more);
  gives(0, drop(topic), "a topic is deleted");
  gives(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, drop(topic), "twice: UNKNOWN_TOPIC_OR_PART");
}

static void ask_setting(const char *topic, const char *key, char *text, size_t size, bool *is_default) {
  rd_kafka_ConfigResource_t *c = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic);
  rd_kafka_DescribeConfigs(admin, &c, 1, NULL, queue);
  rd_kafka_event_t *e = answer("DescribeConfigs");
  size_t n = 0, m = 0;
  const rd_kafka_ConfigResource_t **r = rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(e), &n);
  *text = 0;
  const rd_kafka_ConfigEntry_t **entries = n ? rd_kafka_ConfigResource_configs(r[0], &m) : NULL;
  for (size_t i = 0; i < m; i++)
    if (!strcmp(rd_kafka_ConfigEntry_name(entries[i]), key)) {
      snprintf(text, size, "%s", rd_kafka_ConfigEntry_value(entries[i]));
      *is_default = rd_kafka_ConfigEntry_is_default(entries[i]);
    }
  rd_kafka_event_destroy(e);
  rd_kafka_ConfigResource_destroy(c);
}

/* A setting is what it should be, at last: brokers hear of a change one after the other. NULL: any default. */
static void setting_is(const char *topic, const char *key, const char *value, const char *name) {
  char text[128];
  bool is_default = false, good = false;
  for (int64_t until = now_ms() + 5000; !good && now_ms() < until;) {
    ask_setting(topic, key, text, sizeof text, &is_default);
    good = value ? !strcmp(text, value) && !is_default : *text && is_default;
  }
  verdict(good, name, "%s=%s", key, text);
}

static void configs(void) {
  const char *topic = name_of("configs");
  create(topic, 1, -1, "retention.ms", "3600000", false);
  setting_is(topic, "retention.ms", "3600000", "a setting is told");
  setting_is(topic, "segment.bytes", NULL, "so is a default");
  rd_kafka_ConfigResource_t *c = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic);
  rd_kafka_ConfigResource_set_config(c, "max.message.bytes", "2000000");
  rd_kafka_AlterConfigs(admin, &c, 1, NULL, queue);
  rd_kafka_event_destroy(answer("AlterConfigs"));
  rd_kafka_ConfigResource_destroy(c);
  setting_is(topic, "max.message.bytes", "2000000", "AlterConfigs sets");
  setting_is(topic, "retention.ms", NULL, "and takes back what it does not name");
#if RD_KAFKA_VERSION >= 0x020200ff
  c = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic);
  rd_kafka_ConfigResource_add_incremental_config(c, "cleanup.policy", RD_KAFKA_ALTER_CONFIG_OP_TYPE_APPEND, "compact");
  rd_kafka_ConfigResource_add_incremental_config(c, "retention.ms", RD_KAFKA_ALTER_CONFIG_OP_TYPE_SET, "7200000");
  rd_kafka_ConfigResource_add_incremental_config(c, "max.message.bytes", RD_KAFKA_ALTER_CONFIG_OP_TYPE_DELETE, "");
  rd_kafka_IncrementalAlterConfigs(admin, &c, 1, NULL, queue);
  rd_kafka_event_destroy(answer("IncrementalAlterConfigs"));
  rd_kafka_ConfigResource_destroy(c);
  setting_is(topic, "cleanup.policy", "delete,compact", "IncrementalAlterConfigs appends");
  setting_is(topic, "max.message.bytes", NULL, "and deletes");
#endif
  drop(topic);
}

static void records(void) {
  const char *topic = name_of("delete-records");
  create(topic, 1, -1, NULL, NULL, false);
  rd_kafka_t *p = producer(NULL, NULL);
  produce(p, topic, 0, "a", 20);
  undelivered(p);
  rd_kafka_topic_partition_list_t *l = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(l, topic, 0)->offset = 12;
  rd_kafka_DeleteRecords_t *d = rd_kafka_DeleteRecords_new(l);
  rd_kafka_DeleteRecords(admin, &d, 1, NULL, queue);
  rd_kafka_event_t *e = answer("DeleteRecords");
  const rd_kafka_topic_partition_list_t *r = rd_kafka_DeleteRecords_result_offsets(rd_kafka_event_DeleteRecords_result(e));
  verdict(r && r->cnt == 1 && !r->elems[0].err && r->elems[0].offset == 12, "DeleteRecords tells the new start", "%ld %s",
          r && r->cnt ? (long)r->elems[0].offset : -1, r && r->cnt ? rd_kafka_err2name(r->elems[0].err) : "-");
  rd_kafka_event_destroy(e);
  rd_kafka_DeleteRecords_destroy(d);
  int64_t low = -1, high = -1;
  rd_kafka_query_watermark_offsets(p, topic, 0, &low, &high, LONGEST_WAIT_MS);
  verdict(low == 12 && high == 20, "and the watermarks show it", "%ld %ld", (long)low, (long)high);
  l->elems[0].offset = 100;
  d = rd_kafka_DeleteRecords_new(l);
  rd_kafka_DeleteRecords(admin, &d, 1, NULL, queue);
  e = answer("DeleteRecords");
  r = rd_kafka_DeleteRecords_result_offsets(rd_kafka_event_DeleteRecords_result(e));
  gives(RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE, r && r->cnt ? r->elems[0].err : RD_KAFKA_RESP_ERR__FAIL, "beyond the end: OFFSET_OUT_OF_RANGE");
  rd_kafka_event_destroy(e);
  rd_kafka_DeleteRecords_destroy(d);
#if RD_KAFKA_VERSION >= 0x020300ff
  struct {
    int64_t ask, expect;
    const char *name;
  } offsets[] = {{RD_KAFKA_OFFSET_SPEC_EARLIEST, 12, "ListOffsets earliest"},
                 {RD_KAFKA_OFFSET_SPEC_LATEST, 20, "ListOffsets latest"},
                 {RD_KAFKA_OFFSET_SPEC_MAX_TIMESTAMP, 19, "ListOffsets of the largest timestamp"}};
  /* Of equal timestamps the first counts: so that the last record's is larger than the others'. */
  for (int64_t begun = now_ms(); now_ms() < begun + 5;) usleep(1000);
  produce(p, topic, 0, "b", 1);
  undelivered(p);
  for (int i = 0; i < 3; i++) {
    l->elems[0].offset = offsets[i].ask;
    rd_kafka_ListOffsets(admin, l, NULL, queue);
    e = answer("ListOffsets");
    size_t n = 0;
    const rd_kafka_ListOffsetsResultInfo_t **infos = rd_kafka_ListOffsets_result_infos(rd_kafka_event_ListOffsets_result(e), &n);
    int64_t offset = n ? rd_kafka_ListOffsetsResultInfo_topic_partition(infos[0])->offset : -9;
    verdict(offset == offsets[i].expect + (i > 0), offsets[i].name, "%ld", (long)offset);
    rd_kafka_event_destroy(e);
  }
#endif
  rd_kafka_topic_partition_list_destroy(l);
  rd_kafka_destroy(p);
  drop(topic);
}

static void groups(void) {
  const char *topic = name_of("admin-group"), *group = topic;
  seen_t seen = {0};
  create(topic, 2, -1, NULL, NULL, false);
  rd_kafka_t *p = producer(NULL, NULL);
  produce(p, topic, 0, "a", 5);
  produce(p, topic, 1, "a", 5);
  undelivered(p);
  rd_kafka_t *c = consumer(group, "session.timeout.ms", "6000", NULL);
  subscribe(c, topic);
  read_until(c, &seen, 10, LONGEST_WAIT_MS);
  rd_kafka_commit(c, NULL, 0);

  rd_kafka_ListConsumerGroups(admin, NULL, queue);
  rd_kafka_event_t *e = answer("ListConsumerGroups");
  size_t n = 0;
  int found = 0;
  const rd_kafka_ConsumerGroupListing_t **listed =
      rd_kafka_ListConsumerGroups_result_valid(rd_kafka_event_ListConsumerGroups_result(e), &n);
  for (size_t i = 0; i < n; i++)
    found += !strcmp(rd_kafka_ConsumerGroupListing_group_id(listed[i]), group) &&
             rd_kafka_ConsumerGroupListing_state(listed[i]) == RD_KAFKA_CONSUMER_GROUP_STATE_STABLE;
  verdict(found == 1, "the group is listed as stable", "%d of %zu", found, n);
  rd_kafka_event_destroy(e);

  rd_kafka_DescribeConsumerGroups(admin, &group, 1, NULL, queue);
  e = answer("DescribeConsumerGroups");
  const rd_kafka_ConsumerGroupDescription_t **described =
      rd_kafka_DescribeConsumerGroups_result_groups(rd_kafka_event_DescribeConsumerGroups_result(e), &n);
  bool good = n == 1 && !rd_kafka_ConsumerGroupDescription_error(described[0]) &&
              rd_kafka_ConsumerGroupDescription_member_count(described[0]) == 1 &&
              !strcmp(rd_kafka_ConsumerGroupDescription_partition_assignor(described[0]), "range");
  int partitions = 0;
  if (good) {
    const rd_kafka_MemberDescription_t *m = rd_kafka_ConsumerGroupDescription_member(described[0], 0);
    partitions = rd_kafka_MemberAssignment_partitions(rd_kafka_MemberDescription_assignment(m))->cnt;
  }
  verdict(good && partitions == 2, "and described with its member's partitions", "%d partitions", partitions);
  rd_kafka_event_destroy(e);

  const struct rd_kafka_group_list *list;
  rd_kafka_resp_err_t code = rd_kafka_list_groups(admin, group, &list, LONGEST_WAIT_MS);
  verdict(!code && list->group_cnt == 1 && !strcmp(list->groups[0].state, "Stable"), "the older list_groups tells it too", "%s", rd_kafka_err2name(code));
  if (!code) rd_kafka_group_list_destroy(list);

  rd_kafka_topic_partition_list_t *l = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(l, topic, 0)->offset = 3;
  rd_kafka_AlterConsumerGroupOffsets_t *alter = rd_kafka_AlterConsumerGroupOffsets_new(group, l);
  rd_kafka_AlterConsumerGroupOffsets(admin, &alter, 1, NULL, queue);
  e = answer("AlterConsumerGroupOffsets");
  const rd_kafka_group_result_t **results =
      rd_kafka_AlterConsumerGroupOffsets_result_groups(rd_kafka_event_AlterConsumerGroupOffsets_result(e), &n);
  gives(RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID, n ? rd_kafka_group_result_partitions(results[0])->elems[0].err : 0,
        "offsets of a group with members are not altered: UNKNOWN_MEMBER_ID");
  rd_kafka_event_destroy(e);
  rd_kafka_DeleteGroup_t *del = rd_kafka_DeleteGroup_new(group);
  rd_kafka_DeleteGroups(admin, &del, 1, NULL, queue);
  e = answer("DeleteGroups");
  results = rd_kafka_DeleteGroups_result_groups(rd_kafka_event_DeleteGroups_result(e), &n);
  gives(RD_KAFKA_RESP_ERR_NON_EMPTY_GROUP, n ? rd_kafka_error_code(rd_kafka_group_result_error(results[0])) : 0, "nor is it deleted: NON_EMPTY_GROUP");
  rd_kafka_event_destroy(e);

  close_consumer(c);
  rd_kafka_AlterConsumerGroupOffsets(admin, &alter, 1, NULL, queue);
  rd_kafka_event_destroy(answer("AlterConsumerGroupOffsets"));
  rd_kafka_ListConsumerGroupOffsets_t *ask = rd_kafka_ListConsumerGroupOffsets_new(group, NULL);
  rd_kafka_ListConsumerGroupOffsets(admin, &ask, 1, NULL, queue);
  e = answer("ListConsumerGroupOffsets");
  results = rd_kafka_ListConsumerGroupOffsets_result_groups(rd_kafka_event_ListConsumerGroupOffsets_result(e), &n);
  int64_t altered = -1, kept = -1;
  if (n) {
    const rd_kafka_topic_partition_list_t *o = rd_kafka_group_result_partitions(results[0]);
    for (int i = 0; i < o->cnt; i++) *(o->elems[i].partition ? &kept : &altered) = o->elems[i].offset;
  }
  verdict(altered == 3 && kept == 5, "those of an empty group are", "%ld %ld", (long)altered, (long)kept);
  rd_kafka_event_destroy(e);

  rd_kafka_DeleteConsumerGroupOffsets_t *forgotten = rd_kafka_DeleteConsumerGroupOffsets_new(group, l);
  rd_kafka_DeleteConsumerGroupOffsets(admin, &forgotten, 1, NULL, queue);
  rd_kafka_event_destroy(answer("DeleteConsumerGroupOffsets"));
  rd_kafka_ListConsumerGroupOffsets(admin, &ask, 1, NULL, queue);
  e = answer("ListConsumerGroupOffsets");
  results = rd_kafka_ListConsumerGroupOffsets_result_groups(rd_kafka_event_ListConsumerGroupOffsets_result(e), &n);
  verdict(n == 1 && rd_kafka_group_result_partitions(results[0])->cnt == 1, "and deleted", "%d", n ? rd_kafka_group_result_partitions(results[0])->cnt : -1);
  rd_kafka_event_destroy(e);
  for (int round = 0; round < 2; round++) {
    rd_kafka_DeleteGroups(admin, &del, 1, NULL, queue);
    e = answer("DeleteGroups");
    results = rd_kafka_DeleteGroups_result_groups(rd_kafka_event_DeleteGroups_result(e), &n);
    const rd_kafka_error_t *error = n ? rd_kafka_group_result_error(results[0]) : NULL;
    gives(round ? RD_KAFKA_RESP_ERR_GROUP_ID_NOT_FOUND : 0, error ? rd_kafka_error_code(error) : 0,
          round ? "twice: GROUP_ID_NOT_FOUND" : "the empty group is deleted");
    rd_kafka_event_destroy(e);
  }
  rd_kafka_DeleteGroup_destroy(del);
  rd_kafka_DeleteConsumerGroupOffsets_destroy(forgotten);
  rd_kafka_ListConsumerGroupOffsets_destroy(ask);
  rd_kafka_AlterConsumerGroupOffsets_destroy(alter);
  rd_kafka_topic_partition_list_destroy(l);
  rd_kafka_destroy(p);
  forget(&seen);
}

static void cluster(void) {
  char *id = rd_kafka_clusterid(admin, LONGEST_WAIT_MS);
  verdict(id && *id, "the cluster's id", "-");
  verdict(rd_kafka_controllerid(admin, LONGEST_WAIT_MS) >= 1, "the controller's id", "%d", rd_kafka_controllerid(admin, 1000));
#if RD_KAFKA_VERSION >= 0x020300ff
  rd_kafka_DescribeCluster(admin, NULL, queue);
  rd_kafka_event_t *e = answer("DescribeCluster");
  const rd_kafka_DescribeCluster_result_t *r = rd_kafka_event_DescribeCluster_result(e);
  size_t n = 0;
  rd_kafka_DescribeCluster_result_nodes(r, &n);
  verdict(n >= 1 && id && !strcmp(rd_kafka_DescribeCluster_result_cluster_id(r), id) && rd_kafka_DescribeCluster_result_controller(r),
          "DescribeCluster", "%zu nodes, cluster %s, Metadata says %s", n, rd_kafka_DescribeCluster_result_cluster_id(r), id);
  rd_kafka_event_destroy(e);
  const char *topic = name_of("describe");
  create(topic, 4, -1, NULL, NULL, false);
  const char *names[] = {topic, "rdk-nowhere"};
  rd_kafka_TopicCollection_t *t = rd_kafka_TopicCollection_of_topic_names(names, 2);
  rd_kafka_DescribeTopics(admin, t, NULL, queue);
  e = answer("DescribeTopics");
  const rd_kafka_TopicDescription_t **d = rd_kafka_DescribeTopics_result_topics(rd_kafka_event_DescribeTopics_result(e), &n);
  size_t partitions = 0, isr = 0;
  const rd_kafka_TopicPartitionInfo_t **infos = n == 2 ? rd_kafka_TopicDescription_partitions(d[0], &partitions) : NULL;
  if (partitions) rd_kafka_TopicPartitionInfo_isr(infos[0], &isr);
  verdict(n == 2 && partitions == 4 && isr >= 1 &&
              rd_kafka_error_code(rd_kafka_TopicDescription_error(d[1])) == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART,
          "DescribeTopics", "%zu topics, %zu partitions, %zu in sync", n, partitions, isr);
  rd_kafka_event_destroy(e);
  rd_kafka_TopicCollection_destroy(t);
  drop(topic);
#endif
  if (id) rd_kafka_mem_free(admin, id);
}

static void security(void) {
  char error[256];
  rd_kafka_AclBindingFilter_t *any = rd_kafka_AclBindingFilter_new(RD_KAFKA_RESOURCE_ANY, NULL, RD_KAFKA_RESOURCE_PATTERN_ANY, NULL, NULL,
                                                                   RD_KAFKA_ACL_OPERATION_ANY, RD_KAFKA_ACL_PERMISSION_TYPE_ANY, error, sizeof error);
  rd_kafka_DescribeAcls(admin, any, NULL, queue);
  rd_kafka_event_t *e = rd_kafka_queue_poll(queue, LONGEST_WAIT_MS);
  /* This client passes over the answer's SECURITY_DISABLED; it sees no rules. */
  size_t rules = 99;
  if (e && !rd_kafka_event_error(e)) rd_kafka_DescribeAcls_result_acls(rd_kafka_event_DescribeAcls_result(e), &rules);
  verdict(rules == 0, "DescribeAcls without an authorizer", "%zu rules, %s", rules, e ? rd_kafka_err2name(rd_kafka_event_error(e)) : "no answer");
  if (e) rd_kafka_event_destroy(e);
  rd_kafka_AclBinding_destroy(any);
#if RD_KAFKA_VERSION >= 0x020200ff
  rd_kafka_DescribeUserScramCredentials(admin, NULL, 0, NULL, queue);
  e = rd_kafka_queue_poll(queue, LONGEST_WAIT_MS);
  verdict(e && !rd_kafka_event_error(e), "DescribeUserScramCredentials of nobody", "%s", e ? rd_kafka_err2name(rd_kafka_event_error(e)) : "no answer");
  if (e) rd_kafka_event_destroy(e);
#endif
#if RD_KAFKA_VERSION >= 0x020600ff
  size_t n = 0;
  const char *topic = name_of("elect");
  create(topic, 3, -1, NULL, NULL, false);
  rd_kafka_topic_partition_list_t *l = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(l, topic, 0);
  rd_kafka_ElectLeaders_t *elect = rd_kafka_ElectLeaders_new(RD_KAFKA_ELECTION_TYPE_PREFERRED, l);
  rd_kafka_ElectLeaders(admin, elect, NULL, queue);
  e = answer("ElectLeaders");
  const rd_kafka_topic_partition_result_t **r = rd_kafka_ElectLeaders_result_partitions(rd_kafka_event_ElectLeaders_result(e), &n);
  gives(RD_KAFKA_RESP_ERR_ELECTION_NOT_NEEDED, n ? rd_kafka_error_code(rd_kafka_topic_partition_result_error(r[0])) : 0,
        "the preferred leader leads: ELECTION_NOT_NEEDED");
  rd_kafka_event_destroy(e);
  rd_kafka_ElectLeaders_destroy(elect);
  rd_kafka_topic_partition_list_destroy(l);
  drop(topic);
#endif
}

void check_admin(void) {
  admin = producer("client.id", "admin", NULL);
  queue = rd_kafka_queue_new(admin);
  topics();
  configs();
  records();
  groups();
  cluster();
  security();
  rd_kafka_queue_destroy(queue);
  rd_kafka_destroy(admin);
}
