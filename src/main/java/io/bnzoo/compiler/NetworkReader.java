package io.bnzoo.compiler;

import static io.bnzoo.compiler.SettingsCheck.describe;
import static io.bnzoo.compiler.SettingsCheck.require;

import io.bnzoo.compiler.Operation.ImageSize;
import io.bnzoo.layer.ChannelwiseBias;
import io.bnzoo.layer.LowLevelBatchNormalization;
import io.bnzoo.onednn.ActivationFunction;
import io.bnzoo.onednn.ConvolutionWindow;
import io.bnzoo.onednn.Layout;
import io.bnzoo.samediff.ChannelwiseLayer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.deeplearning4j.nn.params.ConvolutionParamInitializer;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Turns Deeplearning4j's layers into operations.
 *
 * <p>A function that follows an linear map, a ReLU or a bias that follows a normalization, is made
 * a part of it: one kernel instead of two.
 */
final class NetworkReader {
  private final MultiLayerNetwork network;
  private final List<Operation> operations = new ArrayList<>();

  /** What the first operation is given. */
  private ImageSize start = new ImageSize(0, 0, 0);

  /** The images at this depth; none once they are flattened. */
  private Optional<ImageSize> images = Optional.empty();

  /** The order of their axes in Deeplearning4j, which flattening goes by. */
  private CNN2DFormat format = CNN2DFormat.NCHW;

  private long features;

  NetworkReader(MultiLayerNetwork network) {
    this.network = network;
  }

  /**
   * Reads the network.
   *
   * @param input what it is given, vectors or images
   */
  NetworkGraph read(InputType input) throws UnsupportedNetworkException {
    SettingsCheck.check(network.getLayerWiseConfigurations());
    SettingsCheck.check(network.conf());
    take(input);
    int last = network.getnLayers() - 1;
    for (int i = 0; i <= last; i++) {
      preprocess(network.getLayerWiseConfigurations().getInputPreProcess(i));
      read(i, i == last);
    }
    return new NetworkGraph(start, operations, features);
  }

  private void take(InputType input) throws UnsupportedNetworkException {
    if (input instanceof InputType.InputTypeConvolutional given) {
      format = given.getFormat();
      start = new ImageSize(given.getChannels(), given.getHeight(), given.getWidth());
      images = Optional.of(start);
    } else {
      require(input instanceof InputType.InputTypeFeedForward, "it takes " + input);
      start = new ImageSize(input.arrayElementsPerExample(), 1, 1);
    }
    features = start.values();
  }

  private void preprocess(InputPreProcessor step) throws UnsupportedNetworkException {
    if (step == null) {
      return;
    }
    if (step.getClass() == CnnToFeedForwardPreProcessor.class && images.isPresent()) {
      CNN2DFormat order = ((CnnToFeedForwardPreProcessor) step).getFormat();
      require(order == format, "images in " + format + " are flattened as if in " + order);
      operations.add(new Operation.FlatteningOp(order == CNN2DFormat.NHWC));
      images = Optional.empty();
    } else if (step.getClass() == FeedForwardToCnnPreProcessor.class && operations.isEmpty()) {
      // The input's values are in order already.
      FeedForwardToCnnPreProcessor shape = (FeedForwardToCnnPreProcessor) step;
      ImageSize size =
          new ImageSize(shape.getNumChannels(), shape.getInputHeight(), shape.getInputWidth());
      require(size.values() == features, features + " values are taken for " + size);
      require(format == CNN2DFormat.NCHW, "images in " + format + " are taken for NCHW");
      start = size;
      images = Optional.of(size);
    } else {
      throw new UnsupportedNetworkException(
          "there is no kernel for " + step.getClass().getSimpleName());
    }
  }

  private void read(int index, boolean last) throws UnsupportedNetworkException {
    Layer layer = network.getLayerWiseConfigurations().getConf(index).getLayer();
    SettingsCheck.check(layer);
    if (last) {
      require(layer.getClass() == OutputLayer.class, describe(layer) + " is its last layer");
      operations.add(dense(index, (OutputLayer) layer, ((OutputLayer) layer).hasBias()));
    } else if (layer.getClass() == ConvolutionLayer.class) {
      operations.add(convolution(index, (ConvolutionLayer) layer));
      apply(((BaseLayer) layer).getActivationFn(), layer);
    } else if (layer.getClass() == DenseLayer.class) {
      operations.add(dense(index, (DenseLayer) layer, ((DenseLayer) layer).hasBias()));
      apply(((BaseLayer) layer).getActivationFn(), layer);
    } else if (layer.getClass() == BatchNormalization.class) {
      operations.add(builtIn(index, (BatchNormalization) layer));
    } else if (layer instanceof LowLevelBatchNormalization byHand) {
      operations.add(byHand(index, byHand));
    } else if (layer instanceof ChannelwiseBias bias) {
      bias(index, bias);
    } else if (layer.getClass() == ActivationLayer.class) {
      apply(((ActivationLayer) layer).getActivationFn(), layer);
    } else {
      throw new UnsupportedNetworkException("there is no kernel for " + describe(layer));
    }
  }

