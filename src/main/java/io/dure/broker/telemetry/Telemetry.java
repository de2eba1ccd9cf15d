package io.dure.broker.telemetry;

import io.dure.base.Rng;
import io.dure.broker.telemetry.Subscriptions.Wanted;
import io.dure.metadata.ConfigsImage;
import io.dure.wire.PushedMetrics;
import io.dure.wire.WireError;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.GetTelemetrySubscriptionsRequestData;
import org.apache.kafka.common.message.GetTelemetrySubscriptionsResponseData;
import org.apache.kafka.common.message.PushTelemetryRequestData;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells clients which of their metrics are wanted, and decides whether a push is taken (KIP-714).
 * Confined to the home loop. Each node knows the clients that came to it; a client that changes
 * nodes is asked for the same under the same subscription id.
 */
final class Telemetry {
  static final int MAX_CLIENTS = 16_384;

  private static final Logger LOG = LoggerFactory.getLogger(Telemetry.class);

  private final Supplier<ConfigsImage> configs;
  private final int maxBytes;
  private final Rng rng;

  /** The one that came last at the end. */
  private final LinkedHashMap<Uuid, Client> clients = new LinkedHashMap<>();

  private final Kept kept = new Kept();
  private ConfigsImage seen;
  private Subscriptions subscriptions;

  /**
   * @param maxBytes of one push, as it is sent (telemetry.max.bytes)
   */
  Telemetry(Supplier<ConfigsImage> configs, int maxBytes, Rng rng) {
    this.configs = configs;
    this.maxBytes = maxBytes;
    this.rng = rng;
    this.seen = configs.get();
    this.subscriptions = Subscriptions.of(seen);
  }

  int maxBytes() {
    return maxBytes;
  }

  /** The id that a client goes by: its own, or a new one. */
  Uuid instance(GetTelemetrySubscriptionsRequestData request) {
    Uuid instance = request.clientInstanceId();
    while (instance.equals(Uuid.ZERO_UUID) || instance.toString().startsWith("-")) {
      instance = new Uuid(rng.nextLong(), rng.nextLong());
    }
    return instance;
  }

  GetTelemetrySubscriptionsResponseData ask(Asker asker, long nowMs) {
    Client client = client(asker);
    WireError refusal = client.ask(nowMs);
    if (refusal != WireError.NONE) {
      return new GetTelemetrySubscriptionsResponseData().setErrorCode(refusal.code());
    }
    Wanted wanted = client.wanted();
    return new GetTelemetrySubscriptionsResponseData()
        .setClientInstanceId(asker.instance())
        .setSubscriptionId(wanted.id())
        .setRequestedMetrics(wanted.metrics())
        .setAcceptedCompressionTypes(PushedMetrics.codecs())
        .setPushIntervalMs(wanted.intervalMs())
        .setTelemetryMaxBytes(maxBytes)
        .setDeltaTemporality(true);
  }

  /** Whether a push is taken; its bytes are still to be read then. */
  WireError push(PushTelemetryRequestData request, Asker asker, long nowMs) {
    if (Uuid.RESERVED.contains(request.clientInstanceId())) {
      return WireError.INVALID_REQUEST;
    }
    Client client = client(asker);
    WireError refusal = client.push(request.terminating(), nowMs);
    if (refusal != WireError.NONE) {
      return refusal;
    }
    if (request.subscriptionId() != client.wanted().id()) {
      client.isToAskAgain();
      return WireError.UNKNOWN_SUBSCRIPTION_ID;
    }
    if (!PushedMetrics.isKnownCodec(request.compressionType())) {
      client.isToAskAgain();
      return WireError.UNSUPPORTED_COMPRESSION_TYPE;
    }
    if (request.metrics().remaining() > maxBytes) {
      return WireError.TELEMETRY_TOO_LARGE;
    }
    if (request.terminating()) {
      client.leave();
    }
    return WireError.NONE;
  }

  /** Keeps what a client pushed. */
  void keep(Asker asker, PushedMetrics pushed) {
    Client client = client(asker);
    kept.add(asker.instance(), pushed);
    if (client.tellsForTheFirstTime()) {
      LOG.info(
          "client {} ({}) of {} tells {} metrics, every {} s from now on",
          client.name(),
          client.software(),
          asker.host(),
          pushed.points().size(),
          client.wanted().intervalMs() / 1_000.0);
    }
  }

  /**
   * What clients told, of those that were heard of within three of their intervals; who came last
   * comes first.
   *
   * @param filter of their ids, a part of them; empty for all
   * @param most of them
   */
  List<ClientReport> reports(String filter, int most, long nowMs) {
    List<ClientReport> reports = new ArrayList<>();
    for (Map.Entry<Uuid, Client> each : clients.reversed().entrySet()) {
      Client client = each.getValue();
      long silentMs = nowMs - client.lastSeenMs();
      if (reports.size() < most
          && client.name().contains(filter)
          && silentMs <= 3L * client.wanted().intervalMs()
          && kept.knows(each.getKey())) {
        reports.add(report(each.getKey(), client, silentMs));
      }
    }
    return reports;
  }

  /** All that a client told, not its figures alone. */
  Map<PushedMetrics.Key, Double> valuesOf(Uuid instance) {
    return kept.values(instance);
  }

  private ClientReport report(Uuid instance, Client client, long silentMs) {
    return new ClientReport(
        instance,
        client.name(),
        client.software(),
        client.address(),
        silentMs,
        client.wanted().intervalMs(),
        kept.labels(instance),
        Figure.of(kept.values(instance)));
  }

  private Client client(Asker asker) {
    ConfigsImage now = configs.get();
    if (now != seen) {
      seen = now;
      subscriptions = Subscriptions.of(now);
    }
    Wanted wanted = subscriptions.of(asker);
    Client client = clients.remove(asker.instance());
    if (client != null) {
      client.want(wanted, asker);
      clients.putLast(asker.instance(), client);
      return client;
    }
    if (clients.size() == MAX_CLIENTS) {
      kept.forget(clients.pollFirstEntry().getKey());
    }
    var fresh = new Client(asker, wanted);
    clients.put(asker.instance(), fresh);
    return fresh;
  }
}
