package io.dure.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a loop promises to what lives on it. */
class EventLoopTest {
  /** Sockets that are never ready; counts how often it was woken. */
  private static final class Quiet implements IoSource {
    private final Semaphore wakeUps = new Semaphore(0);
    private final AtomicInteger woken = new AtomicInteger();

    @Override
    public void poll(long timeoutMs) {
      try {
        if (wakeUps.tryAcquire(timeoutMs, TimeUnit.MILLISECONDS)) {
          wakeUps.drainPermits();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public void wakeup() {
      woken.incrementAndGet();
      wakeUps.release();
    }

    @Override
    public void close() {}
  }

  private final Quiet io = new Quiet();
  private final List<String> fatal = new CopyOnWriteArrayList<>();
  private final EventLoop loop =
      new EventLoop("test-loop", io, new SystemClock(), (reason, _) -> fatal.add(reason));

  @AfterEach
  void close() {
    loop.close();
  }

  @Test
  void tasksRunOneAtATimeInTheOrderPosted() throws InterruptedException {
    loop.start();
    var seen = new ArrayList<Integer>();
    var all = new CountDownLatch(1);
    for (int i = 0; i < 10_000; i++) {
      int number = i;
      loop.execute(() -> seen.add(number));
    }
    loop.execute(all::countDown);

    assertThat(all.await(5, TimeUnit.SECONDS)).isTrue();
    assertThat(seen).hasSize(10_000).isSorted();
  }

  @Test
  void whatATurnPostsRunsInTheSameTurnAndItsEndComesLast() throws InterruptedException {
    loop.start();
    var seen = new CopyOnWriteArrayList<String>();
    var all = new CountDownLatch(1);
    loop.execute(() -> {
      loop.atTurnEnd(() -> {
        seen.add("end");
        all.countDown();
      });
      loop.execute(() -> seen.add("posted"));
      loop.run(() -> seen.add("in place"));
      seen.add("task");
    });

    assertThat(all.await(5, TimeUnit.SECONDS)).isTrue();
    assertThat(seen).containsExactly("in place", "task", "posted", "end");
  }

  @Test
  void postingFromTheLoopItselfWakesNobody() throws InterruptedException {
    loop.start();
    var all = new CountDownLatch(1);
    loop.execute(() -> chain(1_000, all));

    assertThat(all.await(5, TimeUnit.SECONDS)).isTrue();
    assertThat(io.woken.get()).isLessThanOrEqualTo(1);
  }

  private void chain(int left, CountDownLatch all) {
    if (left == 0) {
      all.countDown();
    } else {
      loop.execute(() -> chain(left - 1, all));
    }
  }

  @Test
  void timersRunInTheOrderTheyAreDue() {
    loop.start();
    var seen = new CopyOnWriteArrayList<String>();
    loop.schedule(60, () -> seen.add("later"));
    loop.schedule(20, () -> seen.add("sooner"));
    loop.schedule(20, () -> seen.add("as soon, scheduled after"));

    await()
        .atMost(Duration.ofSeconds(5))
        .untilAsserted(
            () -> assertThat(seen).containsExactly("sooner", "as soon, scheduled after", "later"));
  }

  @Test
  void aTaskThatFailsStopsTheNode() {
    loop.start();
    loop.execute(() -> {
      throw new IllegalStateException("broken");
    });

    await().atMost(Duration.ofSeconds(5)).until(() -> !fatal.isEmpty());
    assertThat(fatal.getFirst()).contains("broken");
  }
}
