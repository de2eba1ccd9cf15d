package io.dure.acceptance.tools;

import static io.dure.acceptance.tools.Tool.CONSUMER_GROUPS;
import static io.dure.acceptance.tools.Tool.GROUPS;
import static io.dure.acceptance.tools.Tool.SHARE_GROUPS;
import static io.dure.acceptance.tools.Tool.STREAMS_GROUPS;

import io.dure.acceptance.Await;
import io.dure.acceptance.Clients;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;

/** Groups: who is in them, how far they are, and where they go on. */
final class GroupRows {
  private static final Duration JOINED = Duration.ofSeconds(20);

  private final Walk walk;

  GroupRows(Walk walk) {
    this.walk = walk;
  }

  void all() throws Exception {
    listed();
    described();
    reset();
    deleted();
    otherKinds();
  }

  private void listed() throws Exception {
    walk.row(CONSUMER_GROUPS, "--list").says("^readers$", "^modern$", "^verified$");
    walk.row(CONSUMER_GROUPS, "--list --state").says("readers\\s+.*Empty");
    walk.row(CONSUMER_GROUPS, "--list --state stable").says().lacks("(?m)^readers");
    walk.row(CONSUMER_GROUPS, "--list --type").says("readers\\s+Classic", "modern\\s+Consumer");
    walk.row(CONSUMER_GROUPS, "--list --type consumer").says("modern").lacks("(?m)^readers");
    walk.row(GROUPS, "--list")
        .says("readers\\s+Classic\\s+consumer", "modern\\s+Consumer\\s+consumer");
    walk.row(GROUPS, "--list --group-type consumer").says("modern").lacks("(?m)^readers");
  }

  private void described() throws Exception {
    walk.row(CONSUMER_GROUPS, "--describe --group readers")
        .says("has no active members", "readers\\s+lines\\s+0\\s+5\\s+5\\s+0");
    for (String protocol : List.of("classic", "consumer")) {
      String group = "live-" + protocol;
      try (KafkaConsumer<String, String> member =
          Clients.consumer(
              walk.brokers().bootstrap(),
              Map.of("group.id", group, "group.protocol", protocol, "client.id", "looker"))) {
        member.subscribe(List.of("lines"));
        Await.until(
            "a member of " + group, JOINED, () -> !member.poll(Duration.ofMillis(100)).isEmpty());
        member.commitSync();
        walk.row(CONSUMER_GROUPS, "--describe --group " + group)
            .says(
                group
                    + "\\s+lines\\s+0\\s+5\\s+5\\s+0\\s+\\S*looker|"
                    + group
                    + "\\s+lines\\s+0\\s+5\\s+5\\s+0\\s+\\S+\\s+\\S+\\s+looker");
        walk.row(CONSUMER_GROUPS, "--describe --members --group " + group).says("looker\\s+1");
        walk.row(CONSUMER_GROUPS, "--describe --members --verbose --group " + group)
            .says("looker", "lines:0|lines\\(0\\)");
        walk.row(CONSUMER_GROUPS, "--describe --state --group " + group)
            .says(group + "\\s+127\\.0\\.0\\.1:\\d+ +\\(\\d\\)\\s+\\w+\\s+Stable\\s+1");
        walk.row(CONSUMER_GROUPS, "--describe --state --verbose --group " + group).says("Stable");
        walk.row(CONSUMER_GROUPS, "--describe --offsets --verbose --group " + group)
            .says("LEADER-EPOCH", "looker");
        walk.row(CONSUMER_GROUPS, "--delete --group " + group).says("Error: Deletion", "not empty");
        walk.row(
                CONSUMER_GROUPS,
                "--reset-offsets --to-earliest --execute --topic lines --group " + group)
            .says("Error: .*inactive");
        walk.row(CONSUMER_GROUPS, "--delete-offsets --topic lines --group " + group)
            .says("Error: .*partition-level", "subscribed");
      }
    }
    walk.row(CONSUMER_GROUPS, "--describe --all-groups").says("readers", "live-classic");
    walk.row(CONSUMER_GROUPS, "--describe --group nobody").says("Error: .*not found");
  }

  private void reset() throws Exception {
    resetTo("--to-earliest", 2);
    resetTo("--to-latest", 5);
    resetTo("--to-offset 3", 3);
    resetTo("--shift-by 1", 4);
    resetTo("--shift-by -100", 2);
    resetTo("--to-datetime 2001-01-01T00:00:00.000", 2);
    resetTo("--by-duration PT0S", 5);
    resetTo("--by-duration PT10H", 2);
    resetTo("--to-current", 2);
    walk.row(CONSUMER_GROUPS, "--reset-offsets --to-latest --dry-run --all-topics --group readers")
        .says("lines\\s+0\\s+5");
    walk.row(CONSUMER_GROUPS, "--describe --group readers").says("lines\\s+0\\s+2\\s+5\\s+3");
    Walk.Row exported =
        walk.row(
                CONSUMER_GROUPS,
                "--reset-offsets --to-offset 4 --export --topic lines:0 --group readers")
            .says("\"?lines\"?,0,4");
    Path plan = walk.file("reset.csv", exported.find("^(\"?lines\"?,0,4)") + "\n");
    walk.row(CONSUMER_GROUPS, "--reset-offsets --from-file " + plan + " --execute --group readers")
        .says("readers\\s+lines\\s+0\\s+4");
    walk.row(CONSUMER_GROUPS, "--describe --offsets --group readers")
        .says("lines\\s+0\\s+4\\s+5\\s+1");
    walk.row(CONSUMER_GROUPS, "--reset-offsets --to-earliest --execute --topic lines --group fresh")
        .says("fresh\\s+lines\\s+0\\s+2");
  }

  private void resetTo(String how, long offset) throws Exception {
    walk.row(CONSUMER_GROUPS, "--reset-offsets " + how + " --execute --topic lines --group readers")
        .says("readers\\s+lines\\s+0\\s+" + offset + "\\b");
  }

  private void deleted() throws Exception {
    walk.row(CONSUMER_GROUPS, "--delete-offsets --topic lines --group readers")
        .says("Request succeed", "lines\\s+0\\s+Successful");
    walk.row(CONSUMER_GROUPS, "--describe --group readers").lacks("lines\\s+0");
    walk.row(CONSUMER_GROUPS, "--delete --group readers --group modern")
        .says("Deletion of requested consumer groups .*successful");
    walk.row(CONSUMER_GROUPS, "--list").says().lacks("(?m)^modern$");
    walk.row(CONSUMER_GROUPS, "--delete --group nobody").says("Error: Deletion", "'nobody'");
  }

  /** What is not served says so. */
  private void otherKinds() throws Exception {
    walk.row(SHARE_GROUPS, "--list").says();
    walk.row(STREAMS_GROUPS, "--list").says();
  }
}
