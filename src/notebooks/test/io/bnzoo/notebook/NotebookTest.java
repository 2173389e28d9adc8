package io.bnzoo.notebook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bnzoo.data.DataException;
import io.bnzoo.data.ImageDataset;
import io.bnzoo.data.LabeledImages;
import io.bnzoo.data.TestDigits;
import io.bnzoo.engine.EngineChoice;
import io.bnzoo.experiment.Comparison;
import io.bnzoo.experiment.RunStore;
import io.bnzoo.experiment.ExperimentResult;
import io.bnzoo.experiment.Scale;
import io.bnzoo.experiment.Spread;
import io.bnzoo.experiment.Variants;
import io.bnzoo.train.TrainingListener;
import io.bnzoo.zoo.ImageLstm;
import io.bnzoo.zoo.NetworkSpec;
import io.bnzoo.zoo.Normalization;
import io.bnzoo.zoo.ThreeLayerMlp;
import io.bnzoo.zoo.TrainingPlan;
import io.bnzoo.zoo.Zoo;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;

class NotebookTest {
  private static final ImageDataset DIGITS = TestDigits.small();
  private static final int VERMILION = 0xFFD55E00;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

  private Notebook notebook(double share) {
    return new Notebook(DIGITS, new Scale(share), out);
  }

  private static TrainingPlan plan(int batches) {
    return TrainingPlan.builder().batches(batches).batchSize(60).validationEvery(20).trainingEvery(batches).singleImages(20).build();
  }

