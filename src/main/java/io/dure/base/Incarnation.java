package io.dure.base;

/**
 * One life of a node's process, from its registration with the controller to its end. The value is
 * the offset of the registration in the metadata log, so a later life has a larger value.
 */
public record Incarnation(long value) {
  /** Not registered yet: older than every real incarnation. */
  public static final Incarnation NONE = new Incarnation(-1);
}
