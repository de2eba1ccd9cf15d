package io.dure.broker;

import io.dure.metadata.ClusterImage;
import io.dure.wire.WireError;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;

/**
 * Metadata (API key 3): which brokers there are and who leads what; makes topics on the way when
 * the client and the settings allow it.
 *
 * <p>An answer of one image throughout. When a topic has to be made first, the request waits
 * (without holding a thread) until this node sees it with leaders, for {@value #CREATION_WAIT_MS}
 * ms at most; the client would only have to ask again.
 */
public final class MetadataHandler implements Handler<MetadataRequestData, MetadataResponseData> {
  static final int CREATION_WAIT_MS = 1_500;
  private static final short FIRST_VERSION_WITH_NULL_FOR_ALL = 1;
  private static final short FIRST_VERSION_WITH_TOPIC_IDS = 12;

  private final Cluster cluster;
  private final TopicCreation creation;
  private final BrokerSettings settings;

  public MetadataHandler(Cluster cluster, TopicCreation creation, BrokerSettings settings) {
    this.cluster = cluster;
    this.creation = creation;
    this.settings = settings;
  }

  @Override
  public void handle(
      MetadataRequestData request, RequestContext context, Reply<MetadataResponseData> reply) {
    Set<String> missing = toBeCreated(request, context.version());
    if (missing.isEmpty()) {
      reply.send(answer(request, context));
      return;
    }
    creation.create(
        missing,
        cluster.nowMs() + CREATION_WAIT_MS,
        context,
        () -> reply.send(answer(request, context)));
  }

  private Set<String> toBeCreated(MetadataRequestData request, short version) {
    Set<String> missing = new LinkedHashSet<>();
    if (!settings.autoCreateTopics()
        || !request.allowAutoTopicCreation()
        || wantsAll(request, version)) {
      return missing;
    }
    ClusterImage image = cluster.image();
    for (MetadataRequestTopic topic : request.topics()) {
      boolean byName = topic.name() != null && topic.topicId().equals(Uuid.ZERO_UUID);
      if (byName && TopicNames.valid(topic.name()) && image.topic(topic.name()).isEmpty()) {
        missing.add(topic.name());
      }
    }
    return missing;
  }

  /** Version 0 asks for all topics with an empty list, later versions with none at all. */
  private static boolean wantsAll(MetadataRequestData request, short version) {
    return request.topics() == null
        || (version < FIRST_VERSION_WITH_NULL_FOR_ALL && request.topics().isEmpty());
  }

  private MetadataResponseData answer(MetadataRequestData request, RequestContext context) {
    var words =
        new MetadataAnswer(
            TopicCatalog.of(cluster),
            context.version(),
            context.arrivedAt(),
            request.includeTopicAuthorizedOperations());
    MetadataResponseData response = words.cluster(request.includeClusterAuthorizedOperations());
    if (wantsAll(request, context.version())) {
      words.image().topics().forEach(topic -> response.topics().add(words.topic(topic)));
      return response;
    }
    for (MetadataRequestTopic topic : distinct(request)) {
      response.topics().add(answer(topic, words, context.version()));
    }
    return response;
  }

  private static MetadataResponseData.MetadataResponseTopic answer(
      MetadataRequestTopic topic, MetadataAnswer words, short version) {
    boolean byId = !topic.topicId().equals(Uuid.ZERO_UUID);
    if (version < FIRST_VERSION_WITH_TOPIC_IDS && (byId || topic.name() == null)) {
      return words.unknown(
          WireError.INVALID_REQUEST, Optional.ofNullable(topic.name()).orElse(""), topic.topicId());
    }
    if (byId) {
      return words
          .image()
          .topic(Ids.topic(topic.topicId()))
          .map(words::topic)
          .orElseGet(() -> words.unknown(WireError.UNKNOWN_TOPIC_ID, null, topic.topicId()));
    }
    if (topic.name() == null) {
      return words.unknown(WireError.INVALID_REQUEST, "", Uuid.ZERO_UUID);
    }
    WireError missing =
        TopicNames.valid(topic.name())
            ? WireError.UNKNOWN_TOPIC_OR_PARTITION
            : WireError.INVALID_TOPIC_EXCEPTION;
    return words
        .image()
        .topic(topic.name())
        .map(words::topic)
        .orElseGet(() -> words.unknown(missing, topic.name(), Uuid.ZERO_UUID));
  }

  /** A topic named twice is told once, as the response is keyed by topic. */
  private static List<MetadataRequestTopic> distinct(MetadataRequestData request) {
    return new ArrayList<>(new LinkedHashSet<>(request.topics()));
  }
}
