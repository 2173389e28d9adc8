package io.bnzoo.compiler;

import io.bnzoo.onednn.ActivationFunction;
import io.bnzoo.onednn.Argument;
import io.bnzoo.onednn.Floats;
import io.bnzoo.onednn.Layout;
import io.bnzoo.onednn.Mode;
import io.bnzoo.onednn.Primitive;
import io.bnzoo.onednn.Primitives;
import io.bnzoo.onednn.Tensor;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Batch normalization of [N,F] or [N,C,H,W].
 *
 * <p>In training the batch's mean and variance take the gradients' place in the store, from where a
 * step updates the running ones.
 */
final class NormalizationKernels implements OperationKernels {
  private final Operation.NormalizationOp operation;
  private final Workbench bench;
  private final Mode mode;
  private boolean features;
  private Choice choice;
  private Tensor source;
  private Tensor workspace;
  private Optional<ActivationKernels> rectifier = Optional.empty();

  NormalizationKernels(Operation.NormalizationOp operation, Workbench bench) {
    this.operation = operation;
    this.bench = bench;
    this.mode = operation.isFrozen() ? Mode.INFERENCE : bench.mode();
  }

  @Override
  public Tensor forward(Tensor given) {
    features = given.layout().size().length == 2;
    Tensor images = images(given);
    choice = choose(images.layout().size());
    source = bench.arranged(images, choice.forward().source());
    Tensor result = bench.tensor(choice.forward().destination());
    Tensor mean = statistic(operation.mean());
    Tensor variance = variance();
    if (choice.momentsFirst()) {
      new ChannelMoments(bench, source.layout().size(0)).add(source, mean, variance);
    }
    Map<Argument, Tensor> arguments = new EnumMap<>(Argument.class);
    arguments.put(Argument.SOURCE, source);
    arguments.put(Argument.SCALE_AND_SHIFT, scaleAndShift());
    arguments.put(Argument.MEAN, mean);
    arguments.put(Argument.VARIANCE, variance);
    arguments.put(Argument.DESTINATION, result);
    if (choice.rectifies() && mode.byBatch()) {
      workspace = bench.tensor(choice.forward().workspace());
      arguments.put(Argument.WORKSPACE, workspace);
    }
    bench.add(choice.forward(), arguments);
    if (operation.rectified() && !choice.rectifies()) {
      rectifier = Optional.of(new ActivationKernels(ActivationFunction.RELU, bench));
      result = rectifier.get().forward(result);
    }
    return likeGiven(result);
  }

  /**
   * One way to compute the result.
   *
   * @param momentsFirst whether {@link ChannelMoments} computes the statistics
   * @param rectifies whether the primitive applies the ReLU itself
   * @param forward the primitive
   * @param partner the forward primitive that a backward one belongs to, which computes the
   *     statistics itself
   */
  private record Choice(
      boolean momentsFirst, boolean rectifies, Primitive forward, Primitive partner) {
    boolean isFast() {
      return !forward.isGeneric() && !partner.isGeneric();
    }
  }

  /**
   * The first choice that oneDNN has fast code for, which depends on the number of channels. Images
   * have channels last as in convolutions, and only a single pixel is quickly reordered.
   */
  private Choice choose(long[] size) {
    List<Layout> layouts =
        features
            ? List.of(Layout.blocked(size))
            : List.of(Layout.channelsLast(size), Layout.blocked(size));
    for (Layout layout : layouts) {
      for (boolean rectifies : operation.rectified() ? List.of(true, false) : List.of(false)) {
        Choice choice = choice(layout, rectifies);
        if (choice.isFast()) {
          return choice;
        }
      }
    }
    return choice(Layout.blocked(size), false);
  }

  private Choice choice(Layout layout, boolean rectifies) {
    boolean momentsFirst =
        mode.byBatch()
            && ChannelMoments.worthwhile(layout)
            && layout.equals(Layout.channelsLast(layout.size()));
    double epsilon = operation.epsilon();
    Primitive forward =
        bench.own(
            momentsFirst
                ? Primitives.batchNormalizationByMoments(layout, epsilon, rectifies)
                : Primitives.batchNormalization(mode, layout, epsilon, rectifies));
    Primitive partner =
        momentsFirst && mode == Mode.TRAINING
            ? bench.own(Primitives.batchNormalization(Mode.TRAINING, layout, epsilon, rectifies))
            : forward;
    return new Choice(momentsFirst, rectifies, forward, partner);
  }

