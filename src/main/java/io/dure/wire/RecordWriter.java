package io.dure.wire;

import io.dure.base.Check;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;

/** Writes Kafka's primitive types, one after the other. */
public final class RecordWriter {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream(64);

  public RecordWriter int8(int value) {
    out.write(value);
    return this;
  }

  public RecordWriter int16(int value) {
    out.write(value >>> 8);
    out.write(value);
    return this;
  }

  public RecordWriter int32(int value) {
    return int16(value >>> 16).int16(value);
  }

  public RecordWriter int64(long value) {
    return int32((int) (value >>> 32)).int32((int) value);
  }

  public RecordWriter uuid(UUID value) {
    return int64(value.getMostSignificantBits()).int64(value.getLeastSignificantBits());
  }

  /** At most 32767 bytes of UTF-8, which is also the most a request can carry. */
  public RecordWriter string(String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    Check.that(
        bytes.length <= Short.MAX_VALUE,
        "a text of %d bytes, more than %d",
        bytes.length,
        Short.MAX_VALUE);
    int16(bytes.length);
    out.writeBytes(bytes);
    return this;
  }

  public RecordWriter nullableString(Optional<String> value) {
    return value.isPresent() ? string(value.get()) : int16(-1);
  }

  public RecordWriter compactString(String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    varint(bytes.length + 1);
    out.writeBytes(bytes);
    return this;
  }

  public RecordWriter compactNullableString(Optional<String> value) {
    return value.isPresent() ? compactString(value.get()) : varint(0);
  }

  public RecordWriter compactBytes(Blob value) {
    varint(value.sizeBytes() + 1);
    return raw(value.raw());
  }

  /** As they are, without their length. */
  public RecordWriter raw(byte[] bytes) {
    out.writeBytes(bytes);
    return this;
  }

  public RecordWriter bytes(Blob value) {
    int32(value.sizeBytes());
    out.writeBytes(value.raw());
    return this;
  }

  public RecordWriter varint(int value) {
    int rest = value;
    while ((rest & ~0x7f) != 0) {
      out.write((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    out.write(rest);
    return this;
  }

  public byte[] toArray() {
    return out.toByteArray();
  }
}
