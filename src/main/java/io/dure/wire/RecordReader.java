package io.dure.wire;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;

/**
 * Reads Kafka's primitive types from the start of some bytes; throws {@link MalformedRecord} when
 * they end early.
 */
public final class RecordReader {
  private final ByteBuffer in;

  public RecordReader(byte[] bytes) {
    in = ByteBuffer.wrap(bytes);
  }

  public byte int8() {
    return (byte) byteValue();
  }

  public short int16() {
    try {
      return in.getShort();
    } catch (BufferUnderflowException e) {
      throw endsEarly();
    }
  }

  public int int32() {
    try {
      return in.getInt();
    } catch (BufferUnderflowException e) {
      throw endsEarly();
    }
  }

  public long int64() {
    try {
      return in.getLong();
    } catch (BufferUnderflowException e) {
      throw endsEarly();
    }
  }

  public UUID uuid() {
    return new UUID(int64(), int64());
  }

  public String string() {
    return text(int16()).orElseThrow(() -> new MalformedRecord("no text where one must be"));
  }

  public Optional<String> nullableString() {
    return text(int16());
  }

  public String compactString() {
    return text(varint() - 1).orElseThrow(() -> new MalformedRecord("no text where one must be"));
  }

  public Optional<String> compactNullableString() {
    return text(varint() - 1);
  }

  public Blob bytes() {
    return Blob.of(take(int32()));
  }

  public Blob compactBytes() {
    return Blob.of(take(varint() - 1));
  }

  /** Unsigned, seven bits a byte, lowest first. */
  public int varint() {
    int value = 0;
    for (int shift = 0; shift < 35; shift += 7) {
      int b = byteValue();
      value |= (b & 0x7f) << shift;
      if ((b & 0x80) == 0) {
        return value;
      }
    }
    throw new MalformedRecord("a number of more than five bytes");
  }

  public void skip(int count) {
    take(count);
  }

  public int remaining() {
    return in.remaining();
  }

  private int byteValue() {
    if (!in.hasRemaining()) {
      throw endsEarly();
    }
    return in.get() & 0xff;
  }

  private Optional<String> text(int length) {
    return length == -1
        ? Optional.empty()
        : Optional.of(new String(take(length), StandardCharsets.UTF_8));
  }

  private byte[] take(int length) {
    if (length < 0 || length > in.remaining()) {
      throw new MalformedRecord(
          length + " bytes asked for at " + in.position() + ", " + in.remaining() + " are left");
    }
    byte[] taken = new byte[length];
    in.get(taken);
    return taken;
  }

  private MalformedRecord endsEarly() {
    return new MalformedRecord("ends at " + in.limit() + ", within a field");
  }
}
