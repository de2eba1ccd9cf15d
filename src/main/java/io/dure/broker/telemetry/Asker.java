package io.dure.broker.telemetry;

import io.dure.broker.RequestContext;
import io.dure.wire.ClientSoftware;
import org.apache.kafka.common.Uuid;

/**
 * A client as subscriptions tell clients apart.
 *
 * @param instance the id it was given here, or brought from another node
 * @param clientId as it calls itself; empty when it does not
 * @param host the address that its connection comes from, as text
 */
record Asker(Uuid instance, String clientId, ClientSoftware software, String host, int port) {
  static Asker of(Uuid instance, RequestContext context) {
    return new Asker(
        instance,
        context.clientId(),
        context.software(),
        context.clientHost(),
        context.clientPort());
  }

  String address() {
    return host + ":" + port;
  }

  /**
   * @param selector one of {@link io.dure.metadata.ClientMetricsKeys#MATCHED}
   */
  String is(String selector) {
    return switch (selector) {
      case "client_instance_id" -> instance.toString();
      case "client_id" -> clientId;
      case "client_software_name" -> software.name();
      case "client_software_version" -> software.version();
      case "client_source_address" -> host;
      case "client_source_port" -> Integer.toString(port);
      default -> "";
    };
  }
}
