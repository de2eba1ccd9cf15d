package io.dure.sim;

/** An invariant does not hold, or no progress was made after healing. */
public final class Violation extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public Violation(String message) {
    super(message);
  }
}
