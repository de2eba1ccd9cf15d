package io.dure.broker;

import io.dure.runtime.Partitions.KeyValue;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a {@link CoordinatorCore} wants done: the records appended at once; then, when these and all
 * earlier ones are committed, the effects run and the replies given out. Neither happens if the
 * coordinator starts over or closes before.
 *
 * @param effects run on the partition's loop
 */
record Decided<A>(List<KeyValue> records, List<Reply<A>> replies, List<Runnable> effects) {
  Decided {
    records = List.copyOf(records);
    replies = List.copyOf(replies);
    effects = List.copyOf(effects);
  }

  /** An answer to whoever asked with {@code ticket}; every ticket gets one, or is failed. */
  record Reply<A>(long ticket, A answer) {}

  static <A> Decided<A> nothing() {
    return new Decided<>(List.of(), List.of(), List.of());
  }

  /** Both, in this order. */
  Decided<A> and(Decided<A> next) {
    return new Decided<>(
        Stream.concat(records.stream(), next.records.stream()).toList(),
        Stream.concat(replies.stream(), next.replies.stream()).toList(),
        Stream.concat(effects.stream(), next.effects.stream()).toList());
  }
}
