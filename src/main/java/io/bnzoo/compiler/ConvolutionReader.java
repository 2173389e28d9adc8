package io.bnzoo.compiler;

import io.bnzoo.compiler.LayerReader.Flow;
import io.bnzoo.compiler.Operation.MapSize;
import io.bnzoo.onednn.ConvolutionWindow;
import io.bnzoo.onednn.ConvolutionWindow.PerAxis;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.params.ConvolutionParamInitializer;
import org.deeplearning4j.nn.params.DepthwiseConvolutionParamInitializer;
import org.deeplearning4j.nn.params.SeparableConvolutionParamInitializer;

/** Turns convolutions into operations. */
record ConvolutionReader(LayerReader layers) {

  /** Has the layers read by this. */
  void register() {
    layers.put(ConvolutionLayer.class, this::convolution);
    layers.put(DepthwiseConvolution2D.class, this::depthwise);
    layers.put(SeparableConvolution2D.class, this::separable);
  }

  private Flow convolution(Flow given, ConvolutionLayer layer, ParameterViews parameters) {
    MapSize input = given.geometry().imagesFor(layer, layer.getCnn2dDataFormat());
    LayerReader.requireInput(layer, layer.getNIn(), input.channels());
    ConvolutionAxis vertical = ConvolutionAxis.of(layer, 0, input.height());
    ConvolutionAxis horizontal = ConvolutionAxis.of(layer, 1, input.width());
    MapSize output = new MapSize(layer.getNOut(), vertical.output(), horizontal.output());
    Optional<Parameter> bias =
        LayerReader.bias(layer.hasBias(), parameters, ConvolutionParamInitializer.BIAS_KEY);
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
    Flow sums = layers.next(given, operation, given.geometry().withImages(output));
    return layers.activate(sums, layer.getActivationFn(), layer);
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

  /** Each channel by itself. */
  private Flow depthwise(Flow given, DepthwiseConvolution2D layer, ParameterViews parameters) {
    Optional<Parameter> bias =
        LayerReader.bias(
            layer.hasBias(), parameters, DepthwiseConvolutionParamInitializer.BIAS_KEY);
    Parameter weights = // [h,w,channels,multiplier]
        parameters.grouped(DepthwiseConvolutionParamInitializer.WEIGHT_KEY, 2, 3, 0, 1);
    Flow sums = depthwise(given, layer, weights, bias);
    return layers.activate(sums, layer.getActivationFn(), layer);
  }

  private Flow depthwise(
      Flow given, ConvolutionLayer layer, Parameter weights, Optional<Parameter> bias) {
    MapSize input = given.geometry().imagesFor(layer, layer.getCnn2dDataFormat());
    LayerReader.requireInput(layer, layer.getNIn(), input.channels());
    ConvolutionAxis vertical = ConvolutionAxis.of(layer, 0, input.height());
    ConvolutionAxis horizontal = ConvolutionAxis.of(layer, 1, input.width());
    long channels = weights.layout().size(0) * weights.layout().size(1);
    MapSize output = new MapSize(channels, vertical.output(), horizontal.output());
    ConvolutionWindow window = ConvolutionAxis.window(vertical, horizontal);
    return layers.next(
        given,
        new Operation.ConvolutionOp(weights, bias, input, output, window, Optional.empty()),
        given.geometry().withImages(output));
  }

  /** Each channel by itself, then all channels of each pixel. */
  private Flow separable(Flow given, SeparableConvolution2D layer, ParameterViews parameters) {
    Parameter depthwise = // [multiplier,channels,h,w]
        parameters.grouped(SeparableConvolutionParamInitializer.DEPTH_WISE_WEIGHT_KEY, 1, 0, 2, 3);
    Flow channels = depthwise(given, layer, depthwise, Optional.empty());
    MapSize input = channels.geometry().size();
    MapSize output = new MapSize(layer.getNOut(), input.height(), input.width());
    PerAxis one = new PerAxis(1, 1);
    PerAxis none = new PerAxis(0, 0);
    Flow sums =
        layers.next(
            channels,
            new Operation.ConvolutionOp(
                parameters.array(
                    SeparableConvolutionParamInitializer.POINT_WISE_WEIGHT_KEY, 0, 1, 2, 3),
                LayerReader.bias(
                    layer.hasBias(), parameters, SeparableConvolutionParamInitializer.BIAS_KEY),
                input,
                output,
                new ConvolutionWindow(one, none, none),
                Optional.empty()),
            given.geometry().withImages(output));
    return layers.activate(sums, layer.getActivationFn(), layer);
  }
}
