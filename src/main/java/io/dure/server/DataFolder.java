package io.dure.server;

import io.dure.base.Disk;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Whose a data folder is, or why this node must not touch it. */
final class DataFolder {
  /**
   * May be in a folder that nobody has taken yet: what file systems put there, half of a start that
   * was cut short, and the clusters of {@code dure up}.
   */
  private static final Set<String> NOBODYS = Set.of("lost+found", MetaFile.FRESH, "local");

  /** Everybody's own folder has one of these once its node has run. */
  private static final Set<String> OURS = Set.of("replica-states", "__cluster_metadata-0");

  private static final int SHOWN = 3;

  private DataFolder() {}

  /**
   * The owner of a folder that a node of this release may go on with; empty: it is nobody's yet.
   *
   * @param path of the folder, for people
   * @throws BadConfig when it is another program's, of another format, or damaged
   */
  static Optional<MetaFile> owner(Disk disk, String path) throws BadConfig {
    Optional<MetaFile> found = MetaFile.read(disk, path);
    if (found.isPresent()) {
      return found;
    }
    List<String> strange =
        disk.list("").stream()
            .filter(name -> !name.startsWith(".") && !NOBODYS.contains(name))
            .toList();
    if (strange.stream().anyMatch(OURS::contains)) {
      throw new BadConfig(
          "the data folder %s has a node's data but no %s, which says whose they are; bring that file back, or choose another folder with --data"
              .formatted(path, MetaFile.NAME));
    }
    if (!strange.isEmpty()) {
      throw new BadConfig(
          "%s is no data folder of Dure's: it holds %s; choose an empty folder, or one that is not there yet, with --data"
              .formatted(path, some(strange)));
    }
    return Optional.empty();
  }

  private static String some(List<String> names) {
    String first = names.stream().limit(SHOWN).collect(Collectors.joining(", "));
    int more = names.size() - SHOWN;
    return more > 0 ? first + " and " + more + " more" : first;
  }
}
