package io.dure.runtime;

import io.dure.base.Disk;
import io.dure.base.DiskException;
import io.dure.base.DiskFile;
import io.dure.base.FileSink;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A data folder on a real file system. Names cannot lead out of it, and a lock file keeps a second
 * process away for as long as this disk is open. Safe to use from several threads.
 */
public final class FileDisk implements Disk, AutoCloseable {
  private static final String LOCK_NAME = ".lock";

  private final Path root;
  private final FileChannel lockChannel;
  private final FileLock lock;

  private FileDisk(Path root, FileChannel lockChannel, FileLock lock) {
    this.root = root;
    this.lockChannel = lockChannel;
    this.lock = lock;
  }

  /**
   * Takes possession of {@code folder}, making it if there is none.
   *
   * @throws DiskException when it cannot be used, or another process uses it
   */
  public static FileDisk open(Path folder) {
    Path root = folder.toAbsolutePath().normalize();
    try {
      Files.createDirectories(root);
      FileChannel channel =
          FileChannel.open(
              root.resolve(LOCK_NAME), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      return new FileDisk(root, channel, lock(root, channel));
    } catch (IOException refused) {
      throw new DiskException(
          "cannot use the data folder %s: %s; choose another with --data, or mend this one"
              .formatted(root, reason(refused)),
          refused);
    }
  }

  private static FileLock lock(Path root, FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      if (lock != null) {
        return lock;
      }
    } catch (OverlappingFileLockException heldByThisProcess) {
      channel.close();
      throw inUse(root, heldByThisProcess);
    }
    channel.close();
    throw inUse(root, new IOException("lock is held"));
  }

  private static DiskException inUse(Path root, Exception cause) {
    return new DiskException(
        "data folder " + root + " is in use by another node; give each node its own --data folder",
        cause);
  }

  @Override
  public DiskFile open(String name) {
    Path path = resolve(name);
    try {
      return new OpenFile(
          name,
          path,
          FileChannel.open(
              path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE));
    } catch (IOException refused) {
      throw failed("open", path, refused);
    }
  }

  @Override
  public boolean exists(String name) {
    return Files.exists(resolve(name), LinkOption.NOFOLLOW_LINKS);
  }

