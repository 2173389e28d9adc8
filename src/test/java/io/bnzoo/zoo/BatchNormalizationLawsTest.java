package io.bnzoo.zoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.bnzoo.ArrayAssert;
import java.util.Random;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;

/** What batch normalization is, in every implementation, checked against plain Java. */
class BatchNormalizationLawsTest {
  private static final int FEATURES = 4;
  private static final int IMAGES = 12;
  private static final int SIDE = 3;
  private static final double DECAY = 0.99;
  private static final double EPSILON = 0.001;

  /** How an array lies in memory; the samples of a feature are the rows of the oracle. */
  enum Layout {
    VECTORS(IMAGES * SIDE * SIDE, FEATURES),
    /** Of one pixel each. */
    SINGLE_PIXELS(IMAGES * SIDE * SIDE, FEATURES, 1, 1),
    NCHW(IMAGES, FEATURES, SIDE, SIDE),
    NHWC(IMAGES, SIDE, SIDE, FEATURES);

    @SuppressWarnings("ImmutableEnumChecker") // Never written to.
    private final long[] shape;

    Layout(long... shape) {
      this.shape = shape;
    }

    InputType inputType() {
      return switch (this) {
        case VECTORS -> InputType.feedForward(FEATURES);
        case SINGLE_PIXELS -> InputType.convolutional(1, 1, FEATURES);
        case NCHW -> InputType.convolutional(SIDE, SIDE, FEATURES);
        case NHWC -> InputType.convolutional(SIDE, SIDE, FEATURES, CNN2DFormat.NHWC);
      };
    }

    /** From [samples,features]. */
    INDArray of(INDArray rows) {
      return switch (this) {
        case VECTORS, NHWC, SINGLE_PIXELS -> rows.reshape('c', shape);
        case NCHW -> rows.reshape('c', IMAGES, SIDE, SIDE, FEATURES).permute(0, 3, 1, 2).dup('c');
      };
    }

    /** To [samples,features]. */
    INDArray rows(INDArray array) {
      INDArray channelsLast =
          switch (this) {
            case VECTORS, NHWC, SINGLE_PIXELS -> array;
            case NCHW -> array.permute(0, 2, 3, 1);
          };
      return channelsLast.dup('c').reshape('c', IMAGES * SIDE * SIDE, FEATURES);
    }
  }

  /** One implementation with one kind of input. */
  record Case(Normalization normalization, Layout layout, DataType type) {

    /** An absolute tolerance for values around 1. */
    double tolerance() {
      return type == DataType.FLOAT ? 1e-5 : 1e-11;
    }

    @Override
    public String toString() {
      return normalization.label() + " " + layout + " " + type;
    }
  }

