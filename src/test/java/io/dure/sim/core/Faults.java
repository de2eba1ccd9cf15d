package io.dure.sim.core;

import io.dure.sim.SimNetwork.Weather;
import io.dure.sim.SimRng;

/**
 * How a run is troubled. Rates are milliseconds between two of a kind on average; 0: never.
 *
 * @param electionMs between appointments that nobody needs (of a controller that goes mad), for
 *     partitions
 * @param maxFlushMs how long a flush may take
 * @param hauntMs between leaders that write, die, and come back just when their successors do the
 *     same
 * @param ambush so many of a thousand nodes are struck at the worst moment: new leaders, having
 *     written, before anybody can join them; who has just answered a fence or dropped its log, by a
 *     power cut
 * @param slowerStates so many times as long takes, now and then, the file of states
 */
record Faults(
    Weather weather,
    int crashMs,
    int powerCutMs,
    int freezeMs,
    int cutMs,
    int electionMs,
    int reconnectMs,
    int startMoveMs,
    int appendMs,
    int maxFlushMs,
    int slowerStates,
    int hauntMs,
    int ambush,
    int maxDownMs) {
  static Faults pick(SimRng rng) {
    return switch (rng.below(9)) {
      // Everything a little.
      case 0 ->
          new Faults(
              new Weather(20, 20, 50, 200),
              400,
              1500,
              500,
              400,
              500,
              500,
              700,
              8,
              10,
              1,
              0,
              0,
              300);
      // Elections thick and fast.
      case 1 ->
          new Faults(
              new Weather(50, 50, 150, 60), 150, 700, 600, 300, 12, 300, 1500, 4, 8, 1, 0, 0, 60);
      // Power cuts while nearly nothing gets through.
      case 2 ->
          new Faults(
              new Weather(200, 100, 200, 100), 120, 150, 400, 150, 40, 100, 0, 6, 30, 1, 0, 0, 80);
      // Late and repeated messages.
      case 3 ->
          new Faults(
              new Weather(10, 300, 400, 500),
              200,
              800,
              300,
              600,
              60,
              400,
              500,
              5,
              10,
              1,
              0,
              0,
              150);
      // Slow disks.
      case 4 ->
          new Faults(
              new Weather(30, 30, 50, 50), 150, 200, 700, 500, 50, 400, 900, 3, 150, 1, 0, 0, 100);
      // Epochs that end before anything is written in them, or with what only their leader has.
      case 5 ->
          new Faults(
              new Weather(20, 20, 50, 30),
              900,
              3000,
              600,
              400,
              90,
              0,
              2000,
              300,
              6,
              1,
              120,
              400,
              60);
      // States that reach the disk late, and nodes that are back at once.
      case 6 ->
          new Faults(
              new Weather(250, 50, 80, 30), 30, 400, 0, 25, 60, 0, 2000, 3, 5, 20, 0, 100, 12);
      // Logs that drop their beginning while others are away.
      case 7 ->
          new Faults(
              new Weather(20, 20, 50, 50),
              350,
              2500,
              700,
              400,
              200,
              300,
              10,
              4,
              40,
              1,
              0,
              350,
              300);
      // Crashes thick and fast.
      default ->
          new Faults(
              new Weather(40, 40, 100, 40), 40, 120, 300, 200, 20, 200, 1000, 5, 10, 1, 0, 0, 30);
    };
  }
}
