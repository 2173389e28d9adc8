package io.bnzoo.compiler;

import static io.bnzoo.compiler.SettingsCheck.describe;
import static io.bnzoo.compiler.SettingsCheck.require;

import io.bnzoo.compiler.Operation.ScaleAndShift;
import io.bnzoo.layer.BatchNormLstm;
import io.bnzoo.layer.ChannelwiseBias;
import io.bnzoo.layer.ImageToSequence;
import io.bnzoo.layer.LowLevelBatchNormalization;
import io.bnzoo.onednn.ActivationFunction;
import io.bnzoo.samediff.ChannelwiseLayer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.CenterLossOutputLayer;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.objdetect.Yolo2OutputLayer;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationHardSigmoid;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;

/**
 * Turns Deeplearning4j's layers into operations.
 *
 * <p>Each class of layers has its own method. A subclass has none: it may compute something else.
 */
final class LayerReader {

  /**
   * What one layer gives to the next.
   *
   * @param value its number in the graph
   */
  record Flow(int value, Geometry geometry) {
    /** As what the network gives. */
    NetworkGraph.Output output() {
      require(!geometry.isSequence(), "it gives sequences");
      return new NetworkGraph.Output(value, geometry.images().map(size -> geometry.format()));
    }
  }

  /** Reads a layer that is not an output. */
  interface Reader<L> {
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
    put(DenseLayer.class, this::dense);
    put(DropoutLayer.class, (given, layer, parameters) -> given); // Read before, as in any layer.
    put(BatchNormalization.class, this::batchNormalization);
    put(LowLevelBatchNormalization.class, this::lowLevelBatchNormalization);
    put(ChannelwiseBias.class, this::bias);
    put(
        ActivationLayer.class,
        (given, layer, parameters) -> activate(given, layer.getActivationFn(), layer));
    new ConvolutionReader(this).register();
    new PixelReader(this).register();
    new RecurrentReader(this, seed).register();
  }

  /** Where operations are added. */
  Fusion fusion() {
    return fusion;
  }

  /** Has a class of layers read by a method. */
  <L extends Layer> void put(Class<L> type, Reader<L> reader) {
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
    if (parameters.isFrozen()) {
      require(
          parameters.letsGradientsPass() || !fusion.learns(given.value()),
          describe(parameters.layer()) + " is frozen behind layers that learn");
      require(
          !parameters.letsGradientsPass() || !normalizes(parameters.layer()),
          describe(parameters.layer()) + " is frozen and lets gradients pass");
      return given; // As in a prediction: nothing is dropped.
    }
    double keep = SettingsCheck.keep(parameters.layer());
    return keep == 1
        ? given
        : next(
            given,
            new Operation.DropoutOp(keep, DropoutKernels.seed(seed, parameters.index())),
            given.geometry());
  }

  private static boolean normalizes(Layer layer) {
    return layer instanceof BatchNormalization
        || layer instanceof LowLevelBatchNormalization
        || layer instanceof BatchNormLstm;
  }

  /** Adds an operation on what is given. */
  Flow next(Flow given, Operation operation, Geometry result) {
    return new Flow(fusion.add(operation, result.size(), given.value()), result);
  }

  /** Whether a layer has a loss, and so nothing behind it. */
  static boolean isOutput(Layer layer) {
    return layer instanceof BaseOutputLayer
        || layer instanceof LossLayer
        || layer instanceof CnnLossLayer
        || layer instanceof Yolo2OutputLayer;
  }

