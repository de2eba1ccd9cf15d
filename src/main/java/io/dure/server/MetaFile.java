package io.dure.server;

import io.dure.base.Disk;
import io.dure.base.DiskFile;
import io.dure.base.NodeId;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Who the data folder belongs to: {@code meta.properties}, Kafka's name and keys where it has them.
 *
 * @param cluster empty until the cluster is formed
 * @param voters of the metadata quorum; empty until they are known
 * @param members addresses where members were found, for a restart without a list
 */
record MetaFile(NodeId node, Optional<UUID> cluster, List<NodeId> voters, List<String> members) {
  static final String NAME = "meta.properties";
  static final String FRESH = "meta.properties.new";
  private static final String VERSION = "1";
  private static final int MAX_BYTES = 1 << 20;

  MetaFile {
    voters = List.copyOf(voters);
    members = List.copyOf(members);
  }

  /**
   * Empty if there is none.
   *
   * @param path of the folder, for people
   * @throws BadConfig when it is not of this format, or damaged
   */
  static Optional<MetaFile> read(Disk disk, String path) throws BadConfig {
    if (!disk.exists(NAME)) {
      return Optional.empty();
    }
    var properties = new Properties();
    try (DiskFile file = disk.open(NAME)) {
      ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(file.size(), MAX_BYTES));
      file.read(0, bytes);
      properties.load(new StringReader(StandardCharsets.UTF_8.decode(bytes.flip()).toString()));
    } catch (IOException | IllegalArgumentException e) {
      throw damaged(path, e);
    }
    checkFormat(properties, path);
    try {
      return Optional.of(parse(properties));
    } catch (RuntimeException e) {
      throw damaged(path, e);
    }
  }

  private static BadConfig damaged(String path, Exception e) {
    return new BadConfig(
        "%s in the data folder %s is damaged (%s); bring it back from a copy, or choose another folder with --data"
            .formatted(NAME, path, e.getMessage()));
  }

  /** Kafka's file has no voters, ours always. */
  private static void checkFormat(Properties properties, String path) throws BadConfig {
    String version = properties.getProperty("version", "none");
    if (!properties.containsKey("voters") && properties.containsKey("cluster.id")) {
      throw new BadConfig(
          "the data folder %s is Apache Kafka's (cluster %s, node %s), which Dure cannot go on with; choose another folder with --data and copy the topics through clients"
              .formatted(
                  path,
                  properties.getProperty("cluster.id"),
                  properties.getProperty("node.id", properties.getProperty("broker.id", "?"))));
    }
    if (!version.equals(VERSION)) {
      throw new BadConfig(
          "the data folder %s is of format %s, but this release reads format %s; start the release that wrote it, or choose another folder with --data"
              .formatted(path, version, VERSION));
    }
  }

  private static MetaFile parse(Properties properties) {
    String node = properties.getProperty("node.id");
    if (node == null) {
      throw new IllegalArgumentException("it names no node.id");
    }
    List<NodeId> voters = new ArrayList<>();
    for (String id : items(properties, "voters")) {
      voters.add(new NodeId(Integer.parseInt(id)));
    }
    String cluster = properties.getProperty("cluster.id", "");
    return new MetaFile(
        new NodeId(Integer.parseInt(node)),
        cluster.isEmpty() ? Optional.empty() : Optional.of(UUID.fromString(cluster)),
        voters,
        items(properties, "members"));
  }

  private static List<String> items(Properties properties, String key) {
    String value = properties.getProperty(key, "");
    return value.isEmpty() ? List.of() : List.of(value.split(","));
  }

  /** Replaces the file in one step; durable on return. */
  void write(Disk disk) {
    String text =
        "version=%s\nnode.id=%d\ncluster.id=%s\nvoters=%s\nmembers=%s\n"
            .formatted(
                VERSION,
                node.value(),
                cluster.map(UUID::toString).orElse(""),
                voters.stream().map(id -> "" + id.value()).collect(Collectors.joining(",")),
                String.join(",", members));
    disk.delete(FRESH);
    try (DiskFile file = disk.open(FRESH)) {
      file.write(0, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
      file.flush();
    }
    disk.rename(FRESH, NAME);
    disk.flushFolder("");
  }

  MetaFile withVoters(List<NodeId> known) {
    return new MetaFile(node, cluster, known, members);
  }

  MetaFile withCluster(UUID id) {
    return new MetaFile(node, Optional.of(id), voters, members);
  }

  MetaFile withMembers(List<String> addresses) {
    return new MetaFile(node, cluster, voters, addresses);
  }
}
