package io.bnzoo.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.bnzoo.data.LabeledImages;
import io.bnzoo.data.RealMnist;
import io.bnzoo.zoo.Architecture;
import io.bnzoo.zoo.DeepCnn;
import io.bnzoo.zoo.ImageLstm;
import io.bnzoo.zoo.InitialWeights;
import io.bnzoo.zoo.NetworkSpec;
import io.bnzoo.zoo.Normalization;
import io.bnzoo.zoo.Reading;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.activations.Activation;

class LessonTest {

  @Test
  void hasTheEighteenCellsAndTheirPublishedFigures() {
    List<Experiment> cells =
        Lesson.experiments().stream().filter(one -> one.id().startsWith("cell-")).toList();
    assertThat(cells)
        .extracting(Experiment::id)
        .containsExactlyElementsOf(
            IntStream.rangeClosed(4, 21)
                .mapToObj(cell -> String.format(Locale.ROOT, "cell-%02d", cell))
                .toList());
    assertThat(cells)
        .allSatisfy(
            cell -> {
              assertThat(cell.variants()).isEqualTo(Variants.pair());
              assertThat(cell.published()).hasSize(2);
              assertThat(cell.published())
                  .allSatisfy(
                      run -> {
                        assertThat(run.validation()).isPresent();
                        assertThat(run.test()).isPresent();
                        assertThat(run.batchesPerSecond()).isPresent();
                      });
            });
  }

  @ParameterizedTest(name = "cell {0}")
  @CsvSource({
    "4, RELU, 0.01, 0.05, 50000, 0.9748, 0.9803",
    "5, RELU, 0.01, 0.05, 2000, 0.8262, 0.9525",
    "6, SIGMOID, 0.01, 0.05, 50000, 0.8271, 0.9732",
    "7, RELU, 1, 0.05, 50000, 0.0980, 0.9834",
    "8, RELU, 1, 0.05, 50000, 0.1010, 0.9822",
    "9, SIGMOID, 1, 0.05, 50000, 0.9752, 0.9812",
    "10, SIGMOID, 1, 0.05, 2000, 0.9227, 0.9463",
    "11, RELU, 2, 0.05, 50000, 0.1010, 0.9827",
    "12, SIGMOID, 2, 0.05, 50000, 0.9782, 0.9782",
    "13, SIGMOID, 2, 0.05, 2000, 0.9360, 0.9524",
    "14, RELU, 0.01, 5, 50000, 0.0980, 0.7990",
    "15, SIGMOID, 0.01, 5, 50000, 0.2270, 0.8527",
    "16, RELU, 1, 5, 50000, 0.1135, 0.9208",
    "17, SIGMOID, 1, 5, 50000, 0.8957, 0.9505",
    "18, RELU, 2, 5, 50000, 0.0980, 0.9054",
    "19, SIGMOID, 2, 5, 50000, 0.9066, 0.9583",
    "20, RELU, 1, 5, 50000, 0.1135, 0.1010",
    "21, RELU, 2, 5, 50000, 0.0980, 0.1010",
  })
  void aCellHasItsSettingsAndFigures(
      int cell,
      Activation activation,
      double learningRate,
      double stddev,
      int batches,
      double plain,
      double batchNorm) {
    Experiment experiment =
        Lesson.find(String.format(Locale.ROOT, "cell-%02d", cell)).orElseThrow();
    assertThat(experiment.activation()).isEqualTo(activation);
    assertThat(experiment.learningRate()).isEqualTo(learningRate);
    assertThat(experiment.initialWeights()).isEqualTo(InitialWeights.normal(stddev));
    assertThat(experiment.plan().batches()).isEqualTo(batches);
    assertThat(experiment.published())
        .extracting(run -> run.test().orElseThrow())
        .containsExactly(plain, batchNorm);
  }

  @Test
  void everyExperimentHasItsOwnIdAndAnExpectedTime() {
    assertThat(Lesson.experiments()).extracting(Experiment::id).doesNotHaveDuplicates();
    assertThat(Lesson.experiments())
        .allSatisfy(experiment -> assertThat(experiment.minutes()).isPositive());
    assertThat(Lesson.experiments())
        .extracting(Experiment::id)
        .contains("single-sample", "deep-cnn", "deep-cnn-32", "by-hand", "placements");
  }

