package io.bnzoo.toolbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.bnzoo.PretrainedModels;
import io.bnzoo.data.ImageDataset;
import io.bnzoo.data.ImageSource;
import io.bnzoo.data.LabeledImages;
import io.bnzoo.data.ProgressListener;
import io.bnzoo.data.TestDigits;
import io.bnzoo.engine.EngineChoice;
import io.bnzoo.engine.Statistics;
import io.bnzoo.storage.ModelFiles;
import io.bnzoo.storage.StoredModel;
import io.bnzoo.toolbox.Diagnosis.Cause;
import io.bnzoo.toolbox.Finding.Symptom;
import io.bnzoo.zoo.DeepCnn;
import io.bnzoo.zoo.Normalization;
import io.bnzoo.zoo.ThreeLayerMlp;
import java.io.IOException;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Adam;

/** Recalibrating does a healthy model no harm, and mends one whose statistics are at fault. */
class RecalibratedModelsTest {
  private static final double MOST_HARM = 0.002;
  private static final int IMAGES = 2_000;
  private static final LabeledImages GENERATED = TestDigits.draw(1_000, 5);

  private static double accuracy(Model model, ImageSource given, LabeledImages images) {
    try (Accuracies accuracies = Accuracies.of(model, EngineChoice.AUTO, images.shape())) {
      return accuracies.accuracy(given, 250, Statistics.RUNNING);
    }
  }

  private static ImageDataset mnist() throws IOException {
    ImageDataset digits = ImageDataset.digits();
    assumeThat(digits.origin().kind()).isEqualTo(ImageDataset.Kind.MNIST);
    return digits;
  }

  private static void losesNothing(
      Model model, Function<LabeledImages, ImageSource> inputs, ImageDataset digits) {
    ImageSource test = inputs.apply(digits.test());
    double before = accuracy(model, test, digits.test());
    assertThat(before).as("healthy").isGreaterThan(0.93);
    Recalibration.of(model, inputs.apply(digits.train().first(IMAGES)), ProgressListener.NONE);
    assertThat(accuracy(model, test, digits.test()))
        .as("before: %s", before)
        .isGreaterThanOrEqualTo(before - MOST_HARM);
  }

