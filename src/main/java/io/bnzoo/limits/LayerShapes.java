package io.bnzoo.limits;

import io.bnzoo.samediff.ChannelwiseLayer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.CapsuleLayer;
import org.deeplearning4j.nn.conf.layers.CapsuleStrengthLayer;
import org.deeplearning4j.nn.conf.layers.Cnn3DLossLayer;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.Convolution1DLayer;
import org.deeplearning4j.nn.conf.layers.Convolution3D;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Deconvolution2D;
import org.deeplearning4j.nn.conf.layers.Deconvolution3D;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LearnedSelfAttentionLayer;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.LocallyConnected1D;
import org.deeplearning4j.nn.conf.layers.LocallyConnected2D;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.PReLULayer;
import org.deeplearning4j.nn.conf.layers.PrimaryCapsules;
import org.deeplearning4j.nn.conf.layers.RecurrentAttentionLayer;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.SelfAttentionLayer;
import org.deeplearning4j.nn.conf.layers.SpaceToBatchLayer;
import org.deeplearning4j.nn.conf.layers.SpaceToDepthLayer;
import org.deeplearning4j.nn.conf.layers.Subsampling1DLayer;
import org.deeplearning4j.nn.conf.layers.Subsampling3DLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling1D;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.deeplearning4j.nn.conf.layers.Upsampling3D;
import org.deeplearning4j.nn.conf.layers.ZeroPadding1DLayer;
import org.deeplearning4j.nn.conf.layers.ZeroPadding3DLayer;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping1D;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping2D;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping3D;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.RepeatVector;
import org.deeplearning4j.nn.conf.layers.objdetect.Yolo2OutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.TimeDistributed;
import org.deeplearning4j.nn.conf.layers.util.MaskLayer;
import org.deeplearning4j.nn.conf.layers.wrapper.BaseWrapperLayer;

/**
 * The shape that each kind of layer gives, from the shape that it takes.
 *
 * <p>Deeplearning4j has {@code getOutputType} for that. It is asked only about layers that are not
 * its own: it computes in int, allocates arrays to measure them, forgets lengths of sequences, and
 * for a few kinds says what the layer does not do.
 */
final class LayerShapes {
  private final Map<Class<?>, Rule<Layer>> rules = new HashMap<>();

  private final Sizes sizes;

  /** Rules for one walk. */
  LayerShapes(Sizes sizes) {
    this.sizes = sizes;
    addUnchanging();
    addVectors();
    addWindows();
    addResizing();
    addSequences();
    addCapsules();
    addWrappers();
  }

  /** An input has another number of axes than the layer takes. */
  static final class OtherKindException extends IOException {
    private static final long serialVersionUID = 1L;

    OtherKindException(String message) {
      super(message);
    }
  }

  /** What one kind of layer does. */
  @FunctionalInterface
  interface Rule<L extends Layer> {
    ActivationShape of(L layer, ActivationShape in) throws IOException;
  }

  /**
   * The shape of a layer's output.
   *
   * @throws IOException saying why the layer cannot take its input
   */
  ActivationShape of(Layer layer, ActivationShape in) throws IOException {
    for (Class<?> type = layer.getClass(); type != Object.class; type = type.getSuperclass()) {
      Rule<Layer> rule = rules.get(type);
      if (rule != null) {
        return rule.of(layer, in);
      }
    }
    long length = in.axes() == 1 ? in.sizes().get(0) : 1;
    return ActivationShape.of(layer.getOutputType(0, in.type()), length).withRows(in.rows());
  }

  private <L extends Layer> void add(Class<L> type, Rule<L> rule) {
    rules.put(type, (layer, in) -> rule.of(type.cast(layer), in));
  }

  private void addUnchanging() {
    for (Class<? extends Layer> type :
        List.of(
            ActivationLayer.class,
            DropoutLayer.class,
            LossLayer.class,
            MaskLayer.class,
            PReLULayer.class)) {
      add(type, (layer, in) -> in);
    }
    add(RnnLossLayer.class, (layer, in) -> withAxes(in, 1));
    add(CnnLossLayer.class, (layer, in) -> withAxes(in, 2));
    add(Cnn3DLossLayer.class, (layer, in) -> withAxes(in, 3));
    add(LocalResponseNormalization.class, this::comparing);
    add(BatchNormalization.class, this::normalized);
    add(ChannelwiseLayer.class, this::channelwise);
    add(Yolo2OutputLayer.class, LayerShapes::boxes);
  }

