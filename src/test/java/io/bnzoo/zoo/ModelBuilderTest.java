package io.bnzoo.zoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.lang.reflect.Method;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Nesterovs;

class ModelBuilderTest {

  @Test
  void theLossOfAnUntrainedCnnIsTensorFlowsMeanAndNotDeeplearning4jsSum() {
    MultiLayerNetwork network = DeepCnn.builder().build().init();
    network.fit(Nd4j.zeros(DataType.FLOAT, 4, 28, 28, 1), Nd4j.eye(10).getRows(0, 1, 2, 3));
    assertThat(network.score()).isCloseTo(Math.log(2), within(1e-6));
  }

  @Test
  void theLossOfAnUntrainedMlpIsTheLogarithmOfTheClasses() {
    MultiLayerNetwork network = ThreeLayerMlp.builder().build().init();
    network.fit(Nd4j.zeros(DataType.FLOAT, 4, 784), Nd4j.eye(10).getRows(0, 1, 2, 3));
    assertThat(network.score()).isCloseTo(Math.log(10), within(1e-6));
  }

  @ParameterizedTest
  @CsvSource({"conv01, 9, 36", "conv02, 36, 72", "conv03, 72, 108", "fc1, 76, 100"})
  void glorotWeightsFillTensorFlowsBoundsWhateverTheStride(String layer, int fanIn, int fanOut) {
    MultiLayerNetwork network = DeepCnn.builder().build().init();
    INDArray weights = network.getLayer(layer).getParam("W");
    double bound = Math.sqrt(6.0 / (fanIn + fanOut));
    assertThat(weights.amaxNumber().doubleValue()).isBetween(0.85 * bound, bound);
    if (weights.length() > 1000) {
      double uniform = bound / Math.sqrt(3);
      assertThat(weights.stdNumber().doubleValue()).isCloseTo(uniform, within(0.06 * uniform));
    }
  }

  @ParameterizedTest
  @CsvSource({"0.05", "5"})
  void normalWeightsHaveTheStandardDeviation(double stddev) {
    INDArray weights = mlpWeights(InitialWeights.normal(stddev));
    assertThat(weights.stdNumber().doubleValue()).isCloseTo(stddev, within(0.02 * stddev));
    assertThat(weights.amaxNumber().doubleValue()).isGreaterThan(3 * stddev);
  }

  @Test
  void truncatedNormalWeightsEndAtTwoStandardDeviations() {
    INDArray weights = mlpWeights(InitialWeights.truncatedNormal(0.05));
    assertThat(weights.amaxNumber().doubleValue()).isBetween(0.098, 0.1);
    // A normal variable cut at two standard deviations keeps 0.8796 of its standard deviation.
    assertThat(weights.stdNumber().doubleValue()).isCloseTo(0.04398, within(0.0006));
  }

  @Test
  void lowLevelConvolutionsStartFromATruncatedNormalUnlessTold() {
    MultiLayerNetwork network =
        DeepCnn.builder().normalization(Normalization.lowLevel()).build().init();
    INDArray convolution = network.getLayer("conv19").getParam("W");
    assertThat(convolution.amaxNumber().doubleValue()).isBetween(0.098, 0.1);
    assertThat(convolution.stdNumber().doubleValue()).isCloseTo(0.04398, within(0.0006));
    double glorot = Math.sqrt(6.0 / (76 + 100));
    INDArray dense = network.getLayer("fc1").getParam("W");
    assertThat(dense.amaxNumber().doubleValue()).isBetween(0.95 * glorot, glorot);
    DeepCnn told =
        DeepCnn.builder()
            .initialWeights(InitialWeights.normal(1))
            .normalization(Normalization.lowLevel())
            .build();
    assertThat(told.spec().initialWeights()).isEqualTo(InitialWeights.normal(1));
  }

  @Test
  void givenWeightsArePutWhereTheirNamesSay() {
    float[] weights = new float[100 * 10];
    weights[10] = 7;
    MultiLayerNetwork network =
        ThreeLayerMlp.builder()
            .initialWeights(InitialWeights.given(Map.of("output.W", weights)))
            .build()
            .init();
    assertThat(network.getLayer("output").getParam("W").getDouble(1, 0)).isEqualTo(7);
    assertThat(network.getLayer("output").getParam("W").sumNumber().doubleValue()).isEqualTo(7);
    assertThat(network.getLayer("fc1").getParam("W").amaxNumber().doubleValue()).isPositive();
  }

