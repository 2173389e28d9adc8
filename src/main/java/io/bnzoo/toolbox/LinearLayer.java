package io.bnzoo.toolbox;

import io.bnzoo.toolbox.ModelDraft.Node;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.Convolution2D;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Deconvolution2D;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.deeplearning4j.nn.params.SeparableConvolutionParamInitializer;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A layer that multiplies by weights and adds a bias, with factors and summands of the features
 * before or after it taken into these. All is computed in double precision and rounded once.
 */
final class LinearLayer {
  private static final String WEIGHTS = DefaultParamInitializer.WEIGHT_KEY;
  private static final String POINTWISE =
      SeparableConvolutionParamInitializer.POINT_WISE_WEIGHT_KEY;
  private static final String BIAS = DefaultParamInitializer.BIAS_KEY;

  private static final Set<Class<?>> KINDS =
      Set.of(
          DenseLayer.class,
          OutputLayer.class,
          ConvolutionLayer.class,
          Convolution2D.class,
          DepthwiseConvolution2D.class,
          SeparableConvolution2D.class,
          Deconvolution2D.class);

  /**
   * Which feature a weight belongs to, by its place in the array row by row.
   *
   * @param inner how many weights in a row belong to the same
   * @param count of the features, which then come again from the first
   */
  private record Axis(long inner, int count) {
    int feature(int place) {
      return (int) (place / inner % count);
    }
  }

  private final Node node;
  private final BaseLayer layer;

  private LinearLayer(Node node, BaseLayer layer) {
    this.node = node;
    this.layer = layer;
  }

  /** The layer of a node; empty if it is of another kind. */
  static Optional<LinearLayer> of(Node node) {
    return node.layer()
        .filter(layer -> KINDS.contains(layer.getClass()))
        .filter(layer -> !(layer instanceof DenseLayer dense && dense.hasLayerNorm()))
        .map(layer -> new LinearLayer(node, (BaseLayer) layer));
  }

  Node node() {
    return node;
  }

  IActivation activation() {
    return layer.getActivationFn();
  }

  boolean hasActivation() {
    return !(layer.getActivationFn() instanceof ActivationIdentity);
  }

  /** The axis order of its images; empty if it takes vectors. */
  Optional<CNN2DFormat> format() {
    return layer instanceof ConvolutionLayer images
        ? Optional.of(images.getCnn2dDataFormat())
        : Optional.empty();
  }

  /** What keeps a layer from being taken in from behind it, as a clause. */
  Optional<String> objectionToWhatFollows(Scaling scaling) {
    if (hasActivation()) {
      return Optional.of(
          "the activation " + layer.getActivationFn() + " of " + node.name() + " is in between");
    }
    return outputs().count() == scaling.features()
        ? Optional.empty()
        : Optional.of(node.name() + " has another number of features");
  }

  /** What keeps a layer from being taken in from before it, as a clause. */
  Optional<String> objectionToWhatPrecedes(Scaling scaling) {
    Optional<InputPreProcessor> step = node.preprocessor();
    if (layer instanceof ConvolutionLayer images) {
      if (step.isPresent()) {
        return Optional.of(node.name() + " takes it in another shape");
      }
      if (images.getCnn2dDataFormat() != scaling.format()) {
        return Optional.of(node.name() + " takes " + images.getCnn2dDataFormat());
      }
      if (layer instanceof Deconvolution2D && scaling.shifts()) {
        return Optional.of(node.name() + " adds fewer products at the border");
      }
      if (scaling.shifts() && pads(images)) {
        return Optional.of(node.name() + " pads with zeros, which are not normalized");
      }
    } else if (step.isPresent()
        && !(step.get() instanceof CnnToFeedForwardPreProcessor flattening
            && flattening.getFormat() == scaling.format())) {
      return Optional.of(node.name() + " takes it in another shape");
    }
    return inputs().count() == scaling.features()
        ? Optional.empty()
        : Optional.of(node.name() + " takes another number of features");
  }

  private static boolean pads(ConvolutionLayer layer) {
    return layer.getConvolutionMode() == ConvolutionMode.Same
        ? Arrays.stream(layer.getKernelSize()).anyMatch(length -> length > 1)
        : Arrays.stream(layer.getPadding()).anyMatch(padding -> padding != 0);
  }

