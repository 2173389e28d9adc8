package io.bnzoo.compiler;

import io.bnzoo.compiler.Operation.ScaleAndShift;
import io.bnzoo.compiler.ParameterStore.Quantity;
import io.bnzoo.onednn.ActivationFunction;
import io.bnzoo.onednn.Floats;
import io.bnzoo.onednn.ImagePrimitives.LocalResponse;
import io.bnzoo.onednn.Mode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.DoubleSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Whether all sums of a forward pass stay within the range of floats, so that no value in it can be
 * NaN.
 *
 * <p>A NaN comes of parameters that are not finite, of the root of a negative variance, or of
 * values that overflow. An upper bound on the L2 norm of a batch's values is carried from operation
 * to operation: a linear layer raises it at most by the norm of its weights (the Cauchy-Schwarz
 * inequality), a normalization by the batch's own statistics sets it. Where the bound leaves the
 * range, a NaN is possible, not certain.
 */
final class Headroom {
  /** Less than the largest float by as much as rounding and many summands may need. */
  private static final double LARGEST = 1e37;

  /** The largest value whose square is within the range: a variance is a mean of squares. */
  private static final double LARGEST_TO_SQUARE = 1e18;

  /** The bound after an operation from those of its sources; NaN where there is none. */
  private interface Bound {
    double bound(double[] sources, double images, Mode mode);
  }

  private final NetworkGraph graph;
  private final List<Bound> steps = new ArrayList<>();
  private final Squares squares;

  /** For each output, what all of its values depend on. */
  private final List<List<Squares.Sum>> hidden = new ArrayList<>();

  private final List<Squares.Sum> unused = new ArrayList<>();

  /** How often the parameters have been changed. */
  private long changes;

  /**
   * The largest factor by which a normalization by running statistics multiplies a channel, {@code
   * |gamma| / sqrt(variance + epsilon)}, worked out once after each change.
   */
  private final class Steepest {
    private final Operation.NormalizationOp normalization;
    private final Floats variance;
    private final Optional<Floats> learnedGamma;
    private final float[] variances;
    private final float[] gammas;
    private double steepest;
    private long seen = -1;

    Steepest(Operation.NormalizationOp normalization, ParameterStore store) {
      this.normalization = normalization;
      this.variance = values(normalization.variance(), store);
      this.learnedGamma =
          normalization.scaleAndShift().learned().map(parameter -> values(parameter, store));
      this.variances = new float[Math.toIntExact(normalization.features())];
      this.gammas = new float[variances.length];
      Arrays.fill(gammas, (float) normalization.scaleAndShift().gamma());
    }

    /** NaN if a gamma is, or if a variance is or has no root. */
    double value() {
      if (seen != changes) {
        variance.read(variances);
        learnedGamma.ifPresent(gamma -> gamma.read(gammas)); // It comes before beta.
        steepest = 0;
        for (int i = 0; i < variances.length; i++) {
          double kept = variances[i];
          double of = normalization.keepsLogarithm() ? LogDeviation.variance(kept) : kept;
          double factor = Math.abs(gammas[i]) / Math.sqrt(of + normalization.epsilon());
          steepest = Math.max(steepest, factor);
        }
        seen = changes;
      }
      return steepest;
    }
  }

  Headroom(NetworkGraph graph, ParameterStore store, Squares squares) {
    this.graph = graph;
    this.squares = squares;
    graph.outputs().forEach(output -> hidden.add(new ArrayList<>()));
    List<Set<Integer>> dependents = graph.dependents();
    for (int i = 0; i < graph.nodes().size(); i++) {
      NetworkGraph.Node node = graph.nodes().get(i);
      steps.add(bound(node, store));
      if (node.operation() instanceof Operation.LinearOp
          || node.operation() instanceof Operation.LstmOp) {
        List<Squares.Sum> parameters =
            node.operation().parameters().stream().map(squares::of).toList();
        dependents.get(graph.value(i)).forEach(output -> hidden.get(output).addAll(parameters));
      }
    }
  }