  static List<Arguments> healthy() {
    return Stream.of(Normalization.batchNorm(), Normalization.lowLevel())
        .flatMap(
            normalization ->
                Stream.of(
                    Arguments.of(
                        "deep CNN, " + normalization.label(),
                        DeepCnn.builder().depth(4).normalization(normalization).build().init(),
                        800),
                    Arguments.of(
                        "mlp, " + normalization.label(),
                        ThreeLayerMlp.builder()
                            .normalization(normalization)
                            .updater(new Adam(0.002))
                            .build()
                            .init(),
                        1_500)))
        .toList();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("healthy")
  void aTrainedModelLosesNothing(String name, MultiLayerNetwork network, int batches)
      throws IOException {
    ImageDataset digits = mnist();
    MultiLayerNetwork model =
        TrainedModels.trained(network, digits.train(), batches, 32, EngineChoice.AUTO);
    losesNothing(model, images -> images, digits);
  }

  static Stream<PretrainedModels.Recipe> pretrained() {
    return PretrainedModels.all().stream()
        .filter(each -> each.model().spec().normalization().equals(Normalization.batchNorm()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("pretrained")
  void aPretrainedModelLosesNothing(PretrainedModels.Recipe recipe) throws IOException {
    StoredModel stored = ModelFiles.open(recipe.file());
    losesNothing(stored.model(), stored::inputs, mnist());
  }

  @Test
  void aTrainedGraphLosesNothing() throws IOException {
    ImageDataset digits = mnist();
    ComputationGraph graph = residual();
    for (int i = 0; i < 400; i++) {
      LabeledImages batch = digits.train().slice(i * 64, (i + 1) * 64);
      graph.fit(new DataSet(batch.images().reshape(64, 784), batch.oneHotLabels()));
    }
    losesNothing(graph, images -> images, digits);
  }

  /** One layer beside another, each with its batch norm. */
  private static ComputationGraph residual() {
    ComputationGraph graph =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .seed(7)
                .updater(new Adam(0.002))
                .graphBuilder()
                .addInputs("images")
                .setInputTypes(InputType.feedForward(784))
                .addLayer("fc1", dense(), "images")
                .addLayer("fc1-bn", new BatchNormalization.Builder().decay(0.99).build(), "fc1")
                .addLayer("fc1-relu", new ActivationLayer(Activation.RELU), "fc1-bn")
                .addLayer("fc2", dense(), "fc1-relu")
                .addLayer("fc2-bn", new BatchNormalization.Builder().decay(0.99).build(), "fc2")
                .addVertex(
                    "sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "fc1-relu", "fc2-bn")
                .addLayer("output", TrainedModels.output(), "sum")
                .setOutputs("output")
                .build());
    graph.init();
    return graph;
  }

  private static DenseLayer dense() {
    return new DenseLayer.Builder().nOut(64).activation(Activation.IDENTITY).hasBias(false).build();
  }

  static List<Arguments> faulty() {
    return List.of(
        Arguments.of("never updated", FaultyStatistics.neverUpdated()),
        Arguments.of("first layer never updated", FaultyStatistics.neverUpdatedInTheFirstLayer()),
        Arguments.of("decay 0.9, 8 batches", FaultyStatistics.afterFewBatches(0.9, 8)),
        Arguments.of("decay 0.99, 20 batches", FaultyStatistics.afterFewBatches(0.99, 20)),
        Arguments.of("decay 0.999, 300 batches", FaultyStatistics.withLongMemory()),
        Arguments.of("low-level, 100 batches", FaultyStatistics.lowLevelAfterFewBatches()),
        Arguments.of("clipped", FaultyStatistics.clipped()),
        Arguments.of("behind the weights", FaultyStatistics.behindTheWeights()),
        Arguments.of("NaN", FaultyStatistics.withVariance(Double.NaN)),
        Arguments.of("below 0", FaultyStatistics.withVariance(-0.5)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("faulty")
  void faultyStatisticsAreMended(String fault, MultiLayerNetwork model) {
    Diagnosis before = Diagnosis.of(model, GENERATED);
    assertThat(before.isWrong()).as(before.verdict()).isTrue();
    double faulty = accuracy(model, GENERATED, GENERATED);
    Recalibration.of(model, TrainedModels.TRAINING, ProgressListener.NONE);
    Diagnosis after = Diagnosis.of(model, GENERATED);
    assertThat(after.cause()).as(after.verdict()).isEqualTo(Cause.HEALTHY);
    Diagnosis.DataFigures figures = after.data().orElseThrow();
    double possible = before.data().orElse(figures).recomputed(); // Of NaN nothing is measured.
    assertThat(figures.running()).isGreaterThan(faulty + 0.03).isCloseTo(possible, within(0.01));
  }

  /** The layers behind a frozen one were trained with the statistics that it has. */
  @Test
  void aFineTunedModelKeepsWhatIsFrozen() throws IOException {
    MultiLayerNetwork model = TrainedModels.fineTuned(mnist().train());
    double before = accuracy(model, GENERATED, GENERATED);
    Recalibration done = Recalibration.of(model, TrainedModels.TRAINING, ProgressListener.NONE);
    assertThat(done.layers()).extracting(Recalibration.Layer::name).containsExactly("fc2-bn");
    assertThat(done.frozen()).containsExactly("fc1-bn");
    // The other layer's new statistics change some images; all layers' would cost 0.04.
    assertThat(accuracy(model, GENERATED, GENERATED)).isGreaterThan(before - 0.01);
  }

  @Test
  void frozenStatisticsAreReplacedOnlyWhereNothingCanBePredictedWithThem() {
    MultiLayerNetwork model =
        new TransferLearning.Builder(FaultyStatistics.healthy()).setFeatureExtractor(4).build();
    assertThatThrownBy(() -> Recalibration.of(model, TrainedModels.TRAINING, ProgressListener.NONE))
        .hasMessageStartingWith("all of its batch normalizations are frozen");
    assertThat(Diagnosis.of(model, GENERATED).cause()).isEqualTo(Cause.HEALTHY);
    model.getParam("4_var").putScalar(3, Float.NaN);
    assertThat(Recalibration.of(model, TrainedModels.TRAINING, ProgressListener.NONE).frozen())
        .containsExactly("fc1-bn");
    assertThat(Diagnosis.of(model).findings())
        .extracting(Finding::symptom)
        .doesNotContain(Symptom.NOT_FINITE);
  }
}
