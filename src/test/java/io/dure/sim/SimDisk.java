package io.dure.sim;

import io.dure.base.Check;
import io.dure.base.Disk;
import io.dure.base.DiskException;
import io.dure.base.DiskFile;
import io.dure.base.Rng;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A disk that keeps its promises and not one more. Bytes written but not flushed survive a crash of
 * the process and may be lost in a power cut, sector by sector, some torn in the middle; so may
 * names that came, went or changed without a flush of their folder, each on its own. After a flush
 * that failed, a further one succeeds without having written what that one did not. Deterministic
 * from its {@link Rng}; single-threaded.
 *
 * <p>Handles opened before a crash are dead after it: using one is a failed check, since the
 * process that had it is gone.
 */
public final class SimDisk implements Disk {
  static final int SECTOR_BYTES = 512;

  private final Rng rng;
  private TreeMap<String, SimInode> files = new TreeMap<>();
  private TreeSet<String> folders = new TreeSet<>();
  private final TreeMap<String, SimInode> durableFiles = new TreeMap<>();
  private final TreeSet<String> durableFolders = new TreeSet<>();
  private final List<NameChange> pending = new ArrayList<>();
  private int life;
  private long capacityBytes = Long.MAX_VALUE;
  private Optional<String> broken = Optional.empty();
  private int flushesUntilFailure = -1;
  private long flushes;

  /**
   * A change of names that no flush has made durable; all names it touches are in {@code folder}.
   */
  private sealed interface NameChange {
    String folder();

    record Linked(String folder, String name, SimInode inode) implements NameChange {}

    record Unlinked(String folder, String name) implements NameChange {}

    record Renamed(String folder, String from, String to) implements NameChange {}

    record FolderMade(String folder, String name) implements NameChange {}

    record FolderGone(String folder, String name) implements NameChange {}
  }

  public SimDisk(Rng rng) {
    this.rng = rng;
    folders.add("");
    durableFolders.add("");
  }

  // ---- faults ----

  /** The power goes: what was not flushed is kept, lost or torn by chance. All handles die. */
  public void crash() {
    life++;
    for (NameChange change : pending) {
      if (rng.below(2) == 0) {
        makeDurable(change);
      }
    }
    pending.clear();
    files = new TreeMap<>();
    folders = new TreeSet<>(durableFolders);
    durableFiles.forEach((name, inode) -> {
      if (folders.contains(folderOf(name))) {
        files.put(name, inode);
      }
    });
    folders.removeIf(folder -> !hasAncestors(folder));
    files.keySet().removeIf(name -> !folders.contains(folderOf(name)));
    durableFiles.keySet().retainAll(files.keySet());
    durableFolders.retainAll(folders);
    files.values().stream().distinct().forEach(inode -> inode.losePower(rng));
  }

  private boolean hasAncestors(String folder) {
    for (String f = folder; !f.isEmpty(); f = folderOf(f)) {
      if (!durableFolders.contains(f)) {
        return false;
      }
    }
    return true;
  }

  /** The process dies: nothing written is lost, but all handles die. */
  public void crashProcess() {
    life++;
  }

  /** The flush after {@code more} further ones fails, once. */
  public void failFlushAfter(int more) {
    flushesUntilFailure = more;
  }

  /** From now on whatever is opened or written below this path fails. */
  public void failWrites(String path) {
    broken = Optional.of(path);
  }

  private void checkWorks(String name) {
    if (broken.filter(name::startsWith).isPresent()) {
      throw new DiskException(name + ": input/output error: simulated");
    }
  }

  /** The device changes one bit of what it holds, flushed or not. */
  public void flipBit(String name, long position, int bit) {
    inode(name).flip(position, bit);
  }

  /** Writes that would make all files together larger than this fail. */
  public void capacity(long bytes) {
    capacityBytes = bytes;
  }

  /** How many flushes of files and folders there were. */
  public long flushes() {
    return flushes;
  }

  /** The bytes of a file, flushed or not. */
  public byte[] contents(String name) {
    return inode(name).contents();
  }

  /**
   * The files of a folder that a power cut would certainly leave, by their names without the
   * folder, each with the bytes it would certainly leave of it.
   */
  public TreeMap<String, ByteBuffer> durableFiles(String folder) {
    var found = new TreeMap<String, ByteBuffer>();
    if (hasAncestors(folder)) {
      String prefix = folder + "/";
      for (var each : durableFiles.tailMap(prefix).entrySet()) {
        if (!each.getKey().startsWith(prefix)) {
          break;
        }
        found.put(each.getKey().substring(prefix.length()), each.getValue().durable());
      }
    }
    return found;
  }