  /** Half of n channels before each channel, and half of n after it. */
  private ActivationShape comparing(LocalResponseNormalization layer, ActivationShape in)
      throws IOException {
    require(
        sizes == Sizes.UNKNOWN || (long) layer.getN() / 2 < in.channels(),
        "has the n " + layer.getN() + ", which is too many of its " + in.channels() + " channels");
    return withAxes(in, 2);
  }

  private ActivationShape normalized(BatchNormalization layer, ActivationShape in)
      throws IOException {
    boolean some = in.channels() == layer.getNIn() || in.sizes().contains(layer.getNIn());
    return some ? in : withChannels(in, layer.getNIn());
  }

  private ActivationShape channelwise(ChannelwiseLayer layer, ActivationShape in)
      throws IOException {
    CNN2DFormat format = layer.channelAxis() == 1 ? CNN2DFormat.NCHW : CNN2DFormat.NHWC;
    require(layer.channelAxis() == 1 || layer.channelAxis() == 3, "has no such axis of channels");
    require(in.axes() == 2 || (in.axes() == 0 && layer.channelAxis() == 1), "takes another array");
    return withChannels(in.in(format), layer.features());
  }

  /** A box has five values, and the classes' besides. */
  private static ActivationShape boxes(Yolo2OutputLayer layer, ActivationShape in)
      throws IOException {
    long boxes = layer.getBoundingBoxes().size(0);
    require(
        layer.getBoundingBoxes().rank() == 2
            && layer.getBoundingBoxes().size(1) == 2
            && in.channels() % boxes == 0
            && in.channels() / boxes >= 5,
        "has boundingBoxes that do not go into its " + in.channels() + " channels");
    return withAxes(in, 2);
  }

  private void addVectors() {
    add(FeedForwardLayer.class, this::dense);
    add(EmbeddingLayer.class, (layer, in) -> withAxes(in, 0).withChannels(layer.getNOut()));
    add(RepeatVector.class, (layer, in) -> withAxes(in, 0).withSizes(List.of((long) layer.getN())));
  }

  private ActivationShape dense(FeedForwardLayer layer, ActivationShape in) throws IOException {
    withAxes(in, 0);
    require(layer.getNIn() > 0 && layer.getNOut() > 0, "does not know its nIn and nOut");
    return withChannels(in, layer.getNIn()).withChannels(layer.getNOut());
  }

  private void addWindows() {
    add(ConvolutionLayer.class, (layer, in) -> convolved(layer, in, 2, layer.getNOut()));
    add(Convolution1DLayer.class, (layer, in) -> convolved(layer, in, 1, layer.getNOut()));
    add(Convolution3D.class, (layer, in) -> convolved(layer, in, 3, layer.getNOut()));
    add(
        DepthwiseConvolution2D.class,
        (layer, in) -> convolved(layer, in, 2, layer.getNIn() * layer.getDepthMultiplier()));
    add(Deconvolution2D.class, (layer, in) -> transposed(layer, in, 2));
    add(Deconvolution3D.class, (layer, in) -> transposed(layer, in, 3));
    add(
        SubsamplingLayer.class,
        (layer, in) -> pooled(Window.of(layer), in.in(layer.getCnn2dDataFormat()), 2));
    add(Subsampling1DLayer.class, LayerShapes::pooledSequence);
    add(Subsampling3DLayer.class, (layer, in) -> pooled(Window.of(layer), in, 3));
    add(LocallyConnected1D.class, this::connected);
    add(LocallyConnected2D.class, this::connected);
  }

  private ActivationShape convolved(
      ConvolutionLayer layer, ActivationShape input, int axes, long channels) throws IOException {
    ActivationShape in = withAxes(input.in(formatOf(layer, axes)), axes);
    return pooled(Window.of(layer), withChannels(in, layer.getNIn()), axes).withChannels(channels);
  }

