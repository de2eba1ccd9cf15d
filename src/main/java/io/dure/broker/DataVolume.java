package io.dure.broker;

/** Where this node keeps its data, for those who ask how full it is. Callable from any thread. */
public interface DataVolume {
  /** The data folder, as an absolute path. */
  String path();

  /** Bytes of the file system that it is on. */
  long totalBytes();

  /** Bytes of it that may still be written. */
  long usableBytes();
}
