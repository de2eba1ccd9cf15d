package io.dure.broker.telemetry;

import io.dure.base.LinearPattern;
import io.dure.metadata.ClientMetricsKeys;
import io.dure.metadata.ConfigKey;
import io.dure.metadata.ConfigResource;
import io.dure.metadata.ConfigsImage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.zip.CRC32C;

/** All subscriptions to clients' metrics, as they stood in one image. Immutable. */
final class Subscriptions {
  private static final String ALL_METRICS = "*";

  /**
   * What a client is asked for.
   *
   * @param id the same on every node, for the same client and the same wishes
   * @param metrics prefixes of their names; none: nothing is wanted
   */
  record Wanted(int id, List<String> metrics, int intervalMs) {}

  private record Subscription(
      List<String> metrics, int intervalMs, Map<String, LinearPattern> matches) {
    boolean isFor(Asker asker) {
      return matches.entrySet().stream()
          .allMatch(match -> match.getValue().matches(asker.is(match.getKey())));
    }
  }

  private final List<Subscription> all;

  private Subscriptions(List<Subscription> all) {
    this.all = List.copyOf(all);
  }

  static Subscriptions of(ConfigsImage configs) {
    List<Subscription> all = new ArrayList<>();
    for (String name : configs.names(ConfigResource.Kind.CLIENT_METRICS)) {
      Map<String, String> own =
          configs.of(new ConfigResource(ConfigResource.Kind.CLIENT_METRICS, name));
      List<String> metrics = ConfigKey.items(own.getOrDefault(ClientMetricsKeys.METRICS, ""));
      // What an older program took may be refused by now; it then asks for nothing.
      if (ClientMetricsKeys.refusal(own).isEmpty()) {
        all.add(
            new Subscription(
                metrics,
                Integer.parseInt(
                    own.getOrDefault(
                            ClientMetricsKeys.INTERVAL_MS,
                            Integer.toString(ClientMetricsKeys.DEFAULT_INTERVAL_MS))
                        .strip()),
                ClientMetricsKeys.matches(own.getOrDefault(ClientMetricsKeys.MATCH, ""))));
      }
    }
    return new Subscriptions(all);
  }

  /** The sum of all that match: every metric that one wants, as often as the most impatient. */
  Wanted of(Asker asker) {
    var metrics = new TreeSet<String>();
    int intervalMs = ClientMetricsKeys.DEFAULT_INTERVAL_MS;
    for (Subscription each : all) {
      if (each.isFor(asker)) {
        metrics.addAll(each.metrics());
        intervalMs = Math.min(intervalMs, each.intervalMs());
      }
    }
    List<String> asked =
        metrics.contains(ALL_METRICS) ? List.of(ALL_METRICS) : List.copyOf(metrics);
    return new Wanted(id(asker, asked, intervalMs), asked, intervalMs);
  }

  private static int id(Asker asker, List<String> metrics, int intervalMs) {
    var sum = new CRC32C();
    sum.update((metrics.toString() + intervalMs).getBytes(StandardCharsets.UTF_8));
    return (int) sum.getValue() ^ asker.instance().hashCode();
  }
}
