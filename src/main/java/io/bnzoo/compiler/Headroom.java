package io.bnzoo.compiler;

import io.bnzoo.compiler.ParameterStore.Quantity;
import io.bnzoo.onednn.ActivationFunction;
import io.bnzoo.onednn.Floats;
import io.bnzoo.onednn.Mode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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

  /** The bound after an operation from that before it; NaN where there is none. */
  private interface Bound {
    double bound(double before, double images, Mode mode);
  }

  private final List<Bound> steps = new ArrayList<>();
  private final List<Norm> all = new ArrayList<>();
  private final List<Norm> hidden = new ArrayList<>();
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
    double values = graph.input().values();
    for (Operation operation : graph.operations()) {
      boolean last = steps.size() == graph.operations().size() - 1;
      int before = all.size();
      if (operation instanceof Operation.LinearOp linear) {
        values = add(linear, store);
      } else if (operation instanceof Operation.NormalizationOp normalization) {
        add(normalization, values, store);
      } else if (operation instanceof Operation.PoolingOp pooling) {
        values = pooling.output().values();
        // A value is met by as many places of the window at most.
        double reach =
            Math.sqrt((double) pooling.kernel().vertical() * pooling.kernel().horizontal());
        steps.add((bound, images, mode) -> within(reach * bound));
      } else if (operation instanceof Operation.DropoutOp dropout) {
        steps.add((bound, images, mode) -> within(bound / dropout.keep()));
      } else if (operation instanceof Operation.ActivationOp activation) {
        double count = values;
        steps.add((bound, images, mode) -> after(activation.function(), bound, count * images));
      } else {
        steps.add((bound, images, mode) -> bound);
      }
      if (!last && operation instanceof Operation.LinearOp) {
        hidden.addAll(all.subList(before, all.size()));
      }
    }
  }

  private double add(Operation.LinearOp linear, ParameterStore store) {
    Norm weights = norm(linear.weights(), store);
    Optional<Norm> bias = linear.bias().map(parameter -> norm(parameter, store));
    double places = 1;
    double taps = 1;
    if (linear instanceof Operation.ConvolutionOp convolution) {
      places = convolution.output().height() * convolution.output().width();
      taps = linear.weights().layout().size(2) * linear.weights().layout().size(3);
    } else if (linear instanceof Operation.PixelConvolutionOp pixel) {
      pixel.unused().forEach(parameter -> unused.add(norm(parameter, store)));
    }
    double reach = Math.sqrt(taps); // A value is met by as many places of the kernel at most.
    double resultPlaces = places;
    double values = places * linear.weights().layout().size(0);
    steps.add(
        (bound, images, mode) -> {
          double sum =
              weights.value() * reach * bound
                  + bias.map(Norm::value).orElse(0.0) * Math.sqrt(resultPlaces * images);
          return linear.activation().isPresent()
              ? after(linear.activation().get(), sum, values * images)
              : within(sum);
        });
    return values;
  }

  private void add(Operation.NormalizationOp normalization, double values, ParameterStore store) {
    Norm scaleAndShift = norm(normalization.scaleAndShift(), store);
    Optional<Norm> bias = normalization.bias().map(parameter -> norm(parameter, store));
    Norm mean = norm(normalization.mean(), store);
    Norm variance = norm(normalization.variance(), store);
    Smallest smallestVariance = new Smallest(variance.values, normalization.features());
    double places = values / normalization.features();
    steps.add(
        (bound, images, mode) -> {
          double everywhere = Math.sqrt(places * images);
          double shift = (scaleAndShift.value() + bias.map(Norm::value).orElse(0.0)) * everywhere;
          if (mode.byBatch()) {
            double deviations = Math.sqrt(values * images);
            return bound < LARGEST_TO_SQUARE
                ? within(scaleAndShift.value() * deviations + shift)
                : Double.NaN;
          }
          double kept = smallestVariance.value();
          double least = normalization.keepsLogarithm() ? LogDeviation.variance(kept) : kept;
          double deviation = Math.sqrt(least + normalization.epsilon());
          double centered = within(bound + mean.value() * everywhere);
          return within(scaleAndShift.value() / deviation * centered + shift);
        });
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
      all.forEach(norm -> norm.squares = norm.values.squares());
      measured = changes;
    }
  }

  /** Whether all parameters are finite, and not so large that their squares overflow. */
  boolean isFinite() {
    measure();
    return all.stream().mapToDouble(norm -> norm.squares).sum() <= Float.MAX_VALUE;
  }

  /**
   * Whether each value of each image depends on a parameter that is NaN, or 0 times one that is not
   * finite: all but the last layer's.
   */
  boolean spoilsAll() {
    measure();
    return hidden.stream().anyMatch(norm -> Double.isNaN(norm.squares))
        || unused.stream().anyMatch(norm -> !Double.isFinite(norm.squares));
  }

  /**
   * Whether no value of a batch can be NaN.
   *
   * @param norm of the batch itself, or more
   * @param norms measured as the batch passed through
   */
  boolean suffices(int images, Mode mode, double norm, Norms norms) {
    if (spoilsAll()) {
      return false;
    }
    double bound = within(norm);
    for (int i = 0; i < steps.size(); i++) {
      bound = Math.min(steps.get(i).bound(bound, images, mode), norms.after(i));
    }
    return bound < LARGEST;
  }
}
