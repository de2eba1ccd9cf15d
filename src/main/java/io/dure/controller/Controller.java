package io.dure.controller;

import io.dure.base.NodeId;
import io.dure.metadata.ClusterImage;
import io.dure.metadata.Feature;
import io.dure.metadata.MetadataRecord;
import io.dure.wire.WireError;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The one place that decides for the whole cluster. Confined to the loop of the metadata log;
 * active only while this node leads that log.
 *
 * <pre>
 *   Idle ── Activated ─▶ Active ── Deposed ─▶ Idle
 * </pre>
 *
 * <p>It decides on an image that already holds everything it appended. If an append cannot be done
 * or the node loses the metadata log, that image is worthless: the host deposes the controller, and
 * the next one starts from what is committed.
 */
public final class Controller {
  private static final int PRODUCER_ID_BLOCK = 1_000;

  private final NodeId self;
  private final ControllerSettings settings;
  private State state = new State.Idle();

  private sealed interface State {
    record Idle() implements State {}

    record Active(
        Ledger ledger,
        BrokerLiveness liveness,
        Registrations registrations,
        Elections elections,
        LeaderReturn leaderReturn,
        VotingChanges votingChanges,
        InStepReports inStep,
        HandOvers handOvers,
        Balancing balancing,
        VoterPlan voterPlan)
        implements State {
      static Active over(Ledger ledger) {
        BrokerLiveness liveness = new BrokerLiveness(ledger);
        Elections elections = new Elections(ledger);
        return new Active(
            ledger,
            liveness,
            new Registrations(ledger, liveness),
            elections,
            new LeaderReturn(ledger, elections),
            new VotingChanges(ledger, elections),
            new InStepReports(ledger),
            new HandOvers(ledger, elections),
            new Balancing(ledger, elections),
            new VoterPlan(ledger));
      }
    }
  }

  public Controller(NodeId self, ControllerSettings settings) {
    this.self = self;
    this.settings = settings;
  }

  public boolean isActive() {
    return state instanceof State.Active;
  }

  /** Advances by one event. The effects must be run in order, all before the next step. */
  public List<ControllerEffect> step(ControllerEvent event) {
    if (event instanceof ControllerEvent.Activated activated) {
      return activate(activated);
    }
    if (event instanceof ControllerEvent.Deposed) {
      state = new State.Idle();
      return List.of();
    }
    return switch (state) {
      case State.Idle _ -> stepIdle(event);
      case State.Active active -> {
        step(active, event);
        yield active.ledger.finish();
      }
    };
  }

  private List<ControllerEffect> activate(ControllerEvent.Activated activated) {
    Ledger ledger = new Ledger(self, activated, settings);
    State.Active active = State.Active.over(ledger);
    state = active;
    ledger.append(beginnings(ledger.image(), activated));
    active.elections.takeOver();
    return ledger.finish();
  }

  /** What a cluster begins with, and what one made before there were levels of features lacks. */
  private static List<MetadataRecord> beginnings(
      ClusterImage image, ControllerEvent.Activated activated) {
    List<MetadataRecord> records = new ArrayList<>();
    if (image.clusterId().isEmpty()) {
      records.add(new MetadataRecord.ClusterFormed(activated.newClusterId()));
    }
    if (image.voters().isEmpty()) {
      records.add(new MetadataRecord.VotersChanged(activated.voters().stream().sorted().toList()));
    }
    if (image.features().isEmpty()) {
      for (Feature feature : Feature.values()) {
        if (feature.max() > 0) {
          records.add(new MetadataRecord.FeatureLevelSet(feature.featureName(), feature.max()));
        }
      }
    }
    return records;
  }

  private static List<ControllerEffect> stepIdle(ControllerEvent event) {
    if (event instanceof ControllerEvent.Commanded command) {
      return List.of(
          new ControllerEffect.Reply(
              command.id(),
              new Answer.Refused(
                  Answer.Result.refused(
                      WireError.NOT_CONTROLLER, "This node is not the active controller."))));
    }
    return List.of();
  }

  private static void step(State.Active active, ControllerEvent event) {
    switch (event) {
      case ControllerEvent.Activated _, ControllerEvent.Deposed _ -> {}
      case ControllerEvent.Commanded e -> active.ledger.reply(e.id(), decide(active, e.command()));
      case ControllerEvent.RegistrationAsked e -> lives(active, active.registrations.asked(e));
      case ControllerEvent.FencesAnswered e -> active.elections.onAnswers(e);
      case ControllerEvent.InStepReported e -> active.inStep.reported(e);
      case ControllerEvent.LoadsTold e -> active.balancing.told(e);
      case ControllerEvent.OpenedReported e -> active.inStep.opened(e);
      case ControllerEvent.CannotLeadReported e -> active.elections.onCannotLead(e);
      case ControllerEvent.Heard e -> {
        active.ledger.advanceTo(e.nowMs());
        lives(active, active.liveness.heard(e.node(), e.process()));
      }
      case ControllerEvent.StopAsked e -> active.handOvers.asked(e);
      case ControllerEvent.QuorumSettled e -> active.voterPlan.settled(e.inStep());
      case ControllerEvent.Gone e -> active.elections.onLost(active.liveness.gone(e.node()));
      case ControllerEvent.Tick e -> {
        active.ledger.advanceTo(e.nowMs());
        active.elections.onLost(active.liveness.tick());
        active.inStep.tick();
        active.elections.tick();
        active.votingChanges.tick();
        active.leaderReturn.tick();
        active.balancing.tick();
      }
    }
  }

  private static void lives(State.Active active, Optional<NodeId> node) {
    node.ifPresent(active.elections::onLive);
  }

  private static Answer decide(State.Active active, Command command) {
    Ledger ledger = active.ledger;
    Assignments assignments = new Assignments(ledger);
    return switch (command) {
      case Command.CreateTopics c -> new TopicCreations(ledger, assignments).create(c);
      case Command.DeleteTopics c -> new TopicDeletions(ledger).delete(c);
      case Command.CreatePartitions c -> new PartitionCreations(ledger, assignments).create(c);
      case Command.AlterReassignments c -> new Reassignments(ledger, active.elections).alter(c);
      case Command.ElectLeaders c -> new AskedElections(ledger, active.elections).elect(c);
      case Command.DescribeBalance _ -> active.balancing.describe();
      case Command.UnregisterBroker c -> new BrokerRemovals(ledger).remove(c);
      case Command.AlterConfigs c -> new ConfigChanges(ledger).alter(c);
      case Command.UpdateFeatures c -> new FeatureLevels(ledger).update(c);
      case Command.AllocateProducerIds _ -> {
        long first = ledger.image().nextProducerId();
        ledger.append(List.of(new MetadataRecord.ProducerIdsAllocated(first + PRODUCER_ID_BLOCK)));
        yield new Answer.ProducerIds(first, PRODUCER_ID_BLOCK);
      }
    };
  }
}
