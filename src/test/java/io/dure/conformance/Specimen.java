package io.dure.conformance;

import java.util.EnumSet;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.IntFunction;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

/**
 * One request of an API, in any version that is announced.
 *
 * @param name what it asks, for the report
 * @param body makes it for a version; may ask other things first (to have a member, a transaction)
 * @param refusals by version: the error codes that the answer has to hold, all of them and no other
 *     but NONE
 * @param needs APIs without which it cannot be asked
 * @param check what else the answer has to be; throws when it is not
 */
record Specimen(
    String name,
    Body body,
    Set<ApiKeys> needs,
    IntFunction<Set<Errors>> refusals,
    BiConsumer<Short, ? super ApiMessage> check) {

  interface Body {
    ApiMessage of(short version, Scene scene);
  }

  static Specimen of(String name, Body body) {
    return new Specimen(
        name, body, Set.of(), version -> EnumSet.noneOf(Errors.class), (version, answer) -> {});
  }

  Specimen needing(ApiKeys api) {
    return new Specimen(name, body, Set.of(api), refusals, check);
  }

  Specimen refusedWith(Errors error) {
    return refusedWith(version -> Set.of(error));
  }

  Specimen refusedWith(IntFunction<Set<Errors>> byVersion) {
    return new Specimen(name, body, needs, byVersion, check);
  }

  /** The class is the one that belongs to the API's answers. */
  <R extends ApiMessage> Specimen answering(Class<R> type, BiConsumer<Short, R> expected) {
    return new Specimen(
        name,
        body,
        needs,
        refusals,
        (version, answer) -> expected.accept(version, type.cast(answer)));
  }
}
