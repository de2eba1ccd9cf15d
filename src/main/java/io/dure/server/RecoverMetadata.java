package io.dure.server;

import io.dure.base.DiskException;
import io.dure.base.Endpoint;
import io.dure.base.NodeId;
import io.dure.metadata.BrokerImage;
import io.dure.runtime.FileDisk;
import io.dure.runtime.MetadataRecovery;
import io.dure.runtime.MetadataRecovery.Found;
import io.dure.runtime.SystemClock;
import io.dure.runtime.SystemRng;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * {@code dure recover-metadata}: a node's data folder, while the node is stopped, after most voters
 * of the metadata were lost for good (decision 32). Only tells, until it is told that changes may
 * be lost.
 */
final class RecoverMetadata {
  static final String HELP =
      """
      Usage: dure recover-metadata --data DIR [--follow CLUSTER,NODE@HOST:PORT] [--yes-lose-data]

      When most voters of the metadata are lost for good, with their data folders: have a node that is left
      go on without them. If enough of them can come back with their folders, start those instead: nothing is
      lost then. Shows what a stopped node's folder holds, and does nothing more without --yes-lose-data.

        --data DIR         the folder of the node, which must not run
        --follow WHOM      have this node follow the one that goes on, as that one's recovery says
        --yes-lose-data    do it: what was decided after the metadata that are left ends is lost

      1. Stop every broker that is left. Run this on each: the one that joined the latest epoch, and of these
         the one whose metadata go furthest, knows most.
      2. There: --yes-lose-data. Start it. It votes alone, under a new cluster id.
      3. On each of the others: --follow with what step 2 said, and --yes-lose-data. Start it.
      4. ./dure broker recover  for partitions of which most copies are lost; ./dure broker decommission N  for
         brokers that will not come back.
      """;

  private static final int OK = 0;
  private static final int FAILED = 1;
  private static final int WRONG_USAGE = 2;

  private final PrintStream out;
  private String folder = Settings.LOG_DIRS.defaultValue();
  private Optional<Followed> followed = Optional.empty();
  private boolean yes;

  /** Whom to follow: the cluster's new id, and the node that goes on. */
  private record Followed(UUID cluster, NodeId node, Endpoint address) {
    static Followed parse(String text) throws BadConfig {
      String[] parts = text.split("[,@]", -1);
      try {
        return new Followed(
            UUID.fromString(parts[0]),
            new NodeId(Settings.NODE_ID.read(parts[1])),
            Setting.readAddress(parts[2]));
      } catch (ArrayIndexOutOfBoundsException | IllegalArgumentException e) {
        throw new BadConfig(
            "--follow takes CLUSTER,NODE@HOST:PORT as the recovery of the node that goes on says it, not "
                + text);
      }
    }
  }

  RecoverMetadata(PrintStream out) {
    this.out = out;
  }

  /** Returns the exit status. */
  int run(List<String> args, PrintStream errors) {
    if (Arguments.asksForHelp(args)) {
      out.print(HELP);
      return OK;
    }
    try {
      read(args);
    } catch (BadConfig e) {
      errors.println("dure: " + e.getMessage());
      return WRONG_USAGE;
    }
    try (FileDisk disk = FileDisk.open(Path.of(folder))) {
      recover(disk);
      return OK;
    } catch (BadConfig | DiskException e) {
      errors.println("dure: " + e.getMessage());
      return FAILED;
    }
  }

  private void read(List<String> args) throws BadConfig {
    for (int i = 0; i < args.size(); i++) {
      String flag = args.get(i);
      switch (flag) {
        case "--yes-lose-data" -> yes = true;
        case "--data", "--follow" -> {
          if (i + 1 == args.size()) {
            throw new BadConfig(flag + " needs a value; see dure recover-metadata --help");
          }
          String value = args.get(++i);
          if (flag.equals("--data")) {
            folder = value;
          } else {
            followed = Optional.of(Followed.parse(value));
          }
        }
        default ->
            throw new BadConfig("unknown flag " + flag + "; see dure recover-metadata --help");
      }
    }
  }

  private void recover(FileDisk disk) throws BadConfig {
    MetaFile meta =
        DataFolder.owner(disk, disk.root().toString())
            .filter(owner -> owner.cluster().isPresent())
            .orElseThrow(() ->
                new BadConfig(
                    "the data folder %s holds no cluster's metadata; name a node's folder with --data"
                        .formatted(disk.root())));
    Found found = MetadataRecovery.look(disk, meta.voters());
    show(disk, meta, found);
    if (followed.isPresent()) {
      follow(disk, meta, found, followed.get());
    } else {
      goOnAlone(disk, meta, found);
    }
  }

