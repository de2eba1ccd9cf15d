package io.dure.server;

import io.dure.base.DiskException;
import java.util.List;
import org.slf4j.LoggerFactory;

/**
 * The broker's process: {@code dure start}. Prints one line on standard output when it serves;
 * status 0 after SIGTERM or SIGINT, 1 with a message on standard error when it cannot start or go
 * on.
 */
public final class Main {
  private Main() {}

  public static void main(String[] args) throws InterruptedException {
    List<String> arguments = List.of(args);
    if (Arguments.asksForHelp(arguments)) {
      System.out.print(Arguments.help());
      return;
    }
    LogSetup.toStandardError();
    try {
      Config config = Config.of(Arguments.settings(arguments));
      new Server(config, System.out::println).run();
    } catch (BadConfig | DiskException e) {
      System.err.println("dure: " + e.getMessage());
      Runtime.getRuntime().halt(1);
    } catch (RuntimeException | Error e) {
      LoggerFactory.getLogger(Main.class).error("this node stops: the main thread failed", e);
      Runtime.getRuntime().halt(1); // loops that run already would go on without it
    }
  }
}
