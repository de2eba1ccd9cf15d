package io.dure.group;

import java.util.Optional;

/**
 * Who asks for offsets, and how sure it wants to be.
 *
 * @param memberId empty from a caller that does not say that it is a member
 * @param memberEpoch -1 from such a caller
 * @param requireStable where a transaction is open that may move the offset, the caller would
 *     rather wait than be told the old one (KIP-447)
 */
public record OffsetReader(Optional<String> memberId, int memberEpoch, boolean requireStable) {
  /** No member, content with what is committed now. */
  public static final OffsetReader ANYONE = new OffsetReader(Optional.empty(), -1, false);

  /** No member, but wants to know of open transactions. */
  public static final OffsetReader STABLE = new OffsetReader(Optional.empty(), -1, true);
}
