package io.dure.broker.telemetry;

import java.util.Map;
import org.apache.kafka.common.Uuid;

/**
 * What one client last told of itself to this node.
 *
 * @param clientId as it calls itself; this and what follows cut after 200 characters each
 * @param software its library and version
 * @param address where its connection comes from, HOST:PORT
 * @param everyMs how often it is asked to tell
 * @param labels of the client as a whole: its group, its transactional id, its rack
 */
public record ClientReport(
    Uuid instance,
    String clientId,
    String software,
    String address,
    long silentForMs,
    int everyMs,
    Map<String, String> labels,
    Map<Figure, Double> figures) {
  public ClientReport {
    labels = Map.copyOf(labels);
    figures = Map.copyOf(figures);
  }
}
