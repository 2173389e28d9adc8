package io.bnzoo.compiler;

import static io.bnzoo.compiler.SettingsCheck.describe;
import static io.bnzoo.compiler.SettingsCheck.require;

import io.bnzoo.compiler.Operation.MapSize;
import io.bnzoo.layer.ChannelwiseBias;
import io.bnzoo.layer.LowLevelBatchNormalization;
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
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
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
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
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
final class NetworkReader {

  /** What Deeplearning4j takes for the axes of an image's pixels if it is not told. */
  private static final int[] IMAGE_AXES = {2, 3};

  /** Reads a layer that is not the last. */
  private interface LayerReader<L> {
    void read(int index, L layer);
  }

  private final Map<Class<?>, LayerReader<Layer>> readers = new HashMap<>();
  private final MultiLayerNetwork network;
  private final ParameterViews parameters;
  private final Fusion fusion = new Fusion();
  private Geometry geometry;

  /** The size of what the first operation is given. */
  private MapSize start;

  /**
   * A reader of a network.
   *
   * @param input what it is given, vectors or images
   */
  NetworkReader(MultiLayerNetwork network, InputType input) {
    SettingsCheck.check(network.getLayerWiseConfigurations());
    SettingsCheck.check(network.conf());
    this.network = network;
    this.parameters = new ParameterViews(network);
    this.geometry = Geometry.of(input);
    this.start = geometry.size();
    put(ConvolutionLayer.class, this::convolution);
    put(SubsamplingLayer.class, this::pooling);
    put(GlobalPoolingLayer.class, this::globalPooling);
    put(DenseLayer.class, this::dense);
    put(DropoutLayer.class, (index, layer) -> {}); // Read above, as in any other layer.
    put(BatchNormalization.class, this::batchNormalization);
    put(LowLevelBatchNormalization.class, this::lowLevelBatchNormalization);
    put(ChannelwiseBias.class, this::bias);
    put(ActivationLayer.class, (index, layer) -> activate(layer.getActivationFn(), layer));
  }

  private <L extends Layer> void put(Class<L> type, LayerReader<L> reader) {
    readers.put(type, (index, layer) -> reader.read(index, type.cast(layer)));
  }

  NetworkGraph read() {
    int last = network.getnLayers() - 1;
    for (int i = 0; i <= last; i++) {
      preprocess(network.getLayerWiseConfigurations().getInputPreProcess(i));
      Layer layer = network.getLayerWiseConfigurations().getConf(i).getLayer();
      SettingsCheck.check(layer);
      dropout(i, layer);
      if (i == last) {
        last(i, layer);
      } else {
        require(readers.containsKey(layer.getClass()), "there is no kernel for " + describe(layer));
        readers.get(layer.getClass()).read(i, layer);
      }
    }
    return new NetworkGraph(start, fusion.operations(), geometry.features());
  }

  /** Of what a layer is given. */
  private void dropout(int index, Layer layer) {
    double keep = SettingsCheck.keep(layer);
    if (keep < 1) {
      fusion.add(
          new Operation.DropoutOp(keep, DropoutKernels.seed(network.conf().getSeed(), index)));
    }
  }

  /** Up to the logits; what the loss does to them is no operation. */
  private void last(int index, Layer layer) {
    if (layer.getClass() == LossLayer.class) {
      // Deeplearning4j itself applies a sigmoid twice in training, the first time in place.
      require(
          ((LossLayer) layer).getActivationFn().getClass() == ActivationSoftmax.class,
          describe(layer) + " has another activation than softmax");
      requireVectors(layer);
    } else {
      require(layer.getClass() == OutputLayer.class, describe(layer) + " is its last layer");
      matrixProduct(index, (OutputLayer) layer, ((OutputLayer) layer).hasBias());
    }
  }

  private void requireVectors(Layer layer) {
    require(geometry.images().isEmpty(), describe(layer) + " takes images unflattened");
  }

