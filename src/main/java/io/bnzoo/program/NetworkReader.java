package io.bnzoo.program;

import io.bnzoo.layer.ChannelwiseBias;
import io.bnzoo.layer.LowLevelBatchNormalization;
import io.bnzoo.onednn.Function;
import io.bnzoo.onednn.Layout;
import io.bnzoo.onednn.Window;
import io.bnzoo.program.Operation.ImageSize;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.InputPreProcessor;
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
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.learning.regularization.L2Regularization;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.linalg.schedule.FixedSchedule;

/**
 * Turns Deeplearning4j's layers into operations.
 *
 * <p>A function that follows an affine map, a ReLU or a bias that follows a normalization, is made
 * a part of it: one kernel instead of two.
 */
final class NetworkReader {
  private final MultiLayerNetwork network;
  private final List<Operation> operations = new ArrayList<>();

  /** The images at this depth; none once they are flattened. */
  private Optional<ImageSize> images;

  private long features;

  NetworkReader(MultiLayerNetwork network) {
    this.network = network;
  }

  Blueprint read() throws UnsupportedNetworkException {
    checkWhole();
    ImageSize input = input();
    images = Optional.of(input);
    features = input.values();
    int last = network.getnLayers() - 1;
    for (int i = 0; i <= last; i++) {
      preprocess(network.getLayerWiseConfigurations().getInputPreProcess(i));
      read(i, i == last);
    }
    return new Blueprint(input, operations, features);
  }

  private void checkWhole() throws UnsupportedNetworkException {
    require(
        network.getLayerWiseConfigurations().getDataType() == DataType.FLOAT,
        "its numbers are not floats");
    require(
        network.getLayerWiseConfigurations().getBackpropType() == BackpropType.Standard,
        "its backpropagation is truncated");
  }

  /** Square images of one channel, unless the first layer says otherwise. */
  private ImageSize input() throws UnsupportedNetworkException {
    Layer first = network.getLayerWiseConfigurations().getConf(0).getLayer();
    require(
        first instanceof FeedForwardLayer,
        first.getClass().getSimpleName() + " is its first layer");
    long values = ((FeedForwardLayer) first).getNIn();
    if (first instanceof ConvolutionLayer) {
      require(values == 1, "its images have " + values + " channels");
      return new ImageSize(1, 28, 28);
    }
    return new ImageSize(values, 1, 1);
  }

  private void preprocess(InputPreProcessor step) throws UnsupportedNetworkException {
    if (step instanceof CnnToFeedForwardPreProcessor flattening && images.isPresent()) {
      operations.add(new Operation.Flattening(flattening.getFormat() == CNN2DFormat.NHWC));
      images = Optional.empty();
    } else {
      // The input's values are in order already.
      boolean inOrder =
          step == null || (step instanceof FeedForwardToCnnPreProcessor && operations.isEmpty());
      require(inOrder, "there is no kernel for " + step);
    }
  }

  private void read(int index, boolean last) throws UnsupportedNetworkException {
    Layer layer = network.getLayerWiseConfigurations().getConf(index).getLayer();
    checkExtras(layer);
    if (last) {
      require(layer.getClass() == OutputLayer.class, describe(layer) + " is its last layer");
      operations.add(dense(index, (OutputLayer) layer, ((OutputLayer) layer).hasBias()));
    } else if (layer.getClass() == ConvolutionLayer.class) {
      operations.add(convolution(index, (ConvolutionLayer) layer));
      apply(((BaseLayer) layer).getActivationFn(), layer);
    } else if (layer.getClass() == DenseLayer.class) {
      require(!((DenseLayer) layer).hasLayerNorm(), describe(layer) + " normalizes layers");
      operations.add(dense(index, (DenseLayer) layer, ((DenseLayer) layer).hasBias()));
      apply(((BaseLayer) layer).getActivationFn(), layer);
    } else if (layer.getClass() == BatchNormalization.class) {
      operations.add(builtIn(index, (BatchNormalization) layer));
    } else if (layer instanceof LowLevelBatchNormalization byHand) {
      operations.add(byHand(index, byHand));
    } else if (layer instanceof ChannelwiseBias) {
      bias(index, layer);
    } else if (layer.getClass() == ActivationLayer.class) {
      apply(((ActivationLayer) layer).getActivationFn(), layer);
    } else {
      throw new UnsupportedNetworkException("there is no kernel for " + describe(layer));
    }
  }

