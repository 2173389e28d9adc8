package io.bnzoo.parity;

import io.bnzoo.layer.Arithmetic;
import io.bnzoo.zoo.Normalization;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A network of ours in TensorFlow's terms. */
final class Parity {
  private static final double DECAY = 0.99;

  private Parity() {}

  /** What of ours must give the same as a batch norm of TensorFlow: none, moments or fused. */
  static List<Normalization> implementations(String batchNorm) {
    return batchNorm.equals("none")
        ? List.of(Normalization.none())
        : batchNorms(Normalization.TENSORFLOW_DECAY, Normalization.TENSORFLOW_EPSILON);
  }

  /** All batch norms of ours. */
  static List<Normalization> batchNorms(double decay, double epsilon) {
    return List.of(
        new Normalization.LowLevel(decay, epsilon, Arithmetic.ONE_OPERATION),
        new Normalization.LowLevel(decay, epsilon, Arithmetic.SPELT_OUT),
        new Normalization.BatchNorm(decay, epsilon));
  }

  /** All parameters by names such as {@code conv01.W} and {@code fc1-bn.populationMean}. */
  static Map<String, INDArray> parameters(MultiLayerNetwork network) {
    Map<String, INDArray> parameters = new LinkedHashMap<>();
    for (Layer layer : network.getLayers()) {
      String prefix = layer.conf().getLayer().getLayerName() + ".";
      layer.paramTable().forEach((name, value) -> parameters.put(prefix + longName(name), value));
    }
    return parameters;
  }

  /** Those that move by the decay formula. */
  static Map<String, INDArray> statistics(MultiLayerNetwork network) {
    Map<String, INDArray> statistics = parameters(network);
    statistics.keySet().removeIf(name -> !isStatistic(name));
    return statistics;
  }

  /** Whether a parameter moves by the decay formula. */
  static boolean isStatistic(String name) {
    return name.contains(".population");
  }

  /** The others. */
  static Map<String, INDArray> weights(MultiLayerNetwork network) {
    Map<String, INDArray> weights = parameters(network);
    weights.keySet().removeAll(statistics(network).keySet());
    return weights;
  }

  /** The gradients of the mean loss by the same names; Deeplearning4j's are of the sum. */
  static Map<String, INDArray> gradients(
      MultiLayerNetwork network, INDArray images, INDArray labels) {
    network.setInput(images);
    network.setLabels(labels);
    network.computeGradientAndScore();
    Map<String, INDArray> gradients = new LinkedHashMap<>();
    for (Layer layer : network.getLayers()) {
      String prefix = layer.conf().getLayer().getLayerName() + ".";
      for (String name : layer.paramTable().keySet()) {
        INDArray gradient = network.gradient().getGradientFor(layer.getIndex() + "_" + name);
        if (gradient != null && !longName(name).startsWith("population")) {
          gradients.put(prefix + name, gradient.div(images.size(0)));
        }
      }
    }
    return gradients;
  }

  /** Deeplearning4j's batch normalization has short names for the running statistics. */
  private static String longName(String parameter) {
    return switch (parameter) {
      case "mean" -> "populationMean";
      case "var" -> "populationVariance";
      default -> parameter;
    };
  }

  /**
   * Gives a network the running variances that TensorFlow's fused batch norm would have found.
   *
   * <p>Of a batch with n values in a channel the fused one takes the variance n/(n-1) times the
   * biased one that tf.nn.moments, Deeplearning4j and our layer take. What the variance has left of
   * its initial 1 stays the same. Only convolutions are fused.
   *
   * @param steps trained until now
   * @param side of an image
   */
  static void makeFused(MultiLayerNetwork network, int steps, int batchSize, int side) {
    double left = Math.pow(DECAY, steps);
    int mapSide = side;
    Map<String, INDArray> parameters = parameters(network);
    for (int depth = 1; depth <= 19; depth++) {
      mapSide = depth % 3 == 0 ? (mapSide + 1) / 2 : mapSide;
      double n = (double) batchSize * mapSide * mapSide;
      parameters
          .get(String.format(Locale.ROOT, "conv%02d-bn.populationVariance", depth))
          .subi(left)
          .muli(n / (n - 1))
          .addi(left);
    }
  }

  /** Arrays of ours in TensorFlow's order of axes: convolution weights [height,width,in,out]. */
  static Map<String, double[]> inTensorFlowsOrder(Map<String, INDArray> ours) {
    Map<String, double[]> theirs = new TreeMap<>();
    ours.forEach(
        (name, array) ->
            theirs.put(
                name,
                (isConvolution(name, array.rank()) ? array.permute(2, 3, 1, 0) : array)
                    .castTo(DataType.DOUBLE)
                    .dup('c')
                    .data()
                    .asDouble()));
    return theirs;
  }

  /** One of TensorFlow's arrays in the order of ours: convolution weights [out,in,height,width]. */
  static float[] inOurOrder(double[] theirs, List<Integer> shape) {
    INDArray array =
        Nd4j.createFromArray(theirs).reshape('c', shape.stream().mapToLong(size -> size).toArray());
    return (shape.size() == 4 ? array.permute(3, 2, 0, 1).dup('c') : array).data().asFloat();
  }

  private static boolean isConvolution(String name, int rank) {
    return rank == 4 && name.endsWith(".W"); // Gamma may have rank 4 as well.
  }
}