  private Operation convolution(int index, ConvolutionLayer layer)
      throws UnsupportedNetworkException {
    ImageSize input = images(layer, layer.getCnn2dDataFormat());
    requireInput(layer, layer.getNIn(), input.channels());
    ConvolutionAxis vertical = ConvolutionAxis.of(layer, 0, input.height());
    ConvolutionAxis horizontal = ConvolutionAxis.of(layer, 1, input.width());
    ImageSize output = new ImageSize(layer.getNOut(), vertical.output(), horizontal.output());
    images = Optional.of(output);
    features = output.values();
    Optional<Parameter> bias =
        layer.hasBias()
            ? Optional.of(vector(index, ConvolutionParamInitializer.BIAS_KEY))
            : Optional.empty();
    boolean met = vertical.meetsFirst() && horizontal.meetsFirst();
    if (input.isPixel() && output.isPixel() && met) {
      return pixelConvolution(index, bias, vertical.before(), horizontal.before());
    }
    return new Operation.ConvolutionOp(
        parameter(index, ConvolutionParamInitializer.WEIGHT_KEY, 0, 1, 2, 3),
        bias,
        input,
        output,
        new ConvolutionWindow(
            new ConvolutionWindow.PerAxis(vertical.stride(), horizontal.stride()),
            new ConvolutionWindow.PerAxis(vertical.before(), horizontal.before()),
            new ConvolutionWindow.PerAxis(vertical.after(), horizontal.after())),
        Optional.empty());
  }

  /** The images that a layer is given, which have to be in its order of axes. */
  private ImageSize images(Layer layer, CNN2DFormat order) throws UnsupportedNetworkException {
    require(images.isPresent(), describe(layer) + " takes no images");
    require(
        order == format, describe(layer) + " takes images in " + order + ", given in " + format);
    return images.orElseThrow();
  }

  private static void requireInput(Layer layer, long takes, long given)
      throws UnsupportedNetworkException {
    require(takes == given, describe(layer) + " takes " + takes + " values and is given " + given);
  }

  /** The pixel meets the kernel where the padding before it ends. */
  private Operation pixelConvolution(int index, Optional<Parameter> bias, long row, long column)
      throws UnsupportedNetworkException {
    String key = ConvolutionParamInitializer.WEIGHT_KEY;
    INDArray kernel = view(index, key);
    Parameter used = null;
    List<Parameter> unused = new ArrayList<>();
    for (long i = 0; i < kernel.size(2); i++) {
      for (long j = 0; j < kernel.size(3); j++) {
        INDArray view =
            kernel.get(
                NDArrayIndex.all(),
                NDArrayIndex.all(),
                NDArrayIndex.point(i),
                NDArrayIndex.point(j));
        Parameter parameter =
            Parameter.of(
                name(index, key) + "[" + i + "," + j + "]",
                view,
                firstOffset(),
                learned(index, key),
                0,
                1);
        if (i == row && j == column) {
          used = parameter;
        } else {
          unused.add(parameter.unused());
        }
      }
    }
    return new Operation.PixelConvolutionOp(used, bias, unused, Optional.empty());
  }

  private Operation dense(int index, FeedForwardLayer layer, boolean biased)
      throws UnsupportedNetworkException {
    require(images.isEmpty(), describe(layer) + " takes images unflattened");
    requireInput(layer, layer.getNIn(), features);
    features = layer.getNOut();
    return new Operation.DenseOp(
        parameter(index, DefaultParamInitializer.WEIGHT_KEY, 1, 0), // [in,out] to [out,in]
        biased ? Optional.of(vector(index, DefaultParamInitializer.BIAS_KEY)) : Optional.empty(),
        Optional.empty());
  }

  private Operation builtIn(int index, BatchNormalization layer)
      throws UnsupportedNetworkException {
    requireInput(
        layer,
        layer.getNOut(),
        images.isPresent() ? images(layer, layer.getCnn2DFormat()).channels() : features);
    return normalization(
        index,
        BatchNormalizationParamInitializer.GAMMA,
        BatchNormalizationParamInitializer.BETA,
        BatchNormalizationParamInitializer.GLOBAL_MEAN,
        BatchNormalizationParamInitializer.GLOBAL_VAR,
        layer.getDecay(),
        layer.getEps());
  }

