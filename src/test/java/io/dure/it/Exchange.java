package io.dure.it;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
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
 * A conversation with one broker: what it was asked, and what it answered, with what differs
 * between any two brokers (ids, ports, folders) replaced. Used by one thread.
 */
final class Exchange implements AutoCloseable {
  private static final Pattern ID =
      Pattern.compile("(?<=(topicId|clusterId|clientInstanceId)=)'?[A-Za-z0-9_-]{22}'?");
  private static final String NO_ID = "AAAAAAAAAAAAAAAAAAAAAA";
  private static final Pattern PORT = Pattern.compile("port=\\d+");
  private static final Pattern FOLDER = Pattern.compile("(?<=logDir=)'[^']*'");

  private final int port;
  private RawConnection connection;
  private final Map<String, String> answers = new LinkedHashMap<>();

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
  Map<String, String> answers() {
    return answers;
  }

  /**
   * Asks, and keeps the answer under {@code what}. A closed connection is an answer too. A version
   * above those announced is not asked: one broker may be newer than the other.
   */
  void tell(String what, ApiKeys api, int version, ApiMessage request) {
    if (version > announced.getOrDefault(api, Short.MAX_VALUE)) {
      return;
    }
    String question = api + " v" + version + " " + what;
    String answer;
    try {
      answer = connection.<ApiMessage>ask(api, version, request).toString();
    } catch (IOException e) {
      answer = "closed the connection";
      reconnect();
    } catch (RuntimeException e) {
      answer = "cannot be asked: " + e.getMessage();
    }
    note(question, answer);
  }

  /** Keeps an answer that was got by {@link #ask}, as the caller has made it comparable. */
  void note(String question, String answer) {
    if (answers.put(question, plain(answer)) != null) {
      throw new AssertionError("asked twice: " + question);
    }
  }

  /** Asks without keeping the answer. */
  <R extends ApiMessage> R ask(ApiKeys api, int version, ApiMessage request) {
    try {
      return connection.ask(api, version, request);
    } catch (IOException e) {
      throw new AssertionError("no answer to " + api + " v" + version + " " + request, e);
    }
  }

  void reconnect() {
    try {
      connection.close();
      connection = new RawConnection(port);
    } catch (IOException e) {
      throw new AssertionError("the broker is gone", e);
    }
  }

  /** Makes a topic, and waits until its partitions have leaders. */
  void topic(String name, int partitions) {
    var create = new CreateTopicsRequestData().setTimeoutMs(10_000);
    create
        .topics()
        .add(
            new CreatableTopic()
                .setName(name)
                .setNumPartitions(partitions)
                .setReplicationFactor((short) 1));
    CreateTopicsResponseData made = ask(ApiKeys.CREATE_TOPICS, 7, create);
    short error = made.topics().find(name).errorCode();
    if (error != Errors.NONE.code()) {
      throw new AssertionError(name + " is not made: " + Errors.forCode(error));
    }
    Awaitility.await(name).until(() -> Topics.ready(this, name, partitions));
  }

  private String plain(String answer) {
    String text = ID.matcher(answer).replaceAll(id -> id.group().contains(NO_ID) ? "none" : "#");
    text = PORT.matcher(text).replaceAll("port=…");
    return FOLDER.matcher(text).replaceAll("'…'");
  }

  /** What is different between two answers to the same questions, one entry a question. */
  static List<String> differences(Map<String, String> theirs, Map<String, String> ours) {
    List<String> different = new ArrayList<>();
    theirs.forEach((question, answer) -> {
      String our = ours.getOrDefault(question, "not asked");
      if (!our.equals(answer)) {
        different.add(question + "\n  kafka: " + answer + "\n  ours:  " + our);
      }
    });
    return different;
  }

  @Override
  public void close() throws IOException {
    connection.close();
  }
}
