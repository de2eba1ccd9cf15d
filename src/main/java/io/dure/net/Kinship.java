package io.dure.net;

import io.dure.wire.PeerHello;
import java.util.HashSet;
import java.util.Optional;

/** Whether two nodes may talk to each other as members of one cluster. */
final class Kinship {
  private Kinship() {}

  /** Why not, naming both sides; empty: they may. */
  static Optional<String> objection(PeerHello one, PeerHello other) {
    if (one.node().equals(other.node())) {
      return Optional.of(
          "node id %d is used by two nodes, at %s and at %s; give one of them another --node and a --data folder of its own"
              .formatted(one.node().value(), one.endpoint(), other.endpoint()));
    }
    if (one.cluster().isPresent() && other.cluster().isPresent()) {
      return one.cluster().equals(other.cluster())
          ? Optional.empty()
          : Optional.of(
              "%s belongs to cluster %s, but %s to cluster %s; name members of its own cluster, or start it with an empty --data folder to have it join another; if the metadata were recovered without it, have it follow (./dure recover-metadata --help)"
                  .formatted(name(one), one.cluster().get(), name(other), other.cluster().get()));
    }
    boolean bothFound =
        one.cluster().isEmpty()
            && other.cluster().isEmpty()
            && !one.founders().isEmpty()
            && !other.founders().isEmpty();
    if (bothFound && !new HashSet<>(one.founders()).equals(new HashSet<>(other.founders()))) {
      return Optional.of(
          "the founding members differ: %s was started with --cluster %s, but %s with %s; give all founders the same list"
              .formatted(
                  name(one),
                  String.join(",", one.founders()),
                  name(other),
                  String.join(",", other.founders())));
    }
    return Optional.empty();
  }

  private static String name(PeerHello node) {
    return "node " + node.node().value() + " (" + node.endpoint() + ")";
  }
}
