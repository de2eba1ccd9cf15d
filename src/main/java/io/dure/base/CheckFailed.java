package io.dure.base;

/** An invariant of ours does not hold. Never caught to go on: the process says so and stops. */
public final class CheckFailed extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public CheckFailed(String message) {
    super(message);
  }
}
