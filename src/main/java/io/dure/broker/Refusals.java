package io.dure.broker;

import io.dure.controller.Answer;
import io.dure.wire.WireError;
import java.util.Optional;

/** What to say when the controller did not answer in kind. */
final class Refusals {
  private Refusals() {}

  static Answer.Result of(Answer answer) {
    return answer instanceof Answer.Refused refused
        ? refused.result()
        : new Answer.Result(
            WireError.UNKNOWN_SERVER_ERROR, Optional.of("an answer of another kind"));
  }
}