  private void preprocess(InputPreProcessor step) {
    if (step == null) {
      return;
    }
    if (step.getClass() == CnnToFeedForwardPreProcessor.class && geometry.images().isPresent()) {
      geometry = geometry.flattened((CnnToFeedForwardPreProcessor) step);
      fusion.add(new Operation.FlatteningOp(geometry.format() == CNN2DFormat.NHWC));
    } else if (step.getClass() == FeedForwardToCnnPreProcessor.class && fusion.isEmpty()) {
      // The input's values are in order already.
      geometry = geometry.unflattened((FeedForwardToCnnPreProcessor) step);
      start = geometry.size();
    } else {
      throw new UnsupportedNetworkException(
          "there is no kernel for " + step.getClass().getSimpleName());
    }
  }

  private static void requireInput(Layer layer, long takes, long given) {
    require(takes == given, describe(layer) + " takes " + takes + " values and is given " + given);
  }

  private void convolution(int index, ConvolutionLayer layer) {
    MapSize input = geometry.imagesFor(layer, layer.getCnn2dDataFormat());
    requireInput(layer, layer.getNIn(), input.channels());
    ConvolutionAxis vertical = ConvolutionAxis.of(layer, 0, input.height());
    ConvolutionAxis horizontal = ConvolutionAxis.of(layer, 1, input.width());
    MapSize output = new MapSize(layer.getNOut(), vertical.output(), horizontal.output());
    geometry = geometry.withImages(output);
    Optional<Parameter> bias = bias(layer.hasBias(), index, ConvolutionParamInitializer.BIAS_KEY);
    boolean pixels = input.isPixel() && output.isPixel();
    fusion.add(
        pixels && vertical.meetsFirst() && horizontal.meetsFirst()
            ? pixelConvolution(index, bias, vertical, horizontal)
            : new Operation.ConvolutionOp(
                parameters.array(index, ConvolutionParamInitializer.WEIGHT_KEY, 0, 1, 2, 3),
                bias,
                input,
                output,
                ConvolutionAxis.window(vertical, horizontal),
                Optional.empty()));
    activate(layer.getActivationFn(), layer);
  }

  private Optional<Parameter> bias(boolean present, int index, String key) {
    return present ? Optional.of(parameters.vector(index, key)) : Optional.empty();
  }

  /** The pixel meets the kernel where the padding before it ends. */
  private Operation pixelConvolution(
      int index, Optional<Parameter> bias, ConvolutionAxis vertical, ConvolutionAxis horizontal) {
    List<Parameter> places =
        new ArrayList<>(parameters.places(index, ConvolutionParamInitializer.WEIGHT_KEY));
    long place = vertical.before() * horizontal.kernel() + horizontal.before();
    Parameter used = places.remove(Math.toIntExact(place));
    return new Operation.PixelConvolutionOp(
        used, bias, places.stream().map(Parameter::unused).toList(), Optional.empty());
  }

  private void pooling(int index, SubsamplingLayer layer) {
    MapSize input = geometry.imagesFor(layer, layer.getCnn2dDataFormat());
    ConvolutionAxis vertical = ConvolutionAxis.of(layer, 0, input.height());
    ConvolutionAxis horizontal = ConvolutionAxis.of(layer, 1, input.width());
    MapSize output = new MapSize(input.channels(), vertical.output(), horizontal.output());
    geometry = geometry.withImages(output);
    Pooling mean = layer.isAvgPoolIncludePadInDivisor() ? Pooling.MEAN_WITH_PADDING : Pooling.MEAN;
    fusion.add(
        new Operation.PoolingOp(
            kind(layer, layer.getPoolingType(), mean),
            input,
            output,
            new PerAxis(vertical.kernel(), horizontal.kernel()),
            ConvolutionAxis.window(vertical, horizontal)));
  }

