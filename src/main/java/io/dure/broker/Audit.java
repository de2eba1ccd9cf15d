package io.dure.broker;

/** Keeps for good who had what done that may lose records. Callable from any thread; may block. */
public interface Audit {
  /**
   * One line, durable on return.
   *
   * @param who had it done: the client's own name and where it came from
   */
  void note(String who, String what);
}
