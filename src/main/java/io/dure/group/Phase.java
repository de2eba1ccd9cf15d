package io.dure.group;

import java.util.Set;

/**
 * Where a group stands.
 *
 * <pre>
 *   Empty ── first join ─▶ Gathering ── delay over ─▶ Completing ── leader's sync ─▶ Stable
 *                                                        ▲                            │
 *                          Rejoining ── all rejoined ────┘    ◀── member came or left ┘
 *   Gathering, Rejoining ── nobody is left ─▶ Empty
 * </pre>
 *
 * Clients know Gathering and Rejoining both as PreparingRebalance.
 */
sealed interface Phase {
  /** Kafka's name of the state. */
  String wireName();

  /** No members; perhaps offsets. */
  record Empty(long sinceWallMs) implements Phase {
    @Override
    public String wireName() {
      return "Empty";
    }
  }

  /**
   * The first members of an empty group came; more may follow.
   *
   * @param remainingMs how much longer it may still be prolonged after {@code endsMs}
   * @param grew whether somebody came since the wait was last prolonged
   */
  record Gathering(long endsMs, long remainingMs, boolean grew) implements Phase {
    @Override
    public String wireName() {
      return "PreparingRebalance";
    }
  }

  /** Members are to join again until {@code endsMs}. */
  record Rejoining(long endsMs) implements Phase {
    @Override
    public String wireName() {
      return "PreparingRebalance";
    }
  }

  /** All joined; the leader is to bring the assignments, all others to ask for theirs. */
  record Completing(long endsMs, Set<String> yetToSync) implements Phase {
    public Completing {
      yetToSync = Set.copyOf(yetToSync);
    }

    @Override
    public String wireName() {
      return "CompletingRebalance";
    }
  }

  /**
   * Everybody has an assignment; those in {@code yetToSync} have until {@code endsMs} to ask for
   * it.
   */
  record Stable(long endsMs, Set<String> yetToSync) implements Phase {
    public Stable {
      yetToSync = Set.copyOf(yetToSync);
    }

    @Override
    public String wireName() {
      return "Stable";
    }
  }
}
