package io.bnzoo.compiler;

import io.bnzoo.onednn.Argument;
import io.bnzoo.onednn.Floats;
import io.bnzoo.onednn.Layout;
import io.bnzoo.onednn.Mode;
import io.bnzoo.onednn.Primitive;
import io.bnzoo.onednn.Primitives;
import io.bnzoo.onednn.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Batch normalization of one of an LSTM's values in each of its steps.
 *
 * <p>In training the batch's statistics take the gradients' place in the store, each step's in its
 * row, and of those steps that share the last row the average.
 */
final class StepNormalizationKernels {
  private final Operation.StepStatistics statistics;
  private final Optional<Parameter> shift;
  private final double epsilon;
  private final Layout step;
  private final int steps;
  private final Mode mode;
  private final Workbench bench;
  private final long features;
  private final Primitive forward;
  private final Tensor scaleAndShift;
  private final Rows means;
  private final Rows variances;

  /**
   * Adds what brings gamma and shift into place.
   *
   * @param shift what is added, of gamma's size; if it is absent nothing is
   * @param step the layout of a step's value
   * @param mode inference where the running statistics are fixed
   */
  StepNormalizationKernels(
      Operation.StepStatistics statistics,
      Optional<Parameter> shift,
      double epsilon,
      Layout step,
      int steps,
      Mode mode,
      Workbench bench) {
    this.statistics = statistics;
    this.shift = shift;
    this.epsilon = epsilon;
    this.step = step;
    this.steps = steps;
    this.mode = mode;
    this.bench = bench;
    this.features = step.size(1);
    this.forward = bench.own(Primitives.batchNormalization(mode, step, epsilon, false));
    this.scaleAndShift = bench.tensor(Layout.rowByRow(2, features));
    addScaleAndShift();
    this.means = new Rows(statistics.mean());
    this.variances = new Rows(statistics.variance());
  }

  private void addScaleAndShift() {
    Floats scale = scaleAndShift.floats().part(0, features);
    Floats shifts = scaleAndShift.floats().part(features, features);
    Floats gamma = bench.values(statistics.gamma()).floats();
    Optional<Floats> added = shift.map(parameter -> bench.values(parameter).floats());
    bench.add(
        () -> {
          scale.copy(gamma);
          added.ifPresentOrElse(shifts::copy, shifts::clear);
        });
  }

  /** How many steps have a row that is theirs alone. */
  private int ownRows() {
    return steps <= statistics.rows() ? steps : statistics.rows() - 1;
  }

  /** One of the two statistics: where each step finds or leaves its own. */
  private final class Rows {
    private final Parameter parameter;
    private final Layout row = Layout.rowByRow(features);
    private final List<Tensor> ofSteps = new ArrayList<>();

    /** In training, of the steps that share the last row. */
    private final Optional<Tensor> sharing;

    Rows(Parameter parameter) {
      this.parameter = parameter;
      int own = ownRows();
      int later = steps - own;
      sharing =
          mode == Mode.TRAINING && later > 0
              ? Optional.of(bench.tensor(Layout.rowByRow(later, features)))
              : Optional.empty();
      switch (mode) {
        case TRAINING -> {
          Tensor batch = bench.gradients(parameter);
          IntStream.range(0, own).forEach(t -> ofSteps.add(row(batch, t)));
          IntStream.range(0, later).forEach(t -> ofSteps.add(row(sharing.orElseThrow(), t)));
        }
        case INFERENCE -> {
          Tensor running = bench.values(parameter);
          IntStream.range(0, own).forEach(t -> ofSteps.add(row(running, t)));
          ofSteps.addAll(Collections.nCopies(later, row(running, statistics.rows() - 1L)));
        }
        case INFERENCE_BY_BATCH -> ofSteps.addAll(Collections.nCopies(steps, bench.tensor(row)));
      }
    }

    private Tensor row(Tensor rows, long number) {
      return bench.tensor(row, rows.floats().part(number * features, features));
    }

    /** Of the steps that share the last row, the average becomes the batch's. */
    void average() {
      sharing.ifPresent(
          of -> {
            float[] shares = new float[steps - ownRows()];
            Arrays.fill(shares, 1f / shares.length);
            Floats weights = bench.constant(shares);
            Floats last = row(bench.gradients(parameter), statistics.rows() - 1L).floats();
            bench.add(() -> last.columnMeans(of.floats(), weights));
          });
    }
  }

  /** Normalizes a step's value, perhaps in its place. */
  void forward(int t, Tensor source, Tensor result) {
    bench.add(
        forward,
        Map.of(
            Argument.SOURCE, source,
            Argument.SCALE_AND_SHIFT, scaleAndShift,
            Argument.MEAN, means.ofSteps.get(t),
            Argument.VARIANCE, variances.ofSteps.get(t),
            Argument.DESTINATION, result));
  }

  /** After the last step. */
  void endForward() {
    means.average();
    variances.average();
  }

  /** Where the batch's statistics are after each forward pass. */
  StepMoments moments() {
    long[] gamma = statistics.gamma().layout().size();
    return new StepMoments(
        statistics,
        Math.toIntExact(gamma[0]),
        Math.toIntExact(gamma[1]),
        means.ofSteps.stream().map(Tensor::floats).toList(),
        variances.ofSteps.stream().map(Tensor::floats).toList());
  }

  /** What the steps backward need and leave. */
  final class Gradients {
    private final Primitive primitive =
        bench.own(Primitives.batchNormalizationGradient(step, epsilon, false, forward));
    private final Tensor gradients = bench.tensor(Layout.rowByRow(steps, 2 * features));

    /**
     * The gradient of what was normalized.
     *
     * @param source what was normalized
     * @param found may be the gradient's or the source's memory
     */
    void add(int t, Tensor source, Tensor gradient, Tensor found) {
      Tensor ofScaleAndShift =
          bench.tensor(
              Layout.rowByRow(2, features),
              gradients.floats().part(2L * t * features, 2 * features));
      bench.add(
          primitive,
          Map.of(
              Argument.SOURCE, source,
              Argument.SCALE_AND_SHIFT, scaleAndShift,
              Argument.MEAN, means.ofSteps.get(t),
              Argument.VARIANCE, variances.ofSteps.get(t),
              Argument.DESTINATION_GRADIENT, gradient,
              Argument.SOURCE_GRADIENT, found,
              Argument.SCALE_AND_SHIFT_GRADIENT, ofScaleAndShift));
    }

    /** After the first step: the gradients of gamma and shift, which all steps share. */
    void end() {
      float[] ones = new float[steps];
      Arrays.fill(ones, 1);
      Floats each = bench.constant(ones);
      Floats sums = bench.tensor(Layout.rowByRow(2 * features)).floats().part(0, 2 * features);
      Floats ofGamma = bench.gradients(statistics.gamma()).floats();
      Optional<Floats> ofShift = shift.map(parameter -> bench.gradients(parameter).floats());
      Floats all = gradients.values();
      bench.add(
          () -> {
            sums.columnMeans(all, each);
            ofGamma.copy(sums.part(0, features));
            ofShift.ifPresent(gradient -> gradient.copy(sums.part(features, features)));
          });
      bench.recycle(gradients);
    }
  }
}
