package io.dure.conformance;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * The requests that are sent for every announced version of each API. Who announces a further API
 * adds it to the family where it belongs: the least that can be asked, and a body with everything
 * in it.
 */
final class Specimens {
  private static final Map<ApiKeys, List<Specimen>> ALL = new EnumMap<>(ApiKeys.class);

  static {
    DataSpecimens.addTo(ALL);
    TopicSpecimens.addTo(ALL);
    ClusterSpecimens.addTo(ALL);
    SecuritySpecimens.addTo(ALL);
    GroupSpecimens.addTo(ALL);
    TransactionSpecimens.addTo(ALL);
  }

  private Specimens() {}

  static Map<ApiKeys, List<Specimen>> all() {
    return Collections.unmodifiableMap(ALL);
  }
}
