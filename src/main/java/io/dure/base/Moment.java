package io.dure.base;

/**
 * When a coordinator decides a command.
 *
 * @param nowMs monotonic, for timeouts
 * @param wallMs since 1970 (UTC), for the timestamps that records carry
 */
public record Moment(long nowMs, long wallMs) {}
