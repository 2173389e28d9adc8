package io.bnzoo.bench;

import io.bnzoo.bench.ModelWorkload.Task;
import io.bnzoo.data.ProgressListener;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Measures networks of Deeplearning4j's in every {@link Setup}, training and predicting.
 *
 * <p>Tasks and setups take turns, block by block, as in {@link Benchmark}. A step that takes longer
 * than a block is a block of its own.
 */
public final class ModelBenchmark {

  /**
   * One network's training or prediction in one setup.
   *
   * @param imageSize as HEIGHTxWIDTH; absent where a saved model's file tells it
   * @param task what is repeated: train or predict
   * @param repetitions how many were measured
   * @param meanMilliseconds of all of them
   * @param medianMilliseconds of all of them
   * @param speedup how many times faster than stock, the median over the blocks
   */
  public record Row(
      String model,
      Optional<String> imageSize,
      int batchSize,
      String setup,
      String task,
      int repetitions,
      double meanMilliseconds,
      double medianMilliseconds,
      double speedup) {}

  private static final double BLOCK_MILLISECONDS = 2500;

  private final List<MeasuredModel> models;
  private final int blocks;
  private final Consumer<String> notices;

  /**
   * A benchmark of the given models.
   *
   * @param blocks how many blocks of about 2.5 s are measured of each, at least 1
   * @param notices receives a line for each thing that is not measured, saying why
   */
  public ModelBenchmark(List<MeasuredModel> models, int blocks, Consumer<String> notices) {
    if (blocks < 1) {
      throw new IllegalArgumentException("blocks must be at least 1, got " + blocks);
    }
    this.models = List.copyOf(models);
    this.blocks = blocks;
    this.notices = notices;
  }

  /**
   * Measures everything.
   *
   * @param stop asked between blocks; once it says true, what is complete is returned
   * @throws IOException if a model cannot be read, built or run, saying why
   */
  public List<Row> run(ProgressListener progress, BooleanSupplier stop) throws IOException {
    return Worker.inEachSetup(
        stop,
        (workers, rows) -> {
          for (MeasuredModel model : models) {
            rows.addAll(new Measurement(model, workers, progress, stop).rows());
          }
        });
  }

  /** A task in a setup. */
  private record Run(Task task, Setup setup) {}

  /** That of one model. */
  private final class Measurement {
    private final MeasuredModel model;
    private final Map<Setup, Worker> workers;
    private final ProgressListener progress;
    private final BooleanSupplier stop;

    /** For each run, the milliseconds of the repetitions in each block. */
    private final Map<Run, List<double[]>> times = new LinkedHashMap<>();

    Measurement(
        MeasuredModel model,
        Map<Setup, Worker> workers,
        ProgressListener progress,
        BooleanSupplier stop) {
      this.model = model;
      this.workers = workers;
      this.progress = progress;
      this.stop = stop;
    }

    List<Row> rows() throws IOException {
      Map<Run, Integer> repetitions = new LinkedHashMap<>();
      List<Run> runs = stop.getAsBoolean() ? List.of() : runs();
      for (Run run : runs) {
        if (stop.getAsBoolean()) {
          return List.of();
        }
        progress.advanced("warming " + model.name() + " up", repetitions.size(), runs.size());
        repetitions.put(run, warmUp(run));
        times.put(run, new ArrayList<>());
      }
      int done = 0;
      for (int block = 0; block < blocks; block++) {
        for (Run run : runs) {
          if (stop.getAsBoolean()) {
            return List.of();
          }
          times.get(run).add(measure(run, repetitions.get(run)));
          progress.advanced("measuring " + model.name(), ++done, (long) blocks * runs.size());
        }
      }
      return runs.stream().map(this::row).toList();
    }

    /** Has every JVM load the model, and finds which of them do what. */
    private List<Run> runs() throws IOException {
      List<Run> runs = new ArrayList<>();
      Set<String> obstacles = new LinkedHashSet<>();
      int loaded = 0;
      for (Map.Entry<Setup, Worker> worker : workers.entrySet()) {
        progress.advanced("loading " + model.name(), loaded++, workers.size());
        for (Task task : Task.values()) {
          Optional<String> obstacle = worker.getValue().obstacle(model, task);
          obstacle.ifPresent(obstacles::add);
          if (obstacle.isEmpty()) {
            runs.add(new Run(task, worker.getKey()));
          }
        }
      }
      obstacles.forEach(obstacle -> notices.accept(model.name() + ": " + obstacle));
      runs.sort(Comparator.comparing(Run::task));
      return runs;
    }

    /** Compiles what is to be compiled, and finds how many repetitions fill a block. */
    private int warmUp(Run run) throws IOException {
      double first = measure(run, 1)[0];
      return first >= BLOCK_MILLISECONDS
          ? 1
          : inBlock(Benchmark.median(measure(run, inBlock(first))));
    }

    private static int inBlock(double milliseconds) {
      return Math.max(1, (int) (BLOCK_MILLISECONDS / milliseconds));
    }

    private double[] measure(Run run, int repetitions) throws IOException {
      return workers.get(run.setup()).measure(model, run.task(), repetitions);
    }

    private Row row(Run run) {
      double[] all = times.get(run).stream().flatMapToDouble(Arrays::stream).toArray();
      return new Row(
          model.name(),
          model.imageSize().map(Object::toString),
          model.batchSize(),
          run.setup().label(),
          run.task().label(),
          all.length,
          Arrays.stream(all).average().orElseThrow(),
          Benchmark.median(all),
          Benchmark.medianRatio(medians(new Run(run.task(), Setup.STOCK)), medians(run)));
    }

    private double[] medians(Run run) {
      return times.get(run).stream().mapToDouble(Benchmark::median).toArray();
    }
  }
}
