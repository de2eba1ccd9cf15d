package io.dure.controller;

import java.util.List;

/**
 * The one place that decides for the whole cluster. Confined to the loop of the metadata log; active only while this node
 * leads that log.
 */
public final class Controller {
    private final io.dure.base.NodeId self;
    private final ControllerSettings settings;

    public Controller(io.dure.base.NodeId self, ControllerSettings settings) {
        this.self = self;
        this.settings = settings;
    }

    /** Advances by one event. The effects must be run in order, all before the next step. */
    public List<ControllerEffect> step(ControllerEvent event) {
        return List.of();
    }
}
