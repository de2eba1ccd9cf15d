package io.dure.group.consumer;

/**
 * Where one member stands.
 *
 * <pre>
 *   STABLE ── target moved ─▶ UNREVOKED ── reported that it gave up ─▶ UNRELEASED ── others gave up ─▶ STABLE
 *                 └───────────────────── nothing to give up ──────────────▲
 * </pre>
 *
 * @param epoch of the target that it was brought to; {@link #LEFT_FOR_NOW} for a static member that
 *     said it would come back
 * @param previousEpoch the epoch before: it is what the member still says when our answer was lost
 * @param assigned what it may read
 * @param revoking what it may not read any more and has not yet given up
 */
public record Holding(
    int epoch, int previousEpoch, Stage stage, PartitionSet assigned, PartitionSet revoking) {
  public static final int LEFT_FOR_NOW = -2;

  static final Holding NEW = new Holding(0, 0, Stage.STABLE, PartitionSet.NONE, PartitionSet.NONE);

  /** The numbers are those of the record format. */
  public enum Stage {
    STABLE(0),
    UNREVOKED(1),
    UNRELEASED(2);

    private final int code;

    Stage(int code) {
      this.code = code;
    }

    int code() {
      return code;
    }

    /** A number we do not know is read as the stage from which everything is looked at afresh. */
    static Stage of(int code) {
      return switch (code) {
        case 0 -> STABLE;
        case 1 -> UNREVOKED;
        default -> UNRELEASED;
      };
    }
  }

  /** Everything that nobody else may get. */
  public PartitionSet held() {
    return assigned.plus(revoking);
  }

  boolean isAway() {
    return epoch == LEFT_FOR_NOW;
  }
}