  private SimInode inode(String name) {
    SimInode inode = files.get(name);
    Check.that(inode != null, "no file %s", name);
    return inode;
  }

  // ---- Disk ----

  @Override
  public DiskFile open(String name) {
    checkName(name);
    checkWorks(name);
    if (!folders.contains(folderOf(name))) {
      throw new DiskException(name + ": its folder does not exist");
    }
    if (folders.contains(name)) {
      throw new DiskException(name + " is a folder");
    }
    SimInode inode = files.get(name);
    if (inode == null) {
      inode = new SimInode();
      files.put(name, inode);
      pending.add(new NameChange.Linked(folderOf(name), name, inode));
    }
    return new Handle(name, inode, life);
  }

  @Override
  public boolean exists(String name) {
    return files.containsKey(name) || folders.contains(name);
  }

  @Override
  public List<String> list(String folder) {
    var names = new TreeSet<String>();
    String prefix = folder.isEmpty() ? "" : folder + "/";
    for (TreeSet<String> all : List.of(new TreeSet<>(files.keySet()), folders)) {
      for (String name : all.tailSet(prefix)) {
        if (!name.startsWith(prefix)) {
          break;
        }
        String rest = name.substring(prefix.length());
        if (!rest.isEmpty() && rest.indexOf('/') < 0) {
          names.add(rest);
        }
      }
    }
    return List.copyOf(names);
  }

  @Override
  public void makeFolder(String folder) {
    checkName(folder);
    if (folder.isEmpty() || folders.contains(folder)) {
      return;
    }
    makeFolder(folderOf(folder));
    folders.add(folder);
    pending.add(new NameChange.FolderMade(folderOf(folder), folder));
  }

  @Override
  public void rename(String from, String to) {
    checkName(from);
    checkName(to);
    Check.that(folderOf(from).equals(folderOf(to)), "rename across folders: %s", from);
    if (folders.contains(from)) {
      renameFolder(from, to);
      return;
    }
    files.put(to, inode(from));
    files.remove(from);
    pending.add(new NameChange.Renamed(folderOf(from), from, to));
  }

  private void renameFolder(String from, String to) {
    Check.that(!exists(to), "%s exists", to);
    move(files, from, to);
    var moved = new TreeSet<String>();
    folders.forEach(f -> moved.add(moved(f, from, to)));
    folders = moved;
    for (int i = 0; i < pending.size(); i++) {
      pending.set(i, movedChange(pending.get(i), from, to));
    }
    pending.add(new NameChange.Renamed(folderOf(from), from, to));
    // What waits within the folder is told by its new name, so the rename of the folder itself must
    // stand.
    makeDurable(pending.removeLast());
  }

  private static NameChange movedChange(NameChange change, String from, String to) {
    return switch (change) {
      case NameChange.Linked c ->
          new NameChange.Linked(moved(c.folder(), from, to), moved(c.name(), from, to), c.inode());
      case NameChange.Unlinked c ->
          new NameChange.Unlinked(moved(c.folder(), from, to), moved(c.name(), from, to));
      case NameChange.Renamed c ->
          new NameChange.Renamed(
              moved(c.folder(), from, to), moved(c.from(), from, to), moved(c.to(), from, to));
      case NameChange.FolderMade c ->
          new NameChange.FolderMade(moved(c.folder(), from, to), moved(c.name(), from, to));
      case NameChange.FolderGone c ->
          new NameChange.FolderGone(moved(c.folder(), from, to), moved(c.name(), from, to));
    };
  }

  private static String moved(String name, String from, String to) {
    return name.equals(from) || name.startsWith(from + "/")
        ? to + name.substring(from.length())
        : name;
  }

  private static void move(TreeMap<String, SimInode> all, String from, String to) {
    for (String name : List.copyOf(all.keySet())) {
      String target = moved(name, from, to);
      if (!target.equals(name)) {
        all.put(target, all.remove(name));
      }
    }
  }

  @Override
  public void delete(String name) {
    checkName(name);
    if (folders.contains(name)) {
      list(name).forEach(child -> delete(name + "/" + child));
      folders.remove(name);
      pending.add(new NameChange.FolderGone(folderOf(name), name));
    } else if (files.remove(name) != null) {
      pending.add(new NameChange.Unlinked(folderOf(name), name));
    }
  }

