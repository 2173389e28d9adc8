package io.bnzoo.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.dataset.MultiDataSet;

class RepeatedBatchTest {
  @Test
  void theTimeOfEachBatchIsFromItToTheNextQuestion() {
    MultiDataSet batch = new MultiDataSet();
    RepeatedBatch batches = new RepeatedBatch(batch, 2);
    for (int least : new int[] {20, 1}) {
      assertThat(batches.hasNext()).isTrue();
      assertThat(batches.next()).isSameAs(batch);
      work(least);
    }
    assertThat(batches.hasNext()).isFalse();
    work(5);
    assertThat(batches.hasNext()).as("asked again").isFalse();
    assertThat(batches.milliseconds()).hasSize(2);
    assertThat(batches.milliseconds()[0]).isBetween(20.0, 2000.0);
    assertThat(batches.milliseconds()[1]).isBetween(1.0, 2000.0);
  }

  private static void work(int milliseconds) {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(milliseconds);
    while (System.nanoTime() < end) {
      LockSupport.parkNanos(end - System.nanoTime());
    }
  }
}
