package io.bnzoo.compiler;

import static io.bnzoo.compiler.SettingsCheck.describe;
import static io.bnzoo.compiler.SettingsCheck.require;

import io.bnzoo.compiler.LayerReader.Flow;
import io.bnzoo.compiler.Operation.MapSize;
import io.bnzoo.onednn.ConvolutionWindow;
import io.bnzoo.onednn.ConvolutionWindow.PerAxis;
import io.bnzoo.onednn.ImagePrimitives.LocalResponse;
import io.bnzoo.onednn.Pooling;
import java.util.Arrays;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SpaceToDepthLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping2D;

/** Turns layers into operations that pool, move or weigh pixels, and learn nothing. */
record PixelReader(LayerReader layers) {

  /** What Deeplearning4j takes for the axes of an image's pixels if it is not told. */
  private static final int[] IMAGE_AXES = {2, 3};

  /** Has the layers read by this. */
  void register() {
    layers.put(SubsamplingLayer.class, this::pooling);
    layers.put(GlobalPoolingLayer.class, this::globalPooling);
    layers.put(ZeroPaddingLayer.class, this::padding);
    layers.put(Cropping2D.class, this::cropping);
    layers.put(Upsampling2D.class, this::upsampling);
    layers.put(SpaceToDepthLayer.class, this::spaceToDepth);
    layers.put(LocalResponseNormalization.class, this::localResponse);
  }

  private Flow pooling(Flow given, SubsamplingLayer layer, ParameterViews parameters) {
    MapSize input = given.geometry().imagesFor(layer, layer.getCnn2dDataFormat());
    ConvolutionAxis vertical = ConvolutionAxis.of(layer, 0, input.height());
    ConvolutionAxis horizontal = ConvolutionAxis.of(layer, 1, input.width());
    MapSize output = new MapSize(input.channels(), vertical.output(), horizontal.output());
    Pooling mean = layer.isAvgPoolIncludePadInDivisor() ? Pooling.MEAN_WITH_PADDING : Pooling.MEAN;
    boolean isNorm = layer.getPoolingType() == PoolingType.PNORM && layer.getPnorm() == 2;
    Operation.PoolingOp pooling =
        new Operation.PoolingOp(
            isNorm ? Pooling.MEAN_WITH_PADDING : kind(layer, layer.getPoolingType(), mean),
            input,
            output,
            new PerAxis(vertical.kernel(), horizontal.kernel()),
            ConvolutionAxis.window(vertical, horizontal));
    return layers.next(
        given,
        isNorm ? new Operation.NormPoolingOp(pooling) : pooling,
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
        layers.next(
            given,
            new Operation.PoolingOp(
                kind(layer, layer.getPoolingType(), Pooling.MEAN),
                input,
                output,
                whole,
                new ConvolutionWindow(whole, none, none)),
            geometry.withImages(output));
    return layers.next(pixel, new Operation.FlatteningOp(true), geometry.withoutPixels());
  }

  /** What a layer pools by, {@code mean} being its way to take averages. */
  private static Pooling kind(Layer layer, PoolingType type, Pooling mean) {
    return switch (type) {
      case MAX -> Pooling.MAXIMUM;
      case AVG -> mean;
      default -> throw new UnsupportedNetworkException(describe(layer) + " pools by " + type);
    };
  }

  /** Zeros around images: above, below, before and behind them. */
  private Flow padding(Flow given, ZeroPaddingLayer layer, ParameterViews parameters) {
    MapSize input = given.geometry().imagesFor(layer, layer.getDataFormat());
    int[] zeros = layer.getPadding();
    MapSize output =
        new MapSize(
            input.channels(),
            zeros[0] + input.height() + zeros[1],
            zeros[2] + input.width() + zeros[3]);
    return layers.next(
        given,
        new Operation.PaddingOp(new Operation.Region(output, input, 0, zeros[0], zeros[2])),
        given.geometry().withImages(output));
  }

  private Flow cropping(Flow given, Cropping2D layer, ParameterViews parameters) {
    MapSize input = given.geometry().imagesFor(layer, layer.getDataFormat());
    int[] cut = layer.getCropping();
    MapSize output =
        new MapSize(
            input.channels(), input.height() - cut[0] - cut[1], input.width() - cut[2] - cut[3]);
    require(output.height() > 0 && output.width() > 0, describe(layer) + " leaves nothing");
    return layers.next(
        given,
        new Operation.CroppingOp(new Operation.Region(input, output, 0, cut[0], cut[2])),
        given.geometry().withImages(output));
  }

  private Flow upsampling(Flow given, Upsampling2D layer, ParameterViews parameters) {
    MapSize input = given.geometry().imagesFor(layer, layer.getFormat());
    int[] times = layer.getSize();
    MapSize output =
        new MapSize(input.channels(), times[0] * input.height(), times[1] * input.width());
    return layers.next(
        given, new Operation.UpsamplingOp(input, output), given.geometry().withImages(output));
  }

  private Flow spaceToDepth(Flow given, SpaceToDepthLayer layer, ParameterViews parameters) {
    MapSize input = given.geometry().imagesFor(layer, layer.getDataFormat());
    long block = layer.getBlockSize();
    require(
        input.height() % block == 0 && input.width() % block == 0,
        describe(layer) + " leaves pixels over");
    MapSize output =
        new MapSize(
            input.channels() * block * block, input.height() / block, input.width() / block);
    return layers.next(
        given, new Operation.SpaceToDepthOp(input, block), given.geometry().withImages(output));
  }

  private Flow localResponse(
      Flow given, LocalResponseNormalization layer, ParameterViews parameters) {
    given.geometry().imagesFor(layer, layer.getDataFormat());
    return layers.next(
        given,
        new Operation.LocalResponseOp(
            new LocalResponse(
                (int) layer.getN() / 2, layer.getK(), layer.getAlpha(), layer.getBeta())),
        given.geometry());
  }
}
