package io.bnzoo.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.bnzoo.data.ImageDataset;
import io.bnzoo.experiment.Comparison;
import io.bnzoo.experiment.Lesson;
import io.bnzoo.train.Outcome;
import io.bnzoo.train.TrainingResult;
import io.bnzoo.zoo.DeepCnn;
import io.bnzoo.zoo.ImageLstm;
import io.bnzoo.zoo.NetworkSpec;
import io.bnzoo.zoo.Normalization;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class ComparisonTableTest {

  @Test
  void movingAveragesAreNotedBesideWhatWasRecomputed() {
    TrainingResult.Finals plain = Results.finals(0.97, 0.96, 0.95);
    TrainingResult.Finals finals =
        new TrainingResult.Finals(
            plain.validation(), plain.test(), 100, 0.95, 0.95, OptionalDouble.of(0.1158));
    NetworkSpec spec =
        ImageLstm.builder().normalization(Normalization.recurrentBatchNorm()).build().spec();
    TrainingResult result =
        new TrainingResult(new Outcome.Completed(), List.of(), Optional.of(finals), 2000, 40, 50);
    assertThat(
            new ComparisonTable(
                    Results.of(
                        Results.MNIST, new Comparison.VariantResult(spec, ImageLstm.PLAN, result)))
                .notes())
        .containsExactly(
            "recurrent-batch-norm (seed 1): test accuracy 0.1158 by the moving averages of"
                + " training, 0.9600 by statistics recomputed after it.");
  }

  @Test
  void aPublishedFigureStandsBesideTheSameInitialWeightsOnly() {
    NetworkSpec lowLevel = DeepCnn.builder().normalization(Normalization.lowLevel()).build().spec();
    NetworkSpec batchNorm =
        DeepCnn.builder().normalization(Normalization.batchNorm()).build().spec();
    assertThat(published(lowLevel)).containsExactly(0.9605);
    assertThat(published(batchNorm)).containsExactly(0.9745);
    assertThat(
            published(
                DeepCnn.builder()
                    .normalization(Normalization.lowLevel())
                    .initialWeights(batchNorm.initialWeights())
                    .build()
                    .spec()))
        .isEmpty();
    assertThat(
            published(
                DeepCnn.builder()
                    .normalization(Normalization.batchNorm())
                    .initialWeights(lowLevel.initialWeights())
                    .build()
                    .spec()))
        .isEmpty();
  }

  private static List<Double> published(NetworkSpec spec) {
    return Lesson.published(spec, Results.pair().plan()).stream()
        .map(run -> run.test().orElseThrow())
        .toList();
  }

  @Test
  void severalSeedsGetTheirMeans() {
    List<List<String>> rows =
        rows(Results.of(Results.MNIST, Results.batchNorm(1, 0.96), Results.batchNorm(2, 0.98)));
    assertThat(rows).hasSize(4);
    assertThat(rows.get(3)).containsSequence("batch-norm", "mean", "0.9732", "0.9700");
  }

  @Test
  void oneSeedNeedsNoMean() {
    assertThat(rows(Results.pair())).hasSize(3);
  }

  @Test
  void otherDigitsHaveNoPublishedFiguresAndSaySo() {
    ImageDataset.Origin generated =
        new ImageDataset.Origin(ImageDataset.Kind.GENERATED, "generated digits, seed 7", "cd34");
    ComparisonTable table = new ComparisonTable(Results.of(generated, Results.batchNorm(1, 0.9)));
    assertThat(table.rows().get(1).get(5)).isEqualTo("-");
    assertThat(table.notes())
        .containsExactly("These are not MNIST's figures: generated digits, seed 7.");
  }

  @Test
  void aStoppedTrainingHasNoFinalFigures() {
    Comparison.VariantResult stopped =
        Results.variant(Normalization.none(), 1, new Outcome.Stopped(57), Optional.empty());
    ComparisonTable table = new ComparisonTable(Results.of(Results.MNIST, stopped));
    assertThat(table.rows().get(1).subList(2, 5)).containsOnly("-");
    assertThat(table.notes()).containsExactly("plain (seed 1): stopped after 57 batches.");
  }

  @Test
  void brokenInferenceIsPointedOut() {
    Comparison.VariantResult broken =
        Results.variant(
            Normalization.batchNorm(),
            1,
            new Outcome.Completed(),
            Optional.of(Results.finals(0.95, 0.95, 0.1)));
    assertThat(new ComparisonTable(Results.of(Results.MNIST, broken)).notes())
        .singleElement()
        .asString()
        .contains("recognized otherwise than in a batch");
  }

  @Test
  void theTextFitsATerminal() {
    String text = new ComparisonTable(Results.pair()).asText();
    assertThat(text.lines()).allSatisfy(line -> assertThat(line.length()).isLessThan(80));
  }

  private static List<List<String>> rows(Comparison.Result result) {
    return new ComparisonTable(result).rows();
  }
}
