package io.bnzoo.compiler;

import static io.bnzoo.compiler.SettingsCheck.describe;
import static io.bnzoo.compiler.SettingsCheck.require;

import io.bnzoo.compiler.Operation.MapSize;
import io.bnzoo.layer.ChannelwiseBias;
import io.bnzoo.layer.LowLevelBatchNormalization;
import io.bnzoo.onednn.ActivationFunction;
import io.bnzoo.onednn.ConvolutionWindow;
import io.bnzoo.onednn.ConvolutionWindow.PerAxis;
import io.bnzoo.onednn.Pooling;
import io.bnzoo.samediff.ChannelwiseLayer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.deeplearning4j.nn.params.ConvolutionParamInitializer;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;

/**
 * Turns Deeplearning4j's layers into operations.
 *
 * <p>Each class of layers has its own method. A subclass has none: it may compute something else.
 */
final class LayerReader {

  /** What Deeplearning4j takes for the axes of an image's pixels if it is not told. */
  private static final int[] IMAGE_AXES = {2, 3};

  /**
   * What one layer gives to the next.
   *
   * @param value its number in the graph
   */
  record Flow(int value, Geometry geometry) {}

  /** Reads a layer that is not an output. */
  private interface Reader<L> {
    Flow read(Flow given, L layer, ParameterViews parameters);
  }

  private final Map<Class<?>, Reader<Layer>> readers = new HashMap<>();
  private final Fusion fusion;
  private final long seed;

  /**
   * A reader of layers.
   *
   * @param fusion where operations are added
   * @param seed of the network, which dropout draws by
   */
  LayerReader(Fusion fusion, long seed) {
    this.fusion = fusion;
    this.seed = seed;
    put(ConvolutionLayer.class, this::convolution);
    put(SubsamplingLayer.class, this::pooling);
    put(GlobalPoolingLayer.class, this::globalPooling);
    put(DenseLayer.class, this::dense);
    put(DropoutLayer.class, (given, layer, parameters) -> given); // Read before, as in any layer.
    put(BatchNormalization.class, this::batchNormalization);
    put(LowLevelBatchNormalization.class, this::lowLevelBatchNormalization);
    put(ChannelwiseBias.class, this::bias);
    put(
        ActivationLayer.class,
        (given, layer, parameters) -> activate(given, layer.getActivationFn(), layer));
  }

  private <L extends Layer> void put(Class<L> type, Reader<L> reader) {
    readers.put(
        type, (given, layer, parameters) -> reader.read(given, type.cast(layer), parameters));
  }

  /** Adds the operations of a layer that is not an output. */
  Flow read(Flow given, ParameterViews parameters) {
    Layer layer = parameters.layer();
    Flow dropped = prepare(given, parameters);
    require(readers.containsKey(layer.getClass()), "there is no kernel for " + describe(layer));
    return readers.get(layer.getClass()).read(dropped, layer, parameters);
  }

  private Flow prepare(Flow given, ParameterViews parameters) {
    SettingsCheck.check(parameters.layer());
    double keep = SettingsCheck.keep(parameters.layer());
    return keep == 1
        ? given
        : next(
            given,
            new Operation.DropoutOp(keep, DropoutKernels.seed(seed, parameters.index())),
            given.geometry());
  }

  private Flow next(Flow given, Operation operation, Geometry result) {
    return new Flow(fusion.add(operation, result.size(), given.value()), result);
  }

  /** Whether a layer has a loss, and so nothing behind it. */
  static boolean isOutput(Layer layer) {
    return layer instanceof BaseOutputLayer || layer instanceof LossLayer;
  }

  /** Adds the operations of an output layer: what its loss does to the logits is none. */
  Flow readOutput(Flow given, ParameterViews parameters) {
    Layer layer = parameters.layer();
    Flow dropped = prepare(given, parameters);
    if (layer.getClass() == LossLayer.class) {
      // Deeplearning4j itself applies a sigmoid twice in training, the first time in place.
      require(
          ((LossLayer) layer).getActivationFn().getClass() == ActivationSoftmax.class,
          describe(layer) + " has another activation than softmax");
      requireVectors(dropped, layer);
      return dropped;
    }
    require(layer.getClass() == OutputLayer.class, describe(layer) + " is its last layer");
    OutputLayer output = (OutputLayer) layer;
    return matrixProduct(dropped, output, output.hasBias(), parameters);
  }

  private static void requireVectors(Flow given, Layer layer) {
    require(given.geometry().images().isEmpty(), describe(layer) + " takes images unflattened");
  }

