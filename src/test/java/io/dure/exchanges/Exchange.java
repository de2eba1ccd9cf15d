package io.dure.exchanges;

import io.dure.it.RawConnection;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.awaitility.Awaitility;

/**
 * A conversation with one broker: what it was asked, and what it answered, as {@link Plain} says
 * it. Used by one thread.
 */
final class Exchange implements AutoCloseable {
  private static final String CLOSED = "closed the connection";
  private static final String SILENT = "did not answer";

  /** Not asked then: one broker may be newer than the other. */
  static final String NOT_SERVED = "not served";

  private final int port;
  private RawConnection connection;
  private final List<RawConnection> asides = new ArrayList<>();
  private final Plain plain = new Plain();
  private final Map<Question, String> answers = new LinkedHashMap<>();
  private final Map<ApiKeys, Short> announced = new EnumMap<>(ApiKeys.class);

  Exchange(int port) throws IOException {
    this.port = port;
    this.connection = new RawConnection(port);
    ApiVersionsResponseData versions = ask(ApiKeys.API_VERSIONS, 0, new ApiVersionsRequestData());
    for (ApiVersionsResponseData.ApiVersion each : versions.apiKeys()) {
      if (ApiKeys.hasId(each.apiKey())) {
        announced.put(ApiKeys.forId(each.apiKey()), each.maxVersion());
      }
    }
  }

  /** What the broker answered, by what was asked, in the order of asking. */
  Map<Question, String> answers() {
    return answers;
  }

  /** Names of ids begin again at #1, so that what happened before shows nowhere after. */
  void scene() {
    plain.forget();
  }

  /** Asks, and keeps the answer under {@code what}. A closed connection is an answer too. */
  void tell(String what, ApiKeys api, int version, ApiMessage request) {
    var question = new Question(api, version, what);
    if (!serves(api, version)) {
      keep(question, NOT_SERVED);
      return;
    }
    try {
      note(what, api, version, connection.<ApiMessage>ask(api, version, request));
    } catch (SocketTimeoutException e) {
      keep(question, SILENT);
      reconnect();
    } catch (IOException e) {
      keep(question, CLOSED);
      reconnect();
    } catch (RuntimeException e) {
      keep(question, "cannot be asked: " + e.getMessage());
    }
  }

  /** Keeps an answer that was got by {@link #ask}, as the caller has made it comparable. */
  void note(String what, ApiKeys api, int version, ApiMessage answer) {
    keep(new Question(api, version, what), plain.of(api, version, answer));
  }

  private void keep(Question question, String answer) {
    if (answers.put(question, answer) != null) {
      throw new AssertionError("asked twice: " + question);
    }
  }

  boolean serves(ApiKeys api, int version) {
    return version <= announced.getOrDefault(api, Short.MAX_VALUE);
  }

  /** Asks without keeping the answer. */
  <R extends ApiMessage> R ask(ApiKeys api, int version, ApiMessage request) {
    try {
      return connection.ask(api, version, request);
    } catch (IOException e) {
      throw new AssertionError("no answer to " + api + " v" + version + " " + request, e);
    }
  }

  /** A connection of its own, for what is answered late. Closed with this conversation. */
  RawConnection aside() throws IOException {
    asides.add(new RawConnection(port));
    return asides.getLast();
  }

  private void reconnect() {
    try {
      connection.close();
      connection = new RawConnection(port);
    } catch (IOException e) {
      throw new AssertionError("the broker is gone", e);
    }
  }

  /** Makes a topic, and waits until its partitions have leaders. */
  void topic(String name, int partitions, String... settings) {
    var topic =
        new CreatableTopic()
            .setName(name)
            .setNumPartitions(partitions)
            .setReplicationFactor((short) 1);
    for (String setting : settings) {
      topic
          .configs()
          .add(
              new CreateTopicsRequestData.CreatableTopicConfig()
                  .setName(setting.substring(0, setting.indexOf('=')))
                  .setValue(setting.substring(setting.indexOf('=') + 1)));
    }
    var create = new CreateTopicsRequestData().setTimeoutMs(10_000);
    create.topics().add(topic);
    CreateTopicsResponseData made = ask(ApiKeys.CREATE_TOPICS, 7, create);
    short error = made.topics().find(name).errorCode();
    if (error != Errors.NONE.code()) {
      throw new AssertionError(name + " is not made: " + Errors.forCode(error));
    }
    until(name + " to have leaders", () -> Topics.ready(this, name, partitions));
  }

  /** Asks again and again, for a minute at most. */
  static void until(String what, Callable<Boolean> holds) {
    Awaitility.await(what)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(10))
        .atMost(Duration.ofMinutes(1))
        .until(holds);
  }

  @Override
  public void close() throws IOException {
    connection.close();
    for (RawConnection aside : asides) {
      aside.close();
    }
  }
}