  /** Adds the operations of an output layer: what its loss does to the logits is none. */
  Flow readOutput(Flow given, ParameterViews parameters) {
    Layer layer = parameters.layer();
    Flow dropped = prepare(given, parameters);
    if (layer.getClass() == LossLayer.class) {
      // Deeplearning4j itself applies others twice for the score, the first time in place.
      Class<?> activation = ((LossLayer) layer).getActivationFn().getClass();
      require(
          activation == ActivationSoftmax.class || activation == ActivationIdentity.class,
          describe(layer) + " has another activation than softmax");
      requireVectors(dropped, layer);
      return dropped;
    }
    if (layer.getClass() == CnnLossLayer.class) {
      dropped.geometry().imagesFor(layer, ((CnnLossLayer) layer).getFormat());
      return dropped;
    }
    if (layer.getClass() == Yolo2OutputLayer.class) {
      dropped.geometry().imagesFor(layer, ((Yolo2OutputLayer) layer).getFormat());
      return dropped;
    }
    require(
        layer.getClass() == OutputLayer.class || layer.getClass() == CenterLossOutputLayer.class,
        describe(layer) + " is its last layer");
    BaseOutputLayer output = (BaseOutputLayer) layer;
    return matrixProduct(dropped, output, output.hasBias(), parameters);
  }

  private static void requireVectors(Flow given, Layer layer) {
    require(given.geometry().images().isEmpty(), describe(layer) + " takes images unflattened");
    require(!given.geometry().isSequence(), describe(layer) + " takes sequences");
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
    if (step instanceof ImageToSequence sequence) {
      require(
          !geometry.isSequence() && geometry.features() == sequence.values(),
          "images of " + geometry.features() + " values are shown as " + sequence);
      require(
          geometry.images().isEmpty() || geometry.format() == CNN2DFormat.NCHW,
          "images in " + geometry.format() + " are shown as sequences");
      return next(
          given,
          new Operation.SequenceOp(sequence.order(), sequence.steps()),
          Geometry.sequence(sequence.features(), sequence.steps()));
    }
    if (step.getClass() == FeedForwardToCnnPreProcessor.class) {
      Geometry images = geometry.unflattened((FeedForwardToCnnPreProcessor) step);
      if (geometry.images().isPresent()) {
        return given; // As Deeplearning4j does with what are images already.
      }
      return next(given, new Operation.UnflatteningOp(images.size()), images);
    }
    throw new UnsupportedNetworkException(
        "there is no kernel for " + step.getClass().getSimpleName());
  }

  static void requireInput(Layer layer, long takes, long given) {
    require(takes == given, describe(layer) + " takes " + takes + " values and is given " + given);
  }

  /** A layer's bias, if it has one. */
  static Optional<Parameter> bias(boolean present, ParameterViews parameters, String key) {
    return present ? Optional.of(parameters.vector(key)) : Optional.empty();
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
        layer.isLockGammaBeta()
            ? ScaleAndShift.locked(layer.getGamma(), layer.getBeta())
            : ScaleAndShift.of(
                parameters.pair(
                    BatchNormalizationParamInitializer.GAMMA,
                    BatchNormalizationParamInitializer.BETA)),
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
        ScaleAndShift.of(
            parameters.pair(LowLevelBatchNormalization.GAMMA, LowLevelBatchNormalization.BETA)),
        parameters.runningStatistic(LowLevelBatchNormalization.POPULATION_MEAN, layer.decay()),
        parameters.runningStatistic(LowLevelBatchNormalization.POPULATION_VARIANCE, layer.decay()),
        layer.epsilon());
  }

  private Flow normalization(
      Flow given, ScaleAndShift scaleAndShift, Parameter mean, Parameter variance, double epsilon) {
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

  /** Adds an activation function. */
  Flow activate(Flow given, IActivation activation, Layer layer) {
    if (activation.getClass() == ActivationIdentity.class) {
      return given;
    }
    if (activation.getClass() == ActivationSoftmax.class) {
      require(!given.geometry().isSequence(), describe(layer) + " applies softmax to sequences");
      require( // Deeplearning4j's is over the last axis.
          given.geometry().images().isEmpty() || given.geometry().format() == CNN2DFormat.NHWC,
          describe(layer) + " applies softmax to columns of images");
      return next(given, new Operation.SoftmaxOp(), given.geometry());
    }
    if (activation.getClass() == ActivationHardSigmoid.class) {
      return next(given, new Operation.HardSigmoidOp(), given.geometry());
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
