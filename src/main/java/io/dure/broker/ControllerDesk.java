package io.dure.broker;

import io.dure.base.Rng;
import io.dure.controller.Answer;
import io.dure.controller.Command;
import io.dure.runtime.AskHandler;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The controller's side of {@link ControllerAsks}: turns a request into a command, runs it, and
 * turns the answer into a response. Stateless; what comes in was written by another node of this
 * cluster.
 */
public final class ControllerDesk implements AskHandler {
  private static final Logger LOG = LoggerFactory.getLogger(ControllerDesk.class);

  private final BiConsumer<Command, Consumer<Optional<Answer>>> controller;
  private final Map<ApiKeys, ControllerApi<ApiMessage, ApiMessage>> apis = new HashMap<>();

  /**
   * @param controller runs a command; answers with nothing when no controller is active on this
   *     node
   */
  public ControllerDesk(BiConsumer<Command, Consumer<Optional<Answer>>> controller, Rng rng) {
    this.controller = controller;
    serve(new CreateTopicsApi(rng));
    serve(new DeleteTopicsApi());
    serve(new CreatePartitionsApi());
    serve(new AllocateProducerIdsApi());
    serve(new AlterPartitionReassignmentsApi());
    serve(new ElectLeadersApi());
    serve(new UnregisterBrokerApi());
    serve(new IncrementalAlterConfigsApi());
    serve(new AlterConfigsApi());
    serve(new UpdateFeaturesApi());
    serve(new DescribeBalanceApi());
  }

  @SuppressWarnings("unchecked") // the codec makes the body from the same API key
  private <Q extends ApiMessage, R extends ApiMessage> void serve(ControllerApi<Q, R> api) {
    apis.put(api.key(), (ControllerApi<ApiMessage, ApiMessage>) api);
  }

  @Override
  public void handle(ByteBuffer request, Consumer<Optional<ByteBuffer>> answer) {
    AskCodec.Asked asked;
    try {
      asked = AskCodec.asked(request);
    } catch (RuntimeException e) {
      LOG.warn("a request for the controller cannot be read", e);
      answer.accept(Optional.empty());
      return;
    }
    ControllerApi<ApiMessage, ApiMessage> api = apis.get(asked.api());
    if (api == null) {
      LOG.warn("the controller was asked for {}, which it does not decide", asked.api());
      answer.accept(Optional.empty());
      return;
    }
    Optional<Command> command = command(api, asked);
    if (command.isEmpty()) {
      answer.accept(Optional.empty());
      return;
    }
    controller.accept(
        command.get(), decided -> answer.accept(decided.flatMap(a -> response(api, asked, a))));
  }

  /** A request that we stumble over must not stop the controller, and every controller after it. */
  private static Optional<Command> command(
      ControllerApi<ApiMessage, ApiMessage> api, AskCodec.Asked asked) {
    try {
      return Optional.of(api.command(asked.body()));
    } catch (RuntimeException e) {
      LOG.error("a {} request cannot be turned into a command", asked.api(), e);
      return Optional.empty();
    }
  }

  private static Optional<ByteBuffer> response(
      ControllerApi<ApiMessage, ApiMessage> api, AskCodec.Asked asked, Answer answer) {
    try {
      return Optional.of(
          AskCodec.response(api.response(asked.body(), answer, asked.version()), asked.version()));
    } catch (RuntimeException e) {
      LOG.error("the answer to {} cannot be written", asked.api(), e);
      return Optional.empty();
    }
  }
}
