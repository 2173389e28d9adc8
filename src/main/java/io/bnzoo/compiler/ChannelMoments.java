package io.bnzoo.compiler;

import io.bnzoo.onednn.Argument;
import io.bnzoo.onednn.Floats;
import io.bnzoo.onednn.Layout;
import io.bnzoo.onednn.Primitives;
import io.bnzoo.onednn.Tensor;
import java.util.Arrays;
import java.util.Map;

/**
 * The mean and the biased variance of each channel of a batch of images.
 *
 * <p>First over each image's pixels, then over the images: a sum of floats loses accuracy in
 * proportion to how many it adds one at a time, and oneDNN's batch normalization adds all values of
 * a batch, fifty thousand in the first layers of the deep CNN.
 */
final class ChannelMoments {
  /** With fewer, one sum over the batch is as accurate. */
  private static final long FEWEST_PIXELS = 16;

  private final Workbench bench;
  private final Floats shares;

  /** For batches of the given number of images. */
  ChannelMoments(Workbench bench, long images) {
    this.bench = bench;
    float[] values = new float[Math.toIntExact(images)];
    Arrays.fill(values, 1f / images);
    this.shares = bench.constant(values);
  }

  /** Whether images are large enough for this to be more accurate. */
  static boolean worthwhile(Layout images) {
    return images.size(2) * images.size(3) >= FEWEST_PIXELS;
  }

  /**
   * Adds kernels that compute both.
   *
   * @param images [N,C,H,W], channels last
   * @param mean [C]
   * @param variance [C]
   */
  void add(Tensor images, Tensor mean, Tensor variance) {
    Layout layout = images.layout();
    Floats ofMean = mean.floats().part(0, layout.size(1));
    Floats ofVariance = variance.floats().part(0, layout.size(1));
    means(images, ofMean);
    Tensor squares = squaredDeviations(images, ofMean);
    means(squares, ofVariance);
    bench.recycle(squares);
  }

  private void means(Tensor images, Floats result) {
    Layout layout = images.layout();
    Tensor ofImages = bench.tensor(Layout.channelsLast(layout.size(0), layout.size(1), 1, 1));
    bench.add(
        bench.own(Primitives.meanOverPixels(layout)),
        Map.of(Argument.SOURCE, images, Argument.DESTINATION, ofImages));
    bench.add(() -> result.columnMeans(ofImages.floats(), shares));
  }

  /**
   * oneDNN subtracts fast from channels that fill a register. Fewer are taken for more: some
   * neighbouring pixels as one, and the mean as often.
   */
  private Tensor squaredDeviations(Tensor images, Floats mean) {
    Layout layout = images.layout();
    long channels = layout.size(1);
    long pixels = layout.size(0) * layout.size(2) * layout.size(3);
    long together = 1;
    while (!Layout.fillsRegister(together * channels) && pixels % (2 * together) == 0) {
      together *= 2;
    }
    Layout rows = Layout.rowByRow(pixels / together, together * channels);
    Tensor repeated = bench.tensor(Layout.rowByRow(1, together * channels));
    for (long i = 0; i < together; i++) {
      Floats copy = repeated.floats().part(i * channels, channels);
      bench.add(() -> copy.copy(mean));
    }
    Tensor squares = bench.tensor(layout);
    bench.add(
        bench.own(Primitives.squaredDeviations(rows)),
        Map.of(
            Argument.SOURCE, bench.view(images, rows),
            Argument.SECOND_SOURCE, repeated,
            Argument.DESTINATION, bench.view(squares, rows)));
    return squares;
  }
}
