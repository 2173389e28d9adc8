package io.bnzoo.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bnzoo.ArrayAssert;
import io.bnzoo.backend.NativeBackend;
import io.bnzoo.data.LabeledImages;
import io.bnzoo.data.TestDigits;
import io.bnzoo.zoo.DeepCnn;
import io.bnzoo.zoo.ImageFormat;
import io.bnzoo.zoo.ImageShape;
import io.bnzoo.zoo.Normalization;
import io.bnzoo.zoo.ThreeLayerMlp;
import org.deeplearning4j.config.DL4JSystemProperties;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.layers.wrapper.BaseWrapperLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.deeplearning4j.nn.weights.WeightInit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions;
import org.nd4j.linalg.ops.transforms.Transforms;

class Dl4jEngineTest {
  private static final LabeledImages BATCH = TestDigits.draw(8, 1);

  @Test
  void logitsAreWhatTheOutputLayerActivates() {
    MultiLayerNetwork network = mlp();
    try (Engine engine = new Dl4jEngine(network)) {
      INDArray logits = engine.logits(BATCH, Statistics.RUNNING);
      ArrayAssert.assertClose(
          Transforms.softmax(logits), network.output(BATCH.images()), 1e-6, 1e-5);
    }
  }

  @Test
  void logitsFollowTheNetworkThroughItsSteps() {
    MultiLayerNetwork network = mlp();
    try (Engine engine = new Dl4jEngine(network)) {
      INDArray before = engine.logits(BATCH, Statistics.RUNNING).dup();
      engine.step(BATCH);
      INDArray after = engine.logits(BATCH, Statistics.RUNNING);
      assertThat(after.sub(before).amaxNumber().doubleValue()).isPositive();
      ArrayAssert.assertClose(
          Transforms.softmax(after), network.output(BATCH.images()), 1e-6, 1e-5);
    }
  }

  @Test
  void predictionsLeaveTheNetworkAsItIs() {
    MultiLayerNetwork network = mlp();
    try (Engine engine = new Dl4jEngine(network)) {
      INDArray before = network.params().dup();
      engine.logits(BATCH, Statistics.RUNNING);
      engine.logits(BATCH, Statistics.BATCH);
      ArrayAssert.assertSameBits(network.params(), before);
    }
  }

  @Test
  void oneImageNormalizedByItselfIsLikeAnyOther() {
    try (Engine engine = new Dl4jEngine(mlp())) {
      INDArray one = engine.logits(BATCH.slice(0, 1), Statistics.BATCH).dup();
      INDArray other = engine.logits(BATCH.slice(1, 2), Statistics.BATCH);
      ArrayAssert.assertSameBits(other, one);
    }
  }

  @Test
  void aStepReturnsTheLossBeforeItsUpdate() {
    try (Engine engine = new Dl4jEngine(mlp())) {
      INDArray logits = engine.logits(BATCH, Statistics.BATCH).dup();
      double before = engine.loss(logits, BATCH.oneHotLabels());
      double first = engine.step(BATCH);
      assertThat(first).isCloseTo(before, within(1e-5));
      for (int i = 0; i < 30; i++) {
        engine.step(BATCH);
      }
      assertThat(engine.step(BATCH)).isLessThan(first);
    }
  }

  @Test
  void theSoftmaxLossIsExactWhereAProbabilityWouldBeZero() {
    try (Engine engine = new Dl4jEngine(mlp())) {
      INDArray logits = Nd4j.zeros(1, 10);
      logits.putScalar(0, 3, 200);
      assertThat(engine.loss(logits, Nd4j.eye(10).getRows(5))).isCloseTo(200, within(1e-9));
      assertThat(engine.loss(logits, Nd4j.eye(10).getRows(3))).isCloseTo(0, within(1e-9));
    }
  }

  @Test
  void theSigmoidLossIsTheMeanOverTheClasses() {
    try (Engine engine = new Dl4jEngine(DeepCnn.builder().build().init())) {
      INDArray logits = Nd4j.zeros(1, 10);
      assertThat(engine.loss(logits, Nd4j.eye(10).getRows(5))).isCloseTo(Math.log(2), within(1e-7));
      logits.putScalar(0, 3, 200);
      assertThat(engine.loss(logits, Nd4j.eye(10).getRows(5)))
          .isCloseTo((9 * Math.log(2) + 200) / 10, within(1e-5));
    }
  }

  @Test
  void theSigmoidLossIsTheMeanOverOtherNumbersOfClassesToo() {
    MultiLayerNetwork ten = DeepCnn.builder().build().init();
    MultiLayerNetwork five =
        new TransferLearning.Builder(ten)
            .nOutReplace(ten.getnLayers() - 1, 5, WeightInit.XAVIER)
            .build();
    try (Engine engine = new Dl4jEngine(five)) {
      assertThat(engine.loss(Nd4j.zeros(1, 5), Nd4j.eye(5).getRows(3)))
          .isCloseTo(Math.log(2), within(1e-7));
    }
  }