  private ActivationShape transposed(ConvolutionLayer layer, ActivationShape input, int axes)
      throws IOException {
    ActivationShape in = withAxes(input.in(formatOf(layer, axes)), axes);
    withChannels(in, layer.getNIn());
    return in.withSizes(Window.of(layer).transposed(in.sizes())).withChannels(layer.getNOut());
  }

  private static CNN2DFormat formatOf(ConvolutionLayer layer, int axes) {
    return axes == 2 ? layer.getCnn2dDataFormat() : CNN2DFormat.NCHW;
  }

  private static ActivationShape pooled(Window window, ActivationShape in, int axes)
      throws IOException {
    ActivationShape out = in.withSizes(window.places(withAxes(in, axes).sizes()));
    require(out.positions() > 0, "has a window that is larger than its input of " + in);
    return out;
  }

  /** It is pooled as an image of width 1. */
  private static ActivationShape pooledSequence(Subsampling1DLayer layer, ActivationShape in)
      throws IOException {
    List<Long> image = List.of(withAxes(in, 1).sizes().get(0), 1L);
    ActivationShape out = pooled(Window.of(layer), in.withSizes(image), 2);
    require(out.sizes().get(1) == 1, "has a window that makes images of sequences");
    return out.withSizes(out.sizes().subList(0, 1));
  }

  private ActivationShape connected(LocallyConnected1D layer, ActivationShape in)
      throws IOException {
    ActivationShape sized = withFixedSizes(withAxes(in, 1), List.of((long) layer.getInputSize()));
    int margin = isSame(layer.getCm()) ? layer.getPaddingR() : layer.getPadding();
    return connected(
            Window.of(layer),
            withChannels(sized, layer.getNIn()),
            List.of(layer.getPadding() + margin),
            new int[] {layer.getOutputSize()},
            layer.getFeatureDim())
        .withChannels(layer.getNOut());
  }

  private ActivationShape connected(LocallyConnected2D layer, ActivationShape input)
      throws IOException {
    ActivationShape in = withAxes(input.in(layer.getFormat()), 2);
    int[] size = layer.getInputSize();
    int[] before = layer.getPadding();
    int[] after = isSame(layer.getCm()) ? layer.getPaddingBr() : before;
    return connected(
            Window.of(layer),
            withChannels(
                withFixedSizes(in, List.of((long) size[0], (long) size[1])), layer.getNIn()),
            List.of(before[0] + after[0], before[1] + after[1]),
            layer.getOutputSize(),
            layer.getFeatureDim())
        .withChannels(layer.getNOut());
  }

  /** Such a layer has its sizes in the file, and takes its windows where these say. */
  private static ActivationShape connected(
      Window window, ActivationShape in, List<Integer> margins, int[] places, long values)
      throws IOException {
    List<Long> sizes = new ArrayList<>();
    for (int axis = 0; axis < in.axes(); axis++) {
      long end = (places[axis] - 1L) * window.stride().get(axis) + window.kernel().get(axis);
      require(
          places[axis] > 0 && end <= in.sizes().get(axis) + margins.get(axis),
          "has the outputSize "
              + places[axis]
              + ", for which its input of "
              + in
              + " is too small");
      sizes.add((long) places[axis]);
    }
    require(
        values == ActivationShape.product(in.channels(), window.area(in.axes())),
        "has the featureDim " + values + ", which is not its channels times its kernel");
    return in.withSizes(sizes);
  }

  private ActivationShape withFixedSizes(ActivationShape in, List<Long> fixed) throws IOException {
    require(
        sizes.guessed() || in.sizes().equals(fixed),
        "takes " + in.withSizes(fixed) + ", gets " + in);
    return in.withSizes(fixed);
  }

  private static boolean isSame(ConvolutionMode mode) {
    return mode == ConvolutionMode.Same;
  }

