package io.dure.acceptance.tools;

import static io.dure.acceptance.tools.Tool.CONSOLE_CONSUMER;
import static io.dure.acceptance.tools.Tool.CONSOLE_PRODUCER;
import static io.dure.acceptance.tools.Tool.CONSUMER_PERF;
import static io.dure.acceptance.tools.Tool.DELETE_RECORDS;
import static io.dure.acceptance.tools.Tool.DUMP_LOG;
import static io.dure.acceptance.tools.Tool.GET_OFFSETS;
import static io.dure.acceptance.tools.Tool.PRODUCER_PERF;
import static io.dure.acceptance.tools.Tool.TOPICS;
import static io.dure.acceptance.tools.Tool.VERIFIABLE_CONSUMER;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.tools.VerifiableProducer;

/** Records: written, read, measured, counted, deleted, and looked at on disk. */
final class RecordRows {
  private static final String FORMATTERS = "org.apache.kafka.tools.consumer.";

  private final Walk walk;

  RecordRows(Walk walk) {
    this.walk = walk;
  }

  void console() throws Exception {
    walk.row(TOPICS, "--create --topic lines --partitions 1").says("Created");
    walk.row(CONSOLE_PRODUCER, "--topic lines", "one\ntwo\nthree\n").says();
    walk.row(
            CONSOLE_PRODUCER,
            "--topic lines --reader-property parse.key=true --reader-property key.separator=: --reader-property parse.headers=true --command-property acks=all",
            "h1:v1,h2:v2\tk4:four\nh3:v3\tk5:five\n")
        .says();
    walk.row(CONSOLE_CONSUMER, "--topic lines --from-beginning --max-messages 5")
        .says("^one$", "^two$", "^three$", "^four$", "^five$", "Processed a total of 5 messages");
    walk.row(
            CONSOLE_CONSUMER,
            "--topic lines --partition 0 --offset 3 --max-messages 2 --formatter-property print.key=true --formatter-property print.headers=true --formatter-property print.offset=true --formatter-property print.partition=true")
        .says("Partition:0\\s+Offset:3\\s+h1:v1,h2:v2\\s+k4\\s+four", "k5\\s+five");
    walk.row(
            CONSOLE_CONSUMER,
            "--topic lines --from-beginning --isolation-level read_committed --max-messages 5")
        .says("^five$");
    walk.row(
            CONSOLE_CONSUMER,
            "--topic lines --group readers --from-beginning --max-messages 5 --timeout-ms 20000")
        .says("^five$");
    walk.row(
            CONSOLE_CONSUMER,
            "--topic lines --group modern --command-property group.protocol=consumer --from-beginning --max-messages 5 --timeout-ms 20000")
        .says("^five$");
    walk.row(
            CONSOLE_CONSUMER,
            "--include 'li.*' --from-beginning --max-messages 5 --timeout-ms 20000")
        .says("^one$");
    walk.row(
            CONSOLE_CONSUMER,
            "--topic __consumer_offsets --from-beginning --timeout-ms 4000 --formatter "
                + FORMATTERS
                + "OffsetsMessageFormatter")
        .says("\"group\":\"readers\"", "\"topic\":\"lines\"", "\"offset\":5");
    walk.row(
            CONSOLE_CONSUMER,
            "--topic __consumer_offsets --from-beginning --timeout-ms 4000 --formatter "
                + FORMATTERS
                + "GroupMetadataMessageFormatter")
        .says("\"group\":\"readers\"", "protocolType");
  }

  void measured() throws Exception {
    walk.row(TOPICS, "--create --topic perf --partitions 3").says("Created");
    walk.row(PRODUCER_PERF, "--topic perf --num-records 20000 --record-size 200 --throughput -1")
        .says("20000 records sent", "records/sec");
    walk.row(
            PRODUCER_PERF,
            "--topic perf --num-records 5000 --record-size 100 --throughput -1 --transactional-id perf --transaction-duration-ms 100")
        .says("5000 records sent");
    walk.row(CONSUMER_PERF, "--topic perf --num-records 25000 --timeout 20000")
        .says("data.consumed.in.nMsg|nMsg.sec", "25000");
    walk.alone(VerifiableProducer.class, "--topic perf --max-messages 1000 --acks -1")
        .says("\"name\":\"tool_data\"", "\"sent\":1000,\"acked\":1000");
    walk.row(
            VERIFIABLE_CONSUMER,
            "--topic perf --group-id verified --max-messages 26000 --reset-policy earliest")
        .says("partitions_assigned", "offsets_committed.*\"success\":true", "shutdown_complete");
    walk.row(
            VERIFIABLE_CONSUMER,
            "--topic perf --group-id verified2 --group-protocol consumer --max-messages 26000 --reset-policy earliest")
        .says("partitions_assigned", "offsets_committed.*\"success\":true", "shutdown_complete");
  }

