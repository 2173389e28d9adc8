package io.bnzoo.bench;

import io.bnzoo.data.ProgressListener;
import io.bnzoo.engine.EngineFactory;
import io.bnzoo.zoo.Normalization;
import io.bnzoo.zoo.Zoo;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.memory.AllocationsTracker;
import org.nd4j.linalg.api.memory.enums.AllocationKind;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Watches the memory of one network over many training steps and as many predictions.
 *
 * <p>What leaks, leaks in each of them, so that it shows as a slope. The first fifth of either
 * phase does not count: buffers grow to their size there, and code is compiled.
 */
public final class MemoryCheck {
  private static final int SAMPLES = 10;
  private static final double WARM_UP = 0.2;
  private static final int MOST_COLLECTIONS = 50;
  private static final int MILLISECONDS_TO_FREE = 100;
  private static final long NOISE_BYTES = 20_000;

  /** What is repeated. */
  public enum Phase {
    TRAINING,
    INFERENCE;

    /** Its name for people. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * The memory after some repetitions and a garbage collection, in bytes.
   *
   * @param heap used by Java objects
   * @param workspaces that ND4J reuses for its arrays, and what JavaCPP holds outside the heap; an
   *     array outside of workspaces counts in the process only
   * @param process all memory of the process that is resident, whoever asked for it
   */
  public record MemoryReading(
      Phase phase, int repetitions, long heap, long workspaces, long process) {}

  /** Bytes that a repetition leaves behind, from the end of the warm-up to the last sample. */
  public record Growth(Phase phase, double heap, double workspaces, double process) {}

  private final Zoo.Entry entry;
  private final Normalization variant;
  private final int repetitions;
  private final EngineFactory engines;

  /**
   * A check of one network.
   *
   * @param repetitions of a training step, and then of a prediction; at least 100
   * @param engines run the network
   */
  public MemoryCheck(
      Zoo.Entry entry, Normalization variant, int repetitions, EngineFactory engines) {
    if (repetitions < 100) {
      throw new IllegalArgumentException("repetitions must be at least 100, got " + repetitions);
    }
    this.entry = entry;
    this.variant = variant;
    this.repetitions = repetitions;
    this.engines = engines;
  }

  /**
   * Trains, then predicts.
   *
   * @param stop asked between repetitions; once it says true, the samples so far are returned
   */
  public List<MemoryReading> run(ProgressListener progress, BooleanSupplier stop) {
    // With it on, one of the threads that free arrays sleeps for seconds while others wait for it.
    Nd4j.getMemoryManager().togglePeriodicGc(false);
    List<MemoryReading> samples = new ArrayList<>();
    try (ZooWorkload network = new ZooWorkload(entry, variant, engines)) {
      for (Phase phase : Phase.values()) {
        Runnable repeated = phase == Phase.TRAINING ? network::step : network::predict;
        if (stop.getAsBoolean()) {
          return samples;
        }
        samples.add(sample(phase, 0));
        for (int done = 1; done <= repetitions && !stop.getAsBoolean(); done++) {
          repeated.run();
          if (done % (repetitions / SAMPLES) == 0 || done == repetitions) {
            samples.add(sample(phase, done));
            progress.advanced(phase.label(), done, repetitions);
          }
        }
      }
    }
    return samples;
  }

  /** What each phase leaves behind, for phases with samples beyond their warm-up. */
  public static List<Growth> growth(List<MemoryReading> samples) {
    List<Growth> growths = new ArrayList<>();
    for (Phase phase : Phase.values()) {
      List<MemoryReading> all = samples.stream().filter(sample -> sample.phase() == phase).toList();
      if (all.size() > 2) {
        MemoryReading last = all.get(all.size() - 1);
        MemoryReading first =
            all.stream()
                .filter(sample -> sample.repetitions() >= WARM_UP * last.repetitions())
                .findFirst()
                .orElseThrow();
        double between = last.repetitions() - first.repetitions();
        growths.add(
            new Growth(
                phase,
                (last.heap() - first.heap()) / between,
                (last.workspaces() - first.workspaces()) / between,
                (last.process() - first.process()) / between));
      }
    }
    return growths;
  }

  private static MemoryReading sample(Phase phase, int repetitions) {
    long heap = heapAfterCollection();
    return new MemoryReading(phase, repetitions, heap, nativeBytes(), Pointer.physicalBytes());
  }

  private static long nativeBytes() {
    return Pointer.totalBytes()
        + AllocationsTracker.getInstance().bytesOnDevice(AllocationKind.WORKSPACE, 0);
  }

  /**
   * Collects until nothing more goes. Arrays are freed by threads that learn of a collection when
   * it is over and have thousands to free; only then can what pointed to them be collected, too.
   */
  private static long heapAfterCollection() {
    long heap = Long.MAX_VALUE;
    for (int collection = 0; collection < MOST_COLLECTIONS; collection++) {
      System.gc();
      long used = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
      if (used > heap - NOISE_BYTES) {
        return Math.min(used, heap);
      }
      heap = used;
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(MILLISECONDS_TO_FREE));
    }
    return heap;
  }
}
