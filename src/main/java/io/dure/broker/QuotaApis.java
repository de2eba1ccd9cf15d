package io.dure.broker;

import io.dure.wire.WireError;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.message.AlterClientQuotasRequestData;
import org.apache.kafka.common.message.AlterClientQuotasResponseData;
import org.apache.kafka.common.message.DescribeClientQuotasRequestData;
import org.apache.kafka.common.message.DescribeClientQuotasRequestData.ComponentData;
import org.apache.kafka.common.message.DescribeClientQuotasResponseData;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * Quotas of clients (API keys 48 and 49): this cluster enforces none. So there are none to
 * describe, and to set one is refused: a limit that is stored and does not limit would deceive.
 */
public final class QuotaApis {
  private static final Set<String> ENTITIES = Set.of("user", "client-id", "ip");
  private static final byte EXACT = 0;
  private static final byte ANY = 2;

  private QuotaApis() {}

  public static void addTo(Dispatcher.Builder table) {
    table
        .<DescribeClientQuotasRequestData, DescribeClientQuotasResponseData>on(
            ApiKeys.DESCRIBE_CLIENT_QUOTAS,
            (request, context, reply) -> reply.send(described(request)))
        .<AlterClientQuotasRequestData, AlterClientQuotasResponseData>on(
            ApiKeys.ALTER_CLIENT_QUOTAS, (request, context, reply) -> reply.send(refused(request)));
  }

  private static DescribeClientQuotasResponseData described(
      DescribeClientQuotasRequestData request) {
    return refusal(request)
        .orElseGet(() -> new DescribeClientQuotasResponseData().setEntries(List.of()));
  }

  private static Optional<DescribeClientQuotasResponseData> refusal(
      DescribeClientQuotasRequestData request) {
    Set<String> seen = new HashSet<>();
    for (ComponentData component : request.components()) {
      String type = component.entityType();
      if (type.isEmpty()) {
        return refusal(WireError.INVALID_REQUEST, "Invalid empty entity type.");
      }
      if (!seen.add(type)) {
        return refusal(
            WireError.INVALID_REQUEST,
            "Entity type " + type + " cannot appear more than once in the filter.");
      }
      if (!ENTITIES.contains(type)) {
        return refusal(WireError.UNSUPPORTED_VERSION, "Unsupported entity type " + type);
      }
      if (component.matchType() < EXACT || component.matchType() > ANY) {
        return refusal(WireError.INVALID_REQUEST, "Unknown match type " + component.matchType());
      }
      if (component.matchType() == EXACT && component.match() == null) {
        return refusal(
            WireError.INVALID_REQUEST,
            "Request specified MATCH_TYPE_EXACT, but set no match string.");
      }
      if (component.matchType() != EXACT && component.match() != null) {
        return refusal(
            WireError.INVALID_REQUEST,
            "Request specified a match string, but not MATCH_TYPE_EXACT.");
      }
    }
    return seen.contains("ip") && seen.size() > 1
        ? refusal(
            WireError.INVALID_REQUEST,
            "Invalid entity filter component combination, IP filter component should not be used"
                + " with user or clientId filter component.")
        : Optional.empty();
  }

  private static Optional<DescribeClientQuotasResponseData> refusal(WireError error, String why) {
    return Optional.of(
        new DescribeClientQuotasResponseData()
            .setErrorCode(error.code())
            .setErrorMessage(why)
            .setEntries(null));
  }

  private static AlterClientQuotasResponseData refused(AlterClientQuotasRequestData request) {
    var response = new AlterClientQuotasResponseData();
    for (AlterClientQuotasRequestData.EntryData entry : request.entries()) {
      response
          .entries()
          .add(
              new AlterClientQuotasResponseData.EntryData()
                  .setErrorCode(WireError.INVALID_REQUEST.code())
                  .setErrorMessage("This cluster enforces no client quotas yet, so it stores none.")
                  .setEntity(
                      entry.entity().stream()
                          .map(of ->
                              new AlterClientQuotasResponseData.EntityData()
                                  .setEntityType(of.entityType())
                                  .setEntityName(of.entityName()))
                          .toList()));
    }
    return response;
  }
}
