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
  private static final String NAME = "meta.properties";
  private static final String FRESH = "meta.properties.new";
  private static final int MAX_BYTES = 1 << 20;

  MetaFile {
    voters = List.copyOf(voters);
    members = List.copyOf(members);
  }

  static Optional<MetaFile> read(Disk disk) throws BadConfig {
    if (!disk.exists(NAME)) {
      return Optional.empty();
    }
    var properties = new Properties();
    try (DiskFile file = disk.open(NAME)) {
      ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(file.size(), MAX_BYTES));
      file.read(0, bytes);
      properties.load(new StringReader(StandardCharsets.UTF_8.decode(bytes.flip()).toString()));
      return Optional.of(parse(properties));
    } catch (IOException | RuntimeException e) {
      throw new BadConfig("the data folder's " + NAME + " cannot be understood: " + e);
    }
  }

  private static MetaFile parse(Properties properties) {
    List<NodeId> voters = new ArrayList<>();
    for (String id : items(properties, "voters")) {
      voters.add(new NodeId(Integer.parseInt(id)));
    }
    String cluster = properties.getProperty("cluster.id", "");
    return new MetaFile(
        new NodeId(Integer.parseInt(properties.getProperty("node.id"))),
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
        "version=1\nnode.id=%d\ncluster.id=%s\nvoters=%s\nmembers=%s\n"
            .formatted(
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
