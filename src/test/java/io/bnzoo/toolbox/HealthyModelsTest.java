package io.bnzoo.toolbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.bnzoo.PretrainedModels;
import io.bnzoo.data.ImageDataset;
import io.bnzoo.data.ProgressListener;
import io.bnzoo.storage.ModelFiles;
import io.bnzoo.storage.StoredModel;
import io.bnzoo.toolbox.Diagnosis.Cause;
import io.bnzoo.toolbox.Finding.Severity;
import io.bnzoo.toolbox.Finding.Symptom;
import io.bnzoo.zoo.DeepCnn;
import io.bnzoo.zoo.Normalization;
import io.bnzoo.zoo.Placement;
import io.bnzoo.zoo.ThreeLayerMlp;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Adam;

/** No false alarm. */
class HealthyModelsTest {
  /**
   * Steps; next to the small variances behind first convolutions, less leaves too much of the 1.
   */
  private static final int AS_IN_THE_LESSON = 800;

  /** What a placement may have on purpose, and a ReLU before batch norm. */
  private static final Set<Symptom> BY_DESIGN =
      Set.of(Symptom.REDUNDANT_BIAS, Symptom.WEAK_FEATURES, Symptom.DEAD_FEATURES);

  static List<Arguments> models() {
    return Stream.concat(
            Stream.of(
                deepCnn(Normalization.lowLevel()),
                deepCnn(Normalization.lowLevel().placed(Placement.AFTER_ACTIVATION)),
                deepCnn(Normalization.speltOut()),
                deepCnn(Normalization.batchNorm()),
                Arguments.of(
                    "mlp, sigmoid",
                    ThreeLayerMlp.builder()
                        .normalization(Normalization.batchNorm())
                        .activation(Activation.SIGMOID)
                        .updater(new Adam(0.002))
                        .build()
                        .init()),
                Arguments.of(
                    "convolutions",
                    TrainedModels.convolutions(
                        new ConvolutionLayer.Builder(3, 3).activation(Activation.IDENTITY))),
                Arguments.of("dense", TrainedModels.dense(recipe -> {}))),
            Stream.of(Placement.values())
                .flatMap(
                    placement ->
                        Stream.of(
                            mlp(Normalization.batchNorm().placed(placement)),
                            mlp(Normalization.lowLevel().placed(placement)))))
        .toList();
  }

  private static Arguments deepCnn(Normalization normalization) {
    return Arguments.of(
        "deep CNN, " + normalization.label(),
        DeepCnn.builder().depth(4).normalization(normalization).build().init());
  }

  private static Arguments mlp(Normalization normalization) {
    return Arguments.of(
        "mlp, " + normalization.label(),
        ThreeLayerMlp.builder()
            .normalization(normalization)
            .updater(new Adam(0.002))
            .build()
            .init());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("models")
  void aHealthyModelHasNoFindings(String name, MultiLayerNetwork network) {
    MultiLayerNetwork model =
        TrainedModels.trained(
            network, name.startsWith("mlp") ? TrainedModels.ENOUGH : AS_IN_THE_LESSON);
    Diagnosis diagnosis = Diagnosis.of(model, TrainedModels.TEST);
    assertThat(diagnosis.cause()).as(diagnosis.verdict()).isEqualTo(Cause.HEALTHY);
    assertThat(diagnosis.findings()).allMatch(each -> BY_DESIGN.contains(each.symptom()));
    assertThat(diagnosis.findings()).allMatch(each -> each.severity() == Severity.NOTE);
    assertThat(Diagnosis.of(model).cause()).isEqualTo(Cause.HEALTHY);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("io.bnzoo.PretrainedModels#all")
  void aPretrainedModelIsHealthy(PretrainedModels.Recipe recipe) throws IOException {
    ImageDataset digits = ImageDataset.digits();
    assumeThat(digits.origin().kind()).isEqualTo(ImageDataset.Kind.MNIST);
    StoredModel stored = ModelFiles.open(recipe.file());
    Diagnosis diagnosis = Diagnosis.of(stored, digits.test().first(500), ProgressListener.NONE);
    assertThat(diagnosis.isWrong()).as(diagnosis.verdict()).isFalse();
    assertThat(diagnosis.findings()).allMatch(each -> each.severity() == Severity.NOTE);
  }
}
