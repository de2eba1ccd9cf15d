package io.dure.txn;

import io.dure.wire.WireError;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a shard answers. */
public sealed interface TxnAnswer {
  /** With an error the producer is {@link ProducerRef#NONE}. */
  record Given(WireError error, ProducerRef producer) implements TxnAnswer {
    static Given refused(WireError error) {
      return new Given(error, ProducerRef.NONE);
    }
  }

  /** Nothing was decided: ask again with a fresh producer id. */
  record NeedsId() implements TxnAnswer {}

  record Partitions(Map<TopicPart, WireError> errors) implements TxnAnswer {
    public Partitions {
      errors = Map.copyOf(errors);
    }

    static Partitions all(Collection<TopicPart> partitions, WireError error) {
      var errors = new HashMap<TopicPart, WireError>();
      partitions.forEach(each -> errors.put(each, error));
      return new Partitions(errors);
    }
  }

  /** Empty: there is no such transactional id. */
  record Described(Optional<Transaction> transaction) implements TxnAnswer {}

  /** In the order of their ids. */
  record Listed(List<Entry> entries) implements TxnAnswer {
    public Listed {
      entries = List.copyOf(entries);
    }
  }

  record Entry(String transactionalId, Transaction transaction) {}
}
