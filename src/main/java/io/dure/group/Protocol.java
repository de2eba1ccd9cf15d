package io.dure.group;

/**
 * A way of assigning that a member can take part in (say, "range"), with what the member tells the
 * leader for it.
 */
public record Protocol(String name, Blob metadata) {}
