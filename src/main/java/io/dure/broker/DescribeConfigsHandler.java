package io.dure.broker;

import io.dure.metadata.BrokerKeys;
import io.dure.metadata.ConfigKey;
import io.dure.metadata.TopicImage;
import io.dure.metadata.TopicSettings;
import io.dure.wire.WireError;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsSynonym;

/**
 * DescribeConfigs (API key 32): every setting of a topic or of this node, with its default and
 * where its value is from. Settings of a node cannot be changed while it runs, so they are
 * read-only.
 */
public final class DescribeConfigsHandler
    implements Handler<DescribeConfigsRequestData, DescribeConfigsResponseData> {
  private static final byte TOPIC = 2;
  private static final byte BROKER = 4;

  private final Cluster cluster;
  private final List<BrokerConfig> ofNode;

  public DescribeConfigsHandler(Cluster cluster, List<BrokerConfig> ofNode) {
    this.cluster = cluster;
    this.ofNode = List.copyOf(ofNode);
  }

  @Override
  public void handle(
      DescribeConfigsRequestData request,
      RequestContext context,
      Reply<DescribeConfigsResponseData> reply) {
    var response = new DescribeConfigsResponseData();
    for (DescribeConfigsResource resource : request.resources()) {
      response
          .results()
          .add(
              switch (resource.resourceType()) {
                case TOPIC -> ofTopic(resource, request);
                case BROKER -> ofBroker(resource, request);
                default ->
                    refused(
                        resource,
                        WireError.INVALID_REQUEST,
                        "Unsupported resource type: " + resource.resourceType());
              });
    }
    reply.send(response);
  }

  private DescribeConfigsResult ofTopic(
      DescribeConfigsResource resource, DescribeConfigsRequestData request) {
    String name = resource.resourceName();
    if (!TopicNames.valid(name)) {
      return refused(resource, WireError.INVALID_TOPIC_EXCEPTION, "Topic name is invalid: " + name);
    }
    Optional<TopicImage> topic = cluster.image().topic(name);
    if (topic.isEmpty()) {
      return refused(resource, WireError.UNKNOWN_TOPIC_OR_PARTITION, "");
    }
    var inForce = TopicSettings.of(topic.get());
    DescribeConfigsResult result = found(resource);
    for (ConfigKey setting : TopicSettings.all()) {
      if (isWanted(resource, setting.name())) {
        result.configs().add(described(setting, inForce, request));
      }
    }
    return result;
  }

  private static DescribeConfigsResourceResult described(
      ConfigKey setting, TopicSettings inForce, DescribeConfigsRequestData request) {
    boolean own = inForce.isOwn(setting.name());
    var described =
        new DescribeConfigsResourceResult()
            .setName(setting.name())
            .setValue(inForce.text(setting.name()))
            .setConfigSource(own ? TopicConfigs.FROM_TOPIC : TopicConfigs.DEFAULT)
            .setConfigType(TopicConfigs.type(setting.kind()));
    if (request.includeDocumentation()) {
      described.setDocumentation(setting.documentation());
    }
    if (request.includeSynonyms()) {
      List<DescribeConfigsSynonym> synonyms = new ArrayList<>();
      if (own) {
        synonyms.add(
            synonym(setting.name(), inForce.text(setting.name()), TopicConfigs.FROM_TOPIC));
      }
      synonyms.add(
          synonym(
              BrokerKeys.defaultOf(setting.name()).orElse(setting.name()),
              setting.defaultValue(),
              TopicConfigs.DEFAULT));
      described.setSynonyms(synonyms);
    }
    return described;
  }

  private DescribeConfigsResult ofBroker(
      DescribeConfigsResource resource, DescribeConfigsRequestData request) {
    String name = resource.resourceName();
    if (name.isEmpty()) {
      return found(resource); // defaults for the whole cluster: there are none
    }
    String self = Integer.toString(cluster.self().value());
    if (!name.equals(self)) {
      return refused(
          resource,
          WireError.INVALID_REQUEST,
          "Unexpected broker id, expected %s or empty string, but received %s"
              .formatted(self, name));
    }
    DescribeConfigsResult result = found(resource);
    for (BrokerConfig config : ofNode) {
      if (isWanted(resource, config.name())) {
        result.configs().add(described(config, request));
      }
    }
    return result;
  }

  private static DescribeConfigsResourceResult described(
      BrokerConfig config, DescribeConfigsRequestData request) {
    byte source = config.isDefault() ? TopicConfigs.DEFAULT : TopicConfigs.FROM_CONFIG_FILE;
    var described =
        new DescribeConfigsResourceResult()
            .setName(config.name())
            .setValue(config.value())
            .setReadOnly(true)
            .setConfigSource(source)
            .setConfigType(config.type());
    if (request.includeDocumentation()) {
      described.setDocumentation(config.documentation());
    }
    if (request.includeSynonyms()) {
      described.setSynonyms(List.of(synonym(config.name(), config.value(), source)));
    }
    return described;
  }

  /** No list of keys, or an empty one, asks for all. */
  private static boolean isWanted(DescribeConfigsResource resource, String name) {
    List<String> keys = resource.configurationKeys();
    return keys == null || keys.isEmpty() || keys.contains(name);
  }

  private static DescribeConfigsSynonym synonym(String name, String value, byte source) {
    return new DescribeConfigsSynonym().setName(name).setValue(value).setSource(source);
  }

  private static DescribeConfigsResult found(DescribeConfigsResource resource) {
    return new DescribeConfigsResult()
        .setResourceType(resource.resourceType())
        .setResourceName(resource.resourceName());
  }

  private static DescribeConfigsResult refused(
      DescribeConfigsResource resource, WireError error, String reason) {
    return found(resource)
        .setErrorCode(error.code())
        .setErrorMessage(reason.isEmpty() ? null : reason);
  }
}
