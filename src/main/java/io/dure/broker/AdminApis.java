package io.dure.broker;

import java.util.List;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;

/** Puts the handlers of settings and features into the table. */
public final class AdminApis {
  private AdminApis() {}

  /**
   * @param configs this node's settings as it was started with, for DescribeConfigs
   */
  public static void addTo(
      Dispatcher.Builder table,
      Cluster cluster,
      BrokerSettings settings,
      List<BrokerConfig> configs,
      Loggers loggers) {
    var described = new DescribeConfigsHandler(cluster, settings.started(), configs, loggers);
    Handler<DescribeConfigsRequestData, DescribeConfigsResponseData> balance =
        ControllerHandler.of(new DescribeBalanceApi(), cluster);
    Handler<DescribeConfigsRequestData, DescribeConfigsResponseData> either =
        (request, context, reply) ->
            (DescribeBalanceApi.isAsked(request) ? balance : described)
                .handle(request, context, reply);
    table
        .on(ApiKeys.DESCRIBE_CONFIGS, either)
        .on(ApiKeys.ALTER_CONFIGS, ControllerHandler.alterConfigs(cluster))
        .on(ApiKeys.INCREMENTAL_ALTER_CONFIGS, new IncrementalAlterConfigsHandler(cluster, loggers))
        .on(ApiKeys.LIST_CONFIG_RESOURCES, new ListConfigResourcesHandler(cluster))
        .on(ApiKeys.UPDATE_FEATURES, ControllerHandler.updateFeatures(cluster));
  }
}
