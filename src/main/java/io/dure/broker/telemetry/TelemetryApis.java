package io.dure.broker.telemetry;

import io.dure.base.Rng;
import io.dure.broker.Cluster;
import io.dure.broker.Dispatcher;
import io.dure.broker.RequestContext;
import io.dure.runtime.Loop;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.apache.kafka.common.message.GetTelemetrySubscriptionsRequestData;
import org.apache.kafka.common.message.GetTelemetrySubscriptionsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;

/** GetTelemetrySubscriptions and PushTelemetry (API keys 71 and 72), and what came of them. */
public final class TelemetryApis {
  private final Telemetry telemetry;
  private final Cluster cluster;
  private final Loop home;

  private TelemetryApis(Telemetry telemetry, Cluster cluster, Loop home) {
    this.telemetry = telemetry;
    this.cluster = cluster;
    this.home = home;
  }

  /**
   * Puts both into the table.
   *
   * @param home the loop that all of it lives on
   * @param unpackers run what takes a while, each task on a thread of its own
   * @param maxBytes of one push, as it is sent (telemetry.max.bytes)
   */
  public static TelemetryApis addTo(
      Dispatcher.Builder table,
      Cluster cluster,
      Loop home,
      Executor unpackers,
      int maxBytes,
      Rng rng) {
    var telemetry = new Telemetry(() -> cluster.image().configs(), maxBytes, rng);
    var apis = new TelemetryApis(telemetry, cluster, home);
    table
        .<GetTelemetrySubscriptionsRequestData, GetTelemetrySubscriptionsResponseData>on(
            ApiKeys.GET_TELEMETRY_SUBSCRIPTIONS,
            (request, context, reply) ->
                home.run(() -> reply.send(apis.subscriptions(request, context))))
        .on(ApiKeys.PUSH_TELEMETRY, new PushTelemetryHandler(telemetry, cluster, home, unpackers));
    return apis;
  }

  private GetTelemetrySubscriptionsResponseData subscriptions(
      GetTelemetrySubscriptionsRequestData request, RequestContext context) {
    return telemetry.ask(Asker.of(telemetry.instance(request), context), cluster.nowMs());
  }

  /**
   * What clients last told this node, who came last first, given to {@code done} on the home loop.
   *
   * @param filter a part of their ids; empty for all
   * @param most of them
   */
  public void reports(String filter, int most, Consumer<List<ClientReport>> done) {
    home.run(() -> done.accept(telemetry.reports(filter, most, cluster.nowMs())));
  }
}
