package io.bnzoo.bench;

import io.bnzoo.data.ProgressListener;
import io.bnzoo.experiment.Variants;
import io.bnzoo.zoo.Normalization;
import io.bnzoo.zoo.Zoo;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/**
 * Measures every network of the zoo in every {@link Setup}.
 *
 * <p>Variants and setups take turns, block by block, so that a machine that slows down slows all of
 * them down. What is reported is the median over blocks, and the median of the ratios within a
 * round of blocks.
 */
public final class Benchmark {

  /**
   * One network in one setup.
   *
   * @param millisecondsPerStep the median over the blocks
   * @param fastest the fastest block
   * @param slowest the slowest block
   * @param speedup how many times faster than stock, the median over the blocks
   * @param relativeToBatchNorm how many times as long as Deeplearning4j's own batch normalization
   *     takes in the same setup, the median over the blocks; absent where that is not measured
   * @param relativeToFloor how many times as long as if all of a step's arithmetic were one matrix
   *     product, the median over the blocks; absent where oneDNN does not run
   */
  public record Row(
      String model,
      String variant,
      String setup,
      double millisecondsPerStep,
      double fastest,
      double slowest,
      double speedup,
      OptionalDouble relativeToBatchNorm,
      OptionalDouble relativeToFloor) {}

  private static final String BATCH_NORM = Normalization.batchNorm().label();
  private static final double BLOCK_MILLISECONDS = 2500;
  private static final int FEWEST_STEPS = 3;

  /** Deeplearning4j's own Java code needs hundreds of steps until it is compiled well. */
  private static final int WARM_UP_BLOCKS = 3;

  private final List<Zoo.Entry> entries;
  private final List<Normalization> variants;
  private final int blocks;

  /**
   * A benchmark of the given models, each in those of the variants that it can have.
   *
   * @param blocks how many blocks of about 2.5 s are measured of each, at least 1
   */
  public Benchmark(List<Zoo.Entry> entries, List<Normalization> variants, int blocks) {
    for (Normalization variant : variants) { // The measuring JVMs know them by their labels alone.
      if (!Variants.find(variant.label()).equals(Optional.of(variant))) {
        throw new IllegalArgumentException("variants must be those of Variants, got " + variant);
      }
    }
    if (blocks < 1) {
      throw new IllegalArgumentException("blocks must be at least 1, got " + blocks);
    }
    this.entries = List.copyOf(entries);
    this.variants = variants.stream().distinct().toList();
    this.blocks = blocks;
  }

  /**
   * Measures everything.
   *
   * @param stop asked between blocks; once it says true, what is complete is returned
   */
  public List<Row> run(ProgressListener progress, BooleanSupplier stop) throws IOException {
    return Worker.inEachSetup(
        stop,
        (workers, rows) -> {
          for (Zoo.Entry entry : entries) {
            if (!stop.getAsBoolean()) {
              rows.addAll(measure(entry, workers, progress, stop));
            }
          }
        });
  }

  /** One variant of the model in one setup. */
  private record Network(String variant, Setup setup) {}

  private List<Row> measure(
      Zoo.Entry entry, Map<Setup, Worker> workers, ProgressListener progress, BooleanSupplier stop)
      throws IOException {
    String model = entry.id();
    Map<Network, Integer> steps = new LinkedHashMap<>();
    Map<Network, double[]> times = new HashMap<>();
    Map<Network, double[]> floors = new HashMap<>();
    List<Network> networks =
        variants.stream()
            .filter(Variants.of(entry)::contains)
            .flatMap(
                variant ->
                    Setup.available().stream().map(setup -> new Network(variant.label(), setup)))
            .toList();
    for (Network network : networks) {
      if (stop.getAsBoolean()) {
        return List.of();
      }
      progress.advanced("warming " + model + " up", steps.size(), networks.size());
      steps.put(network, warmUp(workers.get(network.setup()), model, network.variant()));
      times.put(network, new double[blocks]);
      if (network.setup() == Setup.ONEDNN) {
        floors.put(network, new double[blocks]);
      }
    }
    for (int block = 0; block < blocks; block++) {
      for (Network network : networks) {
        if (stop.getAsBoolean()) {
          return List.of();
        }
        times.get(network)[block] =
            workers.get(network.setup()).measure(model, network.variant(), steps.get(network));
        if (floors.containsKey(network)) {
          floors.get(network)[block] = workers.get(network.setup()).floor(model, network.variant());
        }
      }
      progress.advanced("measuring " + model, block + 1L, blocks);
    }
    return networks.stream().map(network -> row(model, network, times, floors)).toList();
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

  private static Row row(
      String model, Network network, Map<Network, double[]> times, Map<Network, double[]> floors) {
    double[] own = times.get(network);
    double[] stock = times.get(new Network(network.variant(), Setup.STOCK));
    double[] batchNorm = times.get(new Network(BATCH_NORM, network.setup()));
    double[] floor = floors.get(new Network(network.variant(), Setup.ONEDNN));
    return new Row(
        model,
        network.variant(),
        network.setup().label(),
        median(own),
        Arrays.stream(own).min().orElseThrow(),
        Arrays.stream(own).max().orElseThrow(),
        medianRatio(stock, own),
        relative(own, batchNorm),
        relative(own, floor));
  }

  private static OptionalDouble relative(double[] own, double[] other) {
    return other == null ? OptionalDouble.empty() : OptionalDouble.of(medianRatio(own, other));
  }

  static double medianRatio(double[] above, double[] below) {
    return median(IntStream.range(0, above.length).mapToDouble(i -> above[i] / below[i]).toArray());
  }

  static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
