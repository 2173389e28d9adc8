package io.bnzoo.samediff;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffLayer;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.nn.conf.memory.MemoryReport;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.shade.jackson.annotation.JsonAutoDetect;
import org.nd4j.shade.jackson.annotation.JsonIgnoreProperties;

/**
 * A layer that keeps the shape of its input and has one value of each parameter for each feature of
 * [N,F], or for each channel of [N,C,H,W] or [N,H,W,C].
 *
 * <p>A subclass says as two SameDiff graphs what it computes. There are two because a graph cannot
 * ask whether it is being trained: Deeplearning4j tells a SameDiff layer nothing, and SameDiff's
 * conditionals have no gradient. {@link #training} is run by {@code fit} and by {@code output(x,
 * true)}, {@link #inference} by {@code output(x)}.
 *
 * <p>Parameters are of two kinds. Gradients and the network's updater move the ones; a step of the
 * graph's own moves the others ({@link #statistics}), once for each training step, untouched by
 * learning rate, gradient clipping, regularization or division by the batch size. Neither kind is
 * regularized, as in Deeplearning4j's BatchNormalization.
 *
 * <p>Deeplearning4j passes over SameDiff layers in three places. For {@code
 * network.setLearningRate} give the updater an {@code ISchedule} instead; after {@code
 * FineTuneConfiguration} this layer keeps its updater; and {@code nOutReplace} of the layer before
 * needs this one to be removed and added again.
 *
 * <p>Of the constraints a builder takes, {@code constrainAllParameters} reaches the trained ones;
 * weights and biases there are none.
 */
@JsonIgnoreProperties("layerParams")
@JsonAutoDetect(
    fieldVisibility = JsonAutoDetect.Visibility.ANY,
    getterVisibility = JsonAutoDetect.Visibility.NONE,
    isGetterVisibility = JsonAutoDetect.Visibility.NONE)
public abstract class ChannelwiseLayer extends SameDiffLayer {

  /**
   * What a graph computes.
   *
   * @param output of the input's shape
   * @param steps by statistic: what a training step subtracts from it; none in inference
   */
  public record Definition(SDVariable output, Map<String, SDVariable> steps) {}

  private long features;
  private int channelAxis = 1;

  /** For JSON. */
  protected ChannelwiseLayer() {}

  /** As it was set up; constraints for all parameters reach the trained ones. */
  protected ChannelwiseLayer(Builder<?> builder) {
    super(builder);
    features = builder.features;
    channelAxis = builder.channelAxis;
    initializeConstraints(builder);
    if (getConstraints() != null) {
      getConstraints().forEach(constraint -> constraint.setParams(trained().keySet()));
    }
  }

  /** How many features or channels the input has. */
  public final long features() {
    return features;
  }

  /** The axis of the features or channels: 1 in [N,F] and [N,C,H,W], 3 in [N,H,W,C]. */
  public final int channelAxis() {
    return channelAxis;
  }

  /** The initial value of each parameter that gradients move, in the order of their storage. */
  protected abstract Map<String, Double> trained();

  /** The initial value of each parameter that the training graph moves, stored after those. */
  protected abstract Map<String, Double> statistics();

  /** What is computed in training. */
  protected abstract Definition training(SDVariable x, Map<String, SDVariable> parameters);

  /** What is computed in inference. */
  protected abstract Definition inference(SDVariable x, Map<String, SDVariable> parameters);

  /** The layer in a network, without parameters yet. */
  protected abstract ChannelwiseRuntime runtime(NeuralNetConfiguration conf, DataType type);

  /**
   * How many arrays of the input's size inference has at once, beside input and output; roughly.
   */
  protected abstract int inferenceArrays();

  /** How many arrays of the input's size a training step has at once, likewise. */
  protected abstract int trainingArrays();

  /** The shape of a parameter in the graphs, by default the one that broadcasts. */
  protected long[] parameterShape(int rank) {
    return new Channels(rank, channelAxis).broadcastShape(features);
  }

  /** The channels of an array with as many axes as the layer's input, such as that input. */
  protected final Channels channels(SDVariable x) {
    return new Channels(x.getShape().length, channelAxis);
  }

  @Override
  public final Layer instantiate(
      NeuralNetConfiguration conf,
      Collection<TrainingListener> listeners,
      int index,
      INDArray parameters,
      boolean initialize,
      DataType type) {
    if (features <= 0) {
      throw new IllegalStateException(
          String.format(
              "layer %s does not know its number of features: call setInputType on the network's"
                  + " builder, or features on the layer's",
              getLayerName()));
    }
    ChannelwiseRuntime layer = runtime(conf, type);
    layer.setListeners(listeners);
    layer.setIndex(index);
    layer.setParamsViewArray(parameters);
    layer.setParamTable(initializer().init(conf, parameters, initialize));
    return layer;
  }

  @Override
  public final void defineParameters(SDLayerParams parameters) {
    trained().keySet().forEach(name -> parameters.addWeightParam(name, features));
    statistics().keySet().forEach(name -> parameters.addWeightParam(name, features));
  }

