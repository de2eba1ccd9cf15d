package io.dure.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** {@code dure config …} as a process of its own against a broker. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConfigCommandIT {
  @SuppressWarnings("NullAway.Init")
  private ClusterFork cluster;

  @BeforeAll
  void startOneBroker(@TempDir Path folder) throws Exception {
    cluster = ClusterFork.start(1, folder);
    dure("topic", "create", "orders");
  }

  @AfterAll
  void stopIt() {
    cluster.close();
  }

  private DureProcess.Said dure(String... args) throws Exception {
    return DureProcess.run(cluster.bootstrap(), "", args);
  }

  @Test
  void everySettingIsListedWithItsDefaultAndWhatItDoes() throws Exception {
    String all = dure("config", "list").out();

    assertThat(all)
        .contains("settings of a topic", "settings of a broker", "settings of a group")
        .contains("settings of a client-metrics")
        .containsPattern("cleanup.policy +delete +any time +\\S+")
        .containsPattern("listeners +\\S* +at the start +Where this node listens")
        .containsPattern("interval.ms +300000 +any time +How often clients push");
    assertThat(dure("config", "list", "group", "-o", "json").out())
        .startsWith("{\"group\":[{\"key\":\"consumer.assignment.interval.ms\",\"default\":\"");
  }

  @Test
  void whatIsSetIsInForceUntilItIsUnset() throws Exception {
    DureProcess.Said set =
        dure(
            "config",
            "set",
            "topic",
            "orders",
            "retention.ms=60000",
            "cleanup.policy=compact,delete");
    assertThat(set.out().strip())
        .isEqualTo("set for topic orders: retention.ms=60000 cleanup.policy=compact,delete");
    assertThat(dure("config", "describe", "topic", "orders", "--set-only").out())
        .containsPattern("retention.ms +60000 +this topic +604800000")
        .containsPattern("cleanup.policy +compact,delete +this topic +delete");

    assertThat(
            dure("config", "unset", "topic", "orders", "retention.ms", "cleanup.policy").status())
        .isZero();

    assertThat(dure("config", "describe", "topic", "orders", "--set-only").out())
        .doesNotContain("this topic");
  }

  @Test
  void brokersGroupsAndSubscriptionsAreSetToo() throws Exception {
    assertThat(dure("config", "set", "broker", "all", "log.retention.ms=7000").errors()).isEmpty();
    assertThat(dure("config", "set", "broker", "1", "log.retention.ms=8000").errors()).isEmpty();
    assertThat(dure("config", "set", "group", "g", "consumer.session.timeout.ms=50000").errors())
        .isEmpty();
    assertThat(dure("config", "set", "client-metrics", "m", "metrics=a.,b.").errors()).isEmpty();

    assertThat(dure("config", "describe", "broker", "1", "--set-only").out())
        .containsPattern("log.retention.ms +8000 +this broker +7000");
    assertThat(dure("config", "describe", "broker", "all").out())
        .containsPattern("log.retention.ms +7000 +all brokers");
    assertThat(dure("config", "describe", "group", "g", "-o", "json").out())
        .contains("\"value\":\"50000\",\"source\":\"DYNAMIC_GROUP_CONFIG\"");
    assertThat(dure("config", "describe", "client-metrics", "m").out())
        .containsPattern("metrics +a.,b. +this subscription");
    dure("config", "unset", "broker", "all", "log.retention.ms");
    dure("config", "unset", "broker", "1", "log.retention.ms");
  }

  @Test
  void whatCannotBeDoneIsToldWithWhatToDo() throws Exception {
    assertThat(dure("config", "set", "topic", "nosuch", "retention.ms=1").errors())
        .contains("no such topic: nosuch", "./dure topic list");
    assertThat(dure("config", "set", "topic", "orders", "retention=1").errors())
        .contains("a topic has no setting retention (perhaps ", "retention.bytes")
        .contains("./dure config list topic");
    assertThat(dure("config", "set", "topic", "orders", "retention.ms=soon").errors())
        .contains("Not a number", "Nothing was changed");
    assertThat(dure("config", "set", "broker", "1", "node.id=5").errors())
        .contains("Cannot update these configs dynamically", "start it again");
    assertThat(dure("config", "set", "topic", "orders", "retention.ms").errors())
        .contains("KEY=VALUE, not retention.ms");
    assertThat(dure("config", "describe", "broker", "x").errors()).contains("its number, or all");
    assertThat(dure("config", "describe", "user", "x").errors())
        .contains("topic, broker, group or client-metrics, not user");
    assertThat(dure("config", "set", "broker", "7", "log.retention.ms=1").errors())
        .contains("no broker 7 is running; those that are: 1");
  }
}