  private void addResizing() {
    add(Upsampling1D.class, (layer, in) -> stretched(in, 1, layer.getSize()));
    add(Upsampling2D.class, (layer, in) -> stretched(in.in(layer.getFormat()), 2, layer.getSize()));
    add(Upsampling3D.class, (layer, in) -> stretched(in, 3, layer.getSize()));
    add(ZeroPadding1DLayer.class, (layer, in) -> padded(in, 1, layer.getPadding(), 1));
    add(
        ZeroPaddingLayer.class,
        (layer, in) -> padded(in.in(layer.getDataFormat()), 2, layer.getPadding(), 1));
    add(ZeroPadding3DLayer.class, (layer, in) -> padded(in, 3, layer.getPadding(), 1));
    add(Cropping1D.class, (layer, in) -> padded(in, 1, layer.getCropping(), -1));
    add(
        Cropping2D.class,
        (layer, in) -> padded(in.in(layer.getDataFormat()), 2, layer.getCropping(), -1));
    add(Cropping3D.class, (layer, in) -> padded(in, 3, layer.getCropping(), -1));
    add(GlobalPoolingLayer.class, LayerShapes::collapsed);
    add(SpaceToDepthLayer.class, LayerShapes::deepened);
    add(SpaceToBatchLayer.class, LayerShapes::batched);
  }

  private static ActivationShape stretched(ActivationShape in, int axes, int[] factors)
      throws IOException {
    List<Long> sizes = new ArrayList<>();
    for (int axis = 0; axis < withAxes(in, axes).axes(); axis++) {
      sizes.add(ActivationShape.product(in.sizes().get(axis), factors[axis]));
    }
    return in.withSizes(sizes);
  }

  private static ActivationShape padded(ActivationShape in, int axes, int[] margins, int sign)
      throws IOException {
    List<Long> sizes = new ArrayList<>();
    for (int axis = 0; axis < withAxes(in, axes).axes(); axis++) {
      long margin = (long) margins[2 * axis] + margins[2 * axis + 1];
      sizes.add(in.sizes().get(axis) + sign * margin);
      require(sizes.get(axis) > 0, "crops all of its input of " + in);
    }
    return in.withSizes(sizes);
  }

  private static ActivationShape collapsed(GlobalPoolingLayer layer, ActivationShape in)
      throws IOException {
    require(in.axes() > 0, "takes sequences or images");
    return in.withSizes(
        layer.isCollapseDimensions() ? List.of() : Collections.nCopies(in.axes(), 1L));
  }

  private static ActivationShape deepened(SpaceToDepthLayer layer, ActivationShape input)
      throws IOException {
    ActivationShape in = withAxes(input.in(layer.getDataFormat()), 2);
    long block = layer.getBlockSize();
    require(
        in.sizes().stream().allMatch(size -> size % block == 0),
        "has the blockSize " + block + ", which does not go into its input of " + in);
    return in.withSizes(in.sizes().stream().map(size -> size / block).toList())
        .withChannels(in.channels() * block * block);
  }

  private static ActivationShape batched(SpaceToBatchLayer layer, ActivationShape input)
      throws IOException {
    ActivationShape in = withAxes(input.in(layer.getFormat()), 2);
    List<Long> sizes = new ArrayList<>();
    for (int axis = 0; axis < 2; axis++) {
      int[] margins = layer.getPadding()[axis];
      long padded = in.sizes().get(axis) + margins[0] + margins[1];
      long block = layer.getBlocks()[axis];
      require(padded % block == 0, "has blocks that do not go into its input of " + in);
      sizes.add(padded / block);
    }
    return in.withSizes(sizes).withRows(in.rows() * layer.getBlocks()[0] * layer.getBlocks()[1]);
  }

  private void addSequences() {
    add(BaseRecurrentLayer.class, this::recurrent);
    add(RnnOutputLayer.class, this::recurrent);
    add(EmbeddingSequenceLayer.class, LayerShapes::embedded);
    add(
        SelfAttentionLayer.class,
        (layer, in) -> attending(in, layer.getNIn(), layer.isProjectInput() ? layer.getNOut() : 0));
    add(
        LearnedSelfAttentionLayer.class,
        (layer, in) ->
            attending(in, layer.getNIn(), layer.isProjectInput() ? layer.getNOut() : 0)
                .withSizes(List.of((long) layer.getNQueries())));
    add(
        RecurrentAttentionLayer.class,
        (layer, in) -> attending(in, layer.getNIn(), layer.getNOut()));
  }