  @ParameterizedTest
  @EnumSource(ImageFormat.class)
  void imagesAreGivenTheShapeThatTheNetworkTakes(ImageFormat format) {
    DeepCnn model = DeepCnn.builder().format(format).build();
    try (Engine engine = new Dl4jEngine(model.init())) {
      assertThat(engine.logits(BATCH, Statistics.RUNNING).shape()).containsExactly(8, 10);
    }
  }

  @Test
  void aNetworkForOtherImagesIsRefused() {
    MultiLayerNetwork network =
        ThreeLayerMlp.builder().input(ImageShape.withChannels(1).height(8).width(8)).build().init();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Dl4jEngine(network))
        .withMessageContaining("takes no images of 28 x 28 pixels");
  }

  @Test
  void aNetworkWithoutAnOutputLayerIsRefused() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .list()
                .layer(new DenseLayer.Builder().nIn(784).nOut(10).build())
                .build());
    network.init();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Dl4jEngine(network))
        .withMessageContaining("must be an output or loss layer, got DenseLayer");
  }

  @Test
  void aNetworkMadeWhileOneDnnWasOffUsesItFromNowOn() {
    assumeTrue(NativeBackend.enableOneDnn().oneDnn(), "skipped: oneDNN is not available here");
    MultiLayerNetwork late = madeWithoutOneDnn();
    MultiLayerNetwork early = deepCnn();
    assertThat(late.getLayer("conv01").getHelper()).isNull();
    try (Engine engine = new Dl4jEngine(late);
        Engine expected = new Dl4jEngine(early)) {
      assertThat(engine.step(BATCH)).isEqualTo(expected.step(BATCH));
    }
    assertThat(late.getLayer("conv01").getHelper()).isNotNull();
    assertThat(late.getLayer("conv01-bn").getHelper()).isNotNull();
    ArrayAssert.assertSameBits(late.params(), early.params());
  }

  @Test
  void aGraphMadeWhileOneDnnWasOffCanUseItToo() {
    assumeTrue(NativeBackend.enableOneDnn().oneDnn(), "skipped: oneDNN is not available here");
    ComputationGraph graph;
    System.setProperty(DL4JSystemProperties.DISABLE_HELPER_PROPERTY, "true");
    try {
      graph = deepCnn().toComputationGraph();
    } finally {
      System.setProperty(DL4JSystemProperties.DISABLE_HELPER_PROPERTY, "false");
    }
    assertThat(graph.getLayer(0).getHelper()).isNull();
    NativeBackend.useOneDnnIn(graph);
    assertThat(graph.getLayer(0).getHelper()).isNotNull();
  }

  @Test
  void aFrozenLayerUsesItToo() {
    assumeTrue(NativeBackend.enableOneDnn().oneDnn(), "skipped: oneDNN is not available here");
    MultiLayerNetwork frozen;
    System.setProperty(DL4JSystemProperties.DISABLE_HELPER_PROPERTY, "true");
    try {
      frozen = new TransferLearning.Builder(deepCnn()).setFeatureExtractor(2).build();
    } finally {
      System.setProperty(DL4JSystemProperties.DISABLE_HELPER_PROPERTY, "false");
    }
    Layer convolution = ((BaseWrapperLayer) frozen.getLayer(0)).getUnderlying();
    assertThat(convolution.getHelper()).isNull();
    NativeBackend.useOneDnnIn(frozen);
    assertThat(convolution.getHelper()).isNotNull();
  }

  private static MultiLayerNetwork madeWithoutOneDnn() {
    System.setProperty(DL4JSystemProperties.DISABLE_HELPER_PROPERTY, "true");
    try {
      return deepCnn();
    } finally {
      System.setProperty(DL4JSystemProperties.DISABLE_HELPER_PROPERTY, "false");
    }
  }

  private static MultiLayerNetwork deepCnn() {
    return DeepCnn.builder().normalization(Normalization.batchNorm()).build().init();
  }

  @Test
  void anotherLossIsLeftToDeeplearning4j() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .list()
                .layer(
                    new OutputLayer.Builder(LossFunctions.LossFunction.MSE)
                        .nIn(784)
                        .nOut(10)
                        .activation(Activation.IDENTITY)
                        .build())
                .build());
    network.init();
    try (Engine engine = new Dl4jEngine(network)) {
      double loss = engine.loss(Nd4j.ones(2, 10), Nd4j.zeros(2, 10));
      assertThat(loss).isCloseTo(1, within(1e-6));
    }
  }

  private static MultiLayerNetwork mlp() {
    return ThreeLayerMlp.builder()
        .normalization(Normalization.batchNorm())
        .learningRate(0.1)
        .build()
        .init();
  }
}