  private Bound bound(NetworkGraph.Node node, ParameterStore store) {
    double values = node.size().values();
    if (node.operation() instanceof Operation.LinearOp linear) {
      return bound(linear, node);
    }
    if (node.operation() instanceof Operation.NormalizationOp normalization) {
      return bound(normalization, values, store);
    }
    if (node.operation() instanceof Operation.LstmOp lstm) {
      return bound(lstm, values, store);
    }
    if (node.operation() instanceof Operation.SequenceOp sequence) {
      double times = Math.sqrt((double) sequence.mostOften());
      return (sources, images, mode) -> within(times * sources[0]);
    }
    if (node.operation() instanceof Operation.PoolingOp pooling) {
      double reach = reach(pooling);
      return (sources, images, mode) -> within(reach * sources[0]);
    }
    if (node.operation() instanceof Operation.NormPoolingOp pooling) {
      double reach = reach(pooling.mean());
      return (sources, images, mode) ->
          sources[0] < LARGEST_TO_SQUARE ? within(reach * sources[0]) : Double.NaN;
    }
    if (node.operation() instanceof Operation.DropoutOp dropout) {
      return (sources, images, mode) -> within(sources[0] / dropout.keep());
    }
    if (node.operation() instanceof Operation.ActivationOp activation) {
      return (sources, images, mode) -> after(activation.function(), sources[0], values * images);
    }
    if (node.operation() instanceof Operation.UpsamplingOp upsampling) {
      double times = Math.sqrt(values / upsampling.input().values());
      return (sources, images, mode) -> within(times * sources[0]);
    }
    if (node.operation() instanceof Operation.LocalResponseOp operation) {
      LocalResponse response = operation.response();
      boolean divides = response.k() > 0 && response.alpha() >= 0 && response.beta() >= 0;
      double factor = divides ? Math.pow(response.k(), -response.beta()) : Double.NaN;
      return (sources, images, mode) ->
          sources[0] < LARGEST_TO_SQUARE ? within(factor * sources[0]) : Double.NaN;
    }
    if (node.operation() instanceof Operation.SoftmaxOp
        || node.operation() instanceof Operation.HardSigmoidOp) {
      return (sources, images, mode) ->
          sources[0] < LARGEST ? Math.sqrt(values * images) : Double.NaN;
    }
    if (node.operation() instanceof Operation.UnitNormOp unitNorm) {
      return (sources, images, mode) -> within(sources[0] / unitNorm.least());
    }
    if (node.operation() instanceof Operation.SumOp sum) {
      return (sources, images, mode) -> {
        double bound = 0;
        for (int i = 0; i < sources.length; i++) {
          bound += Math.abs(sum.weights().get(i)) * sources[i];
        }
        return within(bound);
      };
    }
    if (node.operation() instanceof Operation.ProductOp) {
      return (sources, images, mode) ->
          Arrays.stream(sources).reduce(1, (one, other) -> within(one * other));
    }
    return (sources, images, mode) -> within(Arrays.stream(sources).sum());
  }

  /**
   * The output of an LSTM is never above 1, if all that its gates are made of has a bound. A
   * normalization by running statistics is taken for one that cannot be trusted where a variance
   * has no root.
   */
  private Bound bound(Operation.LstmOp lstm, double values, ParameterStore store) {
    Squares.Sum ofInput = squares.of(lstm.inputWeights());
    Squares.Sum ofState = squares.of(lstm.stateWeights());
    List<Squares.Sum> others = lstm.parameters().stream().map(squares::of).toList();
    double states = lstm.outputs() * lstm.steps();
    Optional<LeastVariance> least =
        lstm.normalization().map(normalization -> new LeastVariance(normalization, store));
    return (sources, images, mode) -> {
      double products =
          ofInput.norm() * sources[0] + ofState.norm() * Math.sqrt(states * images) + states;
      double parameters = others.stream().mapToDouble(Squares.Sum::norm).sum();
      boolean sound =
          products < LARGEST_TO_SQUARE
              && parameters < LARGEST_TO_SQUARE
              && (mode.byBatch() || least.isEmpty() || least.get().hasRoot());
      return sound ? Math.sqrt(values * images) : Double.NaN;
    };
  }

  /** The least of an LSTM's running variances, looked for once after each change. */
  private final class LeastVariance {
    private final double epsilon;
    private final List<Floats> variances;
    private double least;
    private long seen = -1;

    LeastVariance(Operation.StepNormalization normalization, ParameterStore store) {
      this.epsilon = normalization.epsilon();
      this.variances =
          Stream.of(normalization.input(), normalization.state(), normalization.cell())
              .map(statistics -> values(statistics.variance(), store))
              .toList();
    }

    boolean hasRoot() {
      if (seen != changes) {
        least = Double.POSITIVE_INFINITY;
        for (Floats floats : variances) {
          float[] values = new float[floats.length()];
          floats.read(values);
          for (float value : values) {
            least = Math.min(least, value);
          }
        }
        seen = changes;
      }
      return least + epsilon > 0;
    }
  }

  /** A value is met by as many places of the window at most. */
  private static double reach(Operation.PoolingOp pooling) {
    return Math.sqrt((double) pooling.kernel().vertical() * pooling.kernel().horizontal());
  }

