package io.dure.broker;

import io.dure.base.NodeId;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * Asks nodes, this one too, requests of Kafka's protocol for what runs inside of this process. They
 * are answered by the same handlers as a client's. Waits, so it is for threads that may; safe for
 * all of them.
 */
public final class NodeClient {
  private static final String CLIENT_ID = "dure-console";

  /** The node itself gives an answer at the deadline, unless it stops. */
  private static final long GRACE_MS = 1_000;

  private final Cluster cluster;

  public NodeClient(Cluster cluster) {
    this.cluster = cluster;
  }

  /**
   * Sent once. Empty when no answer came within {@code timeoutMs}; it may have been carried out all
   * the same.
   */
  @SuppressWarnings("unchecked") // the codec makes the body from the same API key
  public <R extends ApiMessage> Optional<R> ask(
      NodeId node, ApiKeys api, int version, ApiMessage body, long timeoutMs) {
    ByteBuffer request = AskCodec.request(api, (short) version, CLIENT_ID, body);
    return answer(node, request, timeoutMs)
        .map(bytes -> (R) AskCodec.response(api, (short) version, bytes));
  }

  /** The same with a request that is not Kafka's, to whoever answers such on the other side. */
  public Optional<ByteBuffer> answer(NodeId node, ByteBuffer request, long timeoutMs) {
    var answer = new CompletableFuture<Optional<ByteBuffer>>();
    cluster.askNode(node, request, cluster.nowMs() + timeoutMs, Runnable::run, answer::complete);
    try {
      return answer.get(timeoutMs + GRACE_MS, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      return Optional.empty(); // this node stops
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted while a node was asked", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("asking node " + node.value() + " failed", e);
    }
  }
}
