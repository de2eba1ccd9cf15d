package io.dure.runtime;

import io.dure.base.Disk;
import io.dure.base.DiskException;
import io.dure.base.DiskFile;
import io.dure.base.PartitionId;
import io.dure.base.TopicId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * The folders of partitions, as Kafka has them: {@code <topic>-<index>}, with a file {@code
 * partition.metadata} that names the topic's id.
 */
final class PartitionFolders {
  private static final String MARK = "partition.metadata";

  /** No folder of a partition ends like this: theirs end with a number. */
  private static final String RETIRED = ".gone";

  private PartitionFolders() {}

  static String name(String topic, int index) {
    return topic + "-" + index;
  }

  /** A folder that says which partition it holds. */
  record Found(String folder, PartitionId id) {}

  /** All folders that say so; others are none of ours, or cannot be read. */
  static List<Found> all(Disk disk) {
    var found = new ArrayList<Found>();
    for (String folder : disk.list("")) {
      int dash = folder.lastIndexOf('-');
      String index = folder.substring(dash + 1);
      if (dash > 0
          && !index.isEmpty()
          && index.length() < 10
          && index.chars().allMatch(Character::isDigit)) {
        readableMark(disk, folder)
            .ifPresent(topic ->
                found.add(new Found(folder, new PartitionId(topic, Integer.parseInt(index)))));
      }
    }
    return found;
  }

  private static Optional<TopicId> readableMark(Disk disk, String folder) {
    try {
      return readMark(disk, folder);
    } catch (DiskException e) {
      return Optional.empty(); // whoever wants to open it will be told
    }
  }

  /** Removes what another topic of the same name, deleted since, left behind. */
  static void clearIfStale(Disk disk, String folder, TopicId topic) {
    if (disk.exists(folder)) {
      Optional<TopicId> there = readMark(disk, folder);
      if (there.isEmpty() || !there.get().equals(topic)) {
        disk.delete(folder);
        disk.flushFolder("");
      }
    }
  }

  /**
   * Takes the folder of a partition out of the way in one step: half deleted under its name, after
   * a power cut its recovery point could be back without its records, and the partition with it.
   * Returns the name it has now, to be given to {@link #bury} where that may block.
   *
   * @param number of all that this life of the node retires, another for each of one partition
   */
  static String retire(Disk disk, String folder, PartitionId partition, long number) {
    String retired = partition.topic().value() + "." + partition.index() + "." + number + RETIRED;
    disk.rename(folder, retired);
    return retired;
  }

  /** Deletes a retired folder, once its other name cannot come back. */
  static void bury(Disk disk, String retired) {
    disk.flushFolder("");
    disk.delete(retired);
  }

  /** Deletes what an earlier life retired and did not come to bury. */
  static void buryAll(Disk disk) {
    List<String> retired =
        disk.list("").stream().filter(folder -> folder.endsWith(RETIRED)).toList();
    if (!retired.isEmpty()) {
      disk.flushFolder(""); // that life may have ended before its renaming was durable
      retired.forEach(disk::delete);
    }
  }

  static Optional<TopicId> readMark(Disk disk, String folder) {
    String name = folder + "/" + MARK;
    if (!disk.exists(name)) {
      return Optional.empty();
    }
    try (DiskFile file = disk.open(name)) {
      ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(file.size(), 1024));
      file.read(0, bytes);
      String text = new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
      return text.lines()
          .filter(line -> line.startsWith("topic_id:"))
          .map(line -> line.substring("topic_id:".length()).trim())
          .findFirst()
          .flatMap(PartitionFolders::parse);
    }
  }

  private static Optional<TopicId> parse(String base64) {
    try {
      ByteBuffer bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(base64));
      return bytes.remaining() == 16
          ? Optional.of(new TopicId(new UUID(bytes.getLong(), bytes.getLong())))
          : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Says which topic the folder belongs to, unless that is said already. */
  static void mark(Disk disk, String folder, TopicId topic) {
    String name = folder + "/" + MARK;
    if (disk.exists(name)) {
      return;
    }
    ByteBuffer id = ByteBuffer.allocate(16);
    id.putLong(topic.value().getMostSignificantBits());
    id.putLong(topic.value().getLeastSignificantBits());
    String text =
        "version: 0\ntopic_id: "
            + Base64.getUrlEncoder().withoutPadding().encodeToString(id.array());
    try (DiskFile file = disk.open(name)) {
      file.write(0, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }
  }

  /**
   * Blocks until the mark's bytes are durable; its name becomes so with the folder. They are
   * written again, as a flush of them may have failed in an earlier life: after that they count as
   * clean, and the next flush would succeed without them.
   */
  static void makeMarkDurable(Disk disk, String folder) {
    try (DiskFile file = disk.open(folder + "/" + MARK)) {
      ByteBuffer bytes = ByteBuffer.allocate((int) file.size());
      file.read(0, bytes);
      file.write(0, bytes.flip());
      file.flush();
    }
  }
}
