package io.dure.acceptance.tools;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.utils.Exit;
import org.apache.kafka.tools.BrokerApiVersionsCommand;
import org.apache.kafka.tools.ClientMetricsCommand;
import org.apache.kafka.tools.ClusterTool;
import org.apache.kafka.tools.ConsoleProducer;
import org.apache.kafka.tools.ConsumerPerformance;
import org.apache.kafka.tools.DeleteRecordsCommand;
import org.apache.kafka.tools.DumpLogSegments;
import org.apache.kafka.tools.FeatureCommand;
import org.apache.kafka.tools.GetOffsetShell;
import org.apache.kafka.tools.GroupsCommand;
import org.apache.kafka.tools.LeaderElectionCommand;
import org.apache.kafka.tools.LogDirsCommand;
import org.apache.kafka.tools.MetadataQuorumCommand;
import org.apache.kafka.tools.ProducerPerformance;
import org.apache.kafka.tools.TopicCommand;
import org.apache.kafka.tools.TransactionsCommand;
import org.apache.kafka.tools.VerifiableConsumer;
import org.apache.kafka.tools.consumer.ConsoleConsumer;
import org.apache.kafka.tools.consumer.group.ConsumerGroupCommand;
import org.apache.kafka.tools.consumer.group.ShareGroupCommand;
import org.apache.kafka.tools.reassign.ReassignPartitionsCommand;
import org.apache.kafka.tools.streams.StreamsGroupCommand;

/**
 * Kafka's command line tools by the names of their scripts, run in this process: a JVM for each
 * would take longer than what it does.
 */
enum Tool {
  TOPICS("kafka-topics", TopicCommand::main),
  CONFIGS("kafka-configs", kafka.admin.ConfigCommand::main),
  CONSOLE_PRODUCER("kafka-console-producer", ConsoleProducer::main),
  CONSOLE_CONSUMER("kafka-console-consumer", Tool::consoleConsumer),
  GROUPS("kafka-groups", GroupsCommand::main),
  CONSUMER_GROUPS("kafka-consumer-groups", ConsumerGroupCommand::main),
  SHARE_GROUPS("kafka-share-groups", ShareGroupCommand::main),
  STREAMS_GROUPS("kafka-streams-groups", StreamsGroupCommand::main),
  TRANSACTIONS("kafka-transactions", TransactionsCommand::main),
  LEADER_ELECTION("kafka-leader-election", LeaderElectionCommand::main),
  REASSIGN("kafka-reassign-partitions", ReassignPartitionsCommand::main),
  GET_OFFSETS("kafka-get-offsets", GetOffsetShell::main),
  DELETE_RECORDS("kafka-delete-records", DeleteRecordsCommand::main),
  LOG_DIRS("kafka-log-dirs", LogDirsCommand::main),
  QUORUM("kafka-metadata-quorum", MetadataQuorumCommand::main),
  FEATURES("kafka-features", FeatureCommand::main),
  PRODUCER_PERF("kafka-producer-perf-test", ProducerPerformance::main),
  CONSUMER_PERF("kafka-consumer-perf-test", ConsumerPerformance::main),
  VERIFIABLE_CONSUMER("kafka-verifiable-consumer", VerifiableConsumer::main),
  CLIENT_METRICS("kafka-client-metrics", ClientMetricsCommand::main),
  API_VERSIONS("kafka-broker-api-versions", BrokerApiVersionsCommand::main),
  CLUSTER("kafka-cluster", ClusterTool::main),
  DUMP_LOG("kafka-dump-log", DumpLogSegments::main);

  /** A program's entry. */
  interface Program {
    void main(String[] args) throws Exception;
  }

  /** Instead of the end of this process. */
  private static final class Ended extends Error {
    private static final long serialVersionUID = 1;

    /** The first status of the run. */
    private static final AtomicInteger first = new AtomicInteger(NOT_ENDED);

    Ended(int status) {
      super("status " + status, null, false, false);
      first.compareAndSet(NOT_ENDED, status);
    }
  }

  private static final int AT_MOST_S = 60;
  private static final int NOT_ENDED = -1;

  private final String script;
  private final Program program;

  Tool(String script, Program program) {
    this.script = script;
    this.program = program;
  }

  String script() {
    return script;
  }

  /** It counts what it read in all of its process, and stops at that: here, as if it began anew. */
  private static void consoleConsumer(String[] args) throws Exception {
    Field count = ConsoleConsumer.class.getDeclaredField("messageCount");
    count.setAccessible(true);
    count.setInt(null, 0);
    ConsoleConsumer.main(args);
  }

  /**
   * Runs it to its end; one at a time.
   *
   * @param input what it reads
   * @return what it printed, complaints included, and its exit status; -1 when it had to be left
   */
  Said run(List<String> args, String input) throws InterruptedException {
    var printed = new ByteArrayOutputStream();
    var stream = new PrintStream(printed, true, StandardCharsets.UTF_8);
    InputStream in = System.in;
    PrintStream out = System.out;
    PrintStream err = System.err;
    Exit.setExitProcedure((status, _) -> {
      throw new Ended(status);
    });
    var lastWords = new ArrayList<Runnable>();
    Exit.setShutdownHookAdder((_, hook) -> lastWords.add(hook));
    System.setIn(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
    System.setOut(stream);
    System.setErr(stream);
    int status;
    try {
      status = status(args.toArray(String[]::new), stream, lastWords);
    } finally {
      stream.flush();
      System.setIn(in);
      System.setOut(out);
      System.setErr(err);
      Exit.resetExitProcedure();
      Exit.resetShutdownHookAdder();
    }
    String command = script + " " + String.join(" ", args);
    return new Said(command, status, printed.toString(StandardCharsets.UTF_8));
  }

  private int status(String[] args, PrintStream stream, List<Runnable> lastWords)
      throws InterruptedException {
    var ended = new CompletableFuture<Integer>();
    var thread = new Thread(() -> ended.complete(runHere(args, stream, lastWords)), script);
    thread.setDaemon(true);
    thread.start();
    try {
      return ended.get(AT_MOST_S, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      stream.println("no end after " + AT_MOST_S + " s");
      thread.interrupt();
      return -1;
    } catch (java.util.concurrent.ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Its first word on its status counts: some programs catch all, and then end once more. */
  private int runHere(String[] args, PrintStream stream, List<Runnable> lastWords) {
    try {
      program.main(args);
    } catch (Ended e) {
      // Said already.
    } catch (Throwable e) {
      e.printStackTrace(stream);
      Ended.first.compareAndSet(NOT_ENDED, 1);
    }
    List.copyOf(lastWords).forEach(Runnable::run);
    return Math.max(0, Ended.first.getAndSet(NOT_ENDED));
  }

  /** What came of one run. */
  record Said(String command, int status, String output) {}
}
