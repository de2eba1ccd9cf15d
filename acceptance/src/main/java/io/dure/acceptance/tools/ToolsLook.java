package io.dure.acceptance.tools;

import io.dure.acceptance.Look;
import io.dure.acceptance.Stage;

/** Kafka's command line tools, row by row of what people do with them. */
public final class ToolsLook implements Look {
  @Override
  public String name() {
    return "tools";
  }

  @Override
  public String about() {
    return "Kafka's command line tools: each with its usual options, and what it must say";
  }

  @Override
  public void run(Stage stage) throws Exception {
    var walk = new Walk(stage, stage.brokers());
    var topics = new TopicRows(walk);
    var records = new RecordRows(walk);
    var cluster = new ClusterRows(walk);
    topics.topics();
    topics.configs();
    topics.clientMetrics();
    records.console();
    records.measured();
    records.offsets();
    new GroupRows(walk).all();
    cluster.cluster();
    cluster.elections();
    cluster.reassignment();
    cluster.transactions();
    records.files();
    stage.findings().summary("every row of the walk over %d tools", Tool.values().length);
  }
}
