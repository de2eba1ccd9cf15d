package io.dure.exchanges;

import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.AlterClientQuotasRequestData;
import org.apache.kafka.common.message.AlterReplicaLogDirsRequestData;
import org.apache.kafka.common.message.AlterReplicaLogDirsRequestData.AlterReplicaLogDir;
import org.apache.kafka.common.message.AlterReplicaLogDirsRequestData.AlterReplicaLogDirTopic;
import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData;
import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData.ScramCredentialDeletion;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.CreateAclsRequestData;
import org.apache.kafka.common.message.CreateAclsRequestData.AclCreation;
import org.apache.kafka.common.message.CreateDelegationTokenRequestData;
import org.apache.kafka.common.message.DeleteAclsRequestData;
import org.apache.kafka.common.message.DeleteAclsRequestData.DeleteAclsFilter;
import org.apache.kafka.common.message.DescribeAclsRequestData;
import org.apache.kafka.common.message.DescribeClientQuotasRequestData;
import org.apache.kafka.common.message.DescribeClientQuotasRequestData.ComponentData;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeDelegationTokenRequestData;
import org.apache.kafka.common.message.DescribeLogDirsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsRequestData.DescribableLogDirTopic;
import org.apache.kafka.common.message.DescribeLogDirsRequestData.DescribableLogDirTopicCollection;
import org.apache.kafka.common.message.DescribeLogDirsResponseData;
import org.apache.kafka.common.message.DescribeQuorumRequestData;
import org.apache.kafka.common.message.DescribeUserScramCredentialsRequestData;
import org.apache.kafka.common.message.DescribeUserScramCredentialsRequestData.UserName;
import org.apache.kafka.common.message.ExpireDelegationTokenRequestData;
import org.apache.kafka.common.message.GetTelemetrySubscriptionsRequestData;
import org.apache.kafka.common.message.GetTelemetrySubscriptionsResponseData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.PushTelemetryRequestData;
import org.apache.kafka.common.message.RenewDelegationTokenRequestData;
import org.apache.kafka.common.message.UnregisterBrokerRequestData;
import org.apache.kafka.common.message.UpdateFeaturesRequestData;
import org.apache.kafka.common.message.UpdateFeaturesRequestData.FeatureUpdateKey;
import org.apache.kafka.common.message.UpdateFeaturesRequestData.FeatureUpdateKeyCollection;
import org.apache.kafka.common.protocol.ApiKeys;

/** Questions about the cluster as a whole: security, quotas, telemetry, folders, features. */
final class ClusterExchanges {
  private static final String TOPIC = "lived";

  private final Exchange exchange;

  private ClusterExchanges(Exchange exchange) {
    this.exchange = exchange;
  }

  static void ask(Exchange exchange) {
    var all = new ClusterExchanges(exchange);
    exchange.topic(TOPIC, 2);
    all.accessLists();
    all.tokens();
    all.credentials();
    all.quotas();
    all.telemetry();
    all.folders();
    all.cluster();
    all.features();
  }

  private void accessLists() {
    for (int v = 1; v <= 3; v++) {
      exchange.tell(
          "any",
          ApiKeys.DESCRIBE_ACLS,
          v,
          new DescribeAclsRequestData()
              .setResourceTypeFilter((byte) 1)
              .setPatternTypeFilter((byte) 1)
              .setOperation((byte) 1)
              .setPermissionType((byte) 1));
      var creation =
          new AclCreation()
              .setResourceType((byte) 2)
              .setResourceName("t")
              .setPrincipal("User:a")
              .setHost("*")
              .setOperation((byte) 3)
              .setPermissionType((byte) 3);
      exchange.tell(
          "two",
          ApiKeys.CREATE_ACLS,
          v,
          new CreateAclsRequestData()
              .setCreations(List.of(creation, creation.duplicate().setResourceName("u"))));
      exchange.tell("none", ApiKeys.CREATE_ACLS, v, new CreateAclsRequestData());
      exchange.tell(
          "any",
          ApiKeys.DELETE_ACLS,
          v,
          new DeleteAclsRequestData()
              .setFilters(
                  List.of(
                      new DeleteAclsFilter()
                          .setResourceTypeFilter((byte) 1)
                          .setPatternTypeFilter((byte) 1)
                          .setOperation((byte) 1)
                          .setPermissionType((byte) 1))));
    }
  }

