package io.dure.runtime;

/** The sockets of one {@link EventLoop}. Belongs to the loop's thread, but for {@link #wakeup}. */
public interface IoSource extends AutoCloseable {
  /**
   * Waits until a socket is ready, {@link #wakeup} is called or {@code timeoutMs} have passed (0:
   * does not wait), and handles all that is ready. What was queued for sending before the call goes
   * out in it.
   */
  void poll(long timeoutMs);

  /** Makes the poll that waits, or else the next one, return at once. Callable from any thread. */
  void wakeup();

  @Override
  void close();
}
