package io.dure.broker.telemetry;

import io.dure.wire.PushedMetrics;
import java.util.Map;
import org.apache.kafka.common.Uuid;

/**
 * What one client last told of itself to this node.
 *
 * @param clientId as it calls itself, cut after 200 characters
 * @param labels of the client as a whole: its group, its transactional id, its rack
 * @param values sums count since the client's first push to this node
 */
public record ClientReport(
    Uuid instance,
    String clientId,
    long silentForMs,
    Map<String, String> labels,
    Map<PushedMetrics.Key, Double> values) {
  public ClientReport {
    labels = Map.copyOf(labels);
    values = Map.copyOf(values);
  }
}
