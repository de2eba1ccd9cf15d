package io.dure.sim;

import io.dure.base.NodeId;
import java.util.HashSet;
import java.util.Set;

/**
 * A network that loses, repeats, delays and reorders messages, and can be cut one way.
 *
 * @param <M> the messages
 */
public final class SimNetwork<M> {
  /** Where messages come out. */
  public interface Receiver<M> {
    void receive(NodeId from, NodeId to, M message);
  }

  /**
   * How bad it is, each per thousand messages.
   *
   * @param slow delayed by up to {@code slowestMs}, so that much overtakes them
   */
  public record Weather(int lost, int repeated, int slow, long slowestMs) {
    public static final Weather FINE = new Weather(0, 0, 0, 0);
  }

  private record Link(NodeId from, NodeId to) {}

  private final SimScheduler scheduler;
  private final SimRng rng;
  private final Receiver<M> receiver;
  private final Set<Link> cuts = new HashSet<>();
  private Weather weather = Weather.FINE;
  private long messages;

  public SimNetwork(SimScheduler scheduler, SimRng rng, Receiver<M> receiver) {
    this.scheduler = scheduler;
    this.rng = rng;
    this.receiver = receiver;
  }

  public void weather(Weather now) {
    weather = now;
  }

  public long messages() {
    return messages;
  }

  public void cut(NodeId from, NodeId to) {
    cuts.add(new Link(from, to));
  }

  /** Takes the cut away; false when there was none. */
  public boolean mend(NodeId from, NodeId to) {
    return cuts.remove(new Link(from, to));
  }

  /** No cuts and no faults from here on; what is under way still arrives late. */
  public void heal() {
    cuts.clear();
    weather = Weather.FINE;
  }

  public void send(NodeId from, NodeId to, M message) {
    messages++;
    if (cuts.contains(new Link(from, to)) || rng.chance(weather.lost())) {
      return;
    }
    deliver(from, to, message);
    if (rng.chance(weather.repeated())) {
      deliver(from, to, message);
    }
  }

  private void deliver(NodeId from, NodeId to, M message) {
    long delayUs =
        rng.chance(weather.slow())
            ? rng.between(1, weather.slowestMs()) * 1000
            : rng.between(50, 1500);
    scheduler.afterUs(delayUs, () -> receiver.receive(from, to, message));
  }
}
