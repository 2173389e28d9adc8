package io.bnzoo.parity;

import io.bnzoo.engine.Statistics;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Both models in double precision and plain Java: what every implementation in single precision is
 * measured against. It shares no arithmetic with any of them.
 *
 * <p>Values are [pixels, channels, images] in one array. Parameters have TensorFlow's order of axes
 * and names such as {@code conv01.W} and {@code fc1-bn.populationMean}.
 *
 * @param blocks the hidden blocks, each a linear layer, batch norm or a bias, and the activation
 * @param output the last linear layer, which has a bias
 * @param epsilon of batch norm, empty where there is none
 * @param precision to which values are rounded after a linear layer and after batch norm
 */
record ExactNetwork(
    List<Block> blocks,
    ExactConvolution output,
    Activation activation,
    ExactLoss loss,
    OptionalDouble epsilon,
    DataType precision) {

  private static final int MLP_BLOCKS = 3;
  private static final int CONVOLUTIONS = 19;
  private static final int UNITS = 100;

  /** A hidden block's name and its linear layer. */
  record Block(String name, ExactConvolution linear) {}

  /**
   * What a block did.
   *
   * @param x its input
   * @param moments what batch norm normalized by; empty arrays without it
   * @param normalized the values with mean 0 and variance 1; empty without batch norm
   * @param z the values before the activation
   * @param y the values after it
   */
  @SuppressWarnings("ArrayRecordComponent") // Nobody compares them.
  record Trace(
      Block block,
      double[] x,
      ExactNormalization.Moments moments,
      double[] normalized,
      double[] z,
      double[] y) {}

  /** What all blocks did, and the logits, [classes, images]. */
  @SuppressWarnings("ArrayRecordComponent") // Nobody compares them.
  record Pass(List<Trace> traces, double[] logits) {}

  /** Says through which ReLUs the gradient passes. */
  interface Gates {
    /** As the signs of the exact values say. */
    Gates BY_SIGN = (trace, gradient, parameters) -> positive(trace.z());

    /**
     * Of one block; called from the last block to the first.
     *
     * @param gradient by the block's output
     * @return of each value whether the gradient passes
     */
    boolean[] open(Trace trace, double[] gradient, Map<String, double[]> parameters);

    static boolean[] positive(double[] z) {
      boolean[] positive = new boolean[z.length];
      for (int i = 0; i < z.length; i++) {
        positive[i] = z[i] > 0;
      }
      return positive;
    }
  }

  /** The deep CNN for images of one channel. */
  static ExactNetwork deepCnn(
      int imageSide, int classes, Activation activation, OptionalDouble epsilon) {
    List<Block> blocks = new ArrayList<>();
    int side = imageSide;
    int maps = 1;
    for (int depth = 1; depth <= CONVOLUTIONS; depth++) {
      int stride = depth % 3 == 0 ? 2 : 1;
      ExactConvolution linear = new ExactConvolution(side, maps, 4 * depth, 3, stride);
      blocks.add(new Block(String.format(Locale.ROOT, "conv%02d", depth), linear));
      side = linear.outSide();
      maps = linear.out();
    }
    blocks.add(new Block("fc1", ExactConvolution.dense(side * side * maps, UNITS)));
    return new ExactNetwork(
        blocks,
        ExactConvolution.dense(UNITS, classes),
        activation,
        ExactLoss.SIGMOID,
        epsilon,
        DataType.DOUBLE);
  }

  /** The MLP. */
  static ExactNetwork mlp(int inputs, int classes, Activation activation, OptionalDouble epsilon) {
    List<Block> blocks = new ArrayList<>();
    for (int i = 1; i <= MLP_BLOCKS; i++) {
      blocks.add(new Block("fc" + i, ExactConvolution.dense(i == 1 ? inputs : UNITS, UNITS)));
    }
    return new ExactNetwork(
        blocks,
        ExactConvolution.dense(UNITS, classes),
        activation,
        ExactLoss.SOFTMAX,
        epsilon,
        DataType.DOUBLE);
  }

  /** The same network with each value rounded to single precision. */
  ExactNetwork roundedToFloats() {
    return new ExactNetwork(blocks, output, activation, loss, epsilon, DataType.FLOAT);
  }

  /** The shapes of all parameters. */
  Map<String, List<Integer>> shapes() {
    Map<String, List<Integer>> shapes = new TreeMap<>();
    for (Block block : blocks) {
      shapes.put(block.name() + ".W", block.linear().shape());
      List<Integer> channels = List.of(block.linear().out());
      if (epsilon.isPresent()) {
        for (String name : List.of("gamma", "beta", "populationMean", "populationVariance")) {
          shapes.put(block.name() + "-bn." + name, channels);
        }
      } else {
        shapes.put(block.name() + ".b", channels);
      }
    }
    shapes.put("output.W", output.shape());
    shapes.put("output.b", List.of(output.out()));
    return shapes;
  }

  Pass forward(Map<String, double[]> parameters, double[] images, int count, Statistics by) {
    List<Trace> traces = new ArrayList<>();
    double[] values = images;
    for (Block block : blocks) {
      Trace trace = forward(block, values, parameters, count, by);
      traces.add(trace);
      values = trace.y();
    }
    double[] products = output.forward(values, parameters.get("output.W"), count);
    return new Pass(traces, shifted(products, parameters.get("output.b"), count));
  }

  private Trace forward(
      Block block, double[] x, Map<String, double[]> parameters, int count, Statistics by) {
    double[] linear = block.linear().forward(x, parameters.get(block.name() + ".W"), count);
    round(linear);
    if (epsilon.isEmpty()) {
      double[] z = shifted(linear, parameters.get(block.name() + ".b"), count);
      double[] none = {};
      return new Trace(block, x, new ExactNormalization.Moments(none, none), none, z, activated(z));
    }
    String prefix = block.name() + "-bn.";
    ExactNormalization normalization = normalization(block, count);
    ExactNormalization.Moments moments =
        by == Statistics.BATCH
            ? normalization.moments(linear)
            : new ExactNormalization.Moments(
                parameters.get(prefix + "populationMean"),
                parameters.get(prefix + "populationVariance"));
    double[] normalized = normalization.normalized(linear, moments);
    double[] gamma = parameters.get(prefix + "gamma");
    double[] z = normalization.scaledAndShifted(normalized, gamma, parameters.get(prefix + "beta"));
    round(z);
    return new Trace(block, x, moments, normalized, z, activated(z));
  }

  /** Of a block whose values are of so many images; without batch norm only its sums are of use. */
  ExactNormalization normalization(Block block, int images) {
    return new ExactNormalization(block.linear().out(), images, epsilon.orElse(0));
  }

  private static double[] shifted(double[] values, double[] shift, int images) {
    double[] ones = new double[shift.length];
    Arrays.fill(ones, 1);
    return new ExactNormalization(shift.length, images, 0).scaledAndShifted(values, ones, shift);
  }

  private void round(double[] values) {
    for (int i = 0; precision == DataType.FLOAT && i < values.length; i++) {
      values[i] = (float) values[i];
    }
  }

  private double[] activated(double[] z) {
    double[] y = new double[z.length];
    for (int i = 0; i < z.length; i++) {
      y[i] =
          switch (activation) {
            case RELU -> Math.max(z[i], 0);
            case TANH -> Math.tanh(z[i]);
            case SIGMOID -> 1 / (1 + Math.exp(-z[i]));
            default -> throw new IllegalArgumentException("no formula is known for " + activation);
          };
    }
    return y;
  }

  /**
   * The gradients of the mean loss by all that is trained.
   *
   * @param pass what went before, by the statistics of the batch
   */
  Map<String, double[]> gradients(
      Map<String, double[]> parameters, Pass pass, int[] labels, Gates gates) {
    int images = labels.length;
    Map<String, double[]> gradients = new HashMap<>();
    double[] ofLogits = loss.of(pass.logits(), labels).gradient();
    double[] lastOutput = pass.traces().get(blocks.size() - 1).y();
    gradients.put("output.W", output.weightGradient(lastOutput, ofLogits, images));
    gradients.put("output.b", new ExactNormalization(output.out(), images, 0).sums(ofLogits));
    double[] dy = output.inputGradient(ofLogits, parameters.get("output.W"), images);
    for (int i = blocks.size() - 1; i >= 0; i--) {
      Trace trace = pass.traces().get(i);
      double[] dz = activationGradient(trace, dy, gates, parameters);
      dy = backward(trace, dz, parameters, images, gradients);
    }
    return gradients;
  }

  private double[] activationGradient(
      Trace trace, double[] dy, Gates gates, Map<String, double[]> parameters) {
    double[] dz = dy.clone();
    if (activation == Activation.RELU) {
      boolean[] open = gates.open(trace, dy, parameters);
      for (int i = 0; i < dz.length; i++) {
        dz[i] = open[i] ? dz[i] : 0;
      }
      return dz;
    }
    for (int i = 0; i < dz.length; i++) {
      double y = trace.y()[i];
      dz[i] *= activation == Activation.TANH ? 1 - y * y : y * (1 - y);
    }
    return dz;
  }

  /** Adds the gradients by a block's parameters, and gives that by its input. */
  private double[] backward(
      Trace trace,
      double[] dz,
      Map<String, double[]> parameters,
      int images,
      Map<String, double[]> gradients) {
    Block block = trace.block();
    ExactNormalization channels = normalization(block, images);
    if (epsilon.isPresent()) {
      gradients.put(block.name() + "-bn.beta", channels.sums(dz));
      gradients.put(block.name() + "-bn.gamma", channels.sumsOfProducts(dz, trace.normalized()));
    } else {
      gradients.put(block.name() + ".b", channels.sums(dz));
    }
    double[] ofLinear = linearGradient(trace, dz, parameters, images);
    String weights = block.name() + ".W";
    gradients.put(weights, block.linear().weightGradient(trace.x(), ofLinear, images));
    return block.equals(blocks.get(0))
        ? new double[0]
        : block.linear().inputGradient(ofLinear, parameters.get(weights), images);
  }

  /** The gradient by the linear layer's result, given that by the values before the activation. */
  double[] linearGradient(Trace trace, double[] dz, Map<String, double[]> parameters, int images) {
    return epsilon.isEmpty()
        ? dz
        : normalization(trace.block(), images)
            .inputGradient(
                dz,
                trace.normalized(),
                trace.moments(),
                parameters.get(trace.block().name() + "-bn.gamma"));
  }
}
