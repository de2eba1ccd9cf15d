package io.dure.base;

import java.util.List;

/**
 * The data folder of one node. Names are relative, parts separated by {@code /}. All calls block
 * and throw {@link DiskException} when the device or the file system refuses. Safe to use from
 * several threads; a single {@link DiskFile} has one writing owner at a time.
 *
 * <p>What a call changed survives a crash of the process at once, but a power cut only after a
 * flush: of the file for its bytes and size, of its folder ({@link #flushFolder}) for names that
 * came, went or changed.
 */
public interface Disk {
  /**
   * Opens for reading and writing; makes the file, empty, if there is none. Its folder must exist.
   */
  DiskFile open(String name);

  boolean exists(String name);

  /**
   * Names of files and folders directly in {@code folder}, without the folder, sorted; empty if it
   * does not exist.
   */
  List<String> list(String folder);

  /** Makes a folder and its parents; nothing happens if it is there. */
  void makeFolder(String folder);

  /** Gives a file or folder another name, replacing a file of that name in one step. */
  void rename(String from, String to);

  /** Removes a file, or a folder with all that is in it; nothing happens if there is none. */
  void delete(String name);

  /** Makes the names in {@code folder} durable. */
  void flushFolder(String folder);

  /** Bytes that may still be written; cheap enough to be asked on a loop. */
  long usableBytes();

  /** Size of the file system. */
  long totalBytes();
}
