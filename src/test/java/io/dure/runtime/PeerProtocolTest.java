package io.dure.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.wire.PeerHello;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Whoever changes what nodes say to each other raises the version of their protocol: otherwise
 * nodes of two releases would take each other's messages for something else.
 */
class PeerProtocolTest {
  private static final Path KNOWN = Path.of("src/test/resources/peer-protocol.txt");
  private static final String VERSION = "version ";

  @Test
  void aChangedLayoutHasAnotherVersion() throws IOException {
    TreeMap<String, String> layout = new TreeMap<>();
    describe(PeerMessage.class, layout);
    describe(PeerHello.class, layout);
    String now = VERSION + PeerHello.PROTOCOL_VERSION + "\n" + String.join("\n", layout.values());
    String known = Files.exists(KNOWN) ? Files.readString(KNOWN).strip() : VERSION + "0\n";
    if (Boolean.getBoolean("docs.rewrite") && !known.equals(now)) {
      int before = Integer.parseInt(known.lines().findFirst().orElseThrow().substring(8));
      assertThat((int) PeerHello.PROTOCOL_VERSION)
          .as("raise PeerHello.PROTOCOL_VERSION first: peer messages have changed")
          .isGreaterThan(before);
      Files.writeString(KNOWN, now + "\n");
      return;
    }
    assertThat(now)
        .as(
            "peer messages have changed: raise PeerHello.PROTOCOL_VERSION, then"
                + " ./dev test -Dtest=PeerProtocolTest -Ddocs.rewrite=true")
        .isEqualTo(known);
  }

  /** Every record that a message is made of, with its fields in order. */
  private static void describe(Class<?> type, TreeMap<String, String> into) {
    if (!type.getName().startsWith("io.dure.") || into.containsKey(type.getName())) {
      return;
    }
    if (type.isSealed()) {
      into.put(type.getName(), "one of " + type.getSimpleName());
      for (Class<?> each : type.getPermittedSubclasses()) {
        describe(each, into);
      }
    } else if (type.isRecord()) {
      var fields = new StringBuilder(type.getName().substring("io.dure.".length())).append(':');
      into.put(type.getName(), "");
      for (RecordComponent field : type.getRecordComponents()) {
        fields
            .append(' ')
            .append(field.getName())
            .append(' ')
            .append(simple(field.getGenericType()));
        describe(field.getType(), into);
        if (field.getGenericType() instanceof java.lang.reflect.ParameterizedType generic) {
          for (Type argument : generic.getActualTypeArguments()) {
            if (argument instanceof Class<?> of) {
              describe(of, into);
            }
          }
        }
      }
      into.put(type.getName(), fields.toString());
    }
  }

  private static String simple(Type type) {
    return type.getTypeName().replaceAll("[a-z0-9]+\\.", "");
  }
}
