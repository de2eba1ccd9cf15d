package io.dure.sim;

import java.util.Optional;

/**
 * Something that must hold at every moment of a run. It is shown every fact as it happens, and says
 * what is wrong.
 *
 * @param <F> the facts of the simulation
 */
public interface Invariant<F> {
  String name();

  /** Takes note of a fact and says how it breaks the invariant, if it does. */
  Optional<String> brokenBy(F fact);
}
