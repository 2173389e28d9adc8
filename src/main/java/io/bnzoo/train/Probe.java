package io.bnzoo.train;

import io.bnzoo.data.LabeledImages;
import io.bnzoo.engine.Engine;
import io.bnzoo.engine.ImageInput;
import io.bnzoo.layer.BatchNormLstmParameters.Normalized;
import io.bnzoo.layer.WrappedLayers;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.DoubleStream;
import org.apache.commons.math3.stat.descriptive.rank.Percentile;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Looks inside a zoo network with the same few images again and again.
 *
 * <p>A look is one forward and one backward pass in training mode, so that batch norm normalizes by
 * the images' own statistics, as in training. It changes neither parameters nor running statistics.
 * Source of the percentiles: S. Ioffe and C. Szegedy, "Batch Normalization", 2015, figure 1 (b) and
 * (c), which follows one typical unit; here they are over a whole layer.
 */
public final class Probe {
  private static final double LOW = 15;
  private static final double MEDIAN = 50;
  private static final double HIGH = 85;

  /** An activation flatter than this passes hardly any gradient on. */
  private static final double FLAT = 1e-3;

  /**
   * A hidden block of the network.
   *
   * @param activationLayer the index of the layer that is its activation
   * @param linearLayer the index of the layer with its weights
   * @param unitAxis along which its units, or feature maps, lie
   */
  private record ProbedBlock(
      String name, int activationLayer, int linearLayer, int unitAxis, IActivation activation) {}

  private final Engine engine;
  private final INDArray images;
  private final INDArray labels;
  private final List<ProbedBlock> blocks;
  private final LabeledImages probing;

  /**
   * A probe of an engine's network, whose hidden activations are layers of their own, named after
   * their linear layer and a hyphen ({@code fc1}, {@code fc1-relu}), as in the zoo.
   *
   * @param probing the images to look with, at least 2
   */
  public Probe(Engine engine, LabeledImages probing) {
    if (probing.size() < 2) {
      throw new IllegalArgumentException(
          "batch statistics need at least 2 images, got " + probing.size());
    }
    this.engine = engine;
    this.probing = probing;
    MultiLayerNetwork network = engine.snapshot();
    this.images = ImageInput.of(network, probing.shape()).shaped(probing.images(), probing.shape());
    this.labels = probing.oneHotLabels();
    this.blocks = blocks(network);
  }

  /** A look at the network as it is after a batch; it must have been trained on one. */
  public Snapshot snapshot(int batch) {
    if (blocks.isEmpty()) {
      return new Snapshot(batch, List.of(), recurrent());
    }
    MultiLayerNetwork network = engine.snapshot();
    List<INDArray> activations = network.feedForward(images, true);
    Gradient gradient = network.calculateGradients(images, labels, null, null).getFirst();
    List<Snapshot.Layer> layers = new ArrayList<>();
    for (ProbedBlock block : blocks) {
      INDArray before = activations.get(block.activationLayer());
      Percentile percentile = new Percentile();
      percentile.setData(values(before));
      layers.add(
          new Snapshot.Layer(
              block.name(),
              percentile.evaluate(LOW),
              percentile.evaluate(MEDIAN),
              percentile.evaluate(HIGH),
              dead(block, before),
              norm(gradient.getGradientFor(block.linearLayer() + "_W"))));
    }
    return new Snapshot(batch, layers, List.of());
  }

  private List<Snapshot.Recurrent> recurrent() {
    List<double[]> gradients = engine.gradientsThroughTime(probing);
    return RecomputedStatistics.during(
        engine, List.of(probing), () -> recurrent(engine.snapshot(), gradients));
  }

  private static List<Snapshot.Recurrent> recurrent(
      MultiLayerNetwork network, List<double[]> gradients) {
    List<Snapshot.Recurrent> recurrent = new ArrayList<>();
    for (var layer : network.getLayers()) {
      if (WrappedLayers.innermost(layer).conf().getLayer() instanceof BaseRecurrentLayer found) {
        List<Double> norms =
            gradients.isEmpty()
                ? List.of()
                : DoubleStream.of(gradients.get(recurrent.size())).boxed().toList();
        recurrent.add(new Snapshot.Recurrent(found.getLayerName(), norms, deviations(layer)));
      }
    }
    return recurrent;
  }

  private static Map<String, List<Double>> deviations(org.deeplearning4j.nn.api.Layer layer) {
    Map<String, List<Double>> deviations = new LinkedHashMap<>();
    for (Normalized each : Normalized.values()) {
      INDArray variances = layer.paramTable().get(each.variance());
      if (variances != null) {
        double[] roots = Transforms.sqrt(variances.mean(1)).toDoubleVector();
        deviations.put(
            each.name().toLowerCase(Locale.ROOT), DoubleStream.of(roots).boxed().toList());
      }
    }
    return deviations;
  }

  /**
   * All values that enter the activations: by hidden block, from the input on, over its units,
   * places and the probing images.
   */
  public Map<String, double[]> values() {
    List<INDArray> activations = engine.snapshot().feedForward(images, true);
    Map<String, double[]> values = new LinkedHashMap<>();
    blocks.forEach(
        block -> values.put(block.name(), values(activations.get(block.activationLayer()))));
    return values;
  }

  private static double[] values(INDArray before) {
    return before.dup('c').data().asDouble();
  }

  /** Deeplearning4j's gradient is a sum over the images; it divides by their number later. */
  private double norm(INDArray gradient) {
    return gradient.norm2Number().doubleValue() / images.size(0);
  }

  /** The share of the block's units that are flat for all images and in all places. */
  private static double dead(ProbedBlock block, INDArray before) {
    INDArray slope = block.activation().backprop(before.dup(), Nd4j.onesLike(before)).getFirst();
    int[] others = new int[before.rank() - 1];
    for (int axis = 0, i = 0; axis < before.rank(); axis++) {
      if (axis != block.unitAxis()) {
        others[i++] = axis;
      }
    }
    INDArray steepest = slope.amax(others);
    return steepest.lt(FLAT).castTo(before.dataType()).meanNumber().doubleValue();
  }

  private static List<ProbedBlock> blocks(MultiLayerNetwork network) {
    Map<String, Integer> indexOf = new HashMap<>();
    List<ProbedBlock> blocks = new ArrayList<>();
    for (int i = 0; i < network.getnLayers(); i++) {
      Layer layer = network.getLayer(i).conf().getLayer();
      indexOf.put(layer.getLayerName(), i);
      if (layer instanceof ActivationLayer activation) {
        String name = layer.getLayerName().substring(0, layer.getLayerName().lastIndexOf('-'));
        int linear = indexOf.get(name);
        blocks.add(
            new ProbedBlock(
                name,
                i,
                linear,
                unitAxis(network.getLayer(linear).conf().getLayer()),
                activation.getActivationFn()));
      }
    }
    return blocks;
  }

  private static int unitAxis(Layer linear) {
    boolean channelsLast =
        linear instanceof ConvolutionLayer convolution
            && convolution.getCnn2dDataFormat() == CNN2DFormat.NHWC;
    return channelsLast ? 3 : 1;
  }
}
