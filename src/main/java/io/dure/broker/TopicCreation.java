package io.dure.broker;

import io.dure.base.Rng;
import java.util.Collection;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * Makes topics that somebody needs and that are not there yet: a client's on its asking for them,
 * and the cluster's own on first use. Whoever asks looks at the image afterwards; a topic that
 * another node made at the same time is as good.
 */
public final class TopicCreation {
  private static final int MAX_WAIT_MS = 10_000;

  private final Cluster cluster;
  private final BrokerSettings settings;
  private final ControllerAsks asks;
  private final CreateTopicsApi api;

  public TopicCreation(Cluster cluster, BrokerSettings settings, Rng rng) {
    this.cluster = cluster;
    this.settings = settings;
    this.asks = new ControllerAsks(cluster);
    this.api = new CreateTopicsApi(rng);
  }

  /**
   * Runs {@code then} on the context's loop, exactly once: when this node sees the topics, or
   * cannot expect to before {@code deadlineMs} (monotonic).
   */
  public void create(
      Collection<String> names, long deadlineMs, RequestContext context, Runnable then) {
    var request = new CreateTopicsRequestData().setTimeoutMs(MAX_WAIT_MS);
    names.forEach(name -> request.topics().add(creatable(name)));
    var once = new Once(then);
    context.loop().schedule(Math.max(0, deadlineMs - cluster.nowMs()), once::run);
    asks.ask(
        api,
        request,
        ApiKeys.CREATE_TOPICS.latestVersion(),
        context.clientId(),
        context.loop(),
        _ -> awaitTopics(names, deadlineMs, context, once));
  }

  /** A topic that somebody else is just making was refused to us, and comes all the same. */
  private void awaitTopics(
      Collection<String> names, long deadlineMs, RequestContext context, Once once) {
    boolean seen =
        names.stream().allMatch(name -> CreateTopicsApi.isLed(cluster.image().topic(name)));
    boolean exist = names.stream().allMatch(name -> cluster.image().topic(name).isPresent());
    if (seen || !exist || once.ran || cluster.nowMs() >= deadlineMs) {
      once.run();
    } else {
      context.loop().schedule(5, () -> awaitTopics(names, deadlineMs, context, once));
    }
  }

  private CreatableTopic creatable(String name) {
    return TopicNames.internal(name)
        ? InternalTopics.creatable(name, settings)
        : new CreatableTopic().setName(name).setNumPartitions(-1).setReplicationFactor((short) -1);
  }

  /** Confined to one loop. */
  private static final class Once {
    private final Runnable task;
    private boolean ran;

    private Once(Runnable task) {
      this.task = task;
    }

    private void run() {
      if (!ran) {
        ran = true;
        task.run();
      }
    }
  }
}
