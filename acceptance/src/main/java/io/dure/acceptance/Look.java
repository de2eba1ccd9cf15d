package io.dure.acceptance;

/** One way to look at Dure from outside: programs that others wrote, and what they must see. */
public interface Look {
  /** As typed on the command line. */
  String name();

  /** One line for the list. */
  String about();

  /**
   * Does it, and claims on {@code stage.findings()} what was seen. An exception is a claim that
   * does not hold.
   */
  void run(Stage stage) throws Exception;
}