  private void checkExtras(Layer layer) throws UnsupportedNetworkException {
    require(layer.getIDropout() == null, describe(layer) + " drops out");
    require(
        layer.getConstraints() == null || layer.getConstraints().isEmpty(),
        describe(layer) + " has constraints");
    if (layer instanceof BaseLayer base) {
      require(base.getWeightNoise() == null, describe(layer) + " has weight noise");
      require(
          base.getGradientNormalization() == null
              || base.getGradientNormalization() == GradientNormalization.None,
          describe(layer) + " clips or normalizes gradients");
    }
  }

  private Operation convolution(int index, ConvolutionLayer layer)
      throws UnsupportedNetworkException {
    require(
        layer.getDilation()[0] == 1 && layer.getDilation()[1] == 1,
        describe(layer) + " is dilated");
    require(images.isPresent(), describe(layer) + " takes no images");
    ImageSize input = images.orElseThrow();
    Axis vertical = axis(layer, 0, input.height());
    Axis horizontal = axis(layer, 1, input.width());
    ImageSize output = new ImageSize(layer.getNOut(), vertical.output(), horizontal.output());
    images = Optional.of(output);
    features = output.values();
    Optional<Parameter> bias =
        layer.hasBias()
            ? Optional.of(vector(index, ConvolutionParamInitializer.BIAS_KEY))
            : Optional.empty();
    boolean met =
        vertical.before() < layer.getKernelSize()[0]
            && horizontal.before() < layer.getKernelSize()[1];
    if (input.isPixel() && output.isPixel() && met) {
      return pixelConvolution(index, bias, vertical.before(), horizontal.before());
    }
    return new Operation.Convolution(
        parameter(index, ConvolutionParamInitializer.WEIGHT_KEY, 0, 1, 2, 3),
        bias,
        input,
        output,
        new Window(
            new Window.Pair(vertical.stride(), horizontal.stride()),
            new Window.Pair(vertical.before(), horizontal.before()),
            new Window.Pair(vertical.after(), horizontal.after())),
        Optional.empty());
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
                name(index, key) + "[" + i + "," + j + "]", view, trained(index, key), 0, 1);
        if (i == row && j == column) {
          used = parameter;
        } else {
          unused.add(parameter.unused());
        }
      }
    }
    return new Operation.PixelConvolution(used, bias, unused, Optional.empty());
  }

  /** A convolution in one direction. */
  private record Axis(long output, long stride, long before, long after) {}

  private static Axis axis(ConvolutionLayer layer, int direction, long input) {
    long kernel = layer.getKernelSize()[direction];
    long stride = layer.getStride()[direction];
    if (layer.getConvolutionMode() == ConvolutionMode.Same) {
      long output = (input + stride - 1) / stride;
      // Where the zeros cannot be shared out evenly, the end has one more, as in TensorFlow.
      long padding = Math.max(0, (output - 1) * stride + kernel - input);
      return new Axis(output, stride, padding / 2, padding - padding / 2);
    }
    long padding = layer.getPadding()[direction];
    long output = (input + 2 * padding - kernel) / stride + 1;
    // What the kernel does not reach at the end, oneDNN wants to be taken away there.
    return new Axis(output, stride, padding, (output - 1) * stride + kernel - input - padding);
  }

  private Operation dense(int index, FeedForwardLayer layer, boolean biased)
      throws UnsupportedNetworkException {
    require(
        images.isEmpty() || operations.isEmpty(), describe(layer) + " takes images unflattened");
    require(
        layer.getNIn() == features,
        describe(layer) + " takes " + layer.getNIn() + " values and is given " + features);
    images = Optional.empty();
    features = layer.getNOut();
    return new Operation.Dense(
        parameter(index, DefaultParamInitializer.WEIGHT_KEY, 1, 0), // [in,out] to [out,in]
        biased ? Optional.of(vector(index, DefaultParamInitializer.BIAS_KEY)) : Optional.empty(),
        Optional.empty());
  }

  private Operation builtIn(int index, BatchNormalization layer)
      throws UnsupportedNetworkException {
    require(!layer.isLockGammaBeta(), describe(layer) + " locks gamma and beta");
    require(!layer.isUseLogStd(), describe(layer) + " keeps a logarithm of the deviation");
    require(layer.isMinibatch(), describe(layer) + " takes a batch for everything there is");
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
    return normalization(
        index,
        LowLevelBatchNormalization.GAMMA,
        LowLevelBatchNormalization.BETA,
        LowLevelBatchNormalization.POPULATION_MEAN,
        LowLevelBatchNormalization.POPULATION_VARIANCE,
        layer.decay(),
        layer.epsilon());
  }

  private Operation normalization(
      int index, String gamma, String beta, String mean, String variance, double decay, double eps)
      throws UnsupportedNetworkException {
    Parameter scale = vector(index, gamma);
    Parameter shift = vector(index, beta);
    require(
        shift.offset() == scale.offset() + scale.length() && shift.change().equals(scale.change()),
        "beta does not follow gamma in layer " + index);
    Layout both = Layout.rowByRow(2, scale.length());
    return new Operation.Normalization(
        new Parameter(scale.name() + " and " + beta, scale.offset(), both, scale.change()),
        averaged(index, mean, decay),
        averaged(index, variance, decay),
        eps,
        Optional.empty(),
        false);
  }

  private void bias(int index, Layer layer) throws UnsupportedNetworkException {
    require(
        lastOperation() instanceof Operation.Normalization normalization
            && normalization.bias().isEmpty()
            && !normalization.rectified(),
        describe(layer) + " does not follow a normalization");
    replaceLast(
        ((Operation.Normalization) lastOperation()).withBias(vector(index, ChannelwiseBias.BIAS)));
  }

  private void apply(IActivation activation, Layer layer) throws UnsupportedNetworkException {
    if (activation instanceof ActivationIdentity) {
      return;
    }
    Function function = function(activation, layer);
    Operation before = lastOperation();
    if (before instanceof Operation.Affine affine && affine.then().isEmpty()) {
      replaceLast(affine.followedBy(function));
    } else if (before instanceof Operation.Normalization normalization
        && !normalization.rectified()
        && function == Function.RELU) {
      replaceLast(normalization.thenRectified());
    } else {
      operations.add(new Operation.Application(function));
    }
  }

  private static Function function(IActivation activation, Layer layer)
      throws UnsupportedNetworkException {
    if (activation.equals(new ActivationReLU())) {
      return Function.RELU;
    }
    if (activation instanceof ActivationSigmoid) {
      return Function.SIGMOID;
    }
    if (activation instanceof ActivationTanH) {
      return Function.TANH;
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
    return Parameter.of(name(index, key), view.reshape(view.length()), trained(index, key), 0);
  }

  private Parameter averaged(int index, String key, double decay) {
    INDArray view = view(index, key);
    return Parameter.of(
        name(index, key), view.reshape(view.length()), new Parameter.Averaged(decay), 0);
  }

  private Parameter parameter(int index, String key, int... axes)
      throws UnsupportedNetworkException {
    return Parameter.of(name(index, key), view(index, key), trained(index, key), axes);
  }

  private INDArray view(int index, String key) {
    return network.getLayer(index).getParam(key);
  }

  private Parameter.Trained trained(int index, String key) throws UnsupportedNetworkException {
    Layer layer = network.getLayerWiseConfigurations().getConf(index).getLayer();
    IUpdater updater = layer.getUpdaterByParam(key);
    require(
        updater instanceof Sgd || updater instanceof Nesterovs || updater instanceof Adam,
        "there is no kernel for the updater "
            + updater.getClass().getSimpleName()
            + " of "
            + describe(layer));
    List<Regularization> regularizations = layer.getRegularizationByParam(key);
    double l2 = 0;
    for (Regularization each :
        regularizations == null ? List.<Regularization>of() : regularizations) {
      require(
          each.getClass() == L2Regularization.class
              && ((L2Regularization) each).getL2() instanceof FixedSchedule,
          describe(layer) + " has " + each.getClass().getSimpleName());
      l2 += ((L2Regularization) each).getL2().valueAt(0, 0);
    }
    return new Parameter.Trained(updater, l2, true);
  }

  private String name(int index, String key) {
    return describe(network.getLayerWiseConfigurations().getConf(index).getLayer()) + "." + key;
  }

  private static String describe(Layer layer) {
    String type = layer.getClass().getSimpleName();
    return layer.getLayerName() == null ? type : type + " " + layer.getLayerName();
  }

  private static void require(boolean condition, String otherwise)
      throws UnsupportedNetworkException {
    if (!condition) {
      throw new UnsupportedNetworkException(otherwise);
    }
  }
}
