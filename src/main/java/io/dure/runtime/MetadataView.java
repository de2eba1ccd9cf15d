package io.dure.runtime;

import io.dure.base.Incarnation;
import io.dure.base.NodeId;
import io.dure.metadata.ClusterImage;
import java.util.Optional;

/**
 * What all loops may know of the metadata at any moment. Every answer is the newest published; none
 * is a promise.
 */
interface MetadataView {
  /** The newest committed image. */
  ClusterImage image();

  /** This life's registration, once committed. */
  Optional<Incarnation> incarnation();

  /** Who leads the metadata log, as far as this node knows. */
  Optional<NodeId> leader();

  /** The epoch of the metadata log in which {@link #leader} leads; -1: none is known yet. */
  int leaderEpoch();

  /**
   * Whether no leader of the metadata log has been known, or within reach, for more than about a
   * second.
   */
  boolean isMinority();
}