  private void tokens() {
    for (int v = 1; v <= 3; v++) {
      exchange.tell(
          "mine", ApiKeys.CREATE_DELEGATION_TOKEN, v, new CreateDelegationTokenRequestData());
      exchange.tell(
          "all",
          ApiKeys.DESCRIBE_DELEGATION_TOKEN,
          v,
          new DescribeDelegationTokenRequestData().setOwners(null));
      exchange.tell(
          "of nobody",
          ApiKeys.DESCRIBE_DELEGATION_TOKEN,
          v,
          new DescribeDelegationTokenRequestData().setOwners(List.of()));
    }
    for (int v = 1; v <= 2; v++) {
      exchange.tell(
          "one",
          ApiKeys.RENEW_DELEGATION_TOKEN,
          v,
          new RenewDelegationTokenRequestData().setHmac(new byte[] {1}).setRenewPeriodMs(1));
      exchange.tell(
          "one",
          ApiKeys.EXPIRE_DELEGATION_TOKEN,
          v,
          new ExpireDelegationTokenRequestData().setHmac(new byte[] {1}).setExpiryTimePeriodMs(1));
    }
  }

  private void credentials() {
    exchange.tell(
        "all",
        ApiKeys.DESCRIBE_USER_SCRAM_CREDENTIALS,
        0,
        new DescribeUserScramCredentialsRequestData().setUsers(null));
    exchange.tell(
        "nobody's",
        ApiKeys.DESCRIBE_USER_SCRAM_CREDENTIALS,
        0,
        new DescribeUserScramCredentialsRequestData().setUsers(List.of()));
    exchange.tell(
        "one's",
        ApiKeys.DESCRIBE_USER_SCRAM_CREDENTIALS,
        0,
        new DescribeUserScramCredentialsRequestData()
            .setUsers(List.of(new UserName().setName("ann"))));
    exchange.tell(
        "one's twice",
        ApiKeys.DESCRIBE_USER_SCRAM_CREDENTIALS,
        0,
        new DescribeUserScramCredentialsRequestData()
            .setUsers(List.of(new UserName().setName("ann"), new UserName().setName("ann"))));
    exchange.tell(
        "delete what is not there",
        ApiKeys.ALTER_USER_SCRAM_CREDENTIALS,
        0,
        new AlterUserScramCredentialsRequestData()
            .setDeletions(
                List.of(new ScramCredentialDeletion().setName("ann").setMechanism((byte) 1))));
  }

  private void quotas() {
    for (int v = 0; v <= 1; v++) {
      describeQuotas("all", v);
      describeQuotas("of any user", v, component("user", 2, null));
      describeQuotas("of no type", v, component("", 2, null));
      describeQuotas("of an unknown type", v, component("colour", 2, null));
      describeQuotas("matching in an unknown way", v, component("user", 7, null));
      describeQuotas("of none by name", v, component("user", 0, null));
      describeQuotas("of any by name", v, component("user", 2, "ann"));
      describeQuotas("of one by name", v, component("user", 0, "ann"));
      describeQuotas("of a type twice", v, component("user", 0, "ann"), component("user", 2, null));
      describeQuotas(
          "of an ip and a user", v, component("ip", 2, null), component("user", 2, null));
      exchange.tell("nothing", ApiKeys.ALTER_CLIENT_QUOTAS, v, new AlterClientQuotasRequestData());
      exchange.tell(
          "only to see",
          ApiKeys.ALTER_CLIENT_QUOTAS,
          v,
          new AlterClientQuotasRequestData()
              .setValidateOnly(true)
              .setEntries(
                  List.of(
                      new AlterClientQuotasRequestData.EntryData()
                          .setEntity(
                              List.of(
                                  new AlterClientQuotasRequestData.EntityData()
                                      .setEntityType("user")
                                      .setEntityName("ann")))
                          .setOps(
                              List.of(
                                  new AlterClientQuotasRequestData.OpData()
                                      .setKey("producer_byte_rate")
                                      .setValue(1_000_000))))));
    }
  }

  private static ComponentData component(
      String type, int match, @org.jspecify.annotations.Nullable String value) {
    return new ComponentData().setEntityType(type).setMatchType((byte) match).setMatch(value);
  }

  private void describeQuotas(String what, int version, ComponentData... components) {
    for (boolean strict : new boolean[] {false, true}) {
      exchange.tell(
          what + (strict ? " strictly" : ""),
          ApiKeys.DESCRIBE_CLIENT_QUOTAS,
          version,
          new DescribeClientQuotasRequestData()
              .setComponents(List.of(components))
              .setStrict(strict));
    }
  }

  // ---- telemetry

