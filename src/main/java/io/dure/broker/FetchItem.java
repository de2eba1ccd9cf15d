package io.dure.broker;

import org.apache.kafka.common.Uuid;

/**
 * One partition that a fetch asks for.
 *
 * @param offset first offset wanted (inclusive)
 * @param leaderEpoch the epoch the reader believes in, or -1
 * @param lastFetchedEpoch the epoch of the reader's last record, or -1
 */
record FetchItem(Key key, long offset, int maxBytes, int leaderEpoch, int lastFetchedEpoch) {
  /**
   * As the request names it: by name up to version 12, by id from 13 on; the other is empty or
   * zero.
   */
  record Key(String topic, Uuid topicId, int partition) {}
}
