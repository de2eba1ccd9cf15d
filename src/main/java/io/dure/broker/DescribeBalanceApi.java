package io.dure.broker;

import io.dure.balance.Move;
import io.dure.balance.Reason;
import io.dure.base.NodeId;
import io.dure.controller.Answer;
import io.dure.controller.Command;
import io.dure.metadata.ClusterImage;
import io.dure.metadata.TopicSettings;
import io.dure.wire.WireError;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsSynonym;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * What the balancer would do and why, as read-only settings of things that Kafka does not know
 * (resource type 0), so that any client can ask (decision 25). Each move is one setting: its name
 * has a number that tells the order, its value the replicas before and after, its documentation the
 * reasons, a line each; the synonym {@code ko} has the reasons in Korean.
 */
final class DescribeBalanceApi
    implements ControllerApi<DescribeConfigsRequestData, DescribeConfigsResponseData> {
  /** Kafka's UNKNOWN. */
  private static final byte TYPE = 0;

  private static final String STATE = "balance.state";
  private static final String PLAN = "balance.plan";
  private static final String MOVING = "balance.moving";
  private static final byte TEXT = 2;

  static boolean isAsked(DescribeConfigsRequestData request) {
    return !request.resources().isEmpty()
        && request.resources().stream().allMatch(DescribeBalanceApi::isOurs);
  }

  private static boolean isOurs(DescribeConfigsResource resource) {
    return resource.resourceType() == TYPE
        && List.of(STATE, PLAN, MOVING).contains(resource.resourceName());
  }

  @Override
  public ApiKeys key() {
    return ApiKeys.DESCRIBE_CONFIGS;
  }

  @Override
  public Command command(DescribeConfigsRequestData request) {
    return new Command.DescribeBalance();
  }

  @Override
  public DescribeConfigsResponseData response(
      DescribeConfigsRequestData request, Answer answer, short version) {
    if (!(answer instanceof Answer.Balance balance)) {
      Answer.Result refusal = Refusals.of(answer);
      return refused(request, refusal.error(), refusal.message().orElse(""));
    }
    var response = new DescribeConfigsResponseData();
    for (DescribeConfigsResource resource : request.resources()) {
      var result = found(resource);
      switch (resource.resourceName()) {
        case PLAN -> addPlan(result, balance.moves());
        case MOVING -> addMoving(result, balance.underWay());
        default -> addState(result, balance);
      }
      response.results().add(result);
    }
    return response;
  }

  private static void addState(DescribeConfigsResult result, Answer.Balance balance) {
    add(result, "balance", balance.enabled() ? "on" : "paused", "");
    new TreeMap<>(balance.brokers())
        .forEach((node, standing) ->
            add(result, "broker." + node.value(), standing.name().toLowerCase(Locale.ROOT), ""));
    new TreeMap<>(balance.loads())
        .forEach((node, load) -> {
          add(result, "disk." + node.value(), Long.toString(load.bytes()), "");
          add(result, "traffic." + node.value(), Long.toString(load.bytesPerSecond()), "");
        });
  }

  private static void addPlan(DescribeConfigsResult result, List<Move> moves) {
    int number = 0;
    for (Move move : moves) {
      add(
          result,
          name(number++, move.topic(), move.partition().index()),
          ids(move.from()) + " -> " + ids(move.to()),
          lines(move, Reason::text));
      result
          .configs()
          .getLast()
          .setSynonyms(
              List.of(
                  new DescribeConfigsSynonym()
                      .setName("ko")
                      .setValue(lines(move, Reason::korean))
                      .setSource(TopicSettings.Source.DEFAULT.code())));
    }
  }

  private static void addMoving(DescribeConfigsResult result, List<Answer.UnderWay> moves) {
    int number = 0;
    for (Answer.UnderWay move : moves) {
      add(
          result,
          name(number++, move.topic(), move.partition()),
          ids(move.from()) + " -> " + ids(move.to()),
          move.byHand() ? "asked for" : "");
    }
  }

  private static String lines(Move move, Function<Reason, String> language) {
    return move.reasons().stream().map(language).collect(Collectors.joining("\n"));
  }

  private static String name(int number, String topic, int partition) {
    return "%05d %s-%d".formatted(number, topic, partition);
  }

  private static String ids(List<NodeId> nodes) {
    return nodes.stream()
        .map(node -> Integer.toString(node.value()))
        .collect(Collectors.joining(","));
  }

  private static void add(
      DescribeConfigsResult result, String name, String value, String documentation) {
    result
        .configs()
        .add(
            new DescribeConfigsResourceResult()
                .setName(name)
                .setValue(value)
                .setReadOnly(true)
                .setConfigSource(TopicSettings.Source.DEFAULT.code())
                .setConfigType(TEXT)
                .setDocumentation(documentation));
  }

  private static DescribeConfigsResult found(DescribeConfigsResource resource) {
    return new DescribeConfigsResult()
        .setResourceType(resource.resourceType())
        .setResourceName(resource.resourceName());
  }

  @Override
  public DescribeConfigsResponseData refused(
      DescribeConfigsRequestData request, WireError error, String reason) {
    var response = new DescribeConfigsResponseData();
    for (DescribeConfigsResource resource : request.resources()) {
      response.results().add(found(resource).setErrorCode(error.code()).setErrorMessage(reason));
    }
    return response;
  }

  @Override
  public int timeoutMs(DescribeConfigsRequestData request) {
    return ControllerAsks.MIN_WAIT_MS;
  }

  @Override
  public boolean isVisible(
      DescribeConfigsRequestData request,
      DescribeConfigsResponseData response,
      ClusterImage image) {
    return true;
  }
}