  @Override
  public void flushFolder(String folder) {
    countFlush(folder);
    if (!folders.contains(folder)) {
      throw new DiskException("no folder " + folder);
    }
    // A folder of this name that went before is another one: its end does not take away what is
    // made durable now.
    for (NameChange change : List.copyOf(pending)) {
      if (change instanceof NameChange.FolderGone gone && gone.name().equals(folder)) {
        makeDurable(change);
        pending.remove(change);
      }
    }
    for (NameChange change : List.copyOf(pending)) {
      if (change.folder().equals(folder)) {
        makeDurable(change);
        pending.remove(change);
      }
    }
  }

  private void makeDurable(NameChange change) {
    switch (change) {
      case NameChange.Linked c -> durableFiles.put(c.name(), c.inode());
      case NameChange.Unlinked c -> durableFiles.remove(c.name());
      case NameChange.FolderMade c -> durableFolders.add(c.name());
      case NameChange.FolderGone c -> {
        durableFolders.removeIf(f -> f.equals(c.name()) || f.startsWith(c.name() + "/"));
        durableFiles.keySet().removeIf(f -> f.startsWith(c.name() + "/"));
      }
      case NameChange.Renamed c -> {
        if (durableFiles.containsKey(c.from())) {
          durableFiles.put(c.to(), durableFiles.remove(c.from()));
        } else if (durableFolders.contains(c.from())) {
          move(durableFiles, c.from(), c.to());
          for (String f : List.copyOf(durableFolders)) {
            durableFolders.remove(f);
            durableFolders.add(moved(f, c.from(), c.to()));
          }
        }
      }
    }
  }

  @Override
  public long usableBytes() {
    return capacityBytes == Long.MAX_VALUE ? capacityBytes : capacityBytes - usedBytes();
  }

  @Override
  public long totalBytes() {
    return capacityBytes;
  }

  /** Bytes of all files, flushed or not. */
  public long usedBytes() {
    return files.values().stream().mapToLong(SimInode::size).sum();
  }

  private void countFlush(String what) {
    flushes++;
    if (flushesUntilFailure >= 0 && flushesUntilFailure-- == 0) {
      throw new DiskException("flush of " + what + " failed: simulated");
    }
  }

  private static String folderOf(String name) {
    int slash = name.lastIndexOf('/');
    return slash < 0 ? "" : name.substring(0, slash);
  }

  private static void checkName(String name) {
    Check.that(
        !name.startsWith("/") && !List.of(name.split("/")).contains(".."), "bad name %s", name);
  }

  /** An open file of one life of the process. */
  private final class Handle implements DiskFile {
    private final String name;
    private final SimInode inode;
    private final int openedIn;
    private boolean closed;

    Handle(String name, SimInode inode, int openedIn) {
      this.name = name;
      this.inode = inode;
      this.openedIn = openedIn;
    }

    private void checkAlive() {
      Check.that(!closed, "%s was closed", name);
      Check.that(openedIn == life, "%s was opened before the crash", name);
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public long size() {
      checkAlive();
      return inode.size();
    }

    @Override
    public void write(long position, ByteBuffer source) {
      checkAlive();
      checkWorks(name);
      if (capacityBytes != Long.MAX_VALUE
          && usedBytes() + Math.max(0, position + source.remaining() - inode.size())
              > capacityBytes) {
        throw new DiskException(
            name + ": no space left on the simulated disk",
            new IOException("No space left on device"),
            true);
      }
      inode.write(position, source);
    }

    @Override
    public int read(long position, ByteBuffer target) {
      checkAlive();
      return inode.read(position, target);
    }

    @Override
    public long transferTo(long position, long count, WritableByteChannel target) {
      checkAlive();
      ByteBuffer bytes =
          ByteBuffer.allocate((int) Math.max(0, Math.min(count, inode.size() - position)));
      inode.read(position, bytes);
      try {
        return target.write(bytes.flip());
      } catch (IOException refused) {
        throw new DiskException(name + ": transfer failed", refused);
      }
    }

    @Override
    public void resize(long size) {
      checkAlive();
      inode.resize(size);
    }

    @Override
    public void flush() {
      checkAlive();
      try {
        countFlush(name);
      } catch (DiskException e) {
        inode.flushFailed();
        throw e;
      }
      inode.flush();
    }

    @Override
    public void close() {
      closed = true;
    }
  }
}
