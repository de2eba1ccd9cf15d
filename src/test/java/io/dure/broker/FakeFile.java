package io.dure.broker;

import io.dure.base.DiskFile;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/** An endless file of zeros. */
final class FakeFile implements DiskFile {
  @Override
  public String name() {
    return "zeros";
  }

  @Override
  public long size() {
    return Long.MAX_VALUE;
  }

  @Override
  public void write(long position, ByteBuffer source) {
    throw new UnsupportedOperationException();
  }

  @Override
  public int read(long position, ByteBuffer target) {
    int count = target.remaining();
    target.position(target.limit());
    return count;
  }

  @Override
  public long transferTo(long position, long count, WritableByteChannel target) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void resize(long size) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void flush() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {
    // nothing is held
  }
}
