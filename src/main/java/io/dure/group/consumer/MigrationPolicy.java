package io.dure.group.consumer;

/** Whether a group that is in use may change its protocol; an empty one always may. */
public enum MigrationPolicy {
  BIDIRECTIONAL(true, true),
  /** From the classic protocol to the new one only. */
  UPGRADE(true, false),
  /** From the new protocol to the classic one only. */
  DOWNGRADE(false, true),
  DISABLED(false, false);

  private final boolean up;
  private final boolean down;

  MigrationPolicy(boolean up, boolean down) {
    this.up = up;
    this.down = down;
  }

  public boolean allowsUp() {
    return up;
  }

  public boolean allowsDown() {
    return down;
  }
}
