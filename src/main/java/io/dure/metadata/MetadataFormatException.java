package io.dure.metadata;

/** Bytes that are not metadata as this version knows it: damaged, or written by a newer version. */
public final class MetadataFormatException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public MetadataFormatException(String message) {
    super(message);
  }
}