  /** The feature that a weight's product is added to; of a separable one, in the pointwise. */
  private Axis outputs() {
    long[] shape = node.parameters().get(last()).shape();
    if (!(layer instanceof ConvolutionLayer)) {
      return new Axis(1, (int) shape[1]);
    }
    if (layer instanceof DepthwiseConvolution2D) {
      return new Axis(1, (int) (shape[2] * shape[3]));
    }
    return layer instanceof Deconvolution2D
        ? new Axis(shape[2] * shape[3], (int) shape[1])
        : new Axis(shape[1] * shape[2] * shape[3], (int) shape[0]);
  }

  /** The feature that a weight is multiplied by; of a separable one, in the depthwise. */
  private Axis inputs() {
    long[] shape = node.parameters().get(WEIGHTS).shape();
    if (!(layer instanceof ConvolutionLayer)) {
      return node.preprocessor()
          .map(step -> flattened((CnnToFeedForwardPreProcessor) step, shape[1]))
          .orElseGet(() -> new Axis(shape[1], (int) shape[0]));
    }
    if (layer instanceof DepthwiseConvolution2D) {
      return new Axis(shape[3], (int) shape[2]);
    }
    return layer instanceof Deconvolution2D
        ? new Axis(shape[1] * shape[2] * shape[3], (int) shape[0])
        : new Axis(shape[2] * shape[3], (int) shape[1]);
  }

  private static Axis flattened(CnnToFeedForwardPreProcessor step, long outputs) {
    int channels = (int) step.getNumChannels();
    return step.getFormat() == CNN2DFormat.NCHW
        ? new Axis(step.getInputHeight() * step.getInputWidth() * outputs, channels)
        : new Axis(outputs, channels);
  }

  private String last() {
    return layer instanceof SeparableConvolution2D ? POINTWISE : WEIGHTS;
  }

  /** Takes in what follows. */
  void follow(Scaling scaling) {
    double[] bias = bias(scaling.features());
    for (int i = 0; i < bias.length; i++) {
      bias[i] = scaling.factor(i) * bias[i] + scaling.summand(i);
    }
    scale(last(), outputs(), scaling);
    setBias(bias);
  }

  /** Takes in what precedes: from now on it is given what that was given. */
  void precede(Scaling scaling) {
    Axis from = inputs();
    Axis to = outputs();
    double[] bias = bias(to.count());
    double[] weights = values(WEIGHTS);
    if (layer instanceof SeparableConvolution2D) {
      long[] shape = node.parameters().get(WEIGHTS).shape();
      int multiplier = (int) shape[0];
      double[] between = new double[from.count() * multiplier];
      for (int i = 0; i < weights.length; i++) {
        int copy = (int) (i / (shape[1] * shape[2] * shape[3]));
        between[from.feature(i) * multiplier + copy] +=
            scaling.summand(from.feature(i)) * weights[i];
      }
      double[] pointwise = values(POINTWISE);
      for (int i = 0; i < pointwise.length; i++) {
        bias[to.feature(i)] += pointwise[i] * between[i % between.length];
      }
    } else {
      for (int i = 0; i < weights.length; i++) {
        bias[to.feature(i)] += scaling.summand(from.feature(i)) * weights[i];
      }
    }
    scale(WEIGHTS, from, scaling);
    setBias(bias);
  }

  private void scale(String name, Axis axis, Scaling scaling) {
    double[] values = values(name);
    for (int i = 0; i < values.length; i++) {
      values[i] *= scaling.factor(axis.feature(i));
    }
    INDArray old = node.parameters().get(name);
    node.parameters().put(name, array(values, old.dataType(), old.shape()));
  }

  private double[] bias(int count) {
    return node.parameters().containsKey(BIAS) ? values(BIAS) : new double[count];
  }

  private void setBias(double[] bias) {
    DataType type = node.parameters().get(WEIGHTS).dataType();
    node.parameters().put(BIAS, array(bias, type, 1, bias.length));
    if (layer instanceof ConvolutionLayer images) {
      images.setHasBias(true);
    } else if (layer instanceof DenseLayer dense) {
      dense.setHasBias(true);
    } else {
      ((BaseOutputLayer) layer).setHasBias(true);
    }
  }

  private double[] values(String name) {
    return node.parameters().get(name).dup('c').data().asDouble();
  }

  private static INDArray array(double[] values, DataType type, long... shape) {
    return Nd4j.createFromArray(values).reshape('c', shape).castTo(type);
  }

  /** Puts the activation of a layer of its own into this one. */
  void activate(IActivation activation) {
    layer.setActivationFn(activation);
  }
}