  void offsets() throws Exception {
    walk.row(GET_OFFSETS, "--topic lines").says("^lines:0:5$");
    walk.row(GET_OFFSETS, "--topic lines --time latest").says("^lines:0:5$");
    walk.row(GET_OFFSETS, "--topic lines --time earliest").says("^lines:0:0$");
    walk.row(GET_OFFSETS, "--topic lines --time -1").says("^lines:0:5$");
    walk.row(GET_OFFSETS, "--topic lines --time max-timestamp").says("^lines:0:[34]$");
    walk.row(GET_OFFSETS, "--topic lines --time earliest-local").says("^lines:0:0$");
    walk.row(GET_OFFSETS, "--topic lines --time latest-tiered").says().lacks("(?m)^lines:0:[1-9]");
    walk.row(GET_OFFSETS, "--topic lines --time 1000").says("^lines:0:0$");
    walk.row(GET_OFFSETS, "--topic-partitions lines:0,perf:0-3")
        .says("^lines:0:5$", "^perf:2:\\d+$");
    walk.row(GET_OFFSETS, "--exclude-internal-topics")
        .says("^lines:0:5$")
        .lacks("__consumer_offsets");
    Path file =
        walk.file(
            "delete.json",
            "{\"partitions\":[{\"topic\":\"lines\",\"partition\":0,\"offset\":2}],\"version\":1}");
    walk.row(DELETE_RECORDS, "--offset-json-file " + file)
        .says("partition: lines-0\\s+low_watermark: 2");
    walk.row(GET_OFFSETS, "--topic lines --time earliest").says("^lines:0:2$");
    walk.row(CONSOLE_CONSUMER, "--topic lines --from-beginning --max-messages 3")
        .says("^three$", "^five$")
        .lacks("(?m)^one$");
    Path wrong =
        walk.file(
            "wrong.json",
            "{\"partitions\":[{\"topic\":\"lines\",\"partition\":0,\"offset\":99}],\"version\":1}");
    walk.row(DELETE_RECORDS, "--offset-json-file " + wrong).says("error:.*(offset|range)");
  }

  /** Our files, as Kafka's own inspection tool reads them, when node 1 has ended in order. */
  void files() throws Exception {
    walk.findings().claimEqual(0, walk.brokers().stop(1), "node 1 ends in order on SIGTERM");
    walk.plain(DUMP_LOG, "--files " + file("lines-0", ".log") + " --print-data-log")
        .says(
            "baseOffset: \\d+ lastOffset: \\d+ count: \\d+",
            "isvalid: true",
            "payload: five",
            "headerKeys: \\[h1,h2\\]");
    walk.plain(DUMP_LOG, "--deep-iteration --files " + file("perf-0", ".log"))
        .says("isTransactional: true", "isvalid: true")
        .lacks("isvalid: false");
    walk.plain(DUMP_LOG, "--files " + file("perf-0", ".index") + " --verify-index-only")
        .says("found to be valid|Dumping")
        .lacks("Mismatches|Found incorrect|IOException|Exception");
    walk.plain(DUMP_LOG, "--files " + file("perf-0", ".timeindex") + " --verify-index-only")
        .says("found to be valid|Dumping")
        .lacks("mismatch|Found timestamp|out of order|Exception");
    walk.plain(DUMP_LOG, "--offsets-decoder --files " + written("__consumer_offsets"))
        .says("\"group\":\"\\w+\"|group");
    walk.plain(DUMP_LOG, "--transaction-log-decoder --files " + written("__transaction_state"))
        .says("transactionalId", "producerId");
  }

  private Path file(String partition, String suffix) throws IOException {
    return first(walk.brokers().data(1).resolve(partition), suffix);
  }

  /** The files of one partition that has anything in it. */
  private Path written(String topic) throws IOException {
    try (Stream<Path> all = Files.list(walk.brokers().data(1))) {
      List<Path> folders =
          all.filter(p -> p.getFileName().toString().startsWith(topic + "-")).sorted().toList();
      for (Path folder : folders) {
        Path log = first(folder, ".log");
        if (Files.size(log) > 0) {
          return log;
        }
      }
    }
    throw new IOException("nothing is in " + topic);
  }

  private static Path first(Path folder, String suffix) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(f -> f.toString().endsWith(suffix))
          .sorted()
          .findFirst()
          .orElseThrow(() -> new IOException("no " + suffix + " in " + folder));
    }
  }
}