  private void show(FileDisk disk, MetaFile meta, Found found) {
    out.printf(
        "node %d of cluster %s, in %s%n",
        meta.node().value(), meta.cluster().orElseThrow(), disk.root());
    out.printf(
        "its metadata: epoch %d, up to %d%s; %d brokers, %d topics; the voters are %s%n",
        found.epoch(),
        found.end(),
        found.lastChangeMs().map(ms -> ", last changed " + Instant.ofEpochMilli(ms)).orElse(""),
        found.image().brokers().size(),
        found.image().topics().size(),
        ids(found.voters()));
  }

  private static String ids(List<NodeId> nodes) {
    return nodes.stream().map(node -> "" + node.value()).collect(Collectors.joining(", "));
  }

  private void goOnAlone(FileDisk disk, MetaFile meta, Found found) {
    long needed = found.voters().size() / 2 + 1;
    out.printf(
        "A majority of these voters, %d, is enough: if so many can start with their folders, start them; nothing is lost then.%n",
        needed);
    if (!yes) {
      out.printf(
          "With --yes-lose-data node %d goes on alone, under a new cluster id. What was decided after %d is lost: topics made or deleted,%n"
              + "settings, leaders and replicas since then; records of topics that it does not know go with their copies. Nothing was changed.%n",
          meta.node().value(), found.end());
      return;
    }
    UUID recovered = newId();
    var clock = new SystemClock();
    new AuditFile(disk, clock)
        .note(
            who(),
            "recovers the metadata of cluster %s, epoch %d up to %d, voters %s: goes on alone as cluster %s"
                .formatted(
                    meta.cluster().orElseThrow(),
                    found.epoch(),
                    found.end(),
                    ids(found.voters()),
                    recovered));
    // First: with the old log this identity elects nobody.
    meta.withCluster(recovered).withVoters(List.of(meta.node())).write(disk);
    MetadataRecovery.goOnAlone(disk, meta.node(), found.voters(), recovered);
    String address =
        found
            .image()
            .broker(meta.node())
            .map(BrokerImage::endpoint)
            .map(Endpoint::toString)
            .orElse("HOST:PORT");
    out.printf(
        "Done. Start it as before, but without --cluster and --join. It is the only voter of cluster %s.%n",
        recovered);
    out.printf(
        "On each other broker that is left, stopped:%n  ./dure recover-metadata --data DIR --follow %s,%d@%s --yes-lose-data%n",
        recovered, meta.node().value(), address);
  }

  private void follow(FileDisk disk, MetaFile meta, Found found, Followed whom) throws BadConfig {
    if (whom.node().equals(meta.node())) {
      throw new BadConfig(
          "node %d is the one that goes on: it follows nobody".formatted(meta.node().value()));
    }
    if (meta.cluster().equals(Optional.of(whom.cluster()))
        && !found.voters().isEmpty()
        && found.image().clusterId().equals(Optional.of(whom.cluster()))) {
      throw new BadConfig(
          "node %d is a member of cluster %s already"
              .formatted(meta.node().value(), whom.cluster()));
    }
    if (!yes) {
      out.printf(
          "With --yes-lose-data it forgets these metadata and follows node %d at %s as a member of cluster %s, with the copies of partitions%n"
              + "that it has; those of topics which that cluster does not know are deleted. Nothing was changed.%n",
          whom.node().value(), whom.address(), whom.cluster());
      return;
    }
    new AuditFile(disk, new SystemClock())
        .note(
            who(),
            "gives up the metadata of cluster %s, epoch %d up to %d: follows node %d of cluster %s"
                .formatted(
                    meta.cluster().orElseThrow(),
                    found.epoch(),
                    found.end(),
                    whom.node().value(),
                    whom.cluster()));
    meta.withCluster(whom.cluster())
        .withVoters(List.of(whom.node()))
        .withMembers(List.of(whom.address().toString()))
        .write(disk);
    MetadataRecovery.startAnew(disk);
    out.printf("Done. Start it as before, but without --cluster and --join.%n");
  }

  private static UUID newId() {
    var rng = new SystemRng();
    return new UUID(rng.nextLong(), rng.nextLong());
  }

  private static String who() {
    return System.getProperty("user.name", "somebody") + " on this machine";
  }
}
