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
 * @param tenures since when it has each of what it holds
 */
public record Holding(
    int epoch,
    int previousEpoch,
    Stage stage,
    PartitionSet assigned,
    PartitionSet revoking,
    Tenures tenures) {
  public static final int LEFT_FOR_NOW = -2;

  static final Holding NEW = new Holding(0, 0, Stage.STABLE, PartitionSet.NONE);

  /** Nothing to give up, and all of it since that epoch. */
  public Holding(int epoch, int previousEpoch, Stage stage, PartitionSet assigned) {
    this(epoch, previousEpoch, stage, assigned, PartitionSet.NONE, Tenures.since(epoch, assigned));
  }

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

  /**
   * Whether it had all of these without a break since the epoch in which it says so, and has them
   * still: then nobody else can have committed an offset of them since.
   */
  boolean hasHadSince(int epochThen, PartitionSet partitions) {
    boolean[] all = {true};
    partitions.forEach((topic, partition) -> {
      int since = tenures.of(topic, partition).orElse(Integer.MAX_VALUE);
      all[0] &= since <= epochThen;
    });
    return all[0];
  }

  /** As it is for who joined anew: what it read before that is over, whatever it has of it. */
  Holding begunAnew() {
    return new Holding(
        epoch, previousEpoch, stage, assigned, revoking, Tenures.since(epoch, held()));
  }

  /** Everything that nobody else may get. */
  public PartitionSet held() {
    return assigned.plus(revoking);
  }

  boolean isAway() {
    return epoch == LEFT_FOR_NOW;
  }
}