  @Override
  public List<String> list(String folder) {
    Path path = resolve(folder);
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> children = Files.newDirectoryStream(path)) {
      for (Path child : children) {
        String name = child.getFileName().toString();
        if (!(path.equals(root) && name.equals(LOCK_NAME))) {
          names.add(name);
        }
      }
    } catch (NoSuchFileException | NotDirectoryException none) {
      return List.of();
    } catch (IOException refused) {
      throw failed("list", path, refused);
    }
    Collections.sort(names);
    return names;
  }

  @Override
  public void makeFolder(String folder) {
    Path path = resolve(folder);
    try {
      Files.createDirectories(path);
    } catch (IOException refused) {
      throw failed("make folder", path, refused);
    }
  }

  @Override
  public void rename(String from, String to) {
    Path source = resolve(from);
    try {
      Files.move(
          source, resolve(to), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException refused) {
      throw failed("rename to " + to, source, refused);
    }
  }

  @Override
  public void delete(String name) {
    Path path = resolve(name);
    if (path.equals(root)) {
      throw new DiskException("refused to delete the data folder " + root + " itself");
    }
    delete(path);
  }

  private static void delete(Path path) {
    try {
      if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
        try (DirectoryStream<Path> children = Files.newDirectoryStream(path)) {
          children.forEach(FileDisk::delete);
        }
      }
      Files.deleteIfExists(path);
    } catch (IOException refused) {
      throw failed("delete", path, refused);
    }
  }

  @Override
  public void flushFolder(String folder) {
    Path path = resolve(folder);
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException refused) {
      throw failed("flush folder", path, refused);
    }
  }

  @Override
  public long usableBytes() {
    return root.toFile().getUsableSpace(); // one call of the system; a FileStore reads all mounts
  }

  @Override
  public long totalBytes() {
    return root.toFile().getTotalSpace();
  }

  public Path root() {
    return root;
  }

  /** Lets another process have the folder. Open files stay open. */
  @Override
  public void close() {
    try {
      lock.release();
      lockChannel.close();
    } catch (IOException refused) {
      throw failed("release", root, refused);
    }
  }

  private Path resolve(String name) {
    try {
      Path path = root.resolve(name).normalize();
      if (path.startsWith(root)
          && !Path.of(name).isAbsolute()
          && !path.equals(root.resolve(LOCK_NAME))) {
        return path;
      }
    } catch (InvalidPathException strange) {
      throw new DiskException("no file can have the name " + name, strange);
    }
    throw new DiskException("name " + name + " leads out of the data folder " + root);
  }

  private static DiskException failed(String what, Path path, IOException cause) {
    return new DiskException(
        "cannot " + what + " " + path + ": " + reason(cause), cause, isFull(cause));
  }

  private static boolean isFull(IOException cause) {
    String message = String.valueOf(cause.getMessage());
    return message.contains("No space left") || message.contains("Disk quota exceeded");
  }

  private static String reason(IOException cause) {
    String message = String.valueOf(cause.getMessage());
    String kind = cause.getClass().getSimpleName();
    if (cause instanceof AccessDeniedException) {
      return "this user (" + System.getProperty("user.name") + ") has no right to " + message;
    }
    if (cause instanceof FileAlreadyExistsException) {
      return message + " is there and is no folder";
    }
    if (cause instanceof FileSystemException broken && broken.getReason() != null) {
      message = broken.getReason();
      kind = "IOException";
    }
    if (message.contains("No space left")) {
      return message + "; free some space on this file system and start the node again";
    }
    if (message.contains("Too many open files")) {
      return message + "; raise the limit of open files (ulimit -n)";
    }
    return kind.equals("IOException") ? message : kind + " " + message;
  }

  /**
   * A file of this disk; positional reads and writes only, so that threads do not share a file
   * position.
   */
  private record OpenFile(String name, Path path, FileChannel channel) implements DiskFile {
    @Override
    public long size() {
      try {
        return channel.size();
      } catch (IOException refused) {
        throw failed("ask the size of", path, refused);
      }
    }

    @Override
    public void write(long position, ByteBuffer source) {
      try {
        long at = position;
        while (source.hasRemaining()) {
          at += channel.write(source, at);
        }
      } catch (IOException refused) {
        throw failed("write to", path, refused);
      }
    }

    @Override
    public int read(long position, ByteBuffer target) {
      try {
        int sum = 0;
        while (target.hasRemaining()) {
          int count = channel.read(target, position + sum);
          if (count < 0) {
            break;
          }
          sum += count;
        }
        return sum;
      } catch (IOException refused) {
        throw failed("read", path, refused);
      }
    }

    @Override
    public long transferTo(long position, long count, WritableByteChannel target) {
      try {
        return target instanceof FileSink sink
            ? sink.transferFrom(channel, position, count)
            : channel.transferTo(position, count, target);
      } catch (IOException refused) {
        throw new UncheckedIOException("cannot send " + path + ": " + reason(refused), refused);
      }
    }

    @Override
    public void resize(long size) {
      try {
        long now = channel.size();
        if (size < now) {
          channel.truncate(size);
        } else if (size > now) {
          channel.write(ByteBuffer.allocate(1), size - 1);
        }
      } catch (IOException refused) {
        throw failed("resize", path, refused);
      }
    }

    @Override
    public void flush() {
      try {
        channel.force(false);
      } catch (IOException refused) {
        throw failed("flush", path, refused);
      }
    }

    @Override
    public void close() {
      try {
        channel.close();
      } catch (IOException refused) {
        throw failed("close", path, refused);
      }
    }
  }
}
