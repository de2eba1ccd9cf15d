package io.dure.metadata;

import io.dure.base.Endpoint;
import io.dure.base.Incarnation;
import io.dure.base.NodeId;
import java.util.Optional;
import java.util.UUID;

/** One broker as the metadata log knows it. {@code live} is false while it is fenced. */
public record BrokerImage(
    NodeId node,
    UUID process,
    Incarnation incarnation,
    Endpoint endpoint,
    Optional<String> rack,
    boolean live) {}
