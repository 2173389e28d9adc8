package io.bnzoo.layer;

import static io.bnzoo.layer.Networks.dense;
import static io.bnzoo.layer.Networks.step;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import io.bnzoo.ArrayAssert;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.constraint.MaxNormConstraint;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Sgd;

class LowLevelBatchNormalizationTest {
  private static final DataType TYPE = DataType.FLOAT;

  /** What a network may ask for that must not reach the statistics. */
  static Stream<Arguments> settings() {
    return Stream.of(
        named("learning rate", b -> b.updater(new Sgd(50))),
        named("another updater", b -> b.updater(new Adam(0.5))),
        named("L2", b -> b.l2(10)),
        named("weight decay", b -> b.weightDecay(10)),
        named("no division by the batch", b -> b.miniBatch(false)),
        named("constraint", b -> b.constrainWeights(new MaxNormConstraint(1e-3, 0, 1))),
        named("clipping of values", clipping(GradientNormalization.ClipElementWiseAbsoluteValue)),
        named("clipping by layer", clipping(GradientNormalization.ClipL2PerLayer)),
        named("clipping by parameter", clipping(GradientNormalization.ClipL2PerParamType)),
        named("scaling by layer", clipping(GradientNormalization.RenormalizeL2PerLayer)),
        named("scaling by parameter", clipping(GradientNormalization.RenormalizeL2PerParamType)));
  }

  private static Consumer<NeuralNetConfiguration.Builder> clipping(GradientNormalization kind) {
    return b -> b.gradientNormalization(kind).gradientNormalizationThreshold(1e-6);
  }

  private static Arguments named(String name, Consumer<NeuralNetConfiguration.Builder> change) {
    return Arguments.argumentSet(name, change);
  }

  @ParameterizedTest
  @MethodSource("settings")
  void nothingButTheDecayFormulaTouchesTheStatistics(
      Consumer<NeuralNetConfiguration.Builder> change) {
    NeuralNetConfiguration.Builder settings = Networks.settings(TYPE);
    change.accept(settings);
    MultiLayerNetwork network = Networks.dense(settings, Arithmetic.ONE_OPERATION);
    INDArray batch = Networks.batch(TYPE, 1).mul(100);
    INDArray x = network.feedForwardToLayer(0, batch, true).get(1).dup();
    network.fit(batch, Networks.labels(TYPE));
    Layer layer = network.getLayer("bn1");
    INDArray mean = x.mean(0).mul(0.01).addi(0.2 * 0.99);
    INDArray variance = x.var(false, 0).mul(0.01).addi(0.7 * 0.99);
    ArrayAssert.assertClose(layer.getParam("populationMean"), mean, 1e-5, 1e-5);
    ArrayAssert.assertClose(layer.getParam("populationVariance"), variance, 1e-5, 1e-5);
  }

  @Test
  void gammaAndBetaAreNotRegularizedEither() {
    MultiLayerNetwork plain = dense();
    MultiLayerNetwork regularized =
        Networks.dense(Networks.settings(TYPE).l2(10).l2Bias(10), Arithmetic.ONE_OPERATION);
    step(plain, 1);
    step(regularized, 1);
    for (String name : new String[] {"gamma", "beta"}) {
      ArrayAssert.assertSameBits(
          regularized.getLayer("bn2").getParam(name), plain.getLayer("bn2").getParam(name));
    }
  }

  @Test
  void theGradientByNamesHasTheTrainedParametersAlone() {
    MultiLayerNetwork network = dense();
    network.setInput(Networks.batch(TYPE, 1));
    network.setLabels(Networks.labels(TYPE));
    network.computeGradientAndScore();
    Map<String, INDArray> gradients = network.gradient().gradientForVariable();
    assertThat(gradients).containsKeys("1_gamma", "1_beta");
    assertThat(gradients).doesNotContainKeys("1_populationMean", "1_populationVariance");
    assertThat(network.getLayer("bn1").getGradientsViewArray().length())
        .isEqualTo(2 * Networks.UNITS);
  }

