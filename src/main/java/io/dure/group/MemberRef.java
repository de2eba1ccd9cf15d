package io.dure.group;

import java.util.Optional;

/**
 * How a caller names a member.
 *
 * @param memberId as the coordinator gave it; empty text when not known to the caller
 * @param instanceId the name a static member chose for itself (KIP-345)
 */
public record MemberRef(String memberId, Optional<String> instanceId) {
  public static MemberRef dynamic(String memberId) {
    return new MemberRef(memberId, Optional.empty());
  }
}