  /** [N,F] as [N,F,1,1]. */
  private Tensor images(Tensor given) {
    long[] size = given.layout().size();
    return features ? bench.view(given, Layout.rowByRow(size[0], size[1], 1, 1)) : given;
  }

  /** What {@link #images} made of features becomes features again. */
  private Tensor likeGiven(Tensor images) {
    if (!features) {
      return images;
    }
    long[] size = images.layout().size();
    Tensor inOrder = bench.arranged(images, Layout.rowByRow(size));
    return bench.view(inOrder, Layout.rowByRow(size[0], size[1]));
  }

  /** The variance itself, whatever is kept of it. */
  private Tensor variance() {
    Tensor kept = statistic(operation.variance());
    if (mode != Mode.INFERENCE || !operation.keepsLogarithm()) {
      return kept;
    }
    Tensor variance = bench.tensor(kept.layout());
    Floats values = variance.floats().part(0, operation.features());
    bench.add(() -> LogDeviation.writeVariances(kept.floats(), values));
    return variance;
  }

  private Tensor statistic(Parameter parameter) {
    return switch (mode) {
      case TRAINING -> bench.gradients(parameter);
      case INFERENCE -> bench.values(parameter);
      case INFERENCE_BY_BATCH -> bench.tensor(parameter.layout());
    };
  }

  /** Gamma and beta without the bias. */
  private Tensor stored() {
    Operation.ScaleAndShift given = operation.scaleAndShift();
    if (given.learned().isPresent()) {
      return bench.values(given.learned().get());
    }
    int count = Math.toIntExact(operation.features());
    float[] values = new float[2 * count];
    Arrays.fill(values, 0, count, (float) given.gamma());
    Arrays.fill(values, count, 2 * count, (float) given.beta());
    return bench.constant(Layout.rowByRow(2, count), values);
  }

  /** Gamma and beta; a bias is added to beta. */
  private Tensor scaleAndShift() {
    Tensor stored = stored();
    if (operation.bias().isEmpty()) {
      return stored;
    }
    Tensor sum = bench.tensor(stored.layout());
    Floats both = sum.floats().part(0, stored.floats().length());
    Floats shift = shift(sum);
    Floats bias = bench.values(operation.bias().get()).floats();
    bench.add(
        () -> {
          both.copy(stored.floats());
          shift.add(1, bias);
        });
    return sum;
  }

  private Floats shift(Tensor scaleAndShift) {
    return scaleAndShift.floats().part(operation.features(), operation.features());
  }

  @Override
  public Tensor backward(Tensor given, boolean sourceNeeded) {
    Tensor gradient = bench.rearranged(images(given), choice.forward().destination());
    if (rectifier.isPresent()) {
      gradient = rectifier.get().backward(gradient, true);
    }
    Tensor parameterGradients =
        operation
            .scaleAndShift()
            .learned()
            .map(bench::gradients)
            .orElseGet(() -> bench.tensor(Layout.rowByRow(2, operation.features())));
    Map<Argument, Tensor> arguments = new EnumMap<>(Argument.class);
    arguments.put(Argument.SOURCE, source);
    arguments.put(Argument.SCALE_AND_SHIFT, stored());
    arguments.put(Argument.MEAN, statistic(operation.mean()));
    arguments.put(Argument.VARIANCE, statistic(operation.variance()));
    arguments.put(Argument.DESTINATION_GRADIENT, gradient);
    arguments.put(Argument.SOURCE_GRADIENT, gradient);
    arguments.put(Argument.SCALE_AND_SHIFT_GRADIENT, parameterGradients);
    if (choice.rectifies()) {
      arguments.put(Argument.WORKSPACE, workspace);
    }
    bench.add(
        bench.own(
            Primitives.batchNormalizationGradient(
                choice.forward().source(),
                operation.epsilon(),
                choice.rectifies(),
                choice.partner())),
        arguments);
    operation
        .bias()
        .ifPresent(
            bias -> {
              Floats biasGradient = bench.gradients(bias).floats();
              Floats shiftGradient = shift(parameterGradients);
              bench.add(() -> biasGradient.copy(shiftGradient));
            });
    return likeGiven(gradient);
  }
}