  private void telemetry() {
    subscribe("every", "interval.ms", "3000");
    subscribe("every", "metrics", "org.apache.kafka.producer.,org.apache.kafka.consumer.");
    subscribe("other", "metrics", "*");
    subscribe("other", "match", "client_id=somebody.*");
    subscribe("mine", "metrics", "mine.");
    subscribe(
        "mine", "match", "client_id=r.w,client_source_address=127\\..*,client_software_name=.*");
    subscribe("silent", "interval.ms", "1000");
    GetTelemetrySubscriptionsResponseData told =
        exchange.ask(
            ApiKeys.GET_TELEMETRY_SUBSCRIPTIONS, 0, new GetTelemetrySubscriptionsRequestData());
    subscriptions("of a new client", Uuid.ZERO_UUID);
    subscriptions("of one that just asked", told.clientInstanceId());
    subscriptions("of one that another broker knew", new Uuid(11, 12));
    push("of nobody", Uuid.ZERO_UUID, 1, 0, false, new byte[0]);
    push("of an unknown subscription", new Uuid(1, 2), 1, 0, false, new byte[0]);
    subscriptions("after an unknown subscription", new Uuid(1, 2));
    int id = told.subscriptionId();
    push("by an unknown codec", told.clientInstanceId(), id, 9, false, new byte[0]);
    push("too early", told.clientInstanceId(), id, 0, false, new byte[0]);
    push("with its end", told.clientInstanceId(), id, 0, true, new byte[0]);
    push("after its end", told.clientInstanceId(), id, 0, true, new byte[0]);
    subscriptions("after its end", told.clientInstanceId());
    GetTelemetrySubscriptionsResponseData large =
        exchange.ask(
            ApiKeys.GET_TELEMETRY_SUBSCRIPTIONS, 0, new GetTelemetrySubscriptionsRequestData());
    push(
        "too large",
        large.clientInstanceId(),
        large.subscriptionId(),
        0,
        false,
        new byte[(1 << 20) + 1]);
    for (String name : List.of("every", "other", "mine", "silent")) {
      unsubscribe(name);
    }
  }

  private void subscriptions(String what, Uuid instance) {
    GetTelemetrySubscriptionsResponseData answer =
        exchange.ask(
            ApiKeys.GET_TELEMETRY_SUBSCRIPTIONS,
            0,
            new GetTelemetrySubscriptionsRequestData().setClientInstanceId(instance));
    answer.setSubscriptionId(answer.subscriptionId() == 0 ? 0 : 1);
    exchange.note(what, ApiKeys.GET_TELEMETRY_SUBSCRIPTIONS, 0, answer);
  }

  private void push(
      String what, Uuid instance, int subscription, int codec, boolean isLast, byte[] bytes) {
    exchange.tell(
        what,
        ApiKeys.PUSH_TELEMETRY,
        0,
        new PushTelemetryRequestData()
            .setClientInstanceId(instance)
            .setSubscriptionId(subscription)
            .setCompressionType((byte) codec)
            .setTerminating(isLast)
            .setMetrics(ByteBuffer.wrap(bytes)));
  }

  private void subscribe(String name, String key, String value) {
    exchange.ask(
        ApiKeys.INCREMENTAL_ALTER_CONFIGS,
        1,
        ConfigExchanges.change(false, 16, name, new ConfigExchanges.Op(0, key, value)));
  }

  private void unsubscribe(String name) {
    IncrementalAlterConfigsRequestData request =
        ConfigExchanges.change(
            false,
            16,
            name,
            new ConfigExchanges.Op(1, "metrics", null),
            new ConfigExchanges.Op(1, "match", null),
            new ConfigExchanges.Op(1, "interval.ms", null));
    exchange.ask(ApiKeys.INCREMENTAL_ALTER_CONFIGS, 1, request);
  }

  // ---- folders

  private void folders() {
    DescribeLogDirsResponseData here =
        exchange.ask(
            ApiKeys.DESCRIBE_LOG_DIRS, 4, new DescribeLogDirsRequestData().setTopics(null));
    String folder = here.results().getFirst().logDir();
    for (int v = 1; v <= 2; v++) {
      move("to where it is", v, folder, TOPIC, 0, 1);
      move("to where no folder is", v, "/no/such/folder", TOPIC, 0);
      move("to a name", v, "folder", TOPIC, 0);
      move("of a partition that is not here", v, folder, TOPIC, 0, 7);
      move("of a topic that is not here", v, folder, "nosuchtopic", 0);
      move("of a topic that is not here to no folder", v, "/no/such", "nosuchtopic", 0);
      exchange.tell(
          "nothing", ApiKeys.ALTER_REPLICA_LOG_DIRS, v, new AlterReplicaLogDirsRequestData());
    }
    for (int v = 1; v <= 4; v++) {
      logDirs("of no topic", v);
      logDirs("of a topic", v, TOPIC);
      logDirs("of a topic that is not here", v, "nosuchtopic");
    }
  }

