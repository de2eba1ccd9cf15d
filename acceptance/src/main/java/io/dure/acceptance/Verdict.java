package io.dure.acceptance;

/**
 * What came of one look.
 *
 * @param told one line: what was seen, or the first claim that does not hold
 */
record Verdict(String look, boolean held, int claims, int broken, double seconds, String told) {}