  static Stream<Case> cases() {
    return Stream.of(Normalization.batchNorm(), Normalization.lowLevel(), Normalization.speltOut())
        .flatMap(
            normalization ->
                Stream.of(Layout.values())
                    .flatMap(
                        layout ->
                            Stream.of(DataType.FLOAT, DataType.DOUBLE)
                                .map(type -> new Case(normalization, layout, type))));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void trainingGivesTheOraclesValues(Case c) {
    INDArray x = sample(c, 10, 1);
    MultiLayerNetwork network = network(c);
    setGammaAndBeta(network, 2, -3);
    ArrayAssert.assertClose(
        inTraining(c, network, x), oracle(x, 2, -3), 10 * c.tolerance(), c.tolerance());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void aMeanOfTenThousandKeepsWhatAFloatCanKeep(Case c) {
    INDArray x = sample(c, 1e4, 1);
    // A float has 7 digits, so that what is left of 1e4 without its mean is off by up to 5e-4.
    double tolerance = c.type() == DataType.FLOAT ? 2e-3 : 1e-7;
    ArrayAssert.assertClose(inTraining(c, network(c), x), oracle(x, 1, 0), tolerance, 0);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theOutputHasTheMeanBetaAndTheVarianceOfGamma(Case c) {
    INDArray x = sample(c, -1, 6);
    MultiLayerNetwork network = network(c);
    setGammaAndBeta(network, 3, 0.5);
    INDArray y = inTraining(c, network, x);
    for (int feature = 0; feature < FEATURES; feature++) {
      double variance = variance(x, feature);
      assertThat(mean(y, feature)).isCloseTo(0.5, within(10 * c.tolerance()));
      assertThat(variance(y, feature))
          .isCloseTo(9 * variance / (variance + EPSILON), within(100 * c.tolerance()));
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void aConstantFeatureGivesBetaAndNoNaN(Case c) {
    INDArray x = sample(c, 0, 2);
    x.getColumn(1).assign(5);
    MultiLayerNetwork network = network(c);
    setGammaAndBeta(network, 2, -3);
    INDArray y = inTraining(c, network, x);
    assertThat(y.getColumn(1).add(3).amaxNumber().doubleValue())
        .isCloseTo(0, within(10 * c.tolerance()));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void aShiftOfTheInputChangesNothing(Case c) {
    INDArray x = sample(c, 0, 3);
    MultiLayerNetwork network = network(c);
    ArrayAssert.assertClose(
        inTraining(c, network, x.add(8)),
        inTraining(c, network, x),
        10 * c.tolerance(),
        c.tolerance());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void eachStepMovesThePopulationStatisticsByTheDecayFormula(Case c) {
    MultiLayerNetwork network = network(c);
    double[] means = {0, 0, 0, 0};
    double[] variances = {1, 1, 1, 1};
    for (int step = 0; step < 3; step++) {
      INDArray x = sample(c, step - 3, 4 + step);
      network.fit(c.layout().of(x), labels(c));
      for (int feature = 0; feature < FEATURES; feature++) {
        means[feature] = DECAY * means[feature] + (1 - DECAY) * mean(x, feature);
        variances[feature] = DECAY * variances[feature] + (1 - DECAY) * variance(x, feature);
      }
    }
    Layer layer = network.getLayer("x-bn");
    INDArray expectedMeans = Nd4j.createFromArray(means).castTo(c.type());
    INDArray expectedVariances = Nd4j.createFromArray(variances).castTo(c.type());
    ArrayAssert.assertClose(
        statistic(layer, "mean", "populationMean"), expectedMeans, c.tolerance(), 0);
    ArrayAssert.assertClose(
        statistic(layer, "var", "populationVariance"), expectedVariances, c.tolerance(), 0);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void inferenceChangesNothingAndUsesThePopulationStatistics(Case c) {
    MultiLayerNetwork network = network(c);
    network.fit(c.layout().of(sample(c, 3, 4)), labels(c));
    INDArray before = network.params().dup();
    INDArray x = sample(c, 3, 5);
    INDArray y = c.layout().rows(network.feedForwardToLayer(0, c.layout().of(x), false).get(1));
    ArrayAssert.assertSameBits(network.params(), before);

    Layer layer = network.getLayer("x-bn");
    INDArray mean = statistic(layer, "mean", "populationMean");
    INDArray variance = statistic(layer, "var", "populationVariance");
    double[][] expected = new double[x.rows()][FEATURES];
    for (int row = 0; row < x.rows(); row++) {
      for (int feature = 0; feature < FEATURES; feature++) {
        double normalized =
            (x.getDouble(row, feature) - mean.getDouble(feature))
                / Math.sqrt(variance.getDouble(feature) + EPSILON);
        expected[row][feature] =
            normalized * layer.getParam("gamma").getDouble(feature)
                + layer.getParam("beta").getDouble(feature);
      }
    }
    ArrayAssert.assertClose(
        y, Nd4j.createFromArray(expected).castTo(c.type()), 10 * c.tolerance(), c.tolerance());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void predictingInTrainingModeChangesNothing(Case c) {
    MultiLayerNetwork network = network(c);
    INDArray before = network.params().dup();
    network.output(c.layout().of(sample(c, 3, 5)), true);
    ArrayAssert.assertSameBits(network.params(), before);
  }

  private static MultiLayerNetwork network(Case c) {
    var list =
        new NeuralNetConfiguration.Builder()
            .seed(1)
            .dataType(c.type())
            .updater(new Sgd(0.1))
            .list();
    NormalizationLayers.of(c.normalization()).layers("x").forEach(list::layer);
    list.layer(new OutputLayer.Builder().nOut(2).activation(Activation.SOFTMAX).build());
    list.setInputType(c.layout().inputType());
    MultiLayerNetwork network = new MultiLayerNetwork(list.build());
    network.init();
    return network;
  }

  private static INDArray labels(Case c) {
    INDArray labels = Nd4j.zeros(c.type(), c.layout().shape[0], 2);
    labels.getColumn(1).assign(1);
    return labels;
  }

  private static void setGammaAndBeta(MultiLayerNetwork network, double gamma, double beta) {
    network.getLayer("x-bn").getParam("gamma").assign(gamma);
    network.getLayer("x-bn").getParam("beta").assign(beta);
  }

  private static INDArray inTraining(Case c, MultiLayerNetwork network, INDArray rows) {
    return c.layout().rows(network.feedForwardToLayer(0, c.layout().of(rows), true).get(1));
  }

  /** Deeplearning4j's layer and the low-level one have different names for them. */
  private static INDArray statistic(Layer layer, String builtIn, String lowLevel) {
    return layer.getParam(layer.paramTable().containsKey(builtIn) ? builtIn : lowLevel).ravel();
  }

  /** Feature i has the standard deviation i + 1. */
  private static INDArray sample(Case c, double mean, long seed) {
    Random random = new Random(seed);
    double[][] values = new double[IMAGES * SIDE * SIDE][FEATURES];
    for (double[] row : values) {
      for (int i = 0; i < FEATURES; i++) {
        row[i] = mean + (i + 1) * random.nextGaussian();
      }
    }
    return Nd4j.createFromArray(values).castTo(c.type());
  }

  private static INDArray oracle(INDArray x, double gamma, double beta) {
    double[][] y = new double[x.rows()][FEATURES];
    for (int feature = 0; feature < FEATURES; feature++) {
      double mean = mean(x, feature);
      double deviation = Math.sqrt(variance(x, feature) + EPSILON);
      for (int row = 0; row < x.rows(); row++) {
        y[row][feature] = gamma * (x.getDouble(row, feature) - mean) / deviation + beta;
      }
    }
    return Nd4j.createFromArray(y).castTo(x.dataType());
  }

  private static double mean(INDArray x, int feature) {
    double sum = 0;
    for (int row = 0; row < x.rows(); row++) {
      sum += x.getDouble(row, feature);
    }
    return sum / x.rows();
  }

  private static double variance(INDArray x, int feature) {
    double mean = mean(x, feature);
    double sum = 0;
    for (int row = 0; row < x.rows(); row++) {
      sum += Math.pow(x.getDouble(row, feature) - mean, 2);
    }
    return sum / x.rows();
  }
}
