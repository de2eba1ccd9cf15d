package io.dure.broker;

import io.dure.runtime.Loop;
import io.dure.wire.WireError;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.function.Consumer;
import org.apache.kafka.common.message.AllocateProducerIdsRequestData;
import org.apache.kafka.common.message.AllocateProducerIdsResponseData;

/**
 * Hands out producer ids, each once in the life of the cluster, from blocks that the controller
 * gives to this node. Confined to one loop; {@link #take} may be called from anywhere.
 *
 * <p>At most {@value #MAX_WAITING} producers wait for a block; further ones are told to come again.
 */
final class ProducerIds {
  static final int MAX_WAITING = 10_000;
  private static final short VERSION = 0;

  private final Loop home;
  private final Cluster cluster;
  private final ControllerAsks asks;
  private final Queue<Consumer<OptionalLong>> waiting = new ArrayDeque<>();
  private long next;
  private long end;
  private boolean asked;

  ProducerIds(Cluster cluster, Loop home) {
    this.home = home;
    this.cluster = cluster;
    this.asks = new ControllerAsks(cluster);
  }

  /** Answers on {@code caller}; with nothing when there is none to be had now. */
  void take(Loop caller, Consumer<OptionalLong> done) {
    home.run(() -> onTake(id -> caller.run(() -> done.accept(id))));
  }

  private void onTake(Consumer<OptionalLong> done) {
    if (next < end) {
      done.accept(OptionalLong.of(next++));
    } else if (waiting.size() >= MAX_WAITING) {
      done.accept(OptionalLong.empty());
    } else {
      waiting.add(done);
      askForBlock();
    }
  }

  private void askForBlock() {
    if (asked) {
      return;
    }
    asked = true;
    asks.ask(
        new AllocateProducerIdsApi(),
        new AllocateProducerIdsRequestData().setBrokerId(cluster.self().value()),
        VERSION,
        "",
        home,
        this::onBlock);
  }

  private void onBlock(AllocateProducerIdsResponseData block) {
    asked = false;
    if (block.errorCode() != WireError.NONE.code() || block.producerIdLen() <= 0) {
      while (!waiting.isEmpty()) {
        waiting.remove().accept(OptionalLong.empty());
      }
      return;
    }
    next = block.producerIdStart();
    end = next + block.producerIdLen();
    while (next < end) {
      Optional<Consumer<OptionalLong>> first = Optional.ofNullable(waiting.poll());
      if (first.isEmpty()) {
        return;
      }
      first.get().accept(OptionalLong.of(next++));
    }
    if (!waiting.isEmpty()) {
      askForBlock();
    }
  }
}
