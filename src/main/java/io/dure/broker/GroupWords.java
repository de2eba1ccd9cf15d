package io.dure.broker;

import io.dure.group.GroupAnswer;
import io.dure.group.MemberRef;
import io.dure.wire.WireError;
import java.util.Optional;
import java.util.function.Function;

/** What the handlers of groups have in common. */
final class GroupWords {
  private GroupWords() {}

  static MemberRef member(String memberId, String instanceId) {
    return new MemberRef(memberId, Optional.ofNullable(instanceId));
  }

  /** The answer as a response, or the response that tells why there is none. */
  static <A extends GroupAnswer, R> R either(
      Asked<A> asked, Function<A, R> answered, Function<WireError, R> unavailable) {
    return switch (asked) {
      case Asked.Answered<A>(A answer) -> answered.apply(answer);
      case Asked.Unavailable<A>(WireError error) -> unavailable.apply(error);
    };
  }
}