  private void move(String what, int version, String folder, String topic, Integer... partitions) {
    var request = new AlterReplicaLogDirsRequestData();
    var dir = new AlterReplicaLogDir().setPath(folder);
    dir.topics()
        .add(new AlterReplicaLogDirTopic().setName(topic).setPartitions(List.of(partitions)));
    request.dirs().add(dir);
    exchange.tell(what, ApiKeys.ALTER_REPLICA_LOG_DIRS, version, request);
  }

  private void logDirs(String what, int version, String... topics) {
    var wanted = new DescribableLogDirTopicCollection();
    for (String topic : topics) {
      wanted.add(new DescribableLogDirTopic().setTopic(topic).setPartitions(List.of(0, 1)));
    }
    DescribeLogDirsResponseData answer =
        exchange.ask(
            ApiKeys.DESCRIBE_LOG_DIRS, version, new DescribeLogDirsRequestData().setTopics(wanted));
    answer
        .results()
        .forEach(each -> {
          each.setTotalBytes(Long.signum(each.totalBytes()));
          each.setUsableBytes(Long.signum(each.usableBytes()));
        });
    exchange.note(what, ApiKeys.DESCRIBE_LOG_DIRS, version, answer);
  }

  // ---- cluster

  private void cluster() {
    for (int v = 0; v <= 2; v++) {
      exchange.tell("who", ApiKeys.DESCRIBE_CLUSTER, v, new DescribeClusterRequestData());
      exchange.tell(
          "with what may be done",
          ApiKeys.DESCRIBE_CLUSTER,
          v,
          new DescribeClusterRequestData().setIncludeClusterAuthorizedOperations(true));
      if (v >= 1) {
        exchange.tell(
            "controllers",
            ApiKeys.DESCRIBE_CLUSTER,
            v,
            new DescribeClusterRequestData().setEndpointType((byte) 2));
        exchange.tell(
            "an unknown kind",
            ApiKeys.DESCRIBE_CLUSTER,
            v,
            new DescribeClusterRequestData().setEndpointType((byte) 7));
      }
    }
    exchange.tell("of no name", ApiKeys.API_VERSIONS, 3, new ApiVersionsRequestData());
    exchange.tell(
        "of a bad name",
        ApiKeys.API_VERSIONS,
        3,
        new ApiVersionsRequestData().setClientSoftwareName("-x").setClientSoftwareVersion("1"));
    exchange.tell(
        "one that is not there",
        ApiKeys.UNREGISTER_BROKER,
        0,
        new UnregisterBrokerRequestData().setBrokerId(77));
    for (int v = 0; v <= 2; v++) {
      exchange.tell(
          "another topic",
          ApiKeys.DESCRIBE_QUORUM,
          v,
          new DescribeQuorumRequestData()
              .setTopics(
                  List.of(
                      new DescribeQuorumRequestData.TopicData()
                          .setTopicName("other")
                          .setPartitions(List.of(new DescribeQuorumRequestData.PartitionData())))));
      exchange.tell("nothing", ApiKeys.DESCRIBE_QUORUM, v, new DescribeQuorumRequestData());
    }
  }

  private void features() {
    for (int v = 0; v <= 2; v++) {
      feature("unknown", v, "no.such", 1, 1);
      feature("too high", v, "group.version", 100, 1);
      feature("of a strange kind", v, "group.version", 1, 7);
      feature("lower without saying so", v, "group.version", 0, 1);
      exchange.tell("nothing", ApiKeys.UPDATE_FEATURES, v, new UpdateFeaturesRequestData());
    }
  }

  private void feature(String what, int version, String name, int level, int kind) {
    var updates = new FeatureUpdateKeyCollection();
    var key = new FeatureUpdateKey().setFeature(name).setMaxVersionLevel((short) level);
    if (version >= 1) {
      key.setUpgradeType((byte) kind);
    }
    updates.add(key);
    var request = new UpdateFeaturesRequestData().setFeatureUpdates(updates);
    exchange.tell(
        what,
        ApiKeys.UPDATE_FEATURES,
        version,
        version >= 1 ? request.setValidateOnly(true) : request);
  }
}
