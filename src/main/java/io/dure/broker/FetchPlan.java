package io.dure.broker;

import io.dure.wire.WireError;
import java.util.List;

/** What one fetch request amounts to, once its session has been looked at (KIP-227). */
sealed interface FetchPlan {
  /** The session is not as the request believes: only an error is answered. */
  record Refused(WireError error) implements FetchPlan {}

  /** Everything asked for is in the request, and is answered in full. No session is kept. */
  record Sessionless(List<FetchItem> items) implements FetchPlan {}

  /** The first request of a session: everything is answered in full. */
  record Full(FetchSession session) implements FetchPlan {}

  /** A later request of a session: only what changed is answered. */
  record Incremental(FetchSession session, int epoch) implements FetchPlan {}
}
