package io.dure.runtime;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Answers the Kafka requests that nodes ask of each other: of the active controller (see {@link
 * Node#ask}), or of one node (see {@link Node#askNode}); given by the room {@code broker}.
 */
public interface AskHandler {
  /**
   * Must return soon (it runs on the metadata loop), and answer exactly once, at any time and from
   * any thread: with a response body, or with nothing when there is none, as when this node is not
   * the active controller (any more).
   */
  void handle(ByteBuffer request, Consumer<Optional<ByteBuffer>> answer);
}
