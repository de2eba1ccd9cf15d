package io.dure.server;

import io.dure.base.Endpoint;
import io.dure.base.NodeId;
import io.dure.wire.PeerHello;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Finds out who votes in the cluster this node belongs to. A node knows from its data folder, or
 * because it is alone, or because the founders were listed with their ids; or it learns their ids
 * from their hellos; or, joining, it is told by a member. Belongs to the main thread.
 */
final class Membership {
  /** An entry of {@code --cluster}. */
  private record Founder(Optional<NodeId> id, Endpoint address) {}

  private final NodeId self;
  private final List<Founder> founders;
  private final List<Endpoint> addresses;
  private final boolean joining;
  private final Set<NodeId> met = new HashSet<>();
  private Optional<List<NodeId>> voters;

  private Membership(
      NodeId self,
      List<Founder> founders,
      List<Endpoint> addresses,
      boolean joining,
      Optional<List<NodeId>> voters) {
    this.self = self;
    this.founders = founders;
    this.addresses = List.copyOf(addresses);
    this.joining = joining;
    this.voters = voters;
  }

  static Membership of(Config config, MetaFile meta, Endpoint own) throws BadConfig {
    List<Founder> founders = founders(config.list(Settings.CLUSTER));
    var addresses = new ArrayList<Endpoint>();
    founders.forEach(founder -> addresses.add(founder.address()));
    addresses.addAll(joined(config));
    for (String member : meta.members()) {
      addresses.add(address("the data folder's members", member));
    }
    boolean joining = config.isGiven(Settings.JOIN);
    return new Membership(
        meta.node(), founders, addresses, joining, known(founders, joining, meta, own));
  }

  private static Optional<List<NodeId>> known(
      List<Founder> founders, boolean joining, MetaFile meta, Endpoint own) throws BadConfig {
    if (!meta.voters().isEmpty()) {
      return Optional.of(meta.voters());
    }
    if (joining) {
      return Optional.empty();
    }
    if (founders.isEmpty()) {
      return Optional.of(List.of(meta.node()));
    }
    var ids = new TreeSet<NodeId>();
    for (Founder founder : founders) {
      boolean isOwn = founder.address().equals(own);
      if (isOwn && founder.id().isPresent() && !founder.id().get().equals(meta.node())) {
        throw new BadConfig(
            "--cluster lists %s as node %d, but this node, which listens there, is node %d"
                .formatted(own, founder.id().get().value(), meta.node().value()));
      }
      founder.id().ifPresent(ids::add);
      if (isOwn) {
        ids.add(meta.node());
      }
    }
    if (ids.size() < founders.size()) {
      return Optional.empty();
    }
    if (!ids.contains(meta.node())) {
      throw new BadConfig(
          "node %d is not among the founding members %s; to join a running cluster use --join"
              .formatted(meta.node().value(), ids));
    }
    return Optional.of(List.copyOf(ids));
  }

  /** Where members are of the cluster that this node joins. */
  static List<Endpoint> joined(Config config) throws BadConfig {
    var members = new ArrayList<Endpoint>();
    for (String member : config.list(Settings.JOIN)) {
      members.add(address("--join", member));
    }
    return members;
  }

  /** The id for a node that was given none: by its place in {@code --cluster}, else 1. */
  static NodeId defaultId(Config config, Endpoint own) throws BadConfig {
    List<Founder> founders = founders(config.list(Settings.CLUSTER));
    for (int i = 0; i < founders.size(); i++) {
      if (founders.get(i).address().equals(own)) {
        return founders.get(i).id().orElse(new NodeId(i + 1));
      }
    }
    return new NodeId(1);
  }

  private static List<Founder> founders(List<String> entries) throws BadConfig {
    var founders = new ArrayList<Founder>();
    for (String entry : entries) {
      int at = entry.indexOf('@');
      Optional<NodeId> id = Optional.empty();
      if (at >= 0) {
        id = Optional.of(new NodeId(Settings.NODE_ID.read(entry.substring(0, at))));
      }
      founders.add(new Founder(id, address("--cluster", entry.substring(at + 1))));
    }
    return founders;
  }

  private static Endpoint address(String where, String address) throws BadConfig {
    try {
      return Setting.readAddress(address);
    } catch (BadConfig e) {
      throw new BadConfig("%s: %s is refused: %s".formatted(where, address, e.getMessage()));
    }
  }

  /** Where other members may be found; the own address may be among them. */
  List<Endpoint> addresses() {
    return addresses;
  }

  Optional<List<NodeId>> voters() {
    return voters;
  }

  /** A node introduced itself. True when it made the voters known. */
  boolean onMet(PeerHello peer) throws BadConfig {
    if (voters.isPresent()) {
      return false;
    }
    if (peer.cluster().isPresent() && !peer.voters().isEmpty()) {
      if (!joining && !peer.voters().contains(self)) {
        throw new BadConfig(
            "the cluster of node %d at %s was founded by %s, without this node %d; use --join to join it"
                .formatted(peer.node().value(), peer.endpoint(), peer.voters(), self.value()));
      }
      voters = Optional.of(peer.voters());
      return true;
    }
    if (joining || peer.founders().isEmpty()) {
      return false;
    }
    met.add(peer.node());
    return completeByHellos();
  }

  private boolean completeByHellos() throws BadConfig {
    var ids = new TreeSet<NodeId>(met);
    ids.add(self);
    if (met.size() == founders.size()) {
      throw new BadConfig(
          "all %d addresses of --cluster belong to other nodes (%s): this node %d is not among them"
              .formatted(founders.size(), met, self.value()));
    }
    if (ids.size() < founders.size()) {
      return false;
    }
    voters = Optional.of(List.copyOf(ids));
    return true;
  }

  /** What is missing, for people who wait. */
  String waitsFor() {
    return joining
        ? "an answer of a member of the cluster, at " + addresses
        : "all founding members to be there: of " + addresses + " it has met " + met;
  }
}
