package io.bnzoo.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import io.bnzoo.onednn.Kernel;
import io.bnzoo.onednn.Layout;
import io.bnzoo.onednn.Mode;
import io.bnzoo.onednn.Tensor;
import io.bnzoo.onednn.TensorPool;
import io.bnzoo.onednn.TensorValues;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The oracle takes two passes in double precision. */
class ChannelMomentsTest {

  @ParameterizedTest(name = "{0} channels of {1} x {2} pixels around {3}")
  @CsvSource({"3,4,5,0", "32,4,4,0", "1,5,5,0", "4,14,14,10000", "20,4,6,-10000"})
  void meanAndVarianceAreThoseOfAllPixelsOfAllImages(
      int channels, int height, int width, float center) {
    int images = 7;
    Layout layout = Layout.channelsLast(images, channels, height, width);
    float[] values = TensorValues.random(3, layout);
    for (int i = 0; i < values.length; i++) {
      values[i] += center;
    }
    double[] means = new double[channels];
    double[] variances = new double[channels];
    int pixels = height * width;
    for (int i = 0; i < values.length; i++) {
      means[i / pixels % channels] += values[i] / ((double) images * pixels);
    }
    for (int i = 0; i < values.length; i++) {
      double deviation = values[i] - means[i / pixels % channels];
      variances[i / pixels % channels] += deviation * deviation / (images * pixels);
    }
    try (TensorPool pool = new TensorPool()) {
      Tensor source = TensorValues.tensor(pool, layout, values);
      Tensor mean = pool.tensor(Layout.rowByRow(channels));
      Tensor variance = pool.tensor(Layout.rowByRow(channels));
      Workbench bench = new Workbench(pool, null, Mode.INFERENCE_BY_BATCH, () -> 0);
      new ChannelMoments(bench, images).add(source, mean, variance);
      pool.seal();
      bench.take().forEach(Kernel::run);
      TensorValues.assertClose(mean, 1e-6 + 2e-7 * Math.abs(center), c -> means[c]);
      TensorValues.assertClose(variance, 1e-5, c -> variances[c]);
      assertThat(TensorValues.read(source)).isEqualTo(values);
    }
  }

  @Test
  void aChannelOfOneValueHasNoVariance() {
    Layout layout = Layout.channelsLast(5, 3, 4, 4);
    float[] values = new float[5 * 3 * 16];
    Arrays.fill(values, 3);
    try (TensorPool pool = new TensorPool()) {
      Tensor variance = pool.tensor(Layout.rowByRow(3));
      Workbench bench = new Workbench(pool, null, Mode.INFERENCE_BY_BATCH, () -> 0);
      new ChannelMoments(bench, 5)
          .add(
              TensorValues.tensor(pool, layout, values), pool.tensor(Layout.rowByRow(3)), variance);
      pool.seal();
      bench.take().forEach(Kernel::run);
      TensorValues.assertClose(variance, 1e-12, c -> 0);
    }
  }
}
