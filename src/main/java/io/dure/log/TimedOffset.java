package io.dure.log;

/** A record found by its timestamp. */
public record TimedOffset(long offset, long timestampMs) {}