  private Operation byHand(int index, LowLevelBatchNormalization layer)
      throws UnsupportedNetworkException {
    requireInput(layer, layer.features(), given(layer));
    return normalization(
        index,
        LowLevelBatchNormalization.GAMMA,
        LowLevelBatchNormalization.BETA,
        LowLevelBatchNormalization.POPULATION_MEAN,
        LowLevelBatchNormalization.POPULATION_VARIANCE,
        layer.decay(),
        layer.epsilon());
  }

  /** How many features or channels there are where a layer looks for them. */
  private long given(ChannelwiseLayer layer) throws UnsupportedNetworkException {
    return images.isPresent()
        ? images(layer, layer.channelAxis() == 1 ? CNN2DFormat.NCHW : CNN2DFormat.NHWC).channels()
        : features;
  }

  private Operation normalization(
      int index, String gamma, String beta, String mean, String variance, double decay, double eps)
      throws UnsupportedNetworkException {
    Parameter scale = vector(index, gamma);
    Parameter shift = vector(index, beta);
    if (shift.offset() != scale.offset() + scale.length()
        || !shift.update().equals(scale.update())) {
      throw new IllegalStateException("beta does not follow gamma in layer " + index);
    }
    Layout both = Layout.rowByRow(2, scale.length());
    return new Operation.NormalizationOp(
        new Parameter(scale.name() + " and " + beta, scale.offset(), both, scale.update()),
        averaged(index, mean, decay),
        averaged(index, variance, decay),
        eps,
        Optional.empty(),
        false);
  }

  private void bias(int index, ChannelwiseBias layer) throws UnsupportedNetworkException {
    requireInput(layer, layer.features(), given(layer));
    require(
        lastOperation() instanceof Operation.NormalizationOp normalization
            && normalization.bias().isEmpty()
            && !normalization.rectified(),
        describe(layer) + " does not follow a normalization");
    replaceLast(
        ((Operation.NormalizationOp) lastOperation())
            .withBias(vector(index, ChannelwiseBias.BIAS)));
  }

  private void apply(IActivation activation, Layer layer) throws UnsupportedNetworkException {
    if (activation.getClass() == ActivationIdentity.class) {
      return;
    }
    ActivationFunction function = function(activation, layer);
    Operation before = lastOperation();
    if (before instanceof Operation.LinearOp linear && linear.activation().isEmpty()) {
      replaceLast(linear.withActivation(Optional.of(function)));
    } else if (before instanceof Operation.NormalizationOp normalization
        && !normalization.rectified()
        && function == ActivationFunction.RELU) {
      replaceLast(normalization.withRectified(true));
    } else {
      operations.add(new Operation.ActivationOp(function));
    }
  }

  private static ActivationFunction function(IActivation activation, Layer layer)
      throws UnsupportedNetworkException {
    if (activation.getClass() == ActivationReLU.class && activation.equals(new ActivationReLU())) {
      return ActivationFunction.RELU;
    }
    if (activation.getClass() == ActivationSigmoid.class) {
      return ActivationFunction.SIGMOID;
    }
    if (activation.getClass() == ActivationTanH.class) {
      return ActivationFunction.TANH;
    }
    throw new UnsupportedNetworkException(
        "there is no kernel for the activation " + activation + " of " + describe(layer));
  }

  private Operation lastOperation() {
    return operations.isEmpty() ? null : operations.get(operations.size() - 1);
  }

  private void replaceLast(Operation operation) {
    operations.set(operations.size() - 1, operation);
  }

  private Parameter vector(int index, String key) throws UnsupportedNetworkException {
    INDArray view = view(index, key);
    return Parameter.of(
        name(index, key), view.reshape(view.length()), firstOffset(), learned(index, key), 0);
  }

  private Parameter averaged(int index, String key, double decay) {
    INDArray view = view(index, key);
    return Parameter.of(
        name(index, key),
        view.reshape(view.length()),
        firstOffset(),
        new Parameter.Averaged(decay),
        0);
  }

  private Parameter parameter(int index, String key, int... axes)
      throws UnsupportedNetworkException {
    return Parameter.of(
        name(index, key), view(index, key), firstOffset(), learned(index, key), axes);
  }

  private long firstOffset() {
    return network.params().offset();
  }

  private INDArray view(int index, String key) {
    return network.getLayer(index).getParam(key);
  }

  private Parameter.Learned learned(int index, String key) throws UnsupportedNetworkException {
    Layer layer = network.getLayerWiseConfigurations().getConf(index).getLayer();
    return new Parameter.Learned(
        SettingsCheck.updater(layer, key), SettingsCheck.l2(layer, key), true);
  }

  private String name(int index, String key) {
    return describe(network.getLayerWiseConfigurations().getConf(index).getLayer()) + "." + key;
  }
}
