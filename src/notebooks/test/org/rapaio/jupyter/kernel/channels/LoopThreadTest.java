package org.rapaio.jupyter.kernel.channels;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LoopThreadTest {
  @Test
  void whatGoesWrongOnceIsToldAndDoesNotEndTheThread() throws Exception {
    CountDownLatch thrice = new CountDownLatch(3);
    CompletableFuture<Throwable> told = new CompletableFuture<>();
    LoopThread thread =
        new LoopThread(
            "loop",
            1,
            () -> {
              thrice.countDown();
              if (thrice.getCount() == 2) {
                throw new IllegalStateException("nobody answers yet");
              }
            });
    thread.setUncaughtExceptionHandler((of, failure) -> told.complete(failure));
    thread.start();
    assertThat(thrice.await(1, TimeUnit.MINUTES)).isTrue();
    assertThat(told.get(1, TimeUnit.MINUTES)).hasMessage("nobody answers yet");
    thread.shutdown();
    thread.join();
  }
}
