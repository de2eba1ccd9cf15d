package io.dure.console;

import io.dure.base.NodeId;
import io.dure.metadata.ClusterImage;
import io.dure.metadata.PartitionImage;
import io.dure.metadata.TopicImage;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * {@code /metrics}: the numbers of this node in Prometheus' text format. Nothing is computed until
 * somebody asks; the number of series does not grow with topics and partitions, and with groups up
 * to {@value #MAX_GROUPS}. docs/operations.md lists them.
 */
final class MetricsPage implements Page {
  private static final int MAX_GROUPS = 200;

  /** What asking for the groups' lag may take, before the rest is left out. */
  private static final long GROUPS_WITHIN_MS = 3_000;

  private static final long PAGE_BYTES = 4_096;

  private final Vantage vantage;
  private final Events events;
  private final GroupLag lag;
  private final Desk desk;

  MetricsPage(Vantage vantage, Desk desk, Events events, GroupLag lag) {
    this.vantage = vantage;
    this.desk = desk;
    this.events = events;
    this.lag = lag;
  }

  @Override
  public Answer answer(Query query) throws IOException {
    var page = new Series();
    requests(page, vantage.reading());
    partitions(page, vantage.image());
    metadata(page);
    machine(page);
    groups(page);
    var bytes = new ByteArrayOutputStream();
    PrometheusTextFormatWriter.create().write(bytes, page.all());
    return new Answer(200, PrometheusTextFormatWriter.CONTENT_TYPE, bytes.toByteArray());
  }

  private static void requests(Series page, Reading reading) {
    page.histograms(
        "dure_request_seconds",
        "From a client's request to its answer, by kind; a fetch includes its wait for records",
        "kind",
        reading.requests());
    page.counter(
        "dure_records_appended", "Records of producers, appended as leader", reading.records());
    page.counter(
        "dure_appended_bytes", "Batches of producers, appended as leader", reading.recordBytes());
    page.counter("dure_fetched_bytes", "Batches found for consumers", reading.readBytes());
    page.counter(
        "dure_appends_refused", "Producers' batches that were not taken", reading.refused());
    page.histogram(
        "dure_commit_seconds", "From an append to its commit by a majority", reading.commits());
    page.histogram("dure_flush_seconds", "Waits for the disk", reading.flushes());
    page.gauge("dure_flushes_waiting", "Flushes that wait for a thread", reading.flushesWaiting());
    page.gauge(
        "dure_tasks_waiting",
        "Tasks posted to the event loops, not yet begun",
        reading.tasksWaiting());
    page.gauge("dure_peer_queue_bytes", "Waiting to be sent to other nodes", reading.peerBytes());
    page.gauge("dure_connections", "Clients' connections", reading.connections());
    page.counter("dure_received_bytes", "Bytes read from clients", reading.inBytes());
    page.counter("dure_sent_bytes", "Bytes written to clients", reading.outBytes());
  }

  private void partitions(Series page, ClusterImage image) {
    NodeId self = vantage.self();
    long led = 0;
    long followed = 0;
    long offline = 0;
    long behind = 0;
    long notPreferred = 0;
    for (TopicImage topic : image.topics()) {
      for (PartitionImage partition : topic.partitions()) {
        boolean leads = partition.leader().filter(self::equals).isPresent();
        boolean first = partition.preferredLeader().equals(self);
        led += leads ? 1 : 0;
        followed += !leads && partition.hasMember(self) ? 1 : 0;
        // Told by every node alike: who would lead it is the one that is likely not to be asked.
        offline += partition.leader().isEmpty() ? 1 : 0;
        behind += leads && !Events.isWhole(partition, image) ? 1 : 0;
        notPreferred += leads && !first ? 1 : 0;
      }
    }
    page.gauge("dure_partitions_led", "Partitions led here", led);
    page.gauge("dure_partitions_followed", "Partitions copied here from their leaders", followed);
    page.gauge(
        "dure_partitions_offline",
        "Partitions of the whole cluster without a leader, as this node knows",
        offline);
    page.gauge(
        "dure_partitions_under_replicated",
        "Partitions led here with a replica that is not in step",
        behind);
    page.gauge(
        "dure_partitions_led_for_others", "Partitions led here that another prefers", notPreferred);
    page.counter(
        "dure_leaderships_taken", "Leaderships given to this node", events.leaderChanges(self));
    page.gauge(
        "dure_brokers_live",
        "Brokers counted among the living",
        image.brokers().stream().filter(broker -> broker.live()).count());
    page.gauge("dure_brokers", "Brokers registered", image.brokers().size());
  }

  private void metadata(Series page) {
    page.gauge(
        "dure_ready", "1 while this node serves clients", vantage.waitsFor().isEmpty() ? 1 : 0);
    vantage
        .quorum()
        .ifPresent(quorum -> {
          page.gauge(
              "dure_controller",
              "1 while this node's controller is active",
              quorum.controllerHere() ? 1 : 0);
          page.gauge("dure_metadata_epoch", "Elections of the metadata log", quorum.epoch());
          page.gauge(
              "dure_metadata_lag",
              "Committed metadata records that this node has not applied yet",
              Math.max(0, quorum.committed() - vantage.image().endOffset()));
        });
  }

  private void machine(Series page) {
    Vantage.Disk disk = vantage.disk();
    page.gauge("dure_disk_total_bytes", "Size of the volume of the data folder", disk.totalBytes());
    page.gauge("dure_disk_free_bytes", "Free on the volume of the data folder", disk.usableBytes());
    page.gauge(
        "dure_disk_low",
        "1 while producers' records are refused here for want of room",
        disk.low() ? 1 : 0);
    page.gauge(
        "dure_replicas_failed",
        "Replicas here that are out of use since the disk failed under them",
        vantage.failures().size());
    page.gauge(
        "dure_logs_bytes",
        "All replicas here",
        vantage.copies().stream().mapToLong(Vantage.Copy::sizeBytes).sum());
    Runtime jvm = Runtime.getRuntime();
    page.gauge("dure_jvm_heap_bytes", "Heap in use", jvm.totalMemory() - jvm.freeMemory());
    page.gauge("dure_jvm_heap_max_bytes", "Heap at most", jvm.maxMemory());
    page.gauge("dure_process_resident_bytes", "Resident memory of the process", residentBytes());
    double gcSeconds = 0;
    long collections = 0;
    for (GarbageCollectorMXBean each : ManagementFactory.getGarbageCollectorMXBeans()) {
      gcSeconds += each.getCollectionTime() / 1e3;
      collections += each.getCollectionCount();
    }
    page.counter("dure_jvm_gc_seconds", "Time spent in garbage collections", gcSeconds);
    page.counter("dure_jvm_gc_collections", "Garbage collections", collections);
  }

  /** 0 where the system does not tell it as Linux does. */
  private static long residentBytes() {
    try {
      return Long.parseLong(Files.readString(Path.of("/proc/self/statm")).split(" ", -1)[1])
          * PAGE_BYTES;
    } catch (IOException | RuntimeException e) {
      return 0;
    }
  }

  private void groups(Series page) {
    if (vantage.quorum().isEmpty()) {
      return;
    }
    List<Desk.Group> here = desk.groups(List.of(vantage.self()));
    page.gauge("dure_groups", "Groups whose coordinator is here", here.size());
    var sums =
        page.labelled(
            "dure_group_lag_records", "Unread records of a group, at its coordinator", "group");
    var most =
        page.labelled(
            "dure_group_lag_records_max", "The same, of its partition with the most", "group");
    var seconds =
        page.labelled(
            "dure_group_lag_seconds",
            "Age of a group's oldest unread record, at its coordinator",
            "group");
    long untilMs = vantage.wallMs() + GROUPS_WITHIN_MS;
    for (Desk.Group group : here.subList(0, Math.min(MAX_GROUPS, here.size()))) {
      if (vantage.wallMs() > untilMs) {
        break; // a node that is live and does not answer costs some groups' lag, not the page
      }
      List<GroupLag.Lag> lags;
      try {
        lags = lag.of(group);
      } catch (Desk.Refused e) {
        continue; // it has moved, or is gone
      }
      List<GroupLag.Lag> known = lags.stream().filter(each -> each.records() >= 0).toList();
      if (!known.isEmpty()) {
        sums.set(group.id(), known.stream().mapToLong(GroupLag.Lag::records).sum());
        most.set(group.id(), known.stream().mapToLong(GroupLag.Lag::records).max().orElse(0));
        known.stream()
            .mapToDouble(GroupLag.Lag::seconds)
            .filter(each -> each >= 0)
            .max()
            .ifPresent(oldest -> seconds.set(group.id(), oldest));
      }
    }
  }
}
