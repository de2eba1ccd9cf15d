package io.dure.runtime;

import io.dure.base.Check;
import io.dure.base.NodeId;
import io.dure.controller.Answer;
import io.dure.controller.Command;
import io.dure.controller.Controller;
import io.dure.controller.ControllerEffect;
import io.dure.controller.ControllerEvent;
import io.dure.controller.ControllerSettings;
import io.dure.metadata.ClusterImage;
import io.dure.metadata.MetadataRecord;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The controller while this node leads the metadata quorum and its epoch is open. Belongs to the
 * metadata loop.
 *
 * <p>What it decides is applied by itself at once and answered only when everything appended before
 * is committed; when the leadership ends, whoever still waits is told that this is not the
 * controller.
 */
final class ControllerHost {
  private static final Logger LOG = LoggerFactory.getLogger(ControllerHost.class);

  /** Bound of the commands taken up and not yet answered; more are refused. */
  private static final int MAX_PENDING = 10_000;

  /** What the controller needs of the metadata log. */
  interface MetadataLog {
    /** Appends one atomic batch at the end of the log and returns the new end (exclusive). */
    long append(List<MetadataRecord> records);

    long end();
  }

  private record Pending(Executor caller, Consumer<Optional<Answer>> done) {
    void answer(Optional<Answer> answer) {
      WaitingAppends.answer(caller, done, answer);
    }
  }

  private record Held(long end, long id, Answer answer) {}

  private final LoopPorts ports;
  private final MetadataLog log;
  private final Controller controller;
  private final Map<Long, Pending> pending = new HashMap<>();
  private final ArrayDeque<Held> held = new ArrayDeque<>();
  private final HashSet<UUID> refusedProcesses = new HashSet<>();
  private final ArrayDeque<ControllerEvent> events = new ArrayDeque<>();
  private boolean stepping;
  private boolean active;
  private long nextId;
  private long committed;

  ControllerHost(LoopPorts ports, MetadataLog log, ControllerSettings settings) {
    this.ports = ports;
    this.log = log;
    this.controller = new Controller(ports.settings().self(), settings);
  }

  boolean isActive() {
    return active;
  }

  void activate(int epoch, ClusterImage image, List<NodeId> voters, UUID newClusterId) {
    active = true;
    committed = image.endOffset();
    LOG.info("node {} is the controller of epoch {}", ports.settings().self(), epoch);
    on(
        new ControllerEvent.Activated(
            epoch, image, Set.copyOf(voters), newClusterId, ports.clock().nowMs()));
  }

  void depose() {
    if (!active) {
      return;
    }
    active = false;
    on(new ControllerEvent.Deposed());
    held.clear();
    var waiting = List.copyOf(pending.values());
    pending.clear();
    waiting.forEach(each -> each.answer(Optional.empty()));
  }

  /**
   * Answers with nothing when this node is not the controller, at once or as soon as it turns out.
   */
  void command(Command command, Executor caller, Consumer<Optional<Answer>> done) {
    if (!active || pending.size() >= MAX_PENDING) {
      WaitingAppends.answer(caller, done, Optional.empty());
      return;
    }
    long id = nextId++;
    pending.put(id, new Pending(caller, done));
    on(new ControllerEvent.Commanded(id, command));
  }

  void onCommitted(long highWatermark) {
    committed = highWatermark;
    while (!held.isEmpty() && held.peek().end() <= highWatermark) {
      Held reply = held.remove();
      Pending waiting = pending.remove(reply.id());
      if (waiting != null) {
        waiting.answer(Optional.of(reply.answer()));
      }
    }
  }

  /** Does nothing unless active. */
  void tell(ControllerEvent event) {
    if (active) {
      on(event);
    }
  }

  private void on(ControllerEvent event) {
    events.add(event);
    if (!stepping) {
      ports.whole("the controller", this::stepAll);
    }
  }

  private void stepAll() {
    stepping = true;
    for (ControllerEvent next = events.poll(); next != null; next = events.poll()) {
      for (ControllerEffect effect : controller.step(next)) {
        run(effect);
      }
    }
    stepping = false;
  }

  private void run(ControllerEffect effect) {
    if (!active) {
      return;
    }
    switch (effect) {
      case ControllerEffect.Append e -> append(e);
      case ControllerEffect.Reply e -> reply(e);
      case ControllerEffect.SendFence e -> ports.sender().send(e.to(), fence(e));
      case ControllerEffect.RegistrationRefused e -> refuse(e.node(), e.process(), e.reason());
    }
  }

  private void append(ControllerEffect.Append append) {
    // A controller deposed for it would leave a metadata leader without one, and so the cluster.
    Check.that(
        append.baseOffset() == log.end(),
        "the controller decided for offset %d, but its log ends at %d",
        append.baseOffset(),
        log.end());
    log.append(append.records());
  }

  private void reply(ControllerEffect.Reply reply) {
    held.add(new Held(log.end(), reply.id(), reply.answer()));
    if (log.end() <= committed) {
      onCommitted(committed);
    }
  }

  private static PeerMessage.Fence fence(ControllerEffect.SendFence effect) {
    return new PeerMessage.Fence(
        effect.controllerEpoch(),
        effect.fences().stream()
            .map(each -> new PeerMessage.FenceOf(each.partition(), each.epoch()))
            .toList());
  }

  private void refuse(NodeId node, UUID process, String reason) {
    if (refusedProcesses.size() < 1_000 && refusedProcesses.add(process)) {
      LOG.warn("registration of node {} (process {}) refused: {}", node, process, reason);
    }
  }
}
