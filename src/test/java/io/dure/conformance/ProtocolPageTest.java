package io.dure.conformance;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import io.dure.wire.Apis;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Test;

/** {@code docs/protocol.md} says what is served; {@code ./dev docs} writes it anew. */
class ProtocolPageTest {
  private static final Path PAGE = Path.of("docs", "protocol.md");

  /** What is to be known of an API beyond its versions. */
  private static final Map<ApiKeys, String> REMARKS =
      Map.ofEntries(
          entry(
              ApiKeys.PRODUCE,
              "0 to 2 are announced and refused: librdkafka turns itself off otherwise (KAFKA-18659). acks=1 waits like acks=all (decision 2)"),
          entry(ApiKeys.FETCH, "for clients; replicas are fed by the nodes' own streams"),
          entry(ApiKeys.API_VERSIONS, "an unknown version is answered in version 0"),
          entry(
              ApiKeys.INIT_PRODUCER_ID, "6 (two-phase commit) is unstable in Kafka and not served"),
          entry(
              ApiKeys.ADD_PARTITIONS_TO_TXN,
              "4 and newer are of broker to broker in Kafka; clients send 3 and older"),
          entry(
              ApiKeys.GET_TELEMETRY_SUBSCRIPTIONS,
              "always announced, so that client instance ids are there (decision 18)"),
          entry(
              ApiKeys.PUSH_TELEMETRY,
              "the last values of each client are kept in memory (decision 18)"),
          entry(ApiKeys.DESCRIBE_ACLS, "SECURITY_DISABLED, as Kafka without an authorizer"),
          entry(ApiKeys.CREATE_ACLS, "SECURITY_DISABLED, as Kafka without an authorizer"),
          entry(ApiKeys.DELETE_ACLS, "SECURITY_DISABLED, as Kafka without an authorizer"),
          entry(
              ApiKeys.CREATE_DELEGATION_TOKEN, "refused, as Kafka over unauthenticated listeners"),
          entry(ApiKeys.RENEW_DELEGATION_TOKEN, "refused, as Kafka over unauthenticated listeners"),
          entry(
              ApiKeys.EXPIRE_DELEGATION_TOKEN, "refused, as Kafka over unauthenticated listeners"),
          entry(
              ApiKeys.DESCRIBE_DELEGATION_TOKEN,
              "refused, as Kafka over unauthenticated listeners"),
          entry(ApiKeys.DESCRIBE_CLIENT_QUOTAS, "there are none"),
          entry(
              ApiKeys.ALTER_CLIENT_QUOTAS,
              "refused: a quota that is stored and not enforced would deceive (decision 18)"),
          entry(ApiKeys.DESCRIBE_USER_SCRAM_CREDENTIALS, "there are none"),
          entry(
              ApiKeys.ALTER_USER_SCRAM_CREDENTIALS,
              "setting one is refused with SECURITY_DISABLED (decision 18)"),
          entry(ApiKeys.ALTER_REPLICA_LOG_DIRS, "a node has one data folder"),
          entry(
              ApiKeys.INCREMENTAL_ALTER_CONFIGS,
              "settings without effect are refused where Kafka stores them (decision 15)"),
          entry(ApiKeys.WRITE_TXN_MARKERS, "for kafka-transactions --abort"),
          entry(ApiKeys.JOIN_GROUP, "classic groups"),
          entry(ApiKeys.CONSUMER_GROUP_HEARTBEAT, "groups of KIP-848"));

  @Test
  void thePageIsCurrent() throws IOException {
    String page = page();
    if (Boolean.getBoolean("docs.rewrite")) {
      Files.writeString(PAGE, page);
    }
    assertThat(Files.readString(PAGE)).as("./dev docs writes it anew").isEqualTo(page);
  }

  private static String page() {
    List<String> lines = new ArrayList<>();
    lines.add("# The protocol, API by API");
    lines.add("");
    lines.add(
        "Written by `./dev docs` from `wire/Apis`. Each version named here is asked for by `EveryVersionTest`.");
    lines.add("");
    lines.add("| key | API | versions | Kafka's library knows | remark |");
    lines.add("|---|---|---|---|---|");
    Apis.table()
        .forEach((api, range) ->
            lines.add(
                "| %d | %s | %s | %s | %s |"
                    .formatted(
                        api.id,
                        api.name,
                        versions(range.min(), range.max()),
                        versions(api.oldestVersion(), api.latestVersion()),
                        REMARKS.getOrDefault(api, ""))));
    lines.add("");
    lines.add("Not served, though clients or tools may send it:");
    lines.add("");
    Arrays.stream(ApiKeys.values())
        .filter(
            api -> api.inScope(org.apache.kafka.common.message.ApiMessageType.ListenerType.BROKER))
        .filter(api -> !Apis.table().containsKey(api))
        .forEach(api -> lines.add("- %s (%d)".formatted(api.name, api.id)));
    lines.add("");
    return String.join("\n", lines);
  }

  private static String versions(short min, short max) {
    return min == max ? "" + min : min + " to " + max;
  }
}
