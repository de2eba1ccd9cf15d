package io.dure.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dure.base.DiskFile;
import io.dure.runtime.FileDisk;
import io.dure.wire.Request;
import io.dure.wire.RequestSink;
import io.dure.wire.Responder;
import io.dure.wire.WireRecords;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Answers whose records are stretches of files. */
@Timeout(30)
class ZeroCopyTest {
  private static final int FILE_BYTES = 8 << 20;

  @TempDir Path folder;

  @Test
  void stretchesOfFilesArriveByteForByteAndInOrder() throws Exception {
    byte[] content = new byte[FILE_BYTES];
    new Random(3).nextBytes(content);
    try (FileDisk disk = FileDisk.open(folder);
        DiskFile file = disk.open("f");
        var server = new ToyServer(1, 0, 1, NetSettings.defaults());
        var client = new RawClient(server.port())) {
      file.write(0, ByteBuffer.wrap(content));
      server.open(new Fetches(file));
      for (int i = 0; i < 5; i++) {
        client.send(ApiKeys.FETCH, 12, i, new FetchRequestData());
      }

      for (int i = 0; i < 5; i++) {
        ByteBuffer frame = client.receive();
        assertThat(frame.getInt()).isEqualTo(i);
        frame.get();
        var body = new FetchResponseData(new ByteBufferAccessor(frame), (short) 12);
        List<FetchResponseData.PartitionData> partitions = body.responses().getFirst().partitions();
        assertThat(WireRecords.bytes(partitions.get(0)))
            .isEqualTo(ByteBuffer.wrap(content, 1000, 5_000_000));
        assertThat(WireRecords.bytes(partitions.get(1))).isEqualTo(ByteBuffer.allocate(0));
        assertThat(WireRecords.bytes(partitions.get(2)))
            .isEqualTo(ByteBuffer.wrap(content, 7_000_000, 100));
      }
    }
  }

  @Test
  void aFileThatEndsTooSoonEndsTheConnection() throws Exception {
    try (FileDisk disk = FileDisk.open(folder);
        DiskFile file = disk.open("f");
        var server = new ToyServer(1, 0, 1, NetSettings.defaults());
        var client = new RawClient(server.port())) {
      file.write(0, ByteBuffer.allocate(2_000));
      server.open(new Fetches(file));
      client.send(ApiKeys.FETCH, 12, 1, new FetchRequestData());

      assertThat(client.in.readAllBytes()).hasSizeLessThan(10_000);
    }
  }

  @Test
  void aClientThatTakesNoAnswersIsNotGivenMoreThanTheBound() throws Exception {
    try (FileDisk disk = FileDisk.open(folder);
        DiskFile file = disk.open("f");
        var server = new ToyServer(1, 0, 1, NetSettings.defaults());
        var client = new RawClient(server.port())) {
      file.write(0, ByteBuffer.allocate(FILE_BYTES));
      var fetches = new Fetches(file);
      server.open(fetches);
      for (int i = 0; i < 3 * NetSettings.IN_FLIGHT; i++) {
        client.send(ApiKeys.FETCH, 12, i, new FetchRequestData());
      }

      await()
          .atMost(Duration.ofSeconds(5))
          .during(Duration.ofMillis(300))
          .until(() -> fetches.taken().get() >= NetSettings.IN_FLIGHT);
      assertThat(fetches.taken().get()).isLessThan(2 * NetSettings.IN_FLIGHT);
    }
  }

  private record Fetches(DiskFile file, AtomicInteger taken) implements RequestSink {
    Fetches(DiskFile file) {
      this(file, new AtomicInteger());
    }

    @Override
    public Set<ApiKeys> served() {
      return Set.of(ApiKeys.FETCH);
    }

    @Override
    public void take(Request request, Responder responder) {
      taken.incrementAndGet();
      var first = new FetchResponseData.PartitionData().setPartitionIndex(0);
      var second = new FetchResponseData.PartitionData().setPartitionIndex(1);
      var third = new FetchResponseData.PartitionData().setPartitionIndex(2);
      WireRecords.put(first, file, 1000, 5_000_000);
      WireRecords.putNone(second);
      WireRecords.put(third, file, 7_000_000, 100);
      responder.answer(
          new FetchResponseData()
              .setResponses(
                  List.of(
                      new FetchResponseData.FetchableTopicResponse()
                          .setTopic("t")
                          .setPartitions(List.of(first, second, third)))));
    }
  }
}
