package io.dure.runtime;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Decides Kafka requests on the active controller's node (see {@link Node#ask}); given by the room
 * {@code broker}.
 */
public interface AskHandler {
  /**
   * Must return soon (it runs on the metadata loop), and answer exactly once, at any time and from
   * any thread: with a response body, or with nothing when this node is not the active controller
   * (any more).
   */
  void handle(ByteBuffer request, Consumer<Optional<ByteBuffer>> answer);
}
