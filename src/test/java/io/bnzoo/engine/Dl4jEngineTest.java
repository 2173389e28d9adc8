package io.bnzoo.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bnzoo.ArrayAssert;
import io.bnzoo.backend.NativeBackend;
import io.bnzoo.data.ImageShape;
import io.bnzoo.data.LabeledImages;
import io.bnzoo.data.TestDigits;
import io.bnzoo.zoo.DeepCnn;
import io.bnzoo.zoo.Normalization;
import io.bnzoo.zoo.ThreeLayerMlp;
import org.deeplearning4j.config.DL4JSystemProperties;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.layers.wrapper.BaseWrapperLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

class Dl4jEngineTest {
  private static final LabeledImages BATCH = TestDigits.draw(8, 1);

  @Test
  void logitsAreWhatTheOutputLayerActivates() {
    MultiLayerNetwork network = mlp();
    try (Engine engine = new Dl4jEngine(network, ImageShape.MNIST)) {
      INDArray logits = engine.logits(BATCH, Statistics.RUNNING).array();
      ArrayAssert.assertClose(
          Transforms.softmax(logits), network.output(BATCH.images()), 1e-6, 1e-5);
    }
  }

  @Test
  void logitsFollowTheNetworkThroughItsSteps() {
    MultiLayerNetwork network = mlp();
    try (Engine engine = new Dl4jEngine(network, ImageShape.MNIST)) {
      INDArray before = engine.logits(BATCH, Statistics.RUNNING).array();
      engine.step(BATCH);
      INDArray after = engine.logits(BATCH, Statistics.RUNNING).array();
      assertThat(after.sub(before).amaxNumber().doubleValue()).isPositive();
      ArrayAssert.assertClose(
          Transforms.softmax(after), network.output(BATCH.images()), 1e-6, 1e-5);
    }
  }

  @Test
  void predictionsLeaveTheNetworkAsItIs() {
    MultiLayerNetwork network = mlp();
    try (Engine engine = new Dl4jEngine(network, ImageShape.MNIST)) {
      INDArray before = network.params().dup();
      engine.logits(BATCH, Statistics.RUNNING);
      engine.logits(BATCH, Statistics.BATCH);
      ArrayAssert.assertSameBits(network.params(), before);
    }
  }

  @Test
  void oneImageNormalizedByItselfIsLikeAnyOther() {
    try (Engine engine = new Dl4jEngine(mlp(), ImageShape.MNIST)) {
      Logits one = engine.logits(BATCH.slice(0, 1), Statistics.BATCH);
      Logits other = engine.logits(BATCH.slice(1, 2), Statistics.BATCH);
      assertThat(other.values()).isEqualTo(one.values());
    }
  }

  @Test
  void aStepReturnsTheLossBeforeItsUpdate() {
    try (Engine engine = new Dl4jEngine(mlp(), ImageShape.MNIST)) {
      double before = engine.loss().mean(engine.logits(BATCH, Statistics.BATCH), BATCH);
      double first = engine.step(BATCH);
      assertThat(first).isCloseTo(before, within(1e-5));
      for (int i = 0; i < 30; i++) {
        engine.step(BATCH);
      }
      assertThat(engine.step(BATCH)).isLessThan(first);
    }
  }

  @ParameterizedTest
  @EnumSource(CNN2DFormat.class)
  void imagesAreGivenTheShapeThatTheNetworkTakes(CNN2DFormat format) {
    DeepCnn model = DeepCnn.builder().dataFormat(format).build();
    try (Engine engine = new Dl4jEngine(model.init(), ImageShape.MNIST)) {
      Logits logits = engine.logits(BATCH, Statistics.RUNNING);
      assertThat(logits.size()).isEqualTo(8);
      assertThat(logits.classes()).isEqualTo(10);
    }
  }

  @Test
  void aNetworkForOtherImagesIsRefused() {
    MultiLayerNetwork network =
        ThreeLayerMlp.builder().input(ImageShape.withChannels(1).height(8).width(8)).build().init();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Dl4jEngine(network, ImageShape.MNIST))
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
        .isThrownBy(() -> new Dl4jEngine(network, ImageShape.MNIST))
        .withMessageContaining("must be an output or loss layer, got DenseLayer");
  }

  @Test
  void aNetworkMadeWhileOneDnnWasOffUsesItFromNowOn() {
    assumeTrue(NativeBackend.enableOneDnn().oneDnn(), "skipped: oneDNN is not available here");
    MultiLayerNetwork late = madeWithoutOneDnn();
    MultiLayerNetwork early = deepCnn();
    assertThat(late.getLayer("conv01").getHelper()).isNull();
    try (Engine engine = new Dl4jEngine(late, ImageShape.MNIST);
        Engine expected = new Dl4jEngine(early, ImageShape.MNIST)) {
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

  private static MultiLayerNetwork mlp() {
    return ThreeLayerMlp.builder()
        .normalization(Normalization.batchNorm())
        .learningRate(0.1)
        .build()
        .init();
  }
}
