package io.dure.exchanges;

import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DeleteGroupsResponseData;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** Sees to it that groups can be asked for. Stateless. */
final class Coordinators {
  /** Enough to meet each of fifty coordinators for all but certain. */
  private static final List<String> NAMES =
      IntStream.range(0, 1_000).mapToObj(i -> "probe" + i).toList();

  private Coordinators() {}

  /** Makes the topic that is read, and waits until every group has a coordinator that is loaded. */
  static GroupRequests prepare(Exchange exchange) {
    if (!Topics.ready(exchange, GroupRequests.TOPIC, 2)) {
      exchange.topic(GroupRequests.TOPIC, 2);
    }
    Exchange.until("coordinators", () -> isFound(exchange) && areLoaded(exchange));
    return new GroupRequests(Topics.id(exchange, GroupRequests.TOPIC));
  }

  private static boolean isFound(Exchange exchange) {
    FindCoordinatorResponseData found =
        exchange.ask(ApiKeys.FIND_COORDINATOR, 3, new FindCoordinatorRequestData().setKey("any"));
    return found.errorCode() == 0;
  }

  private static boolean areLoaded(Exchange exchange) {
    DeleteGroupsResponseData probed =
        exchange.ask(ApiKeys.DELETE_GROUPS, 2, new DeleteGroupsRequestData().setGroupsNames(NAMES));
    return probed.results().stream()
        .allMatch(each -> each.errorCode() == Errors.GROUP_ID_NOT_FOUND.code());
  }
}
