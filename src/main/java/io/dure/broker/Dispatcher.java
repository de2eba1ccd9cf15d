package io.dure.broker;

import io.dure.base.Check;
import io.dure.runtime.AskHandler;
import io.dure.runtime.Loop;
import io.dure.wire.Request;
import io.dure.wire.RequestSink;
import io.dure.wire.Responder;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The table from API to handler. Immutable once built; requests come in on the loops of their
 * connections.
 *
 * <p>A handler that throws has a bug; its client's connection is closed and the reason logged,
 * nobody else is touched.
 */
public final class Dispatcher implements RequestSink {
  private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);

  private final Map<ApiKeys, Handler<ApiMessage, ApiMessage>> handlers;

  private Dispatcher(Map<ApiKeys, Handler<ApiMessage, ApiMessage>> handlers) {
    this.handlers = Collections.unmodifiableMap(new EnumMap<>(handlers));
  }

  /**
   * @param blocking runs what may block, each task on a thread of its own
   */
  public static Builder builder(Executor blocking) {
    return new Builder(blocking);
  }

  @Override
  public Set<ApiKeys> served() {
    return handlers.keySet();
  }

  @Override
  public void take(Request request, Responder responder) {
    Handler<ApiMessage, ApiMessage> handler = handlers.get(request.api());
    if (handler == null) {
      responder.hangUp("no handler for " + request.api());
      return;
    }
    Check.that(request.loop() instanceof Loop, "a connection lives on an event loop");
    var context =
        new RequestContext(
            request.version(),
            request.clientId(),
            request.remote().getAddress().getHostAddress(),
            request.remote().getPort(),
            request.software(),
            request.arrivedAt(),
            request.end(),
            (Loop) request.loop());
    guarded(
        request.api(),
        responder,
        () -> handler.handle(request.body(), context, new Way(responder)));
  }

  /**
   * Answers what other nodes ask of this one, by the same handlers.
   *
   * @param home the loop on which they are asked
   */
  public AskHandler forNodes(Loop home) {
    return (request, answer) -> home.run(() -> take(request, home, answer));
  }

  private void take(ByteBuffer request, Loop home, Consumer<Optional<ByteBuffer>> answer) {
    AskCodec.Asked asked;
    try {
      asked = AskCodec.asked(request.duplicate());
    } catch (RuntimeException e) {
      LOG.warn("what another node asks cannot be read", e);
      answer.accept(Optional.empty());
      return;
    }
    Handler<ApiMessage, ApiMessage> handler = handlers.get(asked.api());
    var way = new WayToNode(asked, answer);
    if (handler == null) {
      way.hangUp("no handler for " + asked.api());
      return;
    }
    var context = RequestContext.ofNode(asked.version(), home);
    try {
      handler.handle(asked.body(), context, way);
    } catch (RuntimeException e) {
      LOG.error("{} of another node failed", asked.api(), e);
      way.silence();
    }
  }

  private record WayToNode(AskCodec.Asked asked, Consumer<Optional<ByteBuffer>> answer)
      implements Reply<ApiMessage> {
    @Override
    public void send(ApiMessage response) {
      answer.accept(Optional.of(AskCodec.response(response, asked.version())));
    }

    @Override
    public void silence() {
      answer.accept(Optional.empty());
    }

    @Override
    public void hangUp(String reason) {
      LOG.warn("{} of another node is not answered: {}", asked.api(), reason);
      silence();
    }
  }

  private static void guarded(ApiKeys api, Responder responder, Runnable work) {
    try {
      work.run();
    } catch (RuntimeException e) {
      LOG.error("{} failed; its connection is closed", api, e);
      responder.hangUp("the handler of " + api + " failed: " + e);
    }
  }

  private record Way(Responder responder) implements Reply<ApiMessage> {
    @Override
    public void send(ApiMessage response) {
      responder.answer(response);
    }

    @Override
    public void silence() {
      responder.answerNothing();
    }

    @Override
    public void hangUp(String reason) {
      responder.hangUp(reason);
    }
  }

  /** Collects the table; each API once. */
  public static final class Builder {
    private final Executor blocking;
    private final Map<ApiKeys, Handler<ApiMessage, ApiMessage>> handlers =
        new EnumMap<>(ApiKeys.class);

    private Builder(Executor blocking) {
      this.blocking = blocking;
    }

    /** For handlers that never block. */
    @SuppressWarnings("unchecked") // the codec makes the body from the same API key
    public <Q extends ApiMessage, R extends ApiMessage> Builder on(
        ApiKeys api, Handler<Q, R> handler) {
      Check.that(!handlers.containsKey(api), "%s has a handler already", api);
      handlers.put(api, (Handler<ApiMessage, ApiMessage>) handler);
      return this;
    }

    /** For handlers that may block. */
    public <Q extends ApiMessage, R extends ApiMessage> Builder blocking(
        ApiKeys api, BlockingHandler<Q, R> handler) {
      Handler<Q, R> elsewhere =
          (request, context, reply) ->
              blocking.execute(() -> {
                try {
                  reply.send(handler.answer(request, context));
                } catch (RuntimeException e) {
                  LOG.error("{} failed; its connection is closed", api, e);
                  reply.hangUp("the handler of " + api + " failed: " + e);
                }
              });
      return on(api, elsewhere);
    }

    /** Adds ApiVersions, which announces what the table holds, and closes it. */
    public Dispatcher build(Cluster cluster) {
      Set<ApiKeys> served = EnumSet.of(ApiKeys.API_VERSIONS);
      served.addAll(handlers.keySet());
      return on(ApiKeys.API_VERSIONS, new ApiVersionsHandler(cluster, served)).table();
    }

    private Dispatcher table() {
      return new Dispatcher(handlers);
    }
  }
}
