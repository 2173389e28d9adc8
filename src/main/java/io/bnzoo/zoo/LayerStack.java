package io.bnzoo.zoo;

import io.bnzoo.data.ImageShape;
import io.bnzoo.layer.ChannelwiseBias;
import io.bnzoo.layer.ImageToSequence;
import io.bnzoo.layer.OrthogonalInit;
import java.util.List;
import java.util.Locale;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.distribution.NormalDistribution;
import org.deeplearning4j.nn.conf.distribution.TruncatedNormalDistribution;
import org.deeplearning4j.nn.conf.distribution.UniformDistribution;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.deeplearning4j.nn.weights.IWeightInit;
import org.deeplearning4j.nn.weights.WeightInitDistribution;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.ILossFunction;

/**
 * Puts a specification's layers on top of each other.
 *
 * <p>A hidden block is a linear layer {@code NAME} and then, in the order that the placement says,
 * a normalization {@code NAME-bn}, an activation such as {@code NAME-relu}, a bias {@code
 * NAME-bias}.
 */
final class LayerStack {
  /** Of recurrent networks. */
  private static final GradientNormalization CLIPPING = GradientNormalization.ClipL2PerLayer;

  private static final double LARGEST_NORM = 1;

  private final NetworkSpec spec;
  private final NormalizationLayers normalization;
  private final NeuralNetConfiguration.ListBuilder layers;

  LayerStack(NetworkSpec spec) {
    this.spec = spec;
    this.normalization = NormalizationLayers.of(spec.normalization());
    this.layers =
        new NeuralNetConfiguration.Builder().seed(spec.seed()).updater(spec.updater()).list();
  }

  /** A convolution block with 'same' padding: [N,in,h,w] to [N,out,ceil(h/s),ceil(w/s)]. */
  void convolution(String name, int in, int out, int kernel, int stride) {
    ConvolutionLayer.Builder convolution =
        new ConvolutionLayer.Builder(kernel, kernel)
            .stride(stride, stride)
            .convolutionMode(ConvolutionMode.Same)
            .dataFormat(spec.dataFormat())
            .nIn(in)
            .nOut(out)
            .hasBias(normalization.linearBias(spec.normalization().placement()));
    int area = kernel * kernel;
    IWeightInit weights =
        spec.initialWeights() instanceof InitialWeights.TruncatedNormalConvolutions truncated
            ? truncatedNormal(truncated.stddev())
            : weights(area * in, area * out);
    hidden(name, convolution, weights);
  }

  /** A dense block: [N,in] to [N,out]. */
  void dense(String name, int in, int out) {
    DenseLayer.Builder dense =
        new DenseLayer.Builder()
            .nIn(in)
            .nOut(out)
            .hasBias(normalization.linearBias(spec.normalization().placement()));
    hidden(name, dense, weights(in, out));
  }

  private void hidden(String name, BaseLayer.Builder<?> linear, IWeightInit weights) {
    add(name, linear.activation(Activation.IDENTITY).weightInit(weights).build());
    String activation = spec.activation().name().toLowerCase(Locale.ROOT);
    for (Placement.BlockOperation part : spec.normalization().placement().parts()) {
      switch (part) {
        case NORMALIZATION -> normalization.layers(name).forEach(layers::layer);
        case BIAS -> add(name + "-bias", new ChannelwiseBias.Builder().build());
        case ACTIVATION -> add(name + "-" + activation, new ActivationLayer(spec.activation()));
      }
    }
  }

  /**
   * The first layer of a recurrent network, an LSTM of which the last output goes on: [N,values] to
   * [N,units].
   */
  void lstm(String name, Reading reading, int units) {
    ImageToSequence sequence = reading.of(spec.input());
    int features = sequence.features();
    boolean orthogonal = spec.initialWeights() instanceof InitialWeights.Orthogonal;
    BaseRecurrentLayer.Builder<?> lstm = normalization.lstm(reading, sequence.steps());
    lstm.nIn(features).nOut(units).weightInit(weights(features, units));
    lstm.weightInitRecurrent(
        orthogonal ? OrthogonalInit.ofRecurrentWeights() : weights(units, units));
    lstm.gradientNormalization(CLIPPING).gradientNormalizationThreshold(LARGEST_NORM).name(name);
    layers.inputPreProcessor(0, sequence);
    layers.layer(new LastTimeStep(lstm.build()));
  }

  /** Layers as they are, after those that are there. */
  void addAll(List<Layer> given) {
    given.forEach(layers::layer);
  }

  /** The output layer: [N,in] to [N,classes], with a bias and never normalized. */
  void output(int in, Activation activation, ILossFunction loss) {
    OutputLayer.Builder output =
        new OutputLayer.Builder(loss)
            .nIn(in)
            .nOut(spec.classes())
            .activation(activation)
            .weightInit(weights(in, spec.classes()));
    if (spec.architecture() instanceof Architecture.Recurrent) {
      output.gradientNormalization(CLIPPING).gradientNormalizationThreshold(LARGEST_NORM);
    }
    add("output", output.build());
  }

  private void add(String name, Layer layer) {
    layer.setLayerName(name);
    layers.layer(layer);
  }

  MultiLayerConfiguration forImages() {
    ImageShape image = spec.input();
    return build(
        InputType.convolutional(
            image.height(), image.width(), image.channels(), spec.dataFormat()));
  }

  MultiLayerConfiguration forVectors() {
    return build(InputType.feedForward(spec.input().size()));
  }

  private MultiLayerConfiguration build(InputType input) {
    MultiLayerConfiguration configuration = layers.setInputType(input).build();
    configuration.getConfs().forEach(LayerStack::nameParameters);
    return configuration;
  }

  /**
   * Writes the names of a BatchNormalization's parameters into its configuration, as initializing a
   * network would. Deeplearning4j tells from them, when it reads JSON, whether the variance is kept
   * as it is: without them useLogStd(false) is read back as true.
   */
  private static void nameParameters(NeuralNetConfiguration configuration) {
    if (configuration.getLayer() instanceof BatchNormalization layer) {
      BatchNormalizationParamInitializer.getInstance()
          .paramKeys(layer)
          .forEach(configuration::addVariable);
    }
  }

  private IWeightInit weights(int fanIn, int fanOut) {
    InitialWeights initial = spec.initialWeights();
    if (initial instanceof InitialWeights.Normal normal) {
      return new WeightInitDistribution(new NormalDistribution(0, normal.stddev()));
    }
    if (initial instanceof InitialWeights.TruncatedNormal truncated) {
      return truncatedNormal(truncated.stddev());
    }
    if (initial instanceof InitialWeights.GlorotUniform
        || initial instanceof InitialWeights.TruncatedNormalConvolutions
        || initial instanceof InitialWeights.Given) {
      double bound = Math.sqrt(6.0 / (fanIn + fanOut));
      return new WeightInitDistribution(new UniformDistribution(-bound, bound));
    }
    if (initial instanceof InitialWeights.Orthogonal) {
      return OrthogonalInit.ofMatrix();
    }
    throw new IllegalStateException("no distribution is known for " + initial);
  }

  private static IWeightInit truncatedNormal(double stddev) {
    return new WeightInitDistribution(new TruncatedNormalDistribution(0, stddev));
  }
}
