package io.dure.broker;

/** A folder of a thousand bytes. */
record FakeVolume() implements DataVolume {
  @Override
  public String path() {
    return "/data";
  }

  @Override
  public long totalBytes() {
    return 1_000;
  }

  @Override
  public long usableBytes() {
    return 600;
  }
}
