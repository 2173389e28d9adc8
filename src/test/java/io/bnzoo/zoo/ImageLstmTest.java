package io.bnzoo.zoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.bnzoo.ArrayAssert;
import io.bnzoo.data.ImageShape;
import io.bnzoo.layer.BatchNormLstm;
import io.bnzoo.layer.ImageToSequence;
import io.bnzoo.layer.WrappedLayers;
import java.util.List;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.zoo.PretrainedType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;

class ImageLstmTest {
  private static final ImageShape SMALL = ImageShape.withChannels(2).height(4).width(3);

  private static ImageLstm.Builder small() {
    return ImageLstm.builder().units(5).input(SMALL);
  }

  private static BatchNormLstm layer(ImageLstm model) {
    return (BatchNormLstm) WrappedLayers.innermost(model.conf().getConf(0).getLayer());
  }

  @ParameterizedTest
  @CsvSource({"ROWS, 4, 6", "PIXELS, 12, 2", "PERMUTED, 12, 2", "DRAWN, 12, 2"})
  void theReadingDecidesTheSteps(Reading reading, int steps, int features) {
    ImageLstm model =
        small().reading(reading).normalization(Normalization.recurrentBatchNorm()).build();
    var sequence = (ImageToSequence) model.conf().getInputPreProcess(0);
    assertThat(List.of(sequence.steps(), sequence.features())).containsExactly(steps, features);
    assertThat(layer(model).steps()).isEqualTo(steps);
    assertThat(layer(model).getNIn()).isEqualTo(features);
    INDArray images = Nd4j.rand(DataType.FLOAT, 3, SMALL.size());
    MultiLayerNetwork network = model.init();
    assertThat(network.output(images).shape()).containsExactly(3, 10);
  }

  @ParameterizedTest
  @EnumSource(Reading.class)
  void anImageIsShownInTheSameOrderWhateverTheSeed(Reading reading) {
    var one = small().reading(reading).seed(1).build().conf().getInputPreProcess(0);
    var other = small().reading(reading).seed(2).build().conf().getInputPreProcess(0);
    assertThat(other).isEqualTo(one);
  }

  @ParameterizedTest
  @CsvSource({"ROWS, 0.1", "PIXELS, 0.1", "PERMUTED, 0", "DRAWN, 0"})
  void noiseIsWhereImagesBeginAlikeUnlessItIsSaid(Reading reading, double noise) {
    Normalization.RecurrentBatchNorm normalization = Normalization.recurrentBatchNorm();
    assertThat(
            layer(small().reading(reading).normalization(normalization).build())
                .initialStateNoise())
        .isEqualTo(noise);
    assertThat(
            layer(
                    small()
                        .reading(reading)
                        .normalization(normalization.withInitialStateNoise(0.5))
                        .build())
                .initialStateNoise())
        .isEqualTo(0.5);
  }

  @Test
  void aStepMovesAllWeightsTogetherByTheClippedNormAtMost() {
    for (Normalization each : List.of(Normalization.none(), Normalization.recurrentBatchNorm())) {
      MultiLayerNetwork network =
          small()
              .normalization(each)
              .initialWeights(InitialWeights.normal(3))
              .updater(new Sgd(1))
              .build()
              .init();
      INDArray before = network.getLayer(1).params().dup();
      INDArray weights = network.getLayer(0).getParam("RW").dup();
      INDArray labels = Nd4j.eye(10).castTo(DataType.FLOAT).get(Nd4j.createFromArray(0, 1, 2));
      network.fit(Nd4j.rand(DataType.FLOAT, 3, SMALL.size()).muli(50), labels);
      assertThat(network.getLayer(1).params().distance2(before)).isBetween(0.01, 1.0001);
      assertThat(network.getLayer(0).getParam("RW").distance2(weights)).isBetween(1e-6, 1.0001);
    }
  }

  @Test
  void theForgetBiasIsOneAndTheCandidatesRecurrentWeightsTheIdentity() {
    for (Normalization each : List.of(Normalization.none(), Normalization.recurrentBatchNorm())) {
      MultiLayerNetwork network = small().normalization(each).build().init();
      INDArray bias = network.getLayer(0).getParam("b");
      assertThat(bias.toFloatVector())
          .containsExactly(0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
      INDArray recurrent = network.getLayer(0).getParam("RW");
      for (int i = 0; i < 5; i++) {
        for (int j = 0; j < 5; j++) {
          assertThat(recurrent.getFloat(i, j)).isEqualTo(i == j ? 1 : 0);
        }
      }
    }
  }

  @Test
  void imagesMayAlsoBeGivenWithChannelsHeightAndWidth() {
    MultiLayerNetwork network = small().build().init();
    INDArray flat = Nd4j.rand(DataType.FLOAT, 3, SMALL.size());
    ArrayAssert.assertSameBits(
        network.output(flat.reshape('c', 3, 2, 4, 3)).dup(), network.output(flat).dup());
  }

  @Test
  void anotherActivationIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> small().activation(Activation.RELU).build())
        .withMessage("activation of image-lstm must be tanh, got ReLU");
  }

  @Test
  void eachModelRefusesTheOthersNormalizationAndNamesItsOwn() {
    for (Normalization linear : List.of(Normalization.batchNorm(), Normalization.lowLevel())) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> small().normalization(linear).build())
          .withMessage(
              "normalization of image-lstm cannot be %s: use recurrent-batch-norm or plain",
              linear.label());
    }
    for (ModelBuilder<?, ?> builder : List.of(DeepCnn.builder(), ThreeLayerMlp.builder())) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> builder.normalization(Normalization.recurrentBatchNorm()).build())
          .withMessageEndingWith(
              "cannot be recurrent-batch-norm: use batch-norm, low-level, spelt-out or plain");
    }
  }

  @Test
  void whatIsOutOfRangeIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> small().units(0))
        .withMessage("units must be at least 1, got 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> small().reading(null))
        .withMessage("reading must be given, got null");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Normalization.recurrentBatchNorm().withInitialGamma(0))
        .withMessage("initialGamma must not be 0 and be finite, got 0.0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Normalization.recurrentBatchNorm().withInitialStateNoise(-1))
        .withMessage("initialStateNoise must be at least 0 and finite, got -1.0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DeepCnn.builder().initialWeights(InitialWeights.orthogonal()).build())
        .withMessageContaining("its convolutions are no matrices");
  }

  @Test
  void labelsNameWhatDiffersFromTheSource() {
    Normalization.RecurrentBatchNorm recurrent = Normalization.recurrentBatchNorm();
    assertThat(recurrent.label()).isEqualTo("recurrent-batch-norm");
    assertThat(recurrent.withInitialGamma(1).label()).isEqualTo("recurrent-batch-norm-gamma-1");
    assertThat(recurrent.withInitialGamma(0.25).label())
        .isEqualTo("recurrent-batch-norm-gamma-0.25");
    assertThat(recurrent.withStatistics(Normalization.TimeSteps.SHARED).label())
        .isEqualTo("recurrent-batch-norm-shared");
  }

  @Test
  void itHasNoBlocksToReplaceAndNoPretrainedWeights() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                HiddenBlocks.replace(
                    small().build(), (layer, relu) -> List.of(), (layer, relu) -> List.of()))
        .withMessage(
            "model must have blocks of a linear layer and an activation, image-lstm has none");
    assertThat(small().build().pretrainedUrl(PretrainedType.MNIST)).isNull();
  }
}
