package io.dure.broker;

import io.dure.metadata.BrokerKeys;
import io.dure.metadata.ClientMetricsKeys;
import io.dure.metadata.ConfigKey;
import io.dure.metadata.ConfigResource;
import io.dure.metadata.ConfigsImage;
import io.dure.metadata.GroupKeys;
import io.dure.metadata.TopicImage;
import io.dure.metadata.TopicSettings;
import io.dure.wire.WireError;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsSynonym;

/**
 * DescribeConfigs (API key 32): every setting of a resource, its value and where that is from, and
 * the values that would be in force without it.
 */
public final class DescribeConfigsHandler
    implements Handler<DescribeConfigsRequestData, DescribeConfigsResponseData> {
  private static final byte OF_LOGGER = 6;
  private static final byte OF_CLIENT_METRICS = 7;
  private static final byte OF_GROUP = 8;
  private static final byte TEXT = 2;

  private final Cluster cluster;
  private final Map<String, String> started;
  private final Map<String, BrokerConfig> ofNode = new TreeMap<>();
  private final Loggers loggers;

  /**
   * @param started defaults of topics' settings that the node was started with, by broker's key
   * @param ofNode all settings of the node
   */
  public DescribeConfigsHandler(
      Cluster cluster, Map<String, String> started, List<BrokerConfig> ofNode, Loggers loggers) {
    this.cluster = cluster;
    this.started = Map.copyOf(started);
    this.loggers = loggers;
    ofNode.forEach(config -> this.ofNode.put(config.name(), config));
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
                case ConfigTypes.TOPIC -> ofTopic(resource, request);
                case ConfigTypes.BROKER -> ofBroker(resource, request);
                case ConfigTypes.BROKER_LOGGER -> ofLoggers(resource, request);
                case ConfigTypes.CLIENT_METRICS ->
                    ofNamed(
                        resource,
                        request,
                        ConfigResource.Kind.CLIENT_METRICS,
                        ClientMetricsKeys.all(),
                        OF_CLIENT_METRICS);
                case ConfigTypes.GROUP ->
                    ofNamed(
                        resource, request, ConfigResource.Kind.GROUP, GroupKeys.all(), OF_GROUP);
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
      return refused(
          resource,
          WireError.UNKNOWN_TOPIC_OR_PARTITION,
          "The topic '" + name + "' does not exist.");
    }
    var inForce = TopicSettings.inForce(topic.get(), cluster.image(), cluster.self(), started);
    DescribeConfigsResult result = found(resource);
    for (ConfigKey key : TopicSettings.all()) {
      if (isWanted(resource, key.name())) {
        List<DescribeConfigsSynonym> layers = new ArrayList<>();
        for (TopicSettings.Layer layer : inForce.layers(key.name())) {
          layers.add(synonym(layer.key(), layer.value(), layer.source().code()));
        }
        DescribeConfigsResourceResult described =
            described(
                key.name(),
                layers,
                TopicConfigs.type(key.kind()),
                key.documentation(),
                false,
                request);
        if (request.includeSynonyms() && BrokerKeys.defaultOf(key.name()).isEmpty()) {
          described.setSynonyms(withoutDefault(layers));
        }
        result.configs().add(described);
      }
    }
    return result;
  }

  /** A default that no other setting gives goes by no other name. */
  private static List<DescribeConfigsSynonym> withoutDefault(List<DescribeConfigsSynonym> layers) {
    return layers.subList(0, layers.size() - 1);
  }

  private DescribeConfigsResult ofBroker(
      DescribeConfigsResource resource, DescribeConfigsRequestData request) {
    String name = resource.resourceName();
    ConfigsImage configs = cluster.image().configs();
    if (name.isEmpty()) {
      return ofAllBrokers(resource, request, configs.ofAllBrokers());
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
    var keys = new TreeMap<String, Byte>();
    BrokerKeys.all().forEach(key -> keys.put(key.name(), TopicConfigs.type(key.kind())));
    ofNode.values().forEach(config -> keys.putIfAbsent(config.name(), config.type()));
    keys.forEach((key, type) -> {
      if (isWanted(resource, key)) {
        List<DescribeConfigsSynonym> layers = brokerLayers(key, configs);
        boolean readOnly = BrokerKeys.find(key).isEmpty();
        result.configs().add(described(key, layers, type, documentation(key), readOnly, request));
      }
    });
    return result;
  }

  private List<DescribeConfigsSynonym> brokerLayers(String key, ConfigsImage configs) {
    List<DescribeConfigsSynonym> layers = new ArrayList<>();
    String own = configs.ofBroker(cluster.self()).get(key);
    if (own != null) {
      layers.add(synonym(key, own, TopicSettings.Source.BROKER.code()));
    }
    String all = configs.ofAllBrokers().get(key);
    if (all != null) {
      layers.add(synonym(key, all, TopicSettings.Source.ALL_BROKERS.code()));
    }
    BrokerConfig config = ofNode.get(key);
    if (config != null && !config.isDefault()) {
      layers.add(synonym(key, config.value(), TopicSettings.Source.STARTED.code()));
    } else if (started.containsKey(key)) {
      layers.add(synonym(key, started.get(key), TopicSettings.Source.STARTED.code()));
    }
    String otherwise =
        BrokerKeys.find(key)
            .map(ConfigKey::defaultValue)
            .orElseGet(() -> config != null && config.isDefault() ? config.value() : "");
    if (!otherwise.isEmpty() || layers.isEmpty()) {
      layers.add(synonym(key, otherwise, TopicSettings.Source.DEFAULT.code()));
    }
    return layers;
  }

  private String documentation(String key) {
    BrokerConfig config = ofNode.get(key);
    return config != null
        ? config.documentation()
        : BrokerKeys.find(key).map(ConfigKey::documentation).orElse("");
  }

  /** Only what was set for all brokers together. */
  private DescribeConfigsResult ofAllBrokers(
      DescribeConfigsResource resource,
      DescribeConfigsRequestData request,
      Map<String, String> set) {
    DescribeConfigsResult result = found(resource);
    for (ConfigKey key : BrokerKeys.all()) {
      String value = set.get(key.name());
      if (value != null && isWanted(resource, key.name())) {
        byte source = TopicSettings.Source.ALL_BROKERS.code();
        result
            .configs()
            .add(
                described(
                    key.name(),
                    List.of(synonym(key.name(), value, source)),
                    TopicConfigs.type(key.kind()),
                    key.documentation(),
                    false,
                    request));
      }
    }
    return result;
  }

  private DescribeConfigsResult ofLoggers(
      DescribeConfigsResource resource, DescribeConfigsRequestData request) {
    String self = Integer.toString(cluster.self().value());
    if (!resource.resourceName().equals(self)) {
      return refused(
          resource,
          WireError.INVALID_REQUEST,
          resource.resourceName().isEmpty()
              ? "Broker id must not be empty"
              : "Unexpected broker id, expected %s but received %s"
                  .formatted(self, resource.resourceName()));
    }
    DescribeConfigsResult result = found(resource);
    new TreeMap<>(loggers.levels())
        .forEach((name, level) -> {
          if (isWanted(resource, name)) {
            result
                .configs()
                .add(
                    described(
                        name,
                        List.of(synonym(name, level, OF_LOGGER)),
                        TEXT,
                        "Level of this logger.",
                        false,
                        request));
          }
        });
    return result;
  }

  /** Groups and subscriptions: they have settings whether or not they exist. */
  private DescribeConfigsResult ofNamed(
      DescribeConfigsResource resource,
      DescribeConfigsRequestData request,
      ConfigResource.Kind kind,
      Collection<ConfigKey> keys,
      byte source) {
    if (resource.resourceName().isEmpty()) {
      return refused(
          resource,
          WireError.INVALID_REQUEST,
          kind == ConfigResource.Kind.GROUP
              ? "Group name must not be empty"
              : "Client metrics subscription name must not be empty");
    }
    Map<String, String> own =
        cluster.image().configs().of(new ConfigResource(kind, resource.resourceName()));
    DescribeConfigsResult result = found(resource);
    for (ConfigKey key : keys) {
      if (isWanted(resource, key.name())) {
        List<DescribeConfigsSynonym> layers = new ArrayList<>();
        String value = own.get(key.name());
        if (value != null) {
          layers.add(synonym(key.name(), value, source));
        }
        layers.add(
            synonym(
                kind == ConfigResource.Kind.GROUP ? "group." + key.name() : key.name(),
                key.defaultValue(),
                TopicSettings.Source.DEFAULT.code()));
        DescribeConfigsResourceResult described =
            described(
                key.name(),
                layers,
                TopicConfigs.type(key.kind()),
                key.documentation(),
                false,
                request);
        if (request.includeSynonyms() && kind == ConfigResource.Kind.CLIENT_METRICS) {
          described.setSynonyms(withoutDefault(layers));
        }
        result.configs().add(described);
      }
    }
    return result;
  }

  private static DescribeConfigsResourceResult described(
      String name,
      List<DescribeConfigsSynonym> layers,
      byte type,
      String documentation,
      boolean readOnly,
      DescribeConfigsRequestData request) {
    var described =
        new DescribeConfigsResourceResult()
            .setName(name)
            .setValue(layers.getFirst().value())
            .setReadOnly(readOnly)
            .setConfigSource(layers.getFirst().source())
            .setConfigType(type);
    described.setDocumentation(request.includeDocumentation() ? documentation : null);
    if (request.includeSynonyms()) {
      described.setSynonyms(layers);
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
