package io.dure.cli;

import io.dure.base.DiskReserve;
import io.dure.doctor.Observations;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;

/**
 * How the disks of brokers stand, as far as they say so in time.
 *
 * @param volumes of the data folders
 * @param failed folders of replicas that are out of use since the disk failed under them
 */
record BrokerDisks(Map<Integer, Observations.Disk> volumes, Map<Integer, List<String>> failed) {

  /** Asks the brokers for their reserves too. */
  static BrokerDisks read(Admin admin, Collection<Integer> brokers, long timeoutMs)
      throws InterruptedException {
    Map<Integer, KafkaFuture<Config>> asked = new HashMap<>();
    for (int id : brokers) {
      var broker = new ConfigResource(ConfigResource.Type.BROKER, String.valueOf(id));
      asked.put(id, admin.describeConfigs(List.of(broker)).values().get(broker));
    }
    Map<Integer, Long> reserves = new HashMap<>();
    for (Map.Entry<Integer, KafkaFuture<Config>> each : asked.entrySet()) {
      inTime(each.getValue(), timeoutMs)
          .flatMap(BrokerDisks::reserve)
          .ifPresent(bytes -> reserves.put(each.getKey(), bytes));
    }
    return read(admin, brokers, reserves, timeoutMs);
  }

  /**
   * As above.
   *
   * @param reserves as the brokers told in their settings
   */
  static BrokerDisks read(
      Admin admin, Collection<Integer> brokers, Map<Integer, Long> reserves, long timeoutMs)
      throws InterruptedException {
    var disks = new BrokerDisks(new HashMap<>(), new HashMap<>());
    for (Map.Entry<Integer, KafkaFuture<Map<String, LogDirDescription>>> each :
        admin.describeLogDirs(brokers).descriptions().entrySet()) {
      Optional<Long> reserve = Optional.ofNullable(reserves.get(each.getKey()));
      inTime(each.getValue(), timeoutMs)
          .ifPresent(folders ->
              folders.forEach((folder, of) -> disks.add(each.getKey(), folder, of, reserve)));
    }
    return disks;
  }

  static Optional<Long> reserve(Config broker) {
    return Optional.ofNullable(broker.get("disk.reserve.bytes"))
        .map(ConfigEntry::value)
        .map(Long::valueOf);
  }

  private static <T> Optional<T> inTime(KafkaFuture<T> answer, long timeoutMs)
      throws InterruptedException {
    try {
      return Optional.of(answer.get(timeoutMs, TimeUnit.MILLISECONDS));
    } catch (ExecutionException | TimeoutException e) {
      return Optional.empty(); // unknown, then
    }
  }

  private void add(int broker, String folder, LogDirDescription of, Optional<Long> reserve) {
    if (of.error() != null) {
      failed.computeIfAbsent(broker, _ -> new ArrayList<>()).add(folder);
    }
    OptionalLong total = of.totalBytes();
    OptionalLong usable = of.usableBytes();
    if (total.isPresent() && usable.isPresent()) {
      boolean low =
          reserve
              .filter(wanted ->
                  usable.getAsLong()
                      < DiskReserve.enoughAgain(DiskReserve.of(wanted, total.getAsLong())))
              .isPresent();
      volumes.put(
          broker, new Observations.Disk(folder, total.getAsLong(), usable.getAsLong(), low));
    }
  }

  /** In a few words; empty: all is well with the broker's disk. */
  Optional<String> trouble(int broker) {
    List<String> copies = failed.getOrDefault(broker, List.of());
    if (!copies.isEmpty()) {
      return Optional.of("disk failed under " + copies.size() + " copies");
    }
    return Optional.ofNullable(volumes.get(broker))
        .filter(Observations.Disk::low)
        .map(_ -> "disk nearly full");
  }
}
