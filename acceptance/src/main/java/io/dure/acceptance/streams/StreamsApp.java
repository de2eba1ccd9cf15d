package io.dure.acceptance.streams;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;

/**
 * One instance of the application, a process: {@code StreamsApp BOOTSTRAP FOLDER}. It prints each
 * state it comes into, {@code died …} when a thread gave up, and {@code left} after an orderly end.
 */
public final class StreamsApp {
  static final String ID = "accepted";

  private static final Duration CLOSE_WITHIN = Duration.ofSeconds(15);

  private StreamsApp() {}

  public static void main(String[] args) {
    var streams = new KafkaStreams(Topology.build(), settings(args[0], Path.of(args[1])));
    streams.setStateListener((now, _) -> say("state " + now));
    streams.setUncaughtExceptionHandler(e -> {
      say("died " + e.toString().replace('\n', ' '));
      e.printStackTrace();
      return StreamThreadExceptionResponse.REPLACE_THREAD;
    });
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(() -> {
              boolean closed =
                  streams.close(
                      CloseOptions.timeout(CLOSE_WITHIN)
                          .withGroupMembershipOperation(
                              CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
              say(closed ? "left" : "could not leave");
            }));
    streams.start();
  }

  private static Properties settings(String bootstrap, Path folder) {
    var settings = new Properties();
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, ID);
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
    settings.put(StreamsConfig.STATE_DIR_CONFIG, folder.toString());
    settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 2);
    settings.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, 3);
    // Every count is told, not only the last one before a commit: a count told twice is seen.
    settings.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0);
    settings.put(StreamsConfig.consumerPrefix("session.timeout.ms"), 10_000);
    settings.put(StreamsConfig.consumerPrefix("auto.offset.reset"), "earliest");
    return settings;
  }

  private static synchronized void say(String line) {
    System.out.println(line);
    System.out.flush();
  }
}