  private ActivationShape recurrent(FeedForwardLayer layer, ActivationShape in) throws IOException {
    return withChannels(withAxes(in, 1), layer.getNIn()).withChannels(layer.getNOut());
  }

  private static ActivationShape embedded(EmbeddingSequenceLayer layer, ActivationShape in)
      throws IOException {
    require(in.axes() <= 1, "takes sequences");
    long length = in.axes() == 0 ? in.channels() : in.sizes().get(0);
    return in.withSizes(List.of(length)).withChannels(layer.getNOut());
  }

  /** Without a projection, what comes out is as wide as what goes in. */
  private ActivationShape attending(ActivationShape in, long takes, long gives) throws IOException {
    withChannels(withAxes(in, 1), takes);
    return gives > 0 ? in.withChannels(gives) : in;
  }

  private void addCapsules() {
    add(PrimaryCapsules.class, this::primary);
    add(CapsuleLayer.class, this::routed);
    add(CapsuleStrengthLayer.class, (layer, in) -> withAxes(in, 1).withSizes(List.of()));
  }

  private ActivationShape primary(PrimaryCapsules layer, ActivationShape in) throws IOException {
    withChannels(withAxes(in, 2), layer.getInputChannels());
    long size = layer.getCapsuleDimensions();
    long values =
        pooled(Window.of(layer), in, 2).withChannels(size * layer.getChannels()).floats()
            / in.rows();
    require(
        layer.getCapsules() > 0 && (sizes.guessed() || layer.getCapsules() == values / size),
        "has " + layer.getCapsules() + " capsules, its kernels make " + values / size);
    return in.withChannels(layer.getCapsules()).withSizes(List.of(size));
  }

  private ActivationShape routed(CapsuleLayer layer, ActivationShape in) throws IOException {
    require(
        withAxes(in, 1).channels() == layer.getInputCapsules()
            && in.sizes().get(0) == layer.getInputCapsuleDimensions(),
        String.format(
            Locale.ROOT,
            "takes %d x %d values, gets %s",
            layer.getInputCapsules(),
            layer.getInputCapsuleDimensions(),
            in));
    require(layer.getCapsules() > 0, "has no capsules");
    return in.withChannels(layer.getCapsules())
        .withSizes(List.of((long) layer.getCapsuleDimensions()));
  }

  private void addWrappers() {
    add(FrozenLayer.class, (layer, in) -> of(layer.getLayer(), in));
    add(BaseWrapperLayer.class, (layer, in) -> of(layer.getUnderlying(), in));
    add(
        LastTimeStep.class,
        (layer, in) -> withAxes(of(layer.getUnderlying(), in), 1).withSizes(List.of()));
    add(
        TimeDistributed.class,
        (layer, in) ->
            of(layer.getUnderlying(), withAxes(in, 1).withSizes(List.of())).withSizes(in.sizes()));
    add(Bidirectional.class, this::bothWays);
  }

  private ActivationShape bothWays(Bidirectional layer, ActivationShape in) throws IOException {
    ActivationShape forward = of(layer.getFwd(), in);
    ActivationShape backward = of(layer.getBwd(), in);
    require(forward.equals(backward), "has two directions of different sizes");
    return layer.getMode() == Bidirectional.Mode.CONCAT
        ? forward.withChannels(2 * forward.channels())
        : forward;
  }

  private static ActivationShape withAxes(ActivationShape in, int axes) throws IOException {
    String[] kinds = {"vectors", "sequences", "images", "volumes"};
    if (in.axes() != axes) {
      throw new OtherKindException("takes " + kinds[axes] + ", gets " + in);
    }
    return in;
  }

  private ActivationShape withChannels(ActivationShape in, long channels) throws IOException {
    require(
        in.channels() == channels
            || sizes == Sizes.UNKNOWN
            || (sizes == Sizes.GUESSED && in.axes() <= 1),
        "takes " + channels + " values or channels, gets " + in.channels());
    return in;
  }

  private static void require(boolean condition, String otherwise) throws IOException {
    if (!condition) {
      throw new IOException(otherwise);
    }
  }
}
