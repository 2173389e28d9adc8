package io.bnzoo.engine;

import static io.bnzoo.engine.Networks.network;
import static io.bnzoo.engine.Networks.output;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.bnzoo.data.ImageShape;
import io.bnzoo.data.LabeledImages;
import io.bnzoo.data.TestDigits;
import io.bnzoo.zoo.ThreeLayerMlp;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.dropout.GaussianDropout;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.learning.regularization.L1Regularization;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.linalg.lossfunctions.LossFunctions;

class EngineChoiceTest {
  private static final LabeledImages BATCH = TestDigits.draw(20, 5);

  /** It may compute anything. */
  private static final class OwnUpdater extends Sgd {
    @Override
    public Sgd clone() {
      return new OwnUpdater();
    }
  }

  /** It may add anything. */
  private static final class OwnRegularization extends L1Regularization {
    OwnRegularization() {
      super(0.1);
    }

    @Override
    public Regularization clone() {
      return new OwnRegularization();
    }
  }

  static Stream<Arguments> obstacles() {
    NeuralNetConfiguration.Builder plain = new NeuralNetConfiguration.Builder();
    Layer dense = new DenseLayer.Builder().name("hidden").nOut(5).build();
    Layer softmax = output(LossFunctions.LossFunction.MCXENT, Activation.SOFTMAX);
    return Stream.of(
        Arguments.of(
            "there is no kernel for the updater OwnUpdater of DenseLayer hidden",
            network(
                new NeuralNetConfiguration.Builder().updater(new OwnUpdater()),
                InputType.feedForward(784),
                dense.clone(),
                softmax.clone())),
        Arguments.of(
            "DenseLayer layer0 has GaussianDropout",
            network(
                plain.clone(),
                InputType.feedForward(784),
                new DenseLayer.Builder().nOut(5).dropOut(new GaussianDropout(0.5)).build(),
                softmax.clone())),
        Arguments.of(
            "there is no kernel for the activation cube",
            network(
                plain.clone(),
                InputType.feedForward(784),
                new DenseLayer.Builder().nOut(5).activation(Activation.CUBE).build(),
                softmax.clone())),
        Arguments.of(
            "DenseLayer layer0 has OwnRegularization",
            network(
                plain.clone(),
                InputType.feedForward(784),
                new DenseLayer.Builder()
                    .nOut(5)
                    .regularization(List.of(new OwnRegularization()))
                    .build(),
                softmax.clone())),
        Arguments.of(
            "BatchNormalization layer1 takes a batch for everything there is",
            network(
                plain.clone(),
                InputType.feedForward(784),
                dense.clone(),
                new BatchNormalization.Builder().minibatch(false).build(),
                softmax.clone())),
        Arguments.of(
            "SubsamplingLayer layer1 pools by PNORM",
            network(
                plain.clone(),
                InputType.convolutional(28, 28, 1),
                new ConvolutionLayer.Builder(3, 3).nOut(2).build(),
                new SubsamplingLayer.Builder(PoolingType.PNORM).pnorm(3).kernelSize(2, 2).build(),
                softmax.clone())),
        Arguments.of(
            "its loss is no cross-entropy",
            network(
                plain.clone(),
                InputType.feedForward(784),
                output(LossFunctions.LossFunction.MSE, Activation.IDENTITY))));
  }

  @ParameterizedTest
  @MethodSource("obstacles")
  void whatThereIsNoKernelForIsNamedAndLeftToDeeplearning4j(
      String reason, MultiLayerNetwork network) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new OneDnnEngine(network, ImageShape.MNIST, 1))
        .withMessageContaining("oneDNN cannot run this network: ")
        .withMessageContaining(reason);
    List<String> notices = new ArrayList<>();
    try (Engine engine =
        EngineChoice.AUTO.withFallbackListener(notices::add).open(network, ImageShape.MNIST, 1)) {
      assertThat(engine).isInstanceOf(Dl4jEngine.class);
      assertThat(engine.step(BATCH)).isPositive();
    }
    assertThat(notices).hasSize(1);
    assertThat(notices.get(0)).contains(reason).doesNotContain("\n");
  }

  @Test
  void theChoiceIsTheUsers() {
    MultiLayerNetwork network = ThreeLayerMlp.builder().build().init();
    try (Engine automatic = EngineChoice.AUTO.open(network, ImageShape.MNIST, 1);
        Engine slow = EngineChoice.DL4J.open(network, ImageShape.MNIST, 1);
        Engine fast = EngineChoice.ONEDNN.open(network, ImageShape.MNIST, 1)) {
      assertThat(automatic).isInstanceOf(OneDnnEngine.class);
      assertThat(slow).isInstanceOf(Dl4jEngine.class);
      assertThat(fast).isInstanceOf(OneDnnEngine.class);
    }
  }
}
