package io.dure.server;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** A question that a loop answers, asked by a thread that may wait: the console's, never a loop. */
final class LoopQuestion {
  private static final long WAIT_MS = 2_000;

  private LoopQuestion() {}

  /** What the loop answered; empty when it did not within {@value #WAIT_MS} ms. */
  static <T> Optional<T> ask(Consumer<Consumer<T>> question) {
    var answer = new CompletableFuture<T>();
    question.accept(answer::complete);
    try {
      return Optional.of(answer.get(WAIT_MS, TimeUnit.MILLISECONDS));
    } catch (TimeoutException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    } catch (ExecutionException e) {
      throw new IllegalStateException("a loop could not be asked", e);
    }
  }
}