  /** Adds what a preprocessor does, if there is one. */
  Flow preprocess(Flow given, InputPreProcessor step) {
    if (step == null) {
      return given;
    }
    Geometry geometry = given.geometry();
    if (step.getClass() == CnnToFeedForwardPreProcessor.class && geometry.images().isPresent()) {
      return next(
          given,
          new Operation.FlatteningOp(geometry.format() == CNN2DFormat.NHWC),
          geometry.flattened((CnnToFeedForwardPreProcessor) step));
    }
    if (step.getClass() == FeedForwardToCnnPreProcessor.class) {
      Geometry images = geometry.unflattened((FeedForwardToCnnPreProcessor) step);
      return next(given, new Operation.UnflatteningOp(images.size()), images);
    }
    throw new UnsupportedNetworkException(
        "there is no kernel for " + step.getClass().getSimpleName());
  }

  private static void requireInput(Layer layer, long takes, long given) {
    require(takes == given, describe(layer) + " takes " + takes + " values and is given " + given);
  }

  private Flow convolution(Flow given, ConvolutionLayer layer, ParameterViews parameters) {
    MapSize input = given.geometry().imagesFor(layer, layer.getCnn2dDataFormat());
    requireInput(layer, layer.getNIn(), input.channels());
    ConvolutionAxis vertical = ConvolutionAxis.of(layer, 0, input.height());
    ConvolutionAxis horizontal = ConvolutionAxis.of(layer, 1, input.width());
    MapSize output = new MapSize(layer.getNOut(), vertical.output(), horizontal.output());
    Optional<Parameter> bias =
        bias(layer.hasBias(), parameters, ConvolutionParamInitializer.BIAS_KEY);
    boolean pixels = input.isPixel() && output.isPixel();
    Operation operation =
        pixels && vertical.meetsFirst() && horizontal.meetsFirst()
            ? pixelConvolution(parameters, bias, vertical, horizontal)
            : new Operation.ConvolutionOp(
                parameters.array(ConvolutionParamInitializer.WEIGHT_KEY, 0, 1, 2, 3),
                bias,
                input,
                output,
                ConvolutionAxis.window(vertical, horizontal),
                Optional.empty());
    Flow sums = next(given, operation, given.geometry().withImages(output));
    return activate(sums, layer.getActivationFn(), layer);
  }

  private static Optional<Parameter> bias(boolean present, ParameterViews parameters, String key) {
    return present ? Optional.of(parameters.vector(key)) : Optional.empty();
  }

  /** The pixel meets the kernel where the padding before it ends. */
  private static Operation pixelConvolution(
      ParameterViews parameters,
      Optional<Parameter> bias,
      ConvolutionAxis vertical,
      ConvolutionAxis horizontal) {
    List<Parameter> places =
        new ArrayList<>(parameters.places(ConvolutionParamInitializer.WEIGHT_KEY));
    long place = vertical.before() * horizontal.kernel() + horizontal.before();
    Parameter used = places.remove(Math.toIntExact(place));
    return new Operation.PixelConvolutionOp(
        used, bias, places.stream().map(Parameter::unused).toList(), Optional.empty());
  }

  private Flow pooling(Flow given, SubsamplingLayer layer, ParameterViews parameters) {
    MapSize input = given.geometry().imagesFor(layer, layer.getCnn2dDataFormat());
    ConvolutionAxis vertical = ConvolutionAxis.of(layer, 0, input.height());
    ConvolutionAxis horizontal = ConvolutionAxis.of(layer, 1, input.width());
    MapSize output = new MapSize(input.channels(), vertical.output(), horizontal.output());
    Pooling mean = layer.isAvgPoolIncludePadInDivisor() ? Pooling.MEAN_WITH_PADDING : Pooling.MEAN;
    return next(
        given,
        new Operation.PoolingOp(
            kind(layer, layer.getPoolingType(), mean),
            input,
            output,
            new PerAxis(vertical.kernel(), horizontal.kernel()),
            ConvolutionAxis.window(vertical, horizontal)),
        given.geometry().withImages(output));
  }

