package io.bnzoo.toolbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.bnzoo.data.ProgressListener;
import io.bnzoo.toolbox.Diagnosis.Cause;
import io.bnzoo.toolbox.Finding.Severity;
import io.bnzoo.toolbox.Finding.Symptom;
import java.util.List;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;

class RecurrentDiagnosisTest {
  private static final int BATCHES = 150;

  private static Diagnosis diagnosis(MultiLayerNetwork model) {
    return Diagnosis.of(model, TrainedModels.TEST);
  }

  private static MultiLayerNetwork recalibrated(MultiLayerNetwork model) {
    Recalibration.of(model, TrainedModels.TRAINING, ProgressListener.NONE);
    return model;
  }

  private static Finding only(Diagnosis diagnosis, Symptom symptom) {
    List<Finding> found =
        diagnosis.findings().stream().filter(each -> each.symptom() == symptom).toList();
    assertThat(found).as(diagnosis.verdict()).hasSize(1);
    return found.get(0);
  }

  /** The same weights, with either kind of statistics. */
  @Test
  void movingAveragesAreAtFaultAndRecomputedStatisticsAreHealthy() {
    MultiLayerNetwork model = RecurrentModels.trained(RecurrentModels.layer(7).build(), BATCHES);
    Diagnosis sick = diagnosis(model);
    assertThat(sick.cause()).as(sick.verdict()).isEqualTo(Cause.STATISTICS);
    assertThat(sick.layers())
        .extracting(LayerFigures::name)
        .containsExactly("lstm input", "lstm state", "lstm cell");
    assertThat(sick.layers()).extracting(LayerFigures::features).containsExactly(672, 672, 168);
    assertThat(only(sick, Symptom.INITIAL_SHARE).remedy()).startsWith("Recalibrate");
    assertThat(only(Diagnosis.of(model), Symptom.INITIAL_SHARE).severity())
        .isEqualTo(Severity.WARNING);

    Diagnosis healthy = diagnosis(recalibrated(model));
    assertThat(healthy.cause()).as(healthy.verdict()).isEqualTo(Cause.HEALTHY);
    assertThat(healthy.findings()).allMatch(each -> each.severity() == Severity.NOTE);
    assertThat(Diagnosis.of(model).cause()).isEqualTo(Cause.HEALTHY);
  }

  @Test
  void statisticsThatAllStepsShareAreAFindingOfTheirOwn() {
    MultiLayerNetwork model = RecurrentModels.trained(RecurrentModels.layer(1).build(), BATCHES);
    for (int i = 0; i < 2; i++) {
      Diagnosis diagnosis = diagnosis(model);
      assertThat(diagnosis.cause()).as(diagnosis.verdict()).isEqualTo(Cause.STATISTICS);
      assertThat(diagnosis.verdict()).contains("which all time steps share");
      assertThat(only(diagnosis, Symptom.SHARED_STATISTICS).layers()).hasSize(3);
      recalibrated(model);
    }
  }

  @Test
  void firstStepsThatAreAlikeAreNamed() {
    MultiLayerNetwork model =
        recalibrated(
            RecurrentModels.trained(RecurrentModels.layer(7).initialStateNoise(0).build(), 30));
    Finding found = only(Diagnosis.of(model), Symptom.CONSTANT_STEPS);
    assertThat(found.layers()).contains("lstm state");
    assertThat(found.evidence()).contains("In the first 1 of 7 time steps");
    assertThat(found.remedy()).contains("initialStateNoise(0.1)");
  }

  @Test
  void aModelThatHasNotBeenTrainedIsNoneThatIsSick() {
    MultiLayerNetwork model =
        RecurrentModels.network(new LastTimeStep(RecurrentModels.layer(7).initialGamma(1).build()));
    Diagnosis diagnosis = Diagnosis.of(model);
    assertThat(diagnosis.cause()).isEqualTo(Cause.UNTRAINED);
    assertThat(only(diagnosis, Symptom.LARGE_GAMMA).severity()).isEqualTo(Severity.NOTE);
  }
}
