package io.dure.metadata;

import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;

/**
 * Writing and reading of the few types that metadata consists of. Whole numbers take 7 bits per
 * byte, low bits first.
 */
final class Bytes {
  private Bytes() {}

  static final class Writer {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Writer byteValue(int value) {
      out.write(value);
      return this;
    }

    /** Any number, short when it is small and not negative. */
    Writer number(long value) {
      long rest = value;
      while ((rest & ~0x7FL) != 0) {
        out.write((int) (rest & 0x7F) | 0x80);
        rest >>>= 7;
      }
      out.write((int) rest);
      return this;
    }

    Writer uuid(UUID value) {
      return fixed(value.getMostSignificantBits()).fixed(value.getLeastSignificantBits());
    }

    private Writer fixed(long value) {
      for (int shift = 56; shift >= 0; shift -= 8) {
        out.write((int) (value >>> shift));
      }
      return this;
    }

    Writer text(String value) {
      return bytes(value.getBytes(StandardCharsets.UTF_8));
    }

    Writer bytes(byte[] value) {
      number(value.length);
      out.writeBytes(value);
      return this;
    }

    Writer optionalText(Optional<String> value) {
      byteValue(value.isPresent() ? 1 : 0);
      value.ifPresent(this::text);
      return this;
    }

    byte[] finish() {
      return out.toByteArray();
    }
  }

  /** Every read fails with {@link MetadataFormatException} where the bytes end too early. */
  static final class Reader {
    private final ByteBuffer in;

    Reader(ByteBuffer in) {
      this.in = in.slice();
    }

    int byteValue() {
      try {
        return in.get() & 0xFF;
      } catch (BufferUnderflowException _) {
        throw tooShort();
      }
    }

    long number() {
      long value = 0;
      for (int shift = 0; shift < 64; shift += 7) {
        int next = byteValue();
        value |= (long) (next & 0x7F) << shift;
        if ((next & 0x80) == 0) {
          return value;
        }
      }
      throw new MetadataFormatException("a number of more than 64 bits");
    }

    int intNumber() {
      long value = number();
      if (value != (int) value) {
        throw new MetadataFormatException("number " + value + " where an int should be");
      }
      return (int) value;
    }

    /** A number of things that take a byte each at least. */
    int count() {
      int count = intNumber();
      if (count < 0 || count > in.remaining()) {
        throw tooShort();
      }
      return count;
    }

    UUID uuid() {
      try {
        return new UUID(in.getLong(), in.getLong());
      } catch (BufferUnderflowException _) {
        throw tooShort();
      }
    }

    String text() {
      return new String(bytes(), StandardCharsets.UTF_8);
    }

    byte[] bytes() {
      byte[] value = new byte[count()];
      in.get(value);
      return value;
    }

    Optional<String> optionalText() {
      return byteValue() == 0 ? Optional.empty() : Optional.of(text());
    }

    void finish() {
      if (in.hasRemaining()) {
        throw new MetadataFormatException(in.remaining() + " bytes too many");
      }
    }

    private static MetadataFormatException tooShort() {
      return new MetadataFormatException("the bytes end too early");
    }
  }
}
