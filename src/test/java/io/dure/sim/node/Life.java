package io.dure.sim.node;

import io.dure.base.NodeId;

/** One life of a node's process, counted from 1. */
record Life(NodeId node, int number) {
  @Override
  public String toString() {
    return "node " + node.value() + " in life " + number;
  }
}