  @Test
  void cellFifteenIsAsTheSourceHasIt() {
    Experiment cell = Lesson.find("cell-15").orElseThrow();
    Trial trial = cell.trials(List.of(7L), Scale.FULL).get(1);
    NetworkSpec spec = trial.spec();
    assertThat(spec.normalization()).isEqualTo(Normalization.batchNorm());
    assertThat(spec.activation()).isEqualTo(Activation.SIGMOID);
    assertThat(spec.learningRate()).hasValue(0.01);
    assertThat(spec.initialWeights()).hasToString("Normal[stddev=5.0]");
    assertThat(spec.seed()).isEqualTo(7);
    assertThat(trial.plan().dataSeed()).isEqualTo(7);
    assertThat(trial.plan().batches()).isEqualTo(50_000);
    assertThat(trial.plan().batchSize()).isEqualTo(60);
    assertThat(trial.plan().validationEvery()).isEqualTo(500);
    assertThat(cell.published(spec.normalization()))
        .singleElement()
        .satisfies(run -> assertThat(run.test()).hasValue(0.8527));
  }

  @Test
  void aRerunHasTheSameSettingsAndOtherWeightsAndBatches() {
    List<Experiment> reruns =
        Lesson.experiments().stream().filter(one -> one.rerunOf().isPresent()).toList();
    assertThat(reruns).extracting(Experiment::id).containsExactly("cell-08", "cell-20", "cell-21");
    assertThat(reruns)
        .allSatisfy(
            rerun -> {
              Experiment original = Lesson.find(rerun.rerunOf().orElseThrow()).orElseThrow();
              Trial again = rerun.trials(List.of(1L), Scale.FULL).get(0);
              Trial first = original.trials(List.of(1L), Scale.FULL).get(0);
              assertThat(again.spec().initialWeights()).isEqualTo(first.spec().initialWeights());
              assertThat(again.spec().activation()).isEqualTo(first.spec().activation());
              assertThat(again.spec().updater()).isEqualTo(first.spec().updater());
              assertThat(again.plan().withDataSeed(1)).isEqualTo(first.plan());
              assertThat(again.seed()).isNotEqualTo(first.seed());
            });
  }

  @Test
  void theTrialsOfAPairStartFromTheSameSeed() {
    List<Trial> trials = Lesson.find("cell-04").orElseThrow().trials(List.of(3L, 5L), Scale.FULL);
    assertThat(trials)
        .extracting(Trial::name)
        .containsExactly(
            "cell-04-plain-seed-3",
            "cell-04-batch-norm-seed-3",
            "cell-04-plain-seed-5",
            "cell-04-batch-norm-seed-5");
    assertThat(trials).extracting(trial -> trial.spec().seed()).containsExactly(3L, 3L, 5L, 5L);
    assertThat(trials).extracting(trial -> trial.plan().dataSeed()).containsExactly(3L, 3L, 5L, 5L);
  }

  @Test
  void everyTrialHasANetwork() {
    for (Experiment experiment : Lesson.experiments()) {
      assertThat(experiment.trials(List.of(1L), new Scale(0.5)))
          .allSatisfy(trial -> assertThat(trial.spec().model()).isEqualTo(experiment.model()));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "rows, ROWS, 2000",
    "shared, ROWS, 2000",
    "pixels, PIXELS, 5000",
    "permuted, DRAWN, 5000",
    "permuted-true, PERMUTED, 5000",
    "gamma, DRAWN, 1000"
  })
  void aRecurrentExperimentReadsAsItSays(String id, Reading reading, int batches) {
    Trial trial = Lesson.find(id).orElseThrow().trials(List.of(1L), Scale.FULL).get(1);
    assertThat(trial.spec().architecture()).isEqualTo(new Architecture.Recurrent(reading, 100));
    assertThat(trial.spec().initialWeights()).isEqualTo(InitialWeights.orthogonal());
    assertThat(trial.spec().updater()).isEqualTo(ImageLstm.builder().build().spec().updater());
    assertThat(trial.plan().batches()).isEqualTo(batches);
    assertThat(trial.plan().batchSize()).isEqualTo(100);
  }

