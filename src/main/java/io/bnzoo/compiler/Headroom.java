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
  private final List<Norm> all = new ArrayList<>();

  /** For each output, what all of its values depend on. */
  private final List<List<Norm>> hidden = new ArrayList<>();

  private final List<Norm> unused = new ArrayList<>();

  /** How often the parameters have been changed, and how often they had been when measured. */
  private long changes;

  private long measured = -1;

  /** The L2 norm of a parameter when it was last asked for. */
  private final class Norm {
    private final Floats values;
    private double squares;

    Norm(Floats values) {
      this.values = values;
      all.add(this);
    }

    double value() {
      return Math.sqrt(squares);
    }
  }

  /** The smallest value of a parameter, looked for once after each change. */
  private final class Smallest {
    private final Floats values;
    private final float[] each;
    private float smallest;
    private long seen = -1;

    Smallest(Floats values, long count) {
      this.values = values;
      this.each = new float[Math.toIntExact(count)];
    }

    /** NaN if a value is. */
    double value() {
      if (seen != changes) {
        values.read(each);
        smallest = Float.POSITIVE_INFINITY;
        for (float value : each) {
          smallest = Math.min(smallest, value);
        }
        seen = changes;
      }
      return smallest;
    }
  }

  Headroom(NetworkGraph graph, ParameterStore store) {
    this.graph = graph;
    graph.outputs().forEach(output -> hidden.add(new ArrayList<>()));
    List<Set<Integer>> dependents = graph.dependents();
    for (int i = 0; i < graph.nodes().size(); i++) {
      NetworkGraph.Node node = graph.nodes().get(i);
      int before = all.size();
      steps.add(bound(node, store));
      if (node.operation() instanceof Operation.LinearOp) {
        List<Norm> parameters = all.subList(before, all.size());
        dependents.get(graph.value(i)).forEach(output -> hidden.get(output).addAll(parameters));
      }
    }
  }

  private Bound bound(NetworkGraph.Node node, ParameterStore store) {
    double values = node.size().values();
    if (node.operation() instanceof Operation.LinearOp linear) {
      return bound(linear, node, store);
    }
    if (node.operation() instanceof Operation.NormalizationOp normalization) {
      return bound(normalization, values, store);
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

  /** A value is met by as many places of the window at most. */
  private static double reach(Operation.PoolingOp pooling) {
    return Math.sqrt((double) pooling.kernel().vertical() * pooling.kernel().horizontal());
  }

  private Bound bound(Operation.LinearOp linear, NetworkGraph.Node node, ParameterStore store) {
    Norm weights = norm(linear.weights(), store);
    Optional<Norm> bias = linear.bias().map(parameter -> norm(parameter, store));
    double taps = 1;
    if (linear instanceof Operation.ConvolutionOp convolution) {
      taps = convolution.taps();
    } else if (linear instanceof Operation.PixelConvolutionOp pixel) {
      pixel.unused().forEach(parameter -> unused.add(norm(parameter, store)));
    }
    double reach = Math.sqrt(taps); // A value is met by as many places of the kernel at most.
    double values = node.size().values();
    double places = values / node.size().channels();
    return (sources, images, mode) -> {
      double sum =
          weights.value() * reach * sources[0]
              + bias.map(Norm::value).orElse(0.0) * Math.sqrt(places * images);
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
    Optional<Norm> learned = locked.learned().map(parameter -> norm(parameter, store));
    DoubleSupplier scaleAndShift = () -> learned.map(Norm::value).orElse(lockedNorm);
    Optional<Norm> bias = normalization.bias().map(parameter -> norm(parameter, store));
    Norm mean = norm(normalization.mean(), store);
    Norm variance = norm(normalization.variance(), store);
    Smallest smallestVariance = new Smallest(variance.values, normalization.features());
    double places = values / normalization.features();
    return (sources, images, mode) -> {
      double everywhere = Math.sqrt(places * images);
      double shift = (scaleAndShift.getAsDouble() + bias.map(Norm::value).orElse(0.0)) * everywhere;
      if (mode.byBatch() && !normalization.isFrozen()) {
        double deviations = Math.sqrt(values * images);
        return sources[0] < LARGEST_TO_SQUARE
            ? within(scaleAndShift.getAsDouble() * deviations + shift)
            : Double.NaN;
      }
      double kept = smallestVariance.value();
      double least = normalization.keepsLogarithm() ? LogDeviation.variance(kept) : kept;
      double deviation = Math.sqrt(least + normalization.epsilon());
      double centered = within(sources[0] + mean.value() * everywhere);
      return within(scaleAndShift.getAsDouble() / deviation * centered + shift);
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

  private Norm norm(Parameter parameter, ParameterStore store) {
    return new Norm(store.tensor(Quantity.VALUES, parameter).floats());
  }

  /** The parameters have been changed. */
  void parametersChanged() {
    changes++;
  }

  private void measure() {
    if (measured != changes) {
      long floats = all.stream().mapToLong(norm -> norm.values.length()).sum();
      LongVectors.each(all.size(), floats, i -> all.get(i).squares = all.get(i).values.squares());
      measured = changes;
    }
  }

  /** Whether all parameters are finite, and not so large that their squares overflow. */
  boolean isFinite() {
    measure();
    return all.stream().mapToDouble(norm -> norm.squares).sum() <= Float.MAX_VALUE;
  }

  /**
   * Whether each value of an output depends on a parameter that is NaN, or 0 times one that is not
   * finite: all but the last layer's.
   */
  boolean spoils(int output) {
    measure();
    return hidden.get(output).stream().anyMatch(norm -> Double.isNaN(norm.squares))
        || unused.stream().anyMatch(norm -> !Double.isFinite(norm.squares));
  }

  /**
   * Whether no value of a batch can be NaN.
   *
   * @param given of each input the norm of the batch itself, or more
   * @param norms measured as the batch passed through
   */
  boolean suffices(int images, Mode mode, double[] given, Norms norms) {
    measure();
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
