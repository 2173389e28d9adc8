package io.bnzoo.onnx;

import io.bnzoo.compiler.Operation.MapSize;
import io.bnzoo.compiler.Operation.PoolingOp;
import io.bnzoo.onednn.ConvolutionWindow;
import io.bnzoo.onednn.ConvolutionWindow.PerAxis;
import io.bnzoo.onednn.Pooling;
import java.util.Arrays;
import java.util.List;
import onnx.Onnx.AttributeProto;

/**
 * Poolings as nodes.
 *
 * <p>At this version of ONNX a mean has no dilation, and runtimes refuse padding as long as the
 * kernel. Where there is either, a mean is a convolution of each channel, and a maximum is taken of
 * what has been padded before.
 *
 * <p>Images that are padded with zeros are not pooled by the next node either: ONNX Runtime 1.28.0
 * makes one node of both, whose padding is no longer zeros. A mean is a convolution then, too, and
 * before a maximum there is a node that does nothing.
 */
final class PoolingNodes {

  /** Below what is pooled; as the least float, ONNX Runtime would make one node of both again. */
  private static final double LEAST = -1e38;

  private PoolingNodes() {}

  static String add(PoolingOp pooling, LayerNodes at) {
    boolean isMaximum = pooling.kind() == Pooling.MAXIMUM;
    if (coversAll(pooling)) {
      return at.last(isMaximum ? "GlobalMaxPool" : "GlobalAveragePool");
    }
    boolean isPadded = at.nodes().isResultOf("Pad", at.source());
    if (isMaximum && isPadded) {
      String least = at.nodes().number(at.key("least"), LEAST);
      return add(pooling, at.on(at.step("Max", List.of(at.source(), least))));
    }
    if (isMaximum) {
      return isPaddedByKernel(pooling) ? maximumOfPadded(pooling, at) : maximum(pooling, at);
    }
    return isPaddedByKernel(pooling) || isDilated(pooling.window()) || isPadded
        ? convolution(pooling, at)
        : at.last(
            "AveragePool",
            kernel(pooling),
            Attribute.list("strides", pair(pooling.window().strides())),
            pads(pooling.window()),
            Attribute.of(
                "count_include_pad", pooling.kind() == Pooling.MEAN_WITH_PADDING ? 1L : 0L));
  }

  /** The L2 norm of what a window covers. */
  static String norm(PoolingOp mean, LayerNodes at) {
    String squares = at.step("Mul", List.of(at.source(), at.source()));
    LayerNodes before =
        new LayerNodes(at.nodes(), at.layer(), at.layer() + "/AveragePool", List.of(squares), true);
    String area = at.nodes().number(at.key("area"), area(mean));
    String sums = at.step("Mul", List.of(add(mean, before), area));
    return at.on(sums).last("Sqrt");
  }

  private static boolean coversAll(PoolingOp pooling) {
    ConvolutionWindow window = pooling.window();
    MapSize input = pooling.input();
    PerAxis none = new PerAxis(0, 0);
    return pooling.kernel().equals(new PerAxis(input.height(), input.width()))
        && window.before().equals(none)
        && window.after().equals(none)
        && !isDilated(window);
  }

  private static boolean isDilated(ConvolutionWindow window) {
    return !window.dilation().equals(new PerAxis(1, 1));
  }

  private static boolean isPaddedByKernel(PoolingOp pooling) {
    ConvolutionWindow window = pooling.window();
    PerAxis kernel = pooling.kernel();
    return Math.max(window.before().vertical(), window.after().vertical()) >= kernel.vertical()
        || Math.max(window.before().horizontal(), window.after().horizontal())
            >= kernel.horizontal();
  }

  private static double area(PoolingOp pooling) {
    return (double) pooling.kernel().vertical() * pooling.kernel().horizontal();
  }

  private static String maximum(PoolingOp pooling, LayerNodes at) {
    return maximum(pooling, pads(pooling.window()), at);
  }

