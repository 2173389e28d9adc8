package io.bnzoo.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.bnzoo.ArrayAssert;
import io.bnzoo.data.ImageShape;
import io.bnzoo.data.LabeledImages;
import io.bnzoo.data.TestDigits;
import io.bnzoo.engine.Dl4jEngine;
import io.bnzoo.engine.Engine;
import io.bnzoo.engine.EngineChoice;
import io.bnzoo.zoo.DeepCnn;
import io.bnzoo.zoo.Normalization;
import io.bnzoo.zoo.Placement;
import io.bnzoo.zoo.ThreeLayerMlp;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Sgd;

class ProbeTest {
  private static final LabeledImages IMAGES = TestDigits.draw(20, 5);

  static Stream<Normalization> variants() {
    return Stream.of(
        Normalization.none(),
        Normalization.batchNorm(),
        Normalization.lowLevel(),
        Normalization.batchNorm().placed(Placement.AFTER_ACTIVATION));
  }

  private static MultiLayerNetwork trained(MultiLayerNetwork network) {
    try (Engine engine = new Dl4jEngine(network, ImageShape.MNIST)) {
      engine.step(IMAGES);
    }
    return network;
  }

  private static MultiLayerNetwork mlp(Normalization variant) {
    return trained(
        ThreeLayerMlp.builder().normalization(variant).updater(new Sgd(0.5)).build().init());
  }

  @ParameterizedTest
  @MethodSource("variants")
  void aLookChangesNothing(Normalization variant) {
    MultiLayerNetwork network = mlp(variant);
    INDArray before = network.params().dup();
    new Probe(new Dl4jEngine(network, ImageShape.MNIST), IMAGES).snapshot(0);
    ArrayAssert.assertSameBits(before, network.params());
  }

  @ParameterizedTest
  @MethodSource("variants")
  void looksBetweenStepsChangeNoBitOfATraining(Normalization variant) {
    for (EngineChoice engines : List.of(EngineChoice.DL4J, EngineChoice.ONEDNN)) {
      List<INDArray> lookedAt = parametersAndMoments(engines, variant, true);
      List<INDArray> alone = parametersAndMoments(engines, variant, false);
      for (int i = 0; i < alone.size(); i++) {
        ArrayAssert.assertSameBits(lookedAt.get(i), alone.get(i));
      }
    }
  }

  private static List<INDArray> parametersAndMoments(
      EngineChoice engines, Normalization variant, boolean looks) {
    MultiLayerNetwork network = DeepCnn.builder().normalization(variant).build().init();
    try (Engine engine = engines.open(network, ImageShape.MNIST, 1)) {
      for (int step = 0; step < 3; step++) {
        engine.step(IMAGES);
        if (looks) {
          new Probe(engine, IMAGES).snapshot(step);
        }
      }
    }
    return List.of(network.params(), network.getUpdater().getStateViewArray());
  }

  /** Those of the first layer, which are a linear layer of the images alone. */
  @Test
  void percentilesAreThoseOfAllValuesBeforeTheActivation() {
    MultiLayerNetwork network = mlp(Normalization.none());
    INDArray values =
        IMAGES
            .images()
            .mmul(network.getParam("0_W"))
            .addiRowVector(network.getParam("0_b").reshape(100));
    double[] sorted = values.dup('c').data().asDouble();
    Arrays.sort(sorted);
    Probe probe = new Probe(new Dl4jEngine(network, ImageShape.MNIST), IMAGES);
    assertThat(probe.values()).containsOnlyKeys("fc1", "fc2", "fc3");
    double[] seen = probe.values().get("fc1").clone();
    Arrays.sort(seen);
    assertThat(seen).containsExactly(sorted, within(1e-5));
    Snapshot.Layer layer = probe.snapshot(0).layers().get(0);
    assertThat(layer.name()).isEqualTo("fc1");
    assertThat(layer.low()).isCloseTo(sorted[300], within(0.01));
    assertThat(layer.median()).isCloseTo(sorted[1000], within(0.01));
    assertThat(layer.high()).isCloseTo(sorted[1700], within(0.01));
    assertThat(layer.high() - layer.low()).isGreaterThan(0.2);
  }

