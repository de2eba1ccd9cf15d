package io.dure.group;

import io.dure.wire.Blob;

/**
 * A way of assigning that a member can take part in (say, "range"), with what the member tells the
 * leader for it.
 */
public record Protocol(String name, Blob metadata) {}
