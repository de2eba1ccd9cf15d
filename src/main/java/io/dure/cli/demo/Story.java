package io.dure.cli.demo;

import io.dure.cli.Screen;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;

/** The order of the acts. */
final class Story {
  private final Stage stage;
  private final Screen screen;
  private final Verdicts verdicts;

  Story(Stage stage, Screen screen, Verdicts verdicts) {
    this.stage = stage;
    this.screen = screen;
    this.verdicts = verdicts;
  }

  void tell() throws Exception {
    var ledger = new Ledger();
    long startedNs = System.nanoTime();
    try (Admin admin = stage.admin(stage.bootstrap())) {
      var scene = new Scene(stage, admin, ledger, verdicts, screen, startedNs);
      if (Verdicts.isPatient()) {
        scene.tell("CI is set: times are judged three times as patiently");
      }
      scene.tell("brokers of this story keep their data in " + stage.folder());
      var opening = new Opening(scene);
      opening.oneAlone();
      opening.threeBrokers();
      opening.topicIsDealtOut();
      try (var load = new Load(stage.bootstrap(), Scene.TOPIC, ledger)) {
        opening.produceAndConsume(load);
        opening.readingSpreads();
        opening.onlyLeadersServe();
        var trials = new Trials(scene, load);
        trials.leaderKilled();
        trials.followerFrozen();
        trials.majorityLost();
        trials.powerCut();
        scene.picture(Set.of());
        trials.logsAreEqual();
      }
      var growth = new Growth(scene);
      growth.fourthBroker();
      growth.itLeaves();
      scene.tell("end of the story");
    }
  }
}
