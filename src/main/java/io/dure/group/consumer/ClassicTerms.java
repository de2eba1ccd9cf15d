package io.dure.group.consumer;

import io.dure.wire.Blob;
import java.util.List;

/**
 * What a member of the older protocol brought along when it joined a consumer group.
 *
 * @param protocols its assignors in the order it prefers them, each with its subscription
 */
public record ClassicTerms(int sessionTimeoutMs, List<Supported> protocols) {
  public ClassicTerms {
    protocols = List.copyOf(protocols);
  }

  /** One assignor by name, and what the member tells it. */
  public record Supported(String name, Blob metadata) {}
}