  @Test
  void batchNormKeepsThePercentilesAtThoseOfAStandardizedLayer() {
    Snapshot snapshot =
        new Probe(new Dl4jEngine(mlp(Normalization.batchNorm()), ImageShape.MNIST), IMAGES)
            .snapshot(3);
    assertThat(snapshot.batch()).isEqualTo(3);
    assertThat(snapshot.layers()).hasSize(3);
    assertThat(snapshot.layers())
        .allSatisfy(
            layer -> {
              assertThat(layer.low()).isBetween(-1.3, -0.5);
              assertThat(layer.median()).isBetween(-0.3, 0.3);
              assertThat(layer.high()).isBetween(0.5, 1.3);
            });
  }

  @Test
  void aUnitThatIsNeverPositiveIsDead() {
    MultiLayerNetwork network = mlp(Normalization.none());
    double before =
        new Probe(new Dl4jEngine(network, ImageShape.MNIST), IMAGES)
            .snapshot(0)
            .layers()
            .get(1)
            .dead();
    INDArray bias = network.getParam("2_b");
    for (int unit = 0; unit < 100; unit++) {
      bias.putScalar(unit, unit < 37 ? -1000 : 1000);
    }
    assertThat(before).isLessThan(0.3);
    assertThat(
            new Probe(new Dl4jEngine(network, ImageShape.MNIST), IMAGES)
                .snapshot(0)
                .layers()
                .get(1)
                .dead())
        .isCloseTo(0.37, within(1e-6));
  }

  @Test
  void aSigmoidThatIsSaturatedForAllImagesIsDead() {
    MultiLayerNetwork network =
        trained(ThreeLayerMlp.builder().activation(Activation.SIGMOID).build().init());
    INDArray bias = network.getParam("0_b");
    for (int unit = 0; unit < 100; unit++) {
      bias.putScalar(unit, unit < 20 ? -50 : unit < 50 ? 50 : 0);
    }
    assertThat(
            new Probe(new Dl4jEngine(network, ImageShape.MNIST), IMAGES)
                .snapshot(0)
                .layers()
                .get(0)
                .dead())
        .isCloseTo(0.5, within(1e-6));
  }

  /** A map that is dead in some places only is not dead. */
  @Test
  void theUnitsOfAConvolutionAreItsMapsInEitherAxisOrder() {
    for (CNN2DFormat format : CNN2DFormat.values()) {
      MultiLayerNetwork network = trained(DeepCnn.builder().dataFormat(format).build().init());
      INDArray bias = network.getParam("0_b");
      bias.putScalar(0, -1000);
      bias.putScalar(1, 1000);
      bias.putScalar(2, 1000);
      bias.putScalar(3, 1000);
      List<Snapshot.Layer> layers =
          new Probe(new Dl4jEngine(network, ImageShape.MNIST), IMAGES).snapshot(0).layers();
      assertThat(layers).hasSize(20);
      assertThat(layers.get(0).name()).isEqualTo("conv01");
      assertThat(layers.get(0).dead()).as(format.name()).isCloseTo(0.25, within(1e-6));
      assertThat(layers.get(19).name()).isEqualTo("fc1");
    }
  }

  /** A step of gradient descent moves the weights by the learning rate times the gradient. */
  @ParameterizedTest
  @MethodSource("variants")
  void gradientNormsAreWhatAStepMoves(Normalization variant) {
    MultiLayerNetwork network = mlp(variant);
    Snapshot snapshot = new Probe(new Dl4jEngine(network, ImageShape.MNIST), IMAGES).snapshot(0);
    for (Snapshot.Layer layer : snapshot.layers()) {
      assertThat(layer.gradientNorm()).isPositive();
    }
    int second = indexOf(network, "fc2");
    INDArray before = network.getParam(second + "_W").dup();
    trained(network);
    double moved = before.subi(network.getParam(second + "_W")).norm2Number().doubleValue();
    assertThat(snapshot.layers().get(1).gradientNorm())
        .isCloseTo(moved / 0.5, within(1e-3 * moved));
  }

  private static int indexOf(MultiLayerNetwork network, String name) {
    return network.getLayerNames().indexOf(name);
  }

  @Test
  void oneImageIsNotEnough() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new Probe(
                    new Dl4jEngine(mlp(Normalization.none()), ImageShape.MNIST),
                    IMAGES.slice(0, 1)))
        .withMessage("batch statistics need at least 2 images, got 1");
  }
}
