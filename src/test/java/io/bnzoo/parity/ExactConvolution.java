package io.bnzoo.parity;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * A convolution of square images with TensorFlow's 'same' padding, in double precision; a dense
 * layer is one of a single pixel.
 *
 * <p>Values are [pixels, channels, images] and weights [height, width, in, out], as in TensorFlow,
 * each in one array. With the images innermost every loop is one that HotSpot vectorizes.
 */
record ExactConvolution(int side, int in, int out, int kernel, int stride) {

  static ExactConvolution dense(int in, int out) {
    return new ExactConvolution(1, in, out, 1, 1);
  }

  /** TensorFlow's shape of the weights. */
  List<Integer> shape() {
    return kernel == 1 ? List.of(in, out) : List.of(kernel, kernel, in, out);
  }

  int outSide() {
    return (side + stride - 1) / stride;
  }

  int outPixels() {
    return outSide() * outSide();
  }

  double[] forward(double[] x, double[] weights, int images) {
    double[] y = new double[outPixels() * out * images];
    forEachInParallel(
        out,
        o -> {
          for (int pixel = 0; pixel < outPixels(); pixel++) {
            for (int tap = 0; tap < kernel * kernel; tap++) {
              int source = source(pixel, tap);
              for (int i = 0; source >= 0 && i < in; i++) {
                double weight = weights[(tap * in + i) * out + o];
                int from = (source * in + i) * images;
                add(weight, x, from, y, (pixel * out + o) * images, images);
              }
            }
          }
        });
    return y;
  }

  /** The gradient by the input, given that by the result. */
  double[] inputGradient(double[] dy, double[] weights, int images) {
    double[] dx = new double[side * side * in * images];
    forEachInParallel(
        in,
        i -> {
          for (int pixel = 0; pixel < outPixels(); pixel++) {
            for (int tap = 0; tap < kernel * kernel; tap++) {
              int source = source(pixel, tap);
              for (int o = 0; source >= 0 && o < out; o++) {
                double weight = weights[(tap * in + i) * out + o];
                int to = (source * in + i) * images;
                add(weight, dy, (pixel * out + o) * images, dx, to, images);
              }
            }
          }
        });
    return dx;
  }

  /** The gradient by the weights, given that by the result. */
  double[] weightGradient(double[] x, double[] dy, int images) {
    double[] gradient = new double[kernel * kernel * in * out];
    forEachInParallel(
        in,
        i -> {
          double[] products = new double[images];
          for (int tap = 0; tap < kernel * kernel; tap++) {
            for (int o = 0; o < out; o++) {
              Arrays.fill(products, 0);
              for (int pixel = 0; pixel < outPixels(); pixel++) {
                int source = source(pixel, tap);
                if (source >= 0) {
                  int from = (source * in + i) * images;
                  addProducts(x, from, dy, (pixel * out + o) * images, products);
                }
              }
              gradient[(tap * in + i) * out + o] = Arrays.stream(products).sum();
            }
          }
        });
    return gradient;
  }

  /** Adds to sums, [height, width, in], what the kernel meets at one pixel of one image. */
  void addPatch(double[] x, int pixel, int image, int images, double factor, double[] sums) {
    for (int tap = 0; tap < kernel * kernel; tap++) {
      int source = source(pixel, tap);
      for (int i = 0; source >= 0 && i < in; i++) {
        sums[tap * in + i] += factor * x[(source * in + i) * images + image];
      }
    }
  }

  /** The pixel that a tap of the kernel meets, or -1 for one of the padding. */
  private int source(int pixel, int tap) {
    int before = Math.max((outSide() - 1) * stride + kernel - side, 0) / 2;
    int row = pixel / outSide() * stride + tap / kernel - before;
    int column = pixel % outSide() * stride + tap % kernel - before;
    boolean inside = row >= 0 && row < side && column >= 0 && column < side;
    return inside ? row * side + column : -1;
  }

  /** Each writes to values of its own, so that the result does not depend on the threads. */
  private static void forEachInParallel(int count, IntConsumer action) {
    IntStream.range(0, count).parallel().forEach(action);
  }

  private static void add(double weight, double[] x, int from, double[] y, int to, int count) {
    for (int n = 0; n < count; n++) {
      y[to + n] += weight * x[from + n];
    }
  }

  private static void addProducts(double[] x, int from, double[] y, int start, double[] sums) {
    for (int n = 0; n < sums.length; n++) {
      sums[n] += x[from + n] * y[start + n];
    }
  }
}