  private Bound bound(Operation.LinearOp linear, NetworkGraph.Node node) {
    Squares.Sum weights = squares.of(linear.weights());
    Optional<Squares.Sum> bias = linear.bias().map(squares::of);
    double taps = 1;
    if (linear instanceof Operation.ConvolutionOp convolution) {
      taps = convolution.taps();
    } else if (linear instanceof Operation.PixelConvolutionOp pixel) {
      pixel.unused().forEach(parameter -> unused.add(squares.of(parameter)));
    }
    double reach = Math.sqrt(taps); // A value is met by as many places of the kernel at most.
    double values = node.size().values();
    double places = values / node.size().channels();
    return (sources, images, mode) -> {
      double sum =
          weights.norm() * reach * sources[0]
              + bias.map(Squares.Sum::norm).orElse(0.0) * Math.sqrt(places * images);
      return linear.activation().isPresent()
          ? after(linear.activation().get(), sum, values * images)
          : within(sum);
    };
  }

  private Bound bound(
      Operation.NormalizationOp normalization, double values, ParameterStore store) {
    ScaleAndShift locked = normalization.scaleAndShift();
    double features = normalization.features();
    double lockedNorm = Math.hypot(locked.gamma(), locked.beta()) * Math.sqrt(features);
    Optional<Squares.Sum> learned = locked.learned().map(squares::of);
    DoubleSupplier scaleAndShift = () -> learned.map(Squares.Sum::norm).orElse(lockedNorm);
    Optional<Squares.Sum> bias = normalization.bias().map(squares::of);
    Squares.Sum mean = squares.of(normalization.mean());
    Steepest steepest = new Steepest(normalization, store);
    double places = values / normalization.features();
    return (sources, images, mode) -> {
      double everywhere = Math.sqrt(places * images);
      double shift =
          (scaleAndShift.getAsDouble() + bias.map(Squares.Sum::norm).orElse(0.0)) * everywhere;
      if (mode.byBatch() && !normalization.isFrozen()) {
        double deviations = Math.sqrt(values * images);
        return sources[0] < LARGEST_TO_SQUARE
            ? within(scaleAndShift.getAsDouble() * deviations + shift)
            : Double.NaN;
      }
      double centered = within(sources[0] + mean.norm() * everywhere);
      return within(steepest.value() * centered + shift);
    };
  }

  /** A function's values are never far from its arguments, or within a range. */
  private static double after(ActivationFunction function, double bound, double values) {
    double ofOnes = Math.sqrt(values);
    return switch (function.kind()) {
      case SIGMOID, TANH -> bound < LARGEST ? ofOnes : Double.NaN;
      case RELU6 -> bound < LARGEST ? 6 * ofOnes : Double.NaN;
      case RELU -> within(Math.max(1, function.slope()) * bound);
      case SWISH -> within(bound);
      case ELU, SOFTPLUS -> within(bound + ofOnes);
    };
  }

  private static double within(double bound) {
    return bound < LARGEST ? bound : Double.NaN;
  }

  private static Floats values(Parameter parameter, ParameterStore store) {
    return store.tensor(Quantity.VALUES, parameter).floats();
  }

  /** The parameters have been changed. */
  void parametersChanged() {
    changes++;
  }

  /** Whether all parameters are finite, and not so large that their squares overflow. */
  boolean isFinite() {
    return squares.all() <= Float.MAX_VALUE;
  }

  /**
   * Whether each value of an output depends on a parameter that is NaN, or 0 times one that is not
   * finite: all but the last layer's.
   */
  boolean spoils(int output) {
    return hidden.get(output).stream().anyMatch(sum -> Double.isNaN(sum.value()))
        || unused.stream().anyMatch(sum -> !Double.isFinite(sum.value()));
  }

  /**
   * Whether no value of a batch can be NaN.
   *
   * @param given of each input the norm of the batch itself, or more
   * @param norms measured as the batch passed through
   */
  boolean suffices(int images, Mode mode, double[] given, Norms norms) {
    if (IntStream.range(0, hidden.size()).anyMatch(this::spoils)) {
      return false;
    }
    double[] bounds = new double[graph.values()];
    for (int i = 0; i < given.length; i++) {
      bounds[i] = within(given[i]);
    }
    for (int i = 0; i < steps.size(); i++) {
      double[] sources =
          graph.nodes().get(i).sources().stream().mapToDouble(source -> bounds[source]).toArray();
      double bound = steps.get(i).bound(sources, images, mode);
      bounds[graph.value(i)] = Math.min(bound, norms.after(i));
    }
    return graph.outputs().stream().allMatch(output -> bounds[output.value()] < LARGEST);
  }
}
