package io.dure.server;

import io.dure.base.NodeId;
import io.dure.broker.NodeClient;
import io.dure.runtime.AskHandler;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way of the consoles' questions between nodes: text, on the same stream as Kafka's requests,
 * told from them by a number that is no API key. A node that does not know such questions answers
 * with nothing.
 */
final class ConsoleAsks {
  private static final Logger log = LoggerFactory.getLogger(ConsoleAsks.class);

  /** Stands where a Kafka request has its API key. */
  private static final short NOT_KAFKA = -2;

  private static final long ANSWER_WITHIN_MS = 2_000;
  private static final int AT_A_TIME = 32;

  private final Executor threads;
  private final Semaphore places = new Semaphore(AT_A_TIME);
  private volatile Optional<NodeClient> client = Optional.empty();

  /**
   * @param threads on which answers are made, which may wait
   */
  ConsoleAsks(Executor threads) {
    this.threads = threads;
  }

  /** From now on nodes can be asked. */
  void through(NodeClient nodes) {
    client = Optional.of(nodes);
  }

  /** Empty until {@link #through}. */
  Optional<NodeClient> client() {
    return client;
  }

  /** Empty when the node does not answer in time, or knows no such questions. */
  Optional<String> ask(NodeId to, String question) {
    byte[] text = question.getBytes(StandardCharsets.UTF_8);
    ByteBuffer request = ByteBuffer.allocate(2 + text.length).putShort(NOT_KAFKA).put(text).flip();
    return client
        .flatMap(nodes -> nodes.answer(to, request, ANSWER_WITHIN_MS))
        .map(bytes -> StandardCharsets.UTF_8.decode(bytes).toString());
  }

  /** Has questions answered by {@code console} and everything else by {@code kafka}. */
  AskHandler handler(UnaryOperator<String> console, AskHandler kafka) {
    return (request, answer) -> {
      if (request.remaining() < 2 || request.getShort(request.position()) != NOT_KAFKA) {
        kafka.handle(request, answer);
      } else if (!places.tryAcquire()) {
        answer.accept(Optional.empty());
      } else {
        ByteBuffer text = request.duplicate().position(request.position() + 2);
        String question = StandardCharsets.UTF_8.decode(text).toString();
        threads.execute(() -> answer(console, question, answer));
      }
    };
  }

  private void answer(
      UnaryOperator<String> console, String question, Consumer<Optional<ByteBuffer>> answer) {
    Optional<ByteBuffer> text = Optional.empty();
    try {
      text = Optional.of(StandardCharsets.UTF_8.encode(console.apply(question)));
    } catch (RuntimeException e) {
      log.error("another console's question failed: {}", question, e);
    } finally {
      places.release();
      answer.accept(text);
    }
  }
}