  @Test
  void aParameterThatIsSetIsSet() {
    MultiLayerNetwork network = dense();
    INDArray values = Nd4j.createFromArray(1f, 2, 3, 4, 5, 6);
    network.setParam("1_populationMean", values);
    ArrayAssert.assertSameBits(network.getLayer("bn1").getParam("populationMean"), values);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> network.getLayer("bn1").setParam("gamma", Nd4j.ones(3)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> network.getLayer("bn1").setParam("delta", values));
  }

  @Test
  void batchesMayDifferInSize() {
    MultiLayerNetwork network = dense();
    step(network, 1);
    network.fit(Networks.normal(TYPE, 2, 3, Networks.INPUTS), Nd4j.eye(3).castTo(TYPE));
    assertThat(network.output(Networks.normal(TYPE, 3, 1, Networks.INPUTS)).shape())
        .containsExactly(1, Networks.CLASSES);
    step(network, 4);
    assertThat(network.params().isNaN().any()).isFalse();
  }

  /** The layer itself heeds no mask: every row counts in the moments. */
  @Test
  void aMaskOfExamplesIsPassedOn() {
    MultiLayerNetwork network = dense();
    INDArray mask = Nd4j.ones(TYPE, Networks.BATCH, 1);
    mask.putScalar(0, 0, 0);
    network.setLayerMaskArrays(mask, mask);
    assertThat(network.getLayer("bn1").getMaskArray()).isSameAs(mask);
    assertThat(network.getLayer("tanh2").getMaskArray()).isSameAs(mask);
  }

  @Test
  void featuresOfAnotherTypeAreCast() {
    MultiLayerNetwork floats = network(fiveFeatures());
    MultiLayerNetwork doubles = network(fiveFeatures());
    INDArray labels = Nd4j.eye(2).castTo(TYPE).getRows(0, 1, 0, 1, 0, 1, 0, 1);
    floats.fit(Networks.batch(TYPE, 1), labels);
    doubles.fit(Networks.batch(DataType.DOUBLE, 1), labels);
    ArrayAssert.assertSameBits(doubles.params(), floats.params());
  }

  private static LowLevelBatchNormalization fiveFeatures() {
    return new LowLevelBatchNormalization.Builder().name("bn").features(5).build();
  }

  @Test
  void theAxisOfTheChannelsIsFoundWhereTheirNumberIsKnownAlready() {
    LowLevelBatchNormalization layer = fiveFeatures();
    layer.setNIn(InputType.convolutional(5, 5, 7, CNN2DFormat.NHWC), false);
    assertThat(layer.features()).isEqualTo(5);
    assertThat(layer.channelAxis()).isEqualTo(3);
    layer.setNIn(InputType.convolutional(5, 5, 7, CNN2DFormat.NHWC), true);
    assertThat(layer.features()).isEqualTo(7);
  }

  @Test
  void aConstraintOfTheLayersOwnReachesGammaAndBetaAlone() {
    MultiLayerNetwork network =
        network(
            new LowLevelBatchNormalization.Builder()
                .features(5)
                .constrainAllParameters(new MaxNormConstraint(0.01, 0))
                .build());
    INDArray labels = Nd4j.eye(2).castTo(TYPE).getRows(0, 1, 0, 1, 0, 1, 0, 1);
    network.fit(Networks.batch(TYPE, 1), labels);
    Layer layer = network.getLayer(0);
    assertThat(layer.getParam("gamma").norm2Number().doubleValue()).isLessThanOrEqualTo(0.0101);
    assertThat(layer.getParam("populationVariance").minNumber().doubleValue()).isGreaterThan(0.98);
  }

