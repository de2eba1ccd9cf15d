package io.dure.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.wire.Apis;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersion;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Each version of each API that is announced is implemented, and nothing else is taken. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EveryVersionTest {
  @SuppressWarnings("NullAway.Init")
  private Examined broker;

  @SuppressWarnings("NullAway.Init")
  private Scene scene;

  @BeforeAll
  void startABroker(@TempDir Path folder) {
    broker = Examined.broker(folder);
    scene = new Scene(broker.address(), "ev" + Long.toString(System.nanoTime(), 36) + "-");
  }

  @AfterAll
  void stopIt() {
    scene.close();
    broker.close();
  }

  @Test
  void whatIsAnnouncedIsWhatTheTableSays() {
    if (!broker.isOurs()) {
      return;
    }
    assertThat(scene.announced().keySet()).isEqualTo(Apis.table().keySet());
    Apis.table()
        .forEach((api, range) -> {
          assertThat(scene.announced().get(api).minVersion())
              .as(api.name)
              .isEqualTo(range.announcedMin());
          assertThat(scene.announced().get(api).maxVersion()).as(api.name).isEqualTo(range.max());
        });
  }

  /** If this fails, the API is new: give it specimens, in the family where it belongs. */
  @Test
  void everyApiHasASpecimen() {
    assertThat(Specimens.all().keySet()).containsAll(Apis.table().keySet());
  }

  @TestFactory
  Stream<DynamicNode> everyAnnouncedVersionIsImplemented() {
    return Specimens.all().entrySet().stream()
        .filter(api -> scene.serves(api.getKey()))
        .map(api ->
            DynamicContainer.dynamicContainer(
                api.getKey().name, versionsOf(api.getKey(), api.getValue()).stream()));
  }

  private List<DynamicTest> versionsOf(ApiKeys api, List<Specimen> specimens) {
    var tests = new ArrayList<DynamicTest>();
    for (short version = least(api); version <= scene.latest(api); version++) {
      for (Specimen specimen : specimens) {
        if (!specimen.needs().stream().allMatch(scene::serves)) {
          continue;
        }
        short asked = version;
        tests.add(
            DynamicTest.dynamicTest(
                "%s %d: %s".formatted(api.name, version, specimen.name()),
                () -> examine(api, asked, specimen)));
      }
    }
    return tests;
  }

  /** Produce is announced from 0 but spoken from 3 (KAFKA-18659). */
  private short least(ApiKeys api) {
    short announced = scene.announced().get(api).minVersion();
    return (short) Math.max(announced, api.oldestVersion());
  }

  private void examine(ApiKeys api, short version, Specimen specimen) {
    ApiMessage body = specimen.body().of(version, scene);
    Optional<Wire.Answer> answer = scene.settled(api, version, body);
    String what = "%s %d, %s".formatted(api.name, version, specimen.name());
    assertThat(answer).as(what + ": the connection was closed").isPresent();

    Set<Errors> errors = new TreeSet<>();
    answer.get().fields().errors().forEach(code -> errors.add(Errors.forCode(code)));
    errors.remove(Errors.NONE);
    assertThat(errors)
        .as(what + " answered " + answer.get().message())
        .isEqualTo(new TreeSet<>(specimen.refusals().apply(version)));
    specimen.check().accept(version, answer.get().message());
  }

  // ---- what is not announced

  @Test
  void apiVersionsOfTheFutureIsAnsweredInItsFirstVersion() {
    ByteBuffer flexible =
        ByteBuffer.allocate(11).put(header(ApiKeys.API_VERSIONS.id, (short) 99, 77));
    scene.wire().sendFrame(flexible.rewind());

    ByteBuffer answer = scene.wire().receive().orElseThrow();

    assertThat(answer.getInt()).as("correlation id").isEqualTo(77);
    var fields = Fields.of(ApiKeys.API_VERSIONS.messageType.responseSchemas()[0], answer);
    assertThat(fields.errors()).containsExactly(Errors.UNSUPPORTED_VERSION.code());
    answer.position(4);
    var told =
        new ApiVersionsResponseData(
            new org.apache.kafka.common.protocol.ByteBufferAccessor(answer), (short) 0);
    ApiVersion own = told.apiKeys().find(ApiKeys.API_VERSIONS.id);
    assertThat(own.maxVersion())
        .isEqualTo(scene.announced().get(ApiKeys.API_VERSIONS).maxVersion());
  }

  @TestFactory
  Stream<DynamicTest> versionsThatAreNotAnnouncedEndTheConnection() {
    Set<ApiKeys> served = EnumSet.copyOf(scene.announced().keySet());
    served.remove(ApiKeys.API_VERSIONS);
    return served.stream()
        .flatMap(api -> {
          short above = (short) (scene.announced().get(api).maxVersion() + 1);
          short below = (short) (least(api) - 1);
          return Stream.of(above, below, Short.MAX_VALUE, (short) -1)
              .distinct()
              .map(version ->
                  DynamicTest.dynamicTest(
                      api.name + " " + version,
                      () -> endsTheConnection(header(api.id, version, 1))));
        });
  }

  @Test
  void anUnknownApiEndsTheConnection() {
    endsTheConnection(header((short) 9_999, (short) 0, 1));
    endsTheConnection(header((short) -1, (short) 0, 1));
    endsTheConnection(header(ApiKeys.VOTE.id, (short) 0, 1));
  }

  @Test
  void whatIsNoRequestEndsTheConnection() {
    endsTheConnection(ByteBuffer.allocate(0));
    endsTheConnection(ByteBuffer.allocate(3));
    endsTheConnection(header(ApiKeys.METADATA.id, (short) 9, 1));
    endsTheConnection(ByteBuffer.wrap("GET / HTTP/1.1\r\n\r\n".getBytes()));
  }

  private void endsTheConnection(ByteBuffer frame) {
    try (var wire = new Wire(broker.address())) {
      wire.sendFrame(frame);
      assertThat(wire.receive()).isEmpty();
    }
  }

  /** The first 8 bytes of any request, and a client id that is null. */
  private static ByteBuffer header(short api, short version, int correlationId) {
    return ByteBuffer.allocate(10)
        .putShort(api)
        .putShort(version)
        .putInt(correlationId)
        .putShort((short) -1)
        .flip();
  }
}
