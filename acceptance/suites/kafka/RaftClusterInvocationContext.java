package org.apache.kafka.common.test.junit;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import kafka.server.ControllerServer;
import kafka.server.KafkaBroker;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.GroupProtocol;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.test.ClusterInstance;
import org.apache.kafka.common.test.api.ClusterConfig;
import org.apache.kafka.common.test.api.Type;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.server.fault.FaultHandlerException;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;

/**
 * Stands before Apache Kafka's class of this name on the class path: what its integration tests
 * take for a cluster of Kafka's, one for each test, are processes of {@code dure start}. A test that
 * looks into a broker's memory fails with {@link #INSIDE}.
 */
public final class RaftClusterInvocationContext implements TestTemplateInvocationContext {
  static final String INSIDE = "looks into a broker's memory: ";

  private static final Set<String> BEGUN = ConcurrentHashMap.newKeySet();
  private static final Path DURE = Path.of(System.getProperty("dure"));
  private static final Path WORK = Path.of(System.getProperty("dure.work"));
  private static final Set<String> SETTINGS =
      Set.of(System.getProperty("dure.settings").split(","));

  private final String name;
  private final ClusterConfig config;
  private final boolean combined;

  /** As Kafka's extension calls it. */
  public RaftClusterInvocationContext(String name, ClusterConfig config, boolean combined) {
    this.name = name;
    this.config = config;
    this.combined = combined;
  }

  @Override
  public String getDisplayName(int index) {
    return name + " [" + index + "]";
  }

  @Override
  public List<Extension> getAdditionalExtensions() {
    var dure = new Dure();
    // One that was interrupted, or whose test never began, ends with this program.
    Runtime.getRuntime().addShutdownHook(new Thread(dure::stop));
    return List.of(
        (BeforeEachCallback)
            context -> {
              // With the controllers apart and together is the same here.
              String once =
                  context.getRequiredTestMethod()
                      + " "
                      + config.numBrokers()
                      + config.displayTags()
                      + config.serverProperties()
                      + config.perServerOverrideProperties();
              Assumptions.assumeTrue(BEGUN.add(once), "has run");
              if (config.isAutoStart()) {
                dure.start();
              }
            },
        (AfterTestExecutionCallback) _ -> dure.stop(),
        new ClusterInstanceParameterResolver(dure));
  }

  private final class Dure implements ClusterInstance {
    private final List<Integer> ports = new ArrayList<>();
    private final Map<Integer, Process> processes = new TreeMap<>();
    private Path folder = WORK;
    private boolean started;
    private boolean stopped;

    @Override
    public void start() {
      if (started) {
        return;
      }
      started = true;
      try {
        folder = Files.createTempDirectory(WORK, "cluster");
        List<ServerSocket> held = new ArrayList<>();
        for (int node : brokerIds()) {
          var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
          held.add(socket);
          ports.add(socket.getLocalPort());
        }
        for (ServerSocket socket : held) {
          socket.close();
        }
        for (int node : brokerIds()) {
          launch(node);
        }
        for (int node : brokerIds()) {
          awaitReady(node);
        }
      } catch (IOException | InterruptedException e) {
        stop();
        throw new IllegalStateException(e);
      }
    }

    private void launch(int node) throws IOException {
      List<String> command = new ArrayList<>();
      command.addAll(List.of(DURE.toString(), "start", "--console", "off", "--node", "" + node));
      command.addAll(List.of("--listen", address(node)));
      command.addAll(List.of("--data", folder.resolve("node-" + node).toString()));
      if (ports.size() > 1) {
        command.add("--cluster");
        command.add(
            brokerIds().stream().map(id -> id + "@" + address(id)).collect(Collectors.joining(",")));
      }
      Map<String, String> settings = new TreeMap<>(Map.of("group.initial.rebalance.delay.ms", "0"));
      settings.putAll(config.serverProperties());
      settings.putAll(config.perServerOverrideProperties().getOrDefault(node, Map.of()));
      settings.keySet().retainAll(SETTINGS);
      settings.forEach((key, value) -> command.addAll(List.of("-c", key + "=" + value)));
      processes.put(
          node,
          new ProcessBuilder(command)
              .redirectOutput(folder.resolve("out-" + node).toFile())
              .redirectError(
                  ProcessBuilder.Redirect.appendTo(folder.resolve("log-" + node).toFile()))
              .start());
    }

    private String address(int node) {
      return "127.0.0.1:" + ports.get(node);
    }

    private void awaitReady(int node) throws IOException, InterruptedException {
      Path out = folder.resolve("out-" + node);
      long startedNs = System.nanoTime();
      while (!Files.readString(out).contains("ready ")) {
        boolean late = System.nanoTime() - startedNs > TimeUnit.SECONDS.toNanos(60);
        if (late || !processes.get(node).isAlive()) {
          String log = Files.readString(folder.resolve("log-" + node));
          throw new IOException((late ? "not ready within 60 s: " : "ended: ") + log);
        }
        Thread.sleep(20);
      }
    }