  /** Of all pixels, to vectors. */
  private Flow globalPooling(Flow given, GlobalPoolingLayer layer, ParameterViews parameters) {
    Geometry geometry = given.geometry();
    MapSize input = geometry.imagesFor(layer, geometry.format());
    int[] axes = geometry.format() == CNN2DFormat.NCHW ? new int[] {2, 3} : new int[] {1, 2};
    int[] pooled = layer.getPoolingDimensions() == null ? IMAGE_AXES : layer.getPoolingDimensions();
    require(
        Arrays.equals(pooled, axes), describe(layer) + " pools over other axes than the pixels'");
    require(layer.isCollapseDimensions(), describe(layer) + " does not collapse dimensions");
    PerAxis whole = new PerAxis(input.height(), input.width());
    PerAxis none = new PerAxis(0, 0);
    MapSize output = new MapSize(input.channels(), 1, 1);
    Flow pixel =
        next(
            given,
            new Operation.PoolingOp(
                kind(layer, layer.getPoolingType(), Pooling.MEAN),
                input,
                output,
                whole,
                new ConvolutionWindow(whole, none, none)),
            geometry.withImages(output));
    return next(pixel, new Operation.FlatteningOp(true), geometry.withoutPixels());
  }

  /** What a layer pools by, {@code mean} being its way to take averages. */
  private static Pooling kind(Layer layer, PoolingType type, Pooling mean) {
    return switch (type) {
      case MAX -> Pooling.MAXIMUM;
      case AVG -> mean;
      default -> throw new UnsupportedNetworkException(describe(layer) + " pools by " + type);
    };
  }

  private Flow dense(Flow given, DenseLayer layer, ParameterViews parameters) {
    Flow sums = matrixProduct(given, layer, layer.hasBias(), parameters);
    return activate(sums, layer.getActivationFn(), layer);
  }

  private Flow matrixProduct(
      Flow given, FeedForwardLayer layer, boolean biased, ParameterViews parameters) {
    requireVectors(given, layer);
    requireInput(layer, layer.getNIn(), given.geometry().features());
    return next(
        given,
        new Operation.DenseOp(
            parameters.array(DefaultParamInitializer.WEIGHT_KEY, 1, 0), // [in,out] transposed
            bias(biased, parameters, DefaultParamInitializer.BIAS_KEY),
            Optional.empty()),
        given.geometry().withFeatures(layer.getNOut()));
  }

  private Flow batchNormalization(Flow given, BatchNormalization layer, ParameterViews parameters) {
    long channels = given.geometry().channelsFor(layer, layer.getCnn2DFormat());
    requireInput(layer, layer.getNOut(), channels);
    return normalization(
        given,
        parameters.pair(
            BatchNormalizationParamInitializer.GAMMA, BatchNormalizationParamInitializer.BETA),
        parameters.runningStatistic(
            BatchNormalizationParamInitializer.GLOBAL_MEAN, layer.getDecay()),
        layer.isUseLogStd()
            ? parameters.runningLogDeviation(
                BatchNormalizationParamInitializer.GLOBAL_LOG_STD, layer.getDecay())
            : parameters.runningStatistic(
                BatchNormalizationParamInitializer.GLOBAL_VAR, layer.getDecay()),
        layer.getEps());
  }

  private Flow lowLevelBatchNormalization(
      Flow given, LowLevelBatchNormalization layer, ParameterViews parameters) {
    requireInput(layer, layer.features(), channelsFor(given, layer));
    return normalization(
        given,
        parameters.pair(LowLevelBatchNormalization.GAMMA, LowLevelBatchNormalization.BETA),
        parameters.runningStatistic(LowLevelBatchNormalization.POPULATION_MEAN, layer.decay()),
        parameters.runningStatistic(LowLevelBatchNormalization.POPULATION_VARIANCE, layer.decay()),
        layer.epsilon());
  }

  private Flow normalization(
      Flow given, Parameter scaleAndShift, Parameter mean, Parameter variance, double epsilon) {
    return next(
        given,
        new Operation.NormalizationOp(
            scaleAndShift, mean, variance, epsilon, Optional.empty(), false),
        given.geometry());
  }

  private Flow bias(Flow given, ChannelwiseBias layer, ParameterViews parameters) {
    requireInput(layer, layer.features(), channelsFor(given, layer));
    require(
        fusion.addBias(given.value(), parameters.vector(ChannelwiseBias.BIAS)),
        describe(layer) + " does not follow a normalization");
    return given;
  }

  private static long channelsFor(Flow given, ChannelwiseLayer layer) {
    CNN2DFormat order = layer.channelAxis() == 1 ? CNN2DFormat.NCHW : CNN2DFormat.NHWC;
    return given.geometry().channelsFor(layer, order);
  }

  private Flow activate(Flow given, IActivation activation, Layer layer) {
    if (activation.getClass() == ActivationIdentity.class) {
      return given;
    }
    ActivationFunction function =
        Activations.of(activation)
            .orElseThrow(
                () ->
                    new UnsupportedNetworkException(
                        "there is no kernel for the activation "
                            + activation
                            + " of "
                            + describe(layer)));
    return new Flow(fusion.activate(given.value(), function), given.geometry());
  }
}
