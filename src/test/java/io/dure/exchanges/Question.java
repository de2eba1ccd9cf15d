package io.dure.exchanges;

import org.apache.kafka.common.protocol.ApiKeys;

/**
 * What was asked.
 *
 * @param what in words; no two questions of a recording have the same
 */
record Question(ApiKeys api, int version, String what) {

  /** Without its version: questions that differ in nothing else are kept together. */
  String title() {
    return what.isEmpty() ? api.toString() : api + " " + what;
  }

  @Override
  public String toString() {
    return api + " v" + version + " " + what;
  }
}