    @Override
    public void stop() {
      if (stopped) {
        return;
      }
      stopped = true;
      processes.values().forEach(Process::destroyForcibly);
      try {
        for (Process process : processes.values()) {
          process.waitFor();
        }
        if (started) {
          Utils.delete(folder.toFile());
        }
      } catch (IOException | InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public void shutdownBroker(int node) {
      try {
        processes.get(node).destroy();
        processes.get(node).waitFor();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public void startBroker(int node) {
      try {
        launch(node);
        awaitReady(node);
      } catch (IOException | InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public Map<Integer, KafkaBroker> brokers() {
      return brokerIds().stream().collect(Collectors.toMap(id -> id, this::broker));
    }

    @Override
    public Map<Integer, KafkaBroker> aliveBrokers() {
      return brokerIds().stream()
          .filter(id -> processes.get(id).isAlive())
          .collect(Collectors.toMap(id -> id, this::broker));
    }

    /** What can be done to a broker from outside. */
    private KafkaBroker broker(int node) {
      return (KafkaBroker)
          Proxy.newProxyInstance(
              KafkaBroker.class.getClassLoader(),
              new Class<?>[] {KafkaBroker.class},
              (self, method, arguments) ->
                  switch (method.getName()) {
                    case "shutdown" -> {
                      shutdownBroker(node);
                      yield null;
                    }
                    case "startup" -> {
                      startBroker(node);
                      yield null;
                    }
                    case "awaitShutdown" -> null;
                    case "isShutdown" -> !processes.get(node).isAlive();
                    case "clusterId" -> clusterId();
                    case "hashCode" -> node;
                    case "equals" -> self == arguments[0];
                    case "toString" -> "broker " + node;
                    default -> throw new UnsupportedOperationException(INSIDE + method.getName());
                  });
    }

    @Override
    public Map<Integer, ControllerServer> controllers() {
      throw new UnsupportedOperationException(INSIDE + "controllers");
    }

    @Override
    public ListenerName controllerListenerName() {
      throw new UnsupportedOperationException(INSIDE + "controllerListenerName");
    }

    @Override
    public Set<Integer> brokerIds() {
      return IntStream.range(0, config.numBrokers()).boxed().collect(Collectors.toSet());
    }

    @Override
    public Set<Integer> controllerIds() {
      return brokerIds();
    }

    @Override
    public String bootstrapServers() {
      return brokerIds().stream().map(this::address).collect(Collectors.joining(","));
    }

    @Override
    public String bootstrapControllers() {
      return bootstrapServers();
    }

    @Override
    public List<Integer> brokerBoundPorts() {
      return List.copyOf(ports);
    }

    @Override
    public String clusterId() {
      try (Admin admin = admin()) {
        return admin.describeCluster().clusterId().get();
      } catch (ExecutionException | InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public void waitTopicCreation(String topic, int partitions) throws InterruptedException {
      until(
          topic + " is made",
          () -> {
            try (Admin admin = admin()) {
              var made = admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic);
              return made.partitions().size() == partitions
                  && made.partitions().stream().allMatch(each -> each.leader() != null);
            }
          });
    }

    @Override
    public void waitTopicDeletion(String topic) throws InterruptedException {
      until(
          topic + " is gone",
          () -> {
            try (Admin admin = admin()) {
              return !admin.listTopics().names().get().contains(topic);
            }
          });
    }

    private static void until(String what, Callable<Boolean> holds) throws InterruptedException {
      long startedNs = System.nanoTime();
      while (System.nanoTime() - startedNs < TimeUnit.SECONDS.toNanos(60)) {
        try {
          if (holds.call()) {
            return;
          }
        } catch (InterruptedException e) {
          throw e;
        } catch (Exception notYet) {
          // Asked again below.
        }
        Thread.sleep(50);
      }
      throw new AssertionError("not within 60 s: " + what);
    }

    @Override
    public void ensureConsistentMetadata() {}

    @Override
    public void waitForReadyBrokers() {}

    @Override
    public Set<GroupProtocol> supportedGroupProtocols() {
      return Set.of(GroupProtocol.CLASSIC, GroupProtocol.CONSUMER);
    }

    @Override
    public Type type() {
      return combined ? Type.CO_KRAFT : Type.KRAFT;
    }

    @Override
    public ClusterConfig config() {
      return config;
    }

    @Override
    public ListenerName clientListener() {
      return config.brokerListenerName();
    }

    @Override
    public Optional<FaultHandlerException> firstFatalException() {
      return Optional.empty();
    }

    @Override
    public Optional<FaultHandlerException> firstNonFatalException() {
      return Optional.empty();
    }

    @Override
    public boolean started() {
      return started;
    }

    @Override
    public boolean stopped() {
      return stopped;
    }
  }
}
