package io.dure.wire;

/**
 * Tells when a client's connection has come to its end, from whichever side. Belongs to the event
 * loop that owns the connection.
 */
public interface ConnectionEnd {
  /** For requests without a connection of their own: nobody is ever told. */
  ConnectionEnd NEVER = (_, _) -> {};

  /**
   * Has {@code then} run on the loop, once, when the connection has ended; at once if it has
   * already. It takes the place of what was given under the same name before. A connection keeps
   * only the last few names: it is a hint, and nothing may rest on it alone.
   */
  void whenEnded(String name, Runnable then);
}
