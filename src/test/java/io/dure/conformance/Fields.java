package io.dure.conformance;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.apache.kafka.common.protocol.types.BoundField;
import org.apache.kafka.common.protocol.types.Field;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.Struct;
import org.apache.kafka.common.protocol.types.TaggedFields;
import org.jspecify.annotations.Nullable;

/**
 * A message as the fields that were on the wire, by their names in the protocol, in its order: a
 * tree of structures, lists and plain values. A tagged field is there only if it was sent.
 */
public record Fields(List<Named> named) {
  /**
   * @param value Fields, a List, or a plain value; null when null was sent
   */
  public record Named(String name, @Nullable Object value) {}

  public static Fields of(Schema schema, ByteBuffer body) {
    return of(schema.read(body));
  }

  private static Fields of(Struct struct) {
    var named = new ArrayList<Named>();
    for (BoundField field : struct.schema().fields()) {
      if (field.def.type instanceof TaggedFields tagged) {
        sent(tagged, struct.get(field))
            .forEach((name, value) -> named.add(new Named(name, plain(value))));
      } else {
        named.add(new Named(field.def.name, plain(struct.get(field))));
      }
    }
    return new Fields(List.copyOf(named));
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> sent(TaggedFields tagged, Object values) {
    var sent = new java.util.LinkedHashMap<String, Object>();
    ((NavigableMap<Integer, Object>) values)
        .forEach((tag, value) -> {
          Field known = tagged.fields().get(tag);
          sent.put(known == null ? "unknown tag " + tag : known.name, value);
        });
    return sent;
  }

  private static @Nullable Object plain(@Nullable Object value) {
    return switch (value) {
      case Struct struct -> of(struct);
      case Object[] array -> {
        var list = new ArrayList<@Nullable Object>();
        for (Object element : array) {
          list.add(plain(element));
        }
        yield list;
      }
      case null, default -> value;
    };
  }

  /** Calls for each plain value, with its name; values in lists by the list's name. */
  void walk(BiConsumer<String, @Nullable Object> each) {
    named.forEach(field -> walk(field.name, field.value, each));
  }

  private static void walk(
      String name, @Nullable Object value, BiConsumer<String, @Nullable Object> each) {
    switch (value) {
      case Fields fields -> fields.walk(each);
      case List<?> list -> list.forEach(element -> walk(name, element, each));
      case null, default -> each.accept(name, value);
    }
  }

  /** All error codes in it, each once. */
  TreeSet<Short> errors() {
    var errors = new TreeSet<Short>();
    walk((name, value) -> {
      if (name.endsWith("error_code") && value instanceof Short code) {
        errors.add(code);
      }
    });
    return errors;
  }
}
