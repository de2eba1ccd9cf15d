package io.dure.sim.node;

import io.dure.sim.SimNode.Pace;
import io.dure.sim.SimRng;

/**
 * How a run is troubled. All but the last are milliseconds of virtual time: between two of a kind
 * on average (0: never), or how long one lasts at most.
 *
 * @param blackoutMs between power cuts of all nodes at once
 * @param churnMs between topics made or deleted
 * @param reassignMs between wishes for other replicas
 */
record NodeFaults(
    int killMs,
    int powerCutMs,
    int blackoutMs,
    int freezeMs,
    int cutMs,
    int breakMs,
    int pauseMs,
    int flushFailureMs,
    int churnMs,
    int reassignMs,
    int longestDownMs,
    int longestTroubleMs,
    int longestFlushMs,
    Pace pace) {
  static NodeFaults pick(SimRng rng) {
    return switch (rng.below(8)) {
      // Everything a little, as patient as in production.
      case 0, 1 ->
          new NodeFaults(
              1500,
              2500,
              8000,
              2000,
              2000,
              800,
              500,
              6000,
              1200,
              rng.below(3) == 0 ? 0 : 600,
              1500,
              2000,
              5,
              Pace.DEFAULT);
      // Elections thick and fast.
      case 2, 3 ->
          new NodeFaults(
              250,
              900,
              5000,
              500,
              400,
              200,
              200,
              4000,
              1500,
              rng.below(3) == 0 ? 0 : 750,
              150,
              500,
              5,
              Pace.IMPATIENT);
      // Power cuts, of one and of all.
      case 4 ->
          new NodeFaults(
              900,
              300,
              900,
              1500,
              1000,
              500,
              600,
              3000,
              1000,
              rng.below(3) == 0 ? 0 : 500,
              200,
              400,
              30,
              Pace.IMPATIENT);
      // Streams that break, stand still, go one way.
      case 5 ->
          new NodeFaults(
              2000,
              3000,
              0,
              1500,
              200,
              40,
              60,
              9000,
              1500,
              rng.below(3) == 0 ? 0 : 750,
              400,
              700,
              5,
              Pace.IMPATIENT);
      // Slow disks that fail.
      case 6 ->
          new NodeFaults(
              800,
              800,
              3000,
              1500,
              900,
              400,
              400,
              700,
              900,
              rng.below(3) == 0 ? 0 : 450,
              300,
              500,
              120,
              Pace.IMPATIENT);
      // Killed and back at once; topics come and go.
      default ->
          new NodeFaults(
              120,
              700,
              4000,
              1500,
              800,
              300,
              400,
              5000,
              250,
              rng.below(3) == 0 ? 0 : 200,
              40,
              300,
              10,
              Pace.IMPATIENT);
    };
  }
}