  @Test
  void givenWeightsOfAnotherNameOrSizeAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> given("fc9.W", 1))
        .withMessageContaining("no parameter fc9.W; it has [fc1.W");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> given("fc1.W", 3))
        .withMessage("fc1.W has 78400 values, 3 were given");
  }

  @Test
  void everySettingReachesTheConfiguration() {
    MultiLayerNetwork network =
        ThreeLayerMlp.builder()
            .normalization(new Normalization.BatchNorm(0.9, 0.01))
            .activation(Activation.TANH)
            .updater(new Nesterovs(0.5, 0.8))
            .learningRate(0.25)
            .build()
            .init();
    ActivationLayer activation = (ActivationLayer) network.getLayer("fc2-tanh").conf().getLayer();
    assertThat(activation.getActivationFn()).isInstanceOf(ActivationTanH.class);
    DenseLayer dense = (DenseLayer) network.getLayer("fc2").conf().getLayer();
    assertThat(dense.getIUpdater()).isEqualTo(new Nesterovs(0.25, 0.8));
    BatchNormalization normalization =
        (BatchNormalization) network.getLayer("fc2-bn").conf().getLayer();
    assertThat(normalization.getDecay()).isEqualTo(0.9);
    assertThat(normalization.getEps()).isEqualTo(0.01);
  }

  @ParameterizedTest
  @CsvSource({"1, 28, 4", "2, 28, 8", "3, 14, 12", "19, 1, 76", "24, 1, 96"})
  void aCnnHasAsManyConvolutionsAsItsDepth(int depth, int side, int maps) {
    DeepCnn model = DeepCnn.builder().seed(3).depth(depth).build();
    MultiLayerNetwork network = model.init();
    assertThat(network.getnLayers()).isEqualTo(2 * depth + 3);
    assertThat(network.getLayer("fc1").getParam("W").shape())
        .containsExactly((long) maps * side * side, 100);
    assertThat(network.output(Nd4j.zeros(DataType.FLOAT, 2, 28, 28, 1)).shape())
        .containsExactly(2, 10);
  }

  @Test
  void theHiddenLayersOfTheMlpAreAsWideAsTold() {
    MultiLayerNetwork network = ThreeLayerMlp.builder().seed(3).widths(30, 20, 40).build().init();
    assertThat(network.numParams()).isEqualTo(785 * 30 + 31 * 20 + 21 * 40 + 41 * 10);
  }

  @Test
  void aModelWithoutHiddenLayersIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DeepCnn.builder().depth(0))
        .withMessage("depth must be from 1 to 99, got 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ThreeLayerMlp.builder().widths(100, 0, 100))
        .withMessage("widths must be at least 1 each, got [100, 0, 100]");
  }

  static Stream<Arguments> settings() {
    DeepCnn.Builder builder = DeepCnn.builder();
    return Stream.of(
        arguments("normalization", run(() -> builder.normalization(null))),
        arguments("activation", run(() -> builder.activation(null))),
        arguments("updater", run(() -> builder.updater(null))),
        arguments("initialWeights", run(() -> builder.initialWeights(null))),
        arguments("input", run(() -> builder.input(null))),
        arguments("dataFormat", run(() -> builder.dataFormat(null))));
  }

  private static Runnable run(Runnable setting) {
    return setting;
  }

  @ParameterizedTest
  @MethodSource("settings")
  void aSettingThatIsNullIsRefusedByItsName(String name, Runnable setting) {
    assertThatIllegalArgumentException()
        .isThrownBy(setting::run)
        .withMessage(name + " must be given, got null");
  }

  @Test
  void everySettingOfTheBuilderIsTried() {
    Set<String> taking =
        Stream.of(ModelBuilder.class.getMethods())
            .filter(method -> method.getReturnType() == ModelBuilder.class)
            .filter(method -> !method.getParameterTypes()[0].isPrimitive())
            .map(Method::getName)
            .collect(Collectors.toSet());
    assertThat(settings().map(setting -> (String) setting.get()[0]))
        .containsExactlyInAnyOrderElementsOf(taking);
  }

  @Test
  void anInputShapeHasThreeNumbers() {
    DeepCnn model = DeepCnn.builder().build();
    assertThat(model.modelType()).isEqualTo(MultiLayerNetwork.class);
    assertThatIllegalArgumentException().isThrownBy(() -> model.setInputShape(new int[][] {{28}}));
  }

  private static INDArray mlpWeights(InitialWeights weights) {
    MultiLayerNetwork network = ThreeLayerMlp.builder().initialWeights(weights).build().init();
    return network.getLayer("fc1").getParam("W");
  }

  private static void given(String name, int length) {
    MultiLayerNetwork unused =
        ThreeLayerMlp.builder()
            .initialWeights(InitialWeights.given(Map.of(name, new float[length])))
            .build()
            .init();
  }
}