  /** Made anew for each call: kept, it would have a size and an identity from before setNIn. */
  @Override
  public final SDLayerParams getLayerParams() {
    SDLayerParams parameters = new SDLayerParams();
    defineParameters(parameters);
    return parameters;
  }

  @Override
  public final void initializeParameters(Map<String, INDArray> parameters) {
    trained().forEach((name, value) -> parameters.get(name).assign(value));
    statistics().forEach((name, value) -> parameters.get(name).assign(value));
  }

  @Override
  public final ParamInitializer initializer() {
    return ChannelwiseParameters.INSTANCE;
  }

  /** Deeplearning4j's hook, which does not know training from inference: the inference graph. */
  @Override
  public final SDVariable defineLayer(
      SameDiff graph, SDVariable x, Map<String, SDVariable> parameters, SDVariable mask) {
    return inference(x, parameters).output();
  }

  @Override
  public final void setNIn(InputType input, boolean override) {
    channelAxis = 1;
    long found;
    if (input instanceof InputType.InputTypeFeedForward vector) {
      found = vector.getSize();
    } else if (input instanceof InputType.InputTypeConvolutional images) {
      found = images.getChannels();
      channelAxis = axis(images.getFormat());
    } else if (input instanceof InputType.InputTypeConvolutionalFlat images) {
      found = images.getDepth();
    } else {
      throw wrongInput(input);
    }
    if (features <= 0 || override) {
      features = found;
    }
  }

  private static int axis(CNN2DFormat format) {
    return switch (format) {
      case NCHW -> 1;
      case NHWC -> 3;
    };
  }

  @Override
  public final InputType getOutputType(int index, InputType input) {
    if (input instanceof InputType.InputTypeFeedForward
        || input instanceof InputType.InputTypeConvolutional) {
      return input;
    }
    if (input instanceof InputType.InputTypeConvolutionalFlat images) {
      return images.getUnflattenedType();
    }
    throw wrongInput(input);
  }

  private IllegalStateException wrongInput(InputType input) {
    return new IllegalStateException(
        String.format(
            "layer %s takes [N,features] or images in NCHW or NHWC, got %s",
            getLayerName(), input));
  }

  @Override
  public final InputPreProcessor getPreProcessorForInputType(InputType input) {
    return input instanceof InputType.InputTypeConvolutionalFlat images
        ? new FeedForwardToCnnPreProcessor(images.getHeight(), images.getWidth(), images.getDepth())
        : null;
  }

  @Override
  public final void validateInput(INDArray input) {
    boolean known = input.rank() == 2 ? channelAxis == 1 : input.rank() == 4;
    if (!known || input.size(channelAxis) != features) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "layer %s takes %d features on axis %d of [N,features] or of images, got %s",
              getLayerName(),
              features,
              channelAxis,
              Arrays.toString(input.shape())));
    }
  }

  @Override
  public final IUpdater getUpdaterByParam(String parameter) {
    return trained().containsKey(parameter) ? getUpdater() : new NoOp();
  }

  /** Null, which is how a layer says that there is none. */
  @Override
  public final List<Regularization> getRegularizationByParam(String parameter) {
    return null;
  }

  /** An estimate; the updater's state is known once the layer is in a network's configuration. */
  @Override
  public final LayerMemoryReport getMemoryReport(InputType input) {
    InputType output = getOutputType(-1, input);
    long parameters = (trained().size() + statistics().size()) * features;
    long updaterState =
        getUpdater() == null ? 0 : trained().size() * getUpdater().stateSize(features);
    long size = output.arrayElementsPerExample();
    return new LayerMemoryReport.Builder(getLayerName(), getClass(), input, output)
        .standardMemory(parameters, updaterState)
        .workingMemory(
            0, inferenceArrays() * size, statistics().size() * features, trainingArrays() * size)
        .cacheMemory(MemoryReport.CACHE_MODE_ALL_ZEROS, MemoryReport.CACHE_MODE_ALL_ZEROS)
        .build();
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%s(name=%s, features=%d, channelAxis=%d)",
        getClass().getSimpleName(),
        getLayerName(),
        features,
        channelAxis);
  }

  @Override
  public boolean equals(Object other) {
    return super.equals(other)
        && other instanceof ChannelwiseLayer layer
        && layer.features == features
        && layer.channelAxis == channelAxis;
  }

  @Override
  public int hashCode() {
    return Objects.hash(super.hashCode(), features, channelAxis);
  }

  /**
   * Sets a layer up.
   *
   * @param <B> the subclass's builder
   */
  public abstract static class Builder<B extends Builder<B>> extends SameDiffLayer.Builder<B> {
    private long features;
    private int channelAxis = 1;

    /** How many features or channels there are; setInputType on the network finds it out, too. */
    public final B features(long count) {
      if (count <= 0) {
        throw new IllegalArgumentException("features must be above 0, got " + count);
      }
      features = count;
      return self();
    }

    /** The axis order of images, NCHW by default; setInputType finds it out, too. */
    public final B format(CNN2DFormat format) {
      if (format == null) {
        throw new IllegalArgumentException("format must be given, got null");
      }
      channelAxis = axis(format);
      return self();
    }

    /** This builder, as its own type. */
    protected abstract B self();
  }
}