  private static String maximum(PoolingOp pooling, AttributeProto pads, LayerNodes at) {
    return at.last(
        "MaxPool",
        kernel(pooling),
        Attribute.list("strides", pair(pooling.window().strides())),
        pads,
        Attribute.list("dilations", pair(pooling.window().dilation())));
  }

  private static String maximumOfPadded(PoolingOp pooling, LayerNodes at) {
    ConvolutionWindow window = pooling.window();
    String pads =
        at.nodes()
            .integers(
                at.key("pads"),
                0,
                0,
                window.before().vertical(),
                window.before().horizontal(),
                0,
                0,
                atLeast0(window.after().vertical()),
                atLeast0(window.after().horizontal()));
    String least = at.nodes().number(at.key("least"), LEAST);
    String padded = at.step("Pad", List.of(at.source(), pads, least));
    return maximum(pooling, Attribute.list("pads", 0, 0, 0, 0), at.on(padded));
  }

  /** Each value of the window times its share; where padding counts for nothing, more of it. */
  private static String convolution(PoolingOp pooling, LayerNodes at) {
    long channels = pooling.input().channels();
    int rows = (int) pooling.kernel().vertical();
    int columns = (int) pooling.kernel().horizontal();
    float[] shares = new float[(int) channels * rows * columns];
    Arrays.fill(shares, (float) (1 / area(pooling)));
    String weights = at.nodes().constant(at.key("shares"), shares, channels, 1, rows, columns);
    List<String> inputs = List.of(at.source(), weights);
    AttributeProto[] attributes = convolution(pooling.window(), channels, rows, columns);
    if (pooling.kind() == Pooling.MEAN_WITH_PADDING) {
      return at.last("Conv", inputs, attributes);
    }
    MapSize output = pooling.output();
    String factors =
        at.nodes()
            .constant(at.key("factors"), factors(pooling), 1, 1, output.height(), output.width());
    return at.on(at.step("Conv", inputs, attributes)).last("Mul", factors);
  }

  /** How many values a window has room for, divided by how many it covers, for each window. */
  private static float[] factors(PoolingOp pooling) {
    ConvolutionWindow window = pooling.window();
    MapSize input = pooling.input();
    MapSize output = pooling.output();
    float[] factors = new float[(int) (output.height() * output.width())];
    for (int i = 0; i < factors.length; i++) {
      long rows =
          covered(
              i / output.width() * window.strides().vertical() - window.before().vertical(),
              pooling.kernel().vertical(),
              window.dilation().vertical(),
              input.height());
      long columns =
          covered(
              i % output.width() * window.strides().horizontal() - window.before().horizontal(),
              pooling.kernel().horizontal(),
              window.dilation().horizontal(),
              input.width());
      factors[i] = (float) (area(pooling) / (rows * columns));
    }
    return factors;
  }

  private static long covered(long start, long kernel, long dilation, long length) {
    long count = 0;
    for (long i = 0; i < kernel; i++) {
      long place = start + i * dilation;
      count += place >= 0 && place < length ? 1 : 0;
    }
    return count;
  }

  /** How a convolution moves. */
  static AttributeProto[] convolution(
      ConvolutionWindow window, long groups, long rows, long columns) {
    return new AttributeProto[] {
      Attribute.list("kernel_shape", rows, columns),
      Attribute.list("strides", pair(window.strides())),
      pads(window),
      Attribute.list("dilations", pair(window.dilation())),
      Attribute.of("group", groups)
    };
  }

  private static AttributeProto kernel(PoolingOp pooling) {
    return Attribute.list("kernel_shape", pair(pooling.kernel()));
  }

  /** What a kernel does not reach at the end, ONNX leaves out by itself. */
  private static AttributeProto pads(ConvolutionWindow window) {
    return Attribute.list(
        "pads",
        window.before().vertical(),
        window.before().horizontal(),
        atLeast0(window.after().vertical()),
        atLeast0(window.after().horizontal()));
  }

  private static long atLeast0(long zeros) {
    return Math.max(0, zeros);
  }

  private static long[] pair(PerAxis values) {
    return new long[] {values.vertical(), values.horizontal()};
  }
}