  @Test
  void whatTakesLongIsRunByItsNameOnly() {
    assertThat(Lesson.experiments())
        .filteredOn(Experiment::takesLong)
        .extracting(Experiment::id)
        .containsExactly("pixels", "permuted", "permuted-true", "gamma");
    assertThat(Lesson.shortExperiments())
        .extracting(Experiment::id)
        .contains("cell-04", "placements", "rows", "shared")
        .doesNotContain("pixels");
    assertThat(Lesson.shortExperiments().stream().mapToDouble(Experiment::minutes).sum())
        .isLessThan(20);
  }

  @Test
  void publishedCurvesAreMeasuredWhereTheyHavePoints() {
    Experiment permuted = Lesson.find("permuted").orElseThrow();
    assertThat(permuted.publishedCurve(Normalization.recurrentBatchNorm()))
        .extracting(point -> point.batches() + " " + point.validation().orElseThrow())
        .containsExactly("500 0.545", "1000 0.656", "2000 0.763", "5000 0.847");
    assertThat(permuted.publishedCurve(Normalization.none()))
        .extracting(point -> point.batches() + " " + point.validation().orElseThrow())
        .containsExactly("500 0.326", "1000 0.477", "2000 0.604", "5000 0.654");
    assertThat(Lesson.find("pixels").orElseThrow().publishedCurve().orElseThrow())
        .allSatisfy(point -> assertThat(point.batches() % 500).isZero());
    assertThat(permuted.plan().validationEvery()).isEqualTo(500);
    assertThat(Lesson.find("cell-04").orElseThrow().publishedCurve()).isEmpty();
  }

  @Test
  void figuresOfAnotherModelAreNotSoughtAmongThoseOfThisOne() {
    NetworkSpec spec =
        ImageLstm.builder().normalization(Normalization.recurrentBatchNorm()).build().spec();
    for (Experiment experiment : Lesson.experiments()) {
      assertThat(Lesson.published(spec, experiment.plan())).isEmpty();
    }
  }

  @Test
  void thePlacementsAreAllFive() {
    assertThat(Lesson.find("placements").orElseThrow().variants())
        .containsExactlyInAnyOrderElementsOf(Normalization.batchNorm().inEveryPlacement());
  }

  @Test
  void publishedFiguresAreFoundBySettings() {
    NetworkSpec spec = DeepCnn.builder().normalization(Normalization.batchNorm()).build().spec();
    assertThat(Lesson.published(spec, Lesson.find("deep-cnn").orElseThrow().plan()))
        .singleElement()
        .satisfies(run -> assertThat(run.singles()).hasValue(0.98));
    assertThat(Lesson.published(spec, Lesson.find("cell-04").orElseThrow().plan())).isEmpty();
    NetworkSpec shallow =
        DeepCnn.builder().normalization(Normalization.batchNorm()).depth(9).build().spec();
    assertThat(Lesson.published(shallow, Lesson.find("deep-cnn").orElseThrow().plan())).isEmpty();
  }

  /** 0.0980 is the share of zeros, 0.1010 of threes, 0.1135 of ones. */
  @Test
  void whereADigitIsSaidToBeAlwaysPredictedTheAccuracyIsItsShare() throws IOException {
    LabeledImages test = RealMnist.load().test();
    List<Experiment.Published> always =
        Lesson.experiments().stream()
            .flatMap(experiment -> experiment.published().stream())
            .filter(run -> run.always().isPresent())
            .toList();
    assertThat(always).hasSize(10);
    assertThat(always)
        .allSatisfy(
            run -> {
              long shown =
                  IntStream.range(0, test.size())
                      .filter(i -> test.label(i) == run.always().getAsInt())
                      .count();
              assertThat(run.test().orElseThrow()).isCloseTo(shown / 10_000.0, within(1e-9));
            });
  }
}