  @Test
  void itSaysWhatThereIs() throws IOException {
    Notebook notebook =
        Notebook.open(
            Map.of("BNZOO_NOTEBOOK_SCALE", "0.25", "BNZOO_NOTEBOOK_DATA", "generated"), out);
    assertThat(notebook.digits().origin().kind()).isEqualTo(ImageDataset.Kind.GENERATED);
    assertThat(notebook.train(ThreeLayerMlp.builder().build(), plan(40)).result().batches())
        .isEqualTo(10);
    assertThat(bytes.toString(StandardCharsets.UTF_8))
        .contains("generated digits")
        .contains("engine: ")
        .contains("shortened to 0.25");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "1.5", "half", ""})
  void aScaleThatIsNoneIsRefused(String scale) {
    assertThatThrownBy(() -> Notebook.open(Map.of("BNZOO_NOTEBOOK_SCALE", scale), out))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("BNZOO_NOTEBOOK_SCALE")
        .hasMessageContaining(scale);
  }

  @Test
  void digitsThatAreNotThereAreRefusedByTheVariablesName() {
    assertThatThrownBy(() -> Notebook.open(Map.of("BNZOO_NOTEBOOK_DATA", "nonsense"), out))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith(
            "BNZOO_NOTEBOOK_DATA must be auto, generated or a folder with MNIST, got nonsense: ");
  }

  /** Deep down a stack of sigmoids hardly any gradient is left, unless values are normalized. */
  @Test
  void gradientsAreThoseOfEachHiddenStage() {
    var builder = ThreeLayerMlp.builder().activation(Activation.SIGMOID);
    Map<String, Double> plain = notebook(1).gradients(builder.build().init());
    Map<String, Double> normalized =
        notebook(1).gradients(builder.normalization(Normalization.batchNorm()).build().init());
    assertThat(plain.keySet()).containsExactly("fc1", "fc2", "fc3");
    assertThat(plain.get("fc1")).isPositive().isLessThan(plain.get("fc3") / 5);
    assertThat(normalized.get("fc1")).isGreaterThan(normalized.get("fc3") / 5);
  }

  @Test
  void whatEntersTheActivationsIsSeen() {
    Map<String, double[]> inside = notebook(1).inside(ThreeLayerMlp.builder().build().init());
    assertThat(inside.keySet()).containsExactly("fc1", "fc2", "fc3");
    assertThat(inside.get("fc2")).hasSize(100 * 100);
  }

  @Test
  void anExperimentIsTrainedAtBothScalesFromEachSeed() throws IOException {
    ExperimentResult result = notebook(0.5).run("cell-05", 0.02, 2, 1);
    assertThat(result.trials())
        .extracting(one -> one.trial().name())
        .containsExactlyInAnyOrder(
            "cell-05-plain-seed-1",
            "cell-05-batch-norm-seed-1",
            "cell-05-plain-seed-2",
            "cell-05-batch-norm-seed-2");
    assertThat(result.trials())
        .allSatisfy(one -> assertThat(one.trial().plan().batches()).isEqualTo(20));
    assertThatThrownBy(() -> notebook(1).run("cell-99", 1, 1)).hasMessageContaining("cell-99");
  }

  @Test
  void aModelTrainsAsInTheLibrarysOwnComparison() throws Exception {
    Notebook notebook = notebook(0.5);
    List<ThreeLayerMlp> models =
        Variants.pair().stream()
            .map(variant -> ThreeLayerMlp.builder().normalization(variant).build())
            .toList();
    List<Trained> trained = notebook.train(models, plan(80));
    Comparison.Result compared =
        new Comparison(
                Zoo.find(ThreeLayerMlp.ID).orElseThrow(),
                UnaryOperator.identity(),
                Variants.pair(),
                List.of(1L),
                new Scale(0.5).apply(plan(80)))
            .run(DIGITS, EngineChoice.AUTO, RunStore.NONE, QUIET, () -> false);
    assertThat(trained).extracting(Trained::label).containsExactly("plain", "batch-norm");
    for (int i = 0; i < 2; i++) {
      assertThat(trained.get(i).result().batches()).isEqualTo(40);
      assertThat(trained.get(i).result().curve())
          .isEqualTo(compared.variants().get(i).result().curve());
      assertThat(trained.get(i).result().finals())
          .isEqualTo(compared.variants().get(i).result().finals());
    }
  }

  private static final Comparison.Listener QUIET = (spec, plan) -> TrainingListener.NONE;

  @Test
  void whatMovingAveragesRecognizeIsThereForRecurrentBatchNormOnly() throws Exception {
    List<Trained> trained =
        notebook(1)
            .train(
                Stream.of(Normalization.none(), Normalization.recurrentBatchNorm())
                    .map(choice -> ImageLstm.builder().units(8).normalization(choice).build())
                    .toList(),
                plan(10));
    assertThat(trained.get(1).byMovingAverages()).isBetween(0.0, 0.3);
    assertThat(trained.get(1).byMovingAverages())
        .isEqualTo(trained.get(1).result().finals().orElseThrow().movingAverageAccuracy().orElseThrow());
    assertThatThrownBy(trained.get(0)::byMovingAverages)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("plain");
  }

  @Test
  void stoppingTheCellStopsItsTrainings() throws Exception {
    Notebook notebook = notebook(1);
    List<ThreeLayerMlp> models =
        List.of(ThreeLayerMlp.builder().build(), ThreeLayerMlp.builder().seed(2).build());
    CompletableFuture<Exception> ended = new CompletableFuture<>();
    Thread cell =
        new Thread(
            () -> {
              try {
                notebook.train(models, plan(Integer.MAX_VALUE));
              } catch (InterruptedException e) {
                ended.complete(e);
              }
            });
    cell.start();
    cell.interrupt();
    assertThat(ended.get(1, TimeUnit.MINUTES)).isInstanceOf(InterruptedException.class);
    cell.join();
  }

  @Test
  void predictionsAgreeWithTheAccuracy() {
    Notebook notebook = notebook(1);
    Trained trained =
        notebook.train(
            ThreeLayerMlp.builder()
                .normalization(Normalization.batchNorm())
                .learningRate(0.1)
                .build(),
            plan(60));
    int[] predicted = notebook.predictions(trained.network(), DIGITS.test());
    long right =
        IntStream.range(0, predicted.length)
            .filter(i -> predicted[i] == DIGITS.test().label(i))
            .count();
    assertThat(right / 150.0).isEqualTo(trained.test());
    assertThat(trained.test()).isGreaterThan(0.3);
  }

  @Test
  void aCurveUnderAnotherIsSeen() {
    Trained one = notebook(1).train(ThreeLayerMlp.builder().build(), plan(40));
    List<Trained> same =
        Stream.of("low-level", "batch-norm", "mine")
            .map(label -> new Trained(label, one.network(), one.plan(), one.result()))
            .toList();
    BufferedImage plot = Pictures.curves(same).getSubimage(0, 0, 720, 400); // No legend.
    assertThat(vermilion(plot)).isPositive();
  }

  @Test
  void mistakesAreMarked() {
    LabeledImages images = DIGITS.test().slice(0, 12);
    int[] predicted = IntStream.range(0, 12).map(images::label).toArray();
    assertThat(vermilion(Pictures.digits(images))).isZero();
    assertThat(vermilion(Pictures.digits(images, predicted))).isZero();
    predicted[7] = (predicted[7] + 1) % 10;
    BufferedImage sheet = Pictures.digits(images, predicted);
    assertThat(vermilion(sheet)).isPositive();
    assertThat(vermilion(sheet.getSubimage(7 * 72, 0, 72, 88))).isEqualTo(vermilion(sheet));
    assertThatThrownBy(() -> Pictures.digits(images, new int[3]))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void linesOverTimeStepsAreDrawn() {
    BufferedImage picture =
        Pictures.overTimeSteps(
            "steps", "value", Map.of("recurrent-batch-norm", new double[] {-30, 0, 2}));
    assertThat(picture.getWidth()).isEqualTo(720);
    assertThat(vermilion(picture.getSubimage(0, 0, 720, 400))).isPositive(); // No legend.
  }

  private static long vermilion(BufferedImage image) {
    int[] pixels =
        image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
    return Arrays.stream(pixels).filter(pixel -> pixel == VERMILION).count();
  }

  @Test
  void curvesOfThisRunAndOfTheRecordedOneAreDrawn() throws IOException {
    ExperimentResult result = notebook(1).run("cell-05", 0.02, 1);
    BufferedImage picture = Pictures.curves(result, RecordedLesson.read());
    assertThat(picture.getWidth()).isEqualTo(720);
    assertThat(vermilion(picture)).isPositive();
    String table = Tables.accuracies(RecordedLesson.read(), List.of(result));
    assertThat(table)
        .contains("batch-norm")
        .contains("0.9521\u00A0±\u00A00.0010")
        .contains("0.9525");
  }

  @Test
  void theRecordedLessonHasCurvesOfEachSeed() throws IOException {
    RecordedLesson recorded = RecordedLesson.read();
    assertThat(recorded.curves("cell-05", "plain")).hasSize(3);
    assertThat(recorded.curves("cell-05", "plain").get(0)).containsEntry(1951, 0.8092);
    assertThat(recorded.curves("cell-05", "no such")).isEmpty();
    assertThat(recorded.test("no such", "plain")).isEmpty();
    Spread spread = recorded.test("cell-05", "plain").orElseThrow();
    assertThat(Tables.spreads(Map.of("ReLU", spread)))
        .contains("| ReLU     | 0.8164 | 0.8095 |  0.8222 |");
  }

  @Test
  void histogramsKeepNearlyAllAndEndWhereTheBulkDoes() {
    double[] values = IntStream.range(0, 1000).mapToDouble(i -> i / 1000.0).toArray();
    values[0] = -1e6;
    BufferedImage picture = Pictures.histograms("values", "value", Map.of("fc1", values));
    assertThat(picture.getWidth()).isEqualTo(720);
    BufferedImage constant =
        Pictures.histograms("constant", "value", Map.of("fc1", new double[50]));
    assertThat(Pictures.stacked(picture, constant).getHeight())
        .isEqualTo(picture.getHeight() + constant.getHeight());
  }
}
