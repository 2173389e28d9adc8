package io.bnzoo.bench;

import io.bnzoo.data.ProgressListener;
import io.bnzoo.experiment.Variants;
import io.bnzoo.spec.Normalization;
import io.bnzoo.zoo.Zoo;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * Measures every network of the zoo in every {@link Setup}.
 *
 * <p>Setups take turns, block by block, so that a machine that slows down slows all of them down.
 * What is reported is the median over blocks, and the median of the ratios of neighbouring blocks.
 */
public final class Benchmark {

  /**
   * One network in one setup.
   *
   * @param millisecondsPerStep the median over the blocks
   * @param fastest the fastest block
   * @param slowest the slowest block
   * @param speedup how many times faster than stock, the median over the blocks
   */
  public record Row(
      String model,
      String variant,
      String setup,
      double millisecondsPerStep,
      double fastest,
      double slowest,
      double speedup) {}

  private static final double BLOCK_MILLISECONDS = 2500;
  private static final int FEWEST_STEPS = 3;

  /** Deeplearning4j's own Java code needs hundreds of steps until it is compiled well. */
  private static final int WARM_UP_BLOCKS = 3;

  private final List<Zoo.Entry> entries;
  private final int blocks;

  /**
   * A benchmark of the given models.
   *
   * @param blocks how many blocks of about 2.5 s are measured of each, at least 1
   */
  public Benchmark(List<Zoo.Entry> entries, int blocks) {
    if (blocks < 1) {
      throw new IllegalArgumentException("blocks must be at least 1, got " + blocks);
    }
    this.entries = List.copyOf(entries);
    this.blocks = blocks;
  }

  /**
   * Measures everything.
   *
   * @param stop asked between blocks; once it says true, what is complete is returned
   */
  public List<Row> run(ProgressListener progress, BooleanSupplier stop) throws IOException {
    List<Row> rows = new ArrayList<>();
    Map<Setup, Worker> workers = new EnumMap<>(Setup.class);
    try {
      for (Setup setup : Setup.values()) {
        workers.put(setup, Worker.start(setup));
      }
      int networks = entries.size() * Variants.all().size();
      for (Zoo.Entry entry : entries) {
        for (Normalization variant : Variants.all()) {
          int before = rows.size() / Setup.values().length;
          rows.addAll(
              measure(
                  workers,
                  entry.id(),
                  variant.label(),
                  block ->
                      progress.advanced(
                          "measuring", (long) before * blocks + block, (long) networks * blocks),
                  stop));
        }
      }
    } catch (IOException e) {
      // Ctrl-C in a terminal reaches the workers, too, and ends them.
      if (!stop.getAsBoolean()) {
        throw e;
      }
    } finally {
      workers.values().forEach(Worker::close);
    }
    return rows;
  }

  private List<Row> measure(
      Map<Setup, Worker> workers,
      String model,
      String variant,
      IntConsumer progress,
      BooleanSupplier stop)
      throws IOException {
    Map<Setup, Integer> steps = new EnumMap<>(Setup.class);
    Map<Setup, double[]> times = new EnumMap<>(Setup.class);
    for (Map.Entry<Setup, Worker> worker : workers.entrySet()) {
      if (stop.getAsBoolean()) {
        return List.of();
      }
      steps.put(worker.getKey(), warmUp(worker.getValue(), model, variant));
      times.put(worker.getKey(), new double[blocks]);
    }
    for (int block = 0; block < blocks; block++) {
      if (stop.getAsBoolean()) {
        return List.of();
      }
      for (Setup setup : Setup.values()) {
        times.get(setup)[block] = workers.get(setup).measure(model, variant, steps.get(setup));
      }
      progress.accept(block + 1);
    }
    return Arrays.stream(Setup.values()).map(setup -> row(model, variant, setup, times)).toList();
  }

  /** Compiles what is to be compiled, and finds how many steps fill a block. */
  private static int warmUp(Worker worker, String model, String variant) throws IOException {
    double first = worker.measure(model, variant, FEWEST_STEPS);
    int steps = Math.max(FEWEST_STEPS, (int) (BLOCK_MILLISECONDS / first));
    double warm = first;
    for (int block = 0; block < WARM_UP_BLOCKS; block++) {
      warm = worker.measure(model, variant, steps);
    }
    return Math.max(FEWEST_STEPS, (int) (BLOCK_MILLISECONDS / warm));
  }

  private static Row row(String model, String variant, Setup setup, Map<Setup, double[]> times) {
    double[] stock = times.get(Setup.STOCK);
    double[] own = times.get(setup);
    double[] ratios = IntStream.range(0, own.length).mapToDouble(i -> stock[i] / own[i]).toArray();
    return new Row(
        model,
        variant,
        setup.label(),
        median(own),
        Arrays.stream(own).min().orElseThrow(),
        Arrays.stream(own).max().orElseThrow(),
        median(ratios));
  }

  static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