  @Test
  void aBiasOfItsOwnMovesAsBetaDoes() {
    MultiLayerNetwork network = dense();
    network.setInput(Networks.batch(TYPE, 1));
    network.setLabels(Networks.labels(TYPE));
    network.computeGradientAndScore();
    ArrayAssert.assertSameBits(
        network.gradient().getGradientFor("2_bias"), network.gradient().getGradientFor("1_beta"));
  }

  @Test
  void oneFeatureIsEnough() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            Networks.settings(TYPE)
                .list()
                .layer(new LowLevelBatchNormalization.Builder().features(1).build())
                .layer(
                    new OutputLayer.Builder().nIn(1).nOut(2).activation(Activation.SOFTMAX).build())
                .build());
    network.init();
    INDArray x = Nd4j.createFromArray(new float[][] {{1}, {3}});
    network.fit(x, Nd4j.eye(2).castTo(TYPE));
    assertThat(network.getParam("0_populationMean").getDouble(0)).isCloseTo(0.02, within(1e-7));
    assertThat(network.getParam("0_populationVariance").getDouble(0)).isCloseTo(1, within(1e-7));
  }

  @Test
  void aTrainingBatchOfOneGivesBetaAndMovesTheVarianceTowardsZero() {
    MultiLayerNetwork network = network(fiveFeatures());
    INDArray x = Networks.normal(TYPE, 1, 1, 5);
    INDArray y = network.feedForwardToLayer(0, x, true).get(1);
    ArrayAssert.assertClose(y, Nd4j.zeros(TYPE, 1, 5), 1e-6, 0);
    network.fit(x, Nd4j.eye(2).castTo(TYPE).getRows(0));
    ArrayAssert.assertClose(
        network.getLayer(0).getParam("populationVariance"),
        Nd4j.valueArrayOf(new long[] {5}, 0.99, TYPE),
        1e-6,
        0);
    assertThat(network.params().isNaN().any()).isFalse();
  }

  @Test
  void wrongUseIsRefusedWithWhatToDo() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new LowLevelBatchNormalization.Builder().decay(1).build())
        .withMessage("decay must be in [0, 1), got 1.0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new LowLevelBatchNormalization.Builder().epsilon(0).build())
        .withMessage("epsilon must be above 0, got 0.0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new LowLevelBatchNormalization.Builder().features(0))
        .withMessage("features must be above 0, got 0");
    assertThatIllegalStateException()
        .isThrownBy(() -> network(new LowLevelBatchNormalization.Builder().name("bn").build()))
        .withMessageContaining("layer bn does not know its number of features: call setInputType");
    assertThatIllegalStateException()
        .isThrownBy(
            () ->
                Networks.settings(TYPE)
                    .list()
                    .layer(Networks.normalization("bn", Arithmetic.ONE_OPERATION))
                    .layer(Networks.output())
                    .setInputType(InputType.recurrent(4, 3))
                    .build())
        .withMessageContaining("layer bn takes [N,features] or images in NCHW or NHWC, got");
    MultiLayerNetwork five = network(fiveFeatures());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> five.output(Nd4j.ones(TYPE, 2, 4)))
        .withMessage(
            "layer bn takes 5 features on axis 1 of [N,features] or of images, got [2, 4]");
  }

  @Test
  void aGradientBeforeAnyActivationIsRefused() {
    Layer layer = dense().getLayer("bn1");
    assertThatIllegalStateException()
        .isThrownBy(
            () ->
                layer.backpropGradient(
                    Nd4j.ones(TYPE, 2, Networks.UNITS), LayerWorkspaceMgr.noWorkspaces()))
        .withMessageContaining("bn1")
        .withMessageContaining("has no gradient before it is activated");
  }

  private static MultiLayerNetwork network(LowLevelBatchNormalization layer) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            Networks.settings(TYPE)
                .list()
                .layer(layer)
                .layer(
                    new OutputLayer.Builder().nIn(5).nOut(2).activation(Activation.SOFTMAX).build())
                .build());
    network.init();
    return network;
  }
}
