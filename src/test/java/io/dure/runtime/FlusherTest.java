package io.dure.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What waits for the disk. */
class FlusherTest {
  private final List<String> fatal = new CopyOnWriteArrayList<>();

  @Test
  void everyWorkIsDoneAndToldToItsOwner() throws InterruptedException {
    try (Flusher flusher = new Flusher("test-flush", (reason, _) -> fatal.add(reason))) {
      var worked = new AtomicInteger();
      var told = new CountDownLatch(500);
      for (int i = 0; i < 500; i++) {
        flusher.submit(worked::incrementAndGet, Runnable::run, told::countDown);
      }

      assertThat(told.await(5, TimeUnit.SECONDS)).isTrue();
      assertThat(worked.get()).isEqualTo(500);
      assertThat(fatal).isEmpty();
    }
  }

  @Test
  void aWorkThatFailsIsFatalAndNothingIsTriedAgain() {
    try (Flusher flusher = new Flusher("test-flush", (reason, _) -> fatal.add(reason))) {
      var told = new AtomicInteger();
      flusher.submit(
          () -> {
            throw new IllegalStateException("the device is gone");
          },
          Runnable::run,
          told::incrementAndGet);

      await().atMost(Duration.ofSeconds(5)).until(() -> !fatal.isEmpty());
      flusher.submit(told::incrementAndGet, Runnable::run, told::incrementAndGet);

      assertThat(fatal).hasSize(1).first().asString().contains("the device is gone");
      assertThat(told.get()).isZero();
    }
  }
}
