package io.dure.controller;

import io.dure.base.NodeId;
import io.dure.metadata.PartitionImage;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Replicas that answer every fence and keep up at once. */
final class SimulatedReplicas {
  private final TestCluster cluster;

  SimulatedReplicas(TestCluster cluster) {
    this.cluster = cluster;
  }

  void run(long ms, Integer... live) {
    Set<NodeId> up = new TreeSet<>(TestCluster.nodes(live));
    int[] heard = List.of(live).stream().mapToInt(Integer::intValue).toArray();
    for (long until = cluster.nowMs + ms; cluster.nowMs < until; ) {
      cluster.pass(50, heard);
      List<ControllerEffect.SendFence> fences = List.copyOf(cluster.fences);
      cluster.fences.clear();
      for (ControllerEffect.SendFence fence : fences) {
        if (up.contains(fence.to())) {
          answer(fence);
        }
      }
      reportInStep(up);
    }
  }

  private void answer(ControllerEffect.SendFence fence) {
    cluster.step(
        new ControllerEvent.FencesAnswered(
            fence.to(),
            fence.controllerEpoch(),
            cluster.incarnation(fence.to().value()),
            Long.MAX_VALUE,
            fence.fences().stream()
                .map(of ->
                    new ControllerEvent.FenceAnswer(
                        of.partition(), of.epoch(), of.epoch() - 1, 0, 10))
                .toList()));
  }

  private void reportInStep(Set<NodeId> up) {
    cluster
        .image
        .topics()
        .forEach(topic ->
            topic
                .partitions()
                .forEach(partition -> {
                  if (partition.leader().isPresent() && !partition.inStep().equals(up)) {
                    cluster.step(
                        new ControllerEvent.InStepReported(
                            partition.leader().get(), partition.id(), partition.epoch(), up));
                  }
                }));
  }

  long leaders(String topic, int broker) {
    return cluster.topic(topic).partitions().stream()
        .map(PartitionImage::leader)
        .filter(leader -> leader.filter(TestCluster.node(broker)::equals).isPresent())
        .count();
  }
}