  /** Of all pixels, to vectors. */
  private void globalPooling(int index, GlobalPoolingLayer layer) {
    MapSize input = geometry.imagesFor(layer, geometry.format());
    int[] axes = geometry.format() == CNN2DFormat.NCHW ? new int[] {2, 3} : new int[] {1, 2};
    int[] given = layer.getPoolingDimensions() == null ? IMAGE_AXES : layer.getPoolingDimensions();
    require(
        Arrays.equals(given, axes), describe(layer) + " pools over other axes than the pixels'");
    require(layer.isCollapseDimensions(), describe(layer) + " does not collapse dimensions");
    PerAxis whole = new PerAxis(input.height(), input.width());
    PerAxis none = new PerAxis(0, 0);
    fusion.add(
        new Operation.PoolingOp(
            kind(layer, layer.getPoolingType(), Pooling.MEAN),
            input,
            new MapSize(input.channels(), 1, 1),
            whole,
            new ConvolutionWindow(whole, none, none)));
    geometry = geometry.withoutPixels();
    fusion.add(new Operation.FlatteningOp(true));
  }

  /** What a layer pools by, {@code mean} being its way to take averages. */
  private static Pooling kind(Layer layer, PoolingType type, Pooling mean) {
    return switch (type) {
      case MAX -> Pooling.MAXIMUM;
      case AVG -> mean;
      default -> throw new UnsupportedNetworkException(describe(layer) + " pools by " + type);
    };
  }

  private void dense(int index, DenseLayer layer) {
    matrixProduct(index, layer, layer.hasBias());
    activate(layer.getActivationFn(), layer);
  }

  private void matrixProduct(int index, FeedForwardLayer layer, boolean biased) {
    requireVectors(layer);
    requireInput(layer, layer.getNIn(), geometry.features());
    geometry = geometry.withFeatures(layer.getNOut());
    fusion.add(
        new Operation.DenseOp(
            parameters.array(
                index, DefaultParamInitializer.WEIGHT_KEY, 1, 0), // [in,out] transposed
            bias(biased, index, DefaultParamInitializer.BIAS_KEY),
            Optional.empty()));
  }

  private void batchNormalization(int index, BatchNormalization layer) {
    requireInput(layer, layer.getNOut(), geometry.channelsFor(layer, layer.getCnn2DFormat()));
    normalization(
        parameters.pair(
            index,
            BatchNormalizationParamInitializer.GAMMA,
            BatchNormalizationParamInitializer.BETA),
        parameters.runningStatistic(
            index, BatchNormalizationParamInitializer.GLOBAL_MEAN, layer.getDecay()),
        layer.isUseLogStd()
            ? parameters.runningLogDeviation(
                index, BatchNormalizationParamInitializer.GLOBAL_LOG_STD, layer.getDecay())
            : parameters.runningStatistic(
                index, BatchNormalizationParamInitializer.GLOBAL_VAR, layer.getDecay()),
        layer.getEps());
  }

  private void lowLevelBatchNormalization(int index, LowLevelBatchNormalization layer) {
    requireInput(layer, layer.features(), channelsFor(layer));
    normalization(
        parameters.pair(index, LowLevelBatchNormalization.GAMMA, LowLevelBatchNormalization.BETA),
        parameters.runningStatistic(
            index, LowLevelBatchNormalization.POPULATION_MEAN, layer.decay()),
        parameters.runningStatistic(
            index, LowLevelBatchNormalization.POPULATION_VARIANCE, layer.decay()),
        layer.epsilon());
  }

  private void normalization(
      Parameter scaleAndShift, Parameter mean, Parameter variance, double epsilon) {
    fusion.add(
        new Operation.NormalizationOp(
            scaleAndShift, mean, variance, epsilon, Optional.empty(), false));
  }

  private void bias(int index, ChannelwiseBias layer) {
    requireInput(layer, layer.features(), channelsFor(layer));
    require(
        fusion.addBias(parameters.vector(index, ChannelwiseBias.BIAS)),
        describe(layer) + " does not follow a normalization");
  }

  private long channelsFor(ChannelwiseLayer layer) {
    return geometry.channelsFor(
        layer, layer.channelAxis() == 1 ? CNN2DFormat.NCHW : CNN2DFormat.NHWC);
  }

  private void activate(IActivation activation, Layer layer) {
    if (activation.getClass() != ActivationIdentity.class) {
      fusion.activate(
          Activations.of(activation)
              .orElseThrow(
                  () ->
                      new UnsupportedNetworkException(
                          "there is no kernel for the activation "
                              + activation
                              + " of "
                              + describe(layer))));
    }
  }
}
