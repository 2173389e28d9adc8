package io.bnzoo.notebook;

import static io.bnzoo.ArrayAssert.assertClose;
import static io.bnzoo.ArrayAssert.assertSameBits;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.bnzoo.layer.BatchNormLstm;
import io.bnzoo.layer.LowLevelBatchNormalization;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class LayerAloneTest {
  private static final INDArray BATCH =
      Nd4j.createFromArray(new float[][] {{1, 10}, {2, 30}, {3, 20}, {6, 40}});

  @Test
  void trainingNormalizesByTheBatchAndChangesNothing() {
    LayerAlone layer = LayerAlone.ofFeatures(2);
    INDArray result = layer.training(BATCH);
    // Means 3 and 25, variances 3.5 and 125.
    double first = (1 - 3) / Math.sqrt(3.5 + 1e-3);
    double second = (40 - 25) / Math.sqrt(125 + 1e-3);
    assertThat(result.getDouble(0, 0)).isCloseTo(first, within(1e-5));
    assertThat(result.getDouble(3, 1)).isCloseTo(second, within(1e-5));
    assertThat(layer.parameter(LowLevelBatchNormalization.POPULATION_MEAN).getDouble(0)).isZero();
  }

  @Test
  void aStepMovesThePopulationStatisticsAndNothingElse() {
    LayerAlone layer = LayerAlone.ofFeatures(2);
    layer.step(BATCH);
    assertClose(
        layer.parameter(LowLevelBatchNormalization.POPULATION_MEAN),
        Nd4j.createFromArray(0.03f, 0.25f),
        1e-6,
        0);
    assertClose(
        layer.parameter(LowLevelBatchNormalization.POPULATION_VARIANCE),
        Nd4j.createFromArray(0.99f + 0.035f, 0.99f + 1.25f),
        1e-6,
        0);
    assertSameBits(layer.parameter(LowLevelBatchNormalization.GAMMA), Nd4j.ones(DataType.FLOAT, 2));
    assertSameBits(layer.parameter(LowLevelBatchNormalization.BETA), Nd4j.zeros(DataType.FLOAT, 2));
  }

  @Test
  void inferenceNormalizesByThePopulation() {
    LayerAlone layer = LayerAlone.ofFeatures(2);
    layer.parameter(LowLevelBatchNormalization.POPULATION_MEAN).assign(1);
    layer.parameter(LowLevelBatchNormalization.POPULATION_VARIANCE).assign(4 - 1e-3);
    assertClose(layer.inference(BATCH), BATCH.sub(1).div(2), 1e-5, 0);
  }

  @Test
  void gradientsAreThoseOfFiniteDifferences() {
    LayerAlone layer = LayerAlone.ofFeatures(2);
    INDArray weights =
        Nd4j.createFromArray(new float[][] {{0.5f, -1}, {1, 2}, {-0.25f, 0}, {2, 1}});
    Map<String, INDArray> gradients = layer.gradients(BATCH, weights);
    double step = 0.01;
    for (int row = 0; row < 4; row++) {
      INDArray up = BATCH.dup();
      up.putScalar(row, 0, BATCH.getDouble(row, 0) + step);
      INDArray down = BATCH.dup();
      down.putScalar(row, 0, BATCH.getDouble(row, 0) - step);
      double slope =
          layer.training(up).sub(layer.training(down)).mul(weights).sumNumber().doubleValue()
              / (2 * step);
      assertThat(gradients.get("x").getDouble(row, 0)).isCloseTo(slope, within(2e-3));
    }
    assertClose(
        gradients.get("gamma").reshape(2), layer.training(BATCH).mul(weights).sum(0), 1e-5, 0);
    assertClose(gradients.get("beta").reshape(2), weights.sum(0), 1e-5, 0);
  }

  /** Normalized, all that is alike is 0: the gates are half open, and only betaCell is left. */
  @Test
  void sequencesThatAreAlikeLeaveAnLstmItsShift() {
    LayerAlone lstm =
        LayerAlone.ofSequences(new BatchNormLstm.Builder(3).nIn(2).nOut(4).build());
    lstm.parameter("betaCell").assign(1);
    INDArray alike = Nd4j.ones(DataType.FLOAT, 5, 2, 3);
    INDArray expected = Nd4j.valueArrayOf(new long[] {5, 4, 3}, 0.5 * Math.tanh(1), DataType.FLOAT);
    assertClose(lstm.training(alike), expected, 1e-6, 0);
    assertThat(lstm.inference(alike).sub(expected).amaxNumber().doubleValue()).isPositive();
    assertThat(lstm.parameters()).containsKeys("W", "meanState");
  }

  @Test
  void channelsAreNormalizedOverBatchAndPlaces() {
    LayerAlone layer = LayerAlone.ofChannels(3);
    INDArray images =
        Nd4j.arange(2 * 3 * 4 * 5).castTo(DataType.FLOAT).div(100).reshape(2, 3, 4, 5);
    INDArray result = layer.training(images);
    assertClose(result.mean(0, 2, 3), Nd4j.zeros(DataType.FLOAT, 3), 1e-4, 0);
    layer.step(images);
    assertClose(
        layer.parameter(LowLevelBatchNormalization.POPULATION_MEAN).reshape(3),
        images.mean(0, 2, 3).mul(0.01),
        1e-5,
        0);
  }
}
