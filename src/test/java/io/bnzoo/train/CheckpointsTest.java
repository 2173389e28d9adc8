package io.bnzoo.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.bnzoo.ArrayAssert;
import io.bnzoo.data.ImageDataset;
import io.bnzoo.data.ImageShape;
import io.bnzoo.data.TestDigits;
import io.bnzoo.engine.Engine;
import io.bnzoo.engine.EngineChoice;
import io.bnzoo.experiment.Variants;
import io.bnzoo.storage.TrustedClasses;
import io.bnzoo.storage.own.OwnLayer;
import io.bnzoo.train.Checkpoints.Checkpoint;
import io.bnzoo.zoo.BatchNormModel;
import io.bnzoo.zoo.ImageLstm;
import io.bnzoo.zoo.Normalization;
import io.bnzoo.zoo.ThreeLayerMlp;
import io.bnzoo.zoo.TrainingPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.learning.config.Adam;

class CheckpointsTest {
  private static final ImageDataset DIGITS =
      new ImageDataset(
          TestDigits.draw(70, 1),
          TestDigits.draw(20, 2),
          TestDigits.draw(20, 3),
          new ImageDataset.Origin(ImageDataset.Kind.GENERATED, "drawn", "ab12"));

  /** Batches that straddle epochs, and measurements before and after every interruption. */
  private static final TrainingPlan PLAN =
      TrainingPlan.builder()
          .batches(30)
          .batchSize(20)
          .validationEvery(7)
          .trainingEvery(3)
          .singleImages(5)
          .dataSeed(9)
          .build();

  private static final CheckpointPlan EVERY_FOUR =
      new CheckpointPlan(Optional.of(4), Optional.empty(), 3);

  @TempDir private Path folder;

  private static BatchNormModel model(String variant) {
    if (variant.startsWith("lstm-")) {
      Normalization normalization = Variants.find(variant.substring(5)).orElseThrow();
      return ImageLstm.builder().units(6).normalization(normalization).build();
    }
    return ThreeLayerMlp.builder()
        .normalization(Variants.find(variant).orElseThrow())
        .updater(new Adam(0.01))
        .build();
  }

  private Checkpoints checkpoints(BatchNormModel model) {
    return new Checkpoints(folder, "mlp", model.spec(), "ab12", PLAN, EVERY_FOUR);
  }

  static Stream<Arguments> networks() {
    Stream<Arguments> linear =
        Stream.of(EngineChoice.DL4J, EngineChoice.ONEDNN)
            .flatMap(
                engine ->
                    Stream.of("plain", "batch-norm", "low-level-then-bias")
                        .map(variant -> Arguments.of(engine, variant)));
    return Stream.concat(
        linear,
        Stream.of("lstm-plain", "lstm-recurrent-batch-norm")
            .map(variant -> Arguments.of(EngineChoice.AUTO, variant)));
  }

  @ParameterizedTest
  @MethodSource("networks")
  void aTrainingInterruptedAgainAndAgainEndsWithTheSameBits(EngineChoice choice, String variant)
      throws IOException {
    BatchNormModel model = model(variant);
    MultiLayerNetwork whole = model.init();
    TrainingResult expected;
    try (Engine engine = choice.open(whole, ImageShape.MNIST, 1)) {
      expected = Training.of(DIGITS, PLAN).runOn(engine);
    }
    MultiLayerNetwork last = null;
    TrainingResult result = null;
    int expectedProgress = 0;
    for (int stopAfter : new int[] {5, 6, 18, 29, 99}) {
      Optional<Checkpoint> newest = checkpoints(model).newest(warning -> {});
      last = newest.map(Checkpoint::network).orElseGet(model::init);
      TrainingProgress progress = newest.map(Checkpoint::progress).orElse(TrainingProgress.NONE);
      assertThat(progress.batches()).isEqualTo(expectedProgress);
      expectedProgress = stopAfter;
      int[] steps = {progress.batches()};
      TrainingListener counter =
          new TrainingListener() {
            @Override
            public void stepped(int done, int total) {
              steps[0] = done;
            }
          };
      try (Engine engine = choice.open(last, ImageShape.MNIST, 1)) {
        result =
            new TrainingLoop(DIGITS, PLAN)
                .run(
                    engine,
                    progress,
                    Optional.of(checkpoints(model)),
                    counter,
                    () -> steps[0] >= stopAfter);
      }
    }
    assertThat(result.outcome()).isEqualTo(expected.outcome());
    assertThat(result.curve()).isEqualTo(expected.curve());
    assertThat(result.finals()).isEqualTo(expected.finals());
    ArrayAssert.assertSameBits(last.params(), whole.params());
    ArrayAssert.assertSameBits(
        last.getUpdater().getStateViewArray(), whole.getUpdater().getStateViewArray());
    assertThat(last.getIterationCount()).isEqualTo(whole.getIterationCount());
  }

  @Test
  void theLastFewStayAndABrokenOneIsPassedOver() throws IOException {
    BatchNormModel model = model("batch-norm");
    train(model);
    assertThat(names()).containsExactly("mlp-000020.zip", "mlp-000024.zip", "mlp-000028.zip");
    Path newest = folder.resolve("mlp-000028.zip");
    byte[] bytes = Files.readAllBytes(newest);
    bytes[bytes.length / 2] ^= 1;
    Files.write(newest, bytes);
    Files.write(folder.resolve("mlp-000024.zip"), new byte[0]);
    List<String> warnings = new ArrayList<>();
    Checkpoint found = checkpoints(model).newest(warnings::add).orElseThrow();
    assertThat(found.progress().batches()).isEqualTo(20);
    assertThat(found.network().getIterationCount()).isEqualTo(20);
    assertThat(warnings).hasSize(2);
    assertThat(warnings.get(0)).contains("mlp-000028.zip").doesNotContain("\n");
    try (Engine engine = EngineChoice.ONEDNN.open(found.network(), ImageShape.MNIST, 1)) {
      int[] asked = {0};
      new TrainingLoop(DIGITS, PLAN)
          .run(
              engine,
              found.progress(),
              Optional.of(checkpoints(model)),
              TrainingListener.NONE,
              () -> ++asked[0] > 1);
    }
    assertThat(names())
        .as("without what was passed over")
        .containsExactly("mlp-000020.zip", "mlp-000021.zip");
    checkpoints(model).remove();
    assertThat(names()).isEmpty();
  }

  @Test
  void aFolderInACheckpointsPlaceIsMovedAside() throws IOException {
    Files.createDirectories(folder.resolve("mlp-000020.zip").resolve("thesis"));
    Files.createDirectories(folder.resolve("mlp-000090.zip"));
    assertThat(checkpoints(model("batch-norm")).newest(warning -> {})).isEmpty();
    train(model("batch-norm"));
    assertThat(names())
        .containsExactly(
            "mlp-000020.zip",
            "mlp-000020.zip-old",
            "mlp-000024.zip",
            "mlp-000028.zip",
            "mlp-000090.zip");
    assertThat(folder.resolve("mlp-000020.zip-old").resolve("thesis")).exists();
    checkpoints(model("batch-norm")).remove();
    assertThat(names()).containsExactly("mlp-000020.zip-old", "mlp-000090.zip");
  }

  @Test
  void anotherTrainingsCheckpointsAreNotTaken() throws IOException {
    train(model("batch-norm"));
    List<String> warnings = new ArrayList<>();
    assertThat(checkpoints(model("plain")).newest(warnings::add)).isEmpty();
    Checkpoints ofOtherDigits =
        new Checkpoints(folder, "mlp", model("batch-norm").spec(), "cd34", PLAN, EVERY_FOUR);
    Checkpoints ofAnotherPlan =
        new Checkpoints(
            folder, "mlp", model("batch-norm").spec(), "ab12", PLAN.withBatchSize(10), EVERY_FOUR);
    assertThat(ofOtherDigits.newest(warnings::add)).isEmpty();
    assertThat(ofAnotherPlan.newest(warnings::add)).isEmpty();
    assertThat(warnings).hasSize(9).allMatch(line -> line.contains("no checkpoint of this"));
  }

  @Test
  void checkpointsWithLayersOfOnesOwnAreReadWhereTheirPackageIsTrusted() throws IOException {
    BatchNormModel model = model("plain");
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .list()
                .layer(new DenseLayer.Builder().nIn(3).nOut(3).build())
                .layer(new OwnLayer())
                .build());
    network.init();
    checkpoints(model).write(network, TrainingProgress.NONE);
    List<String> warnings = new ArrayList<>();
    assertThat(checkpoints(model).newest(warnings::add)).isEmpty();
    assertThat(warnings).singleElement().asString().contains(OwnLayer.class.getName());
    TrustedClasses trusted = TrustedClasses.STANDARD.withPackage(OwnLayer.class.getPackageName());
    assertThat(checkpoints(model).newest(warnings::add, trusted)).isPresent();
  }

  private void train(BatchNormModel model) throws IOException {
    try (Engine engine = EngineChoice.ONEDNN.open(model.init(), ImageShape.MNIST, 1)) {
      new TrainingLoop(DIGITS, PLAN)
          .run(
              engine,
              TrainingProgress.NONE,
              Optional.of(checkpoints(model)),
              TrainingListener.NONE,
              () -> false);
    }
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void timeIsAnIntervalToo() {
    CheckpointPlan plan =
        new CheckpointPlan(Optional.empty(), Optional.of(Duration.ofSeconds(30)), 1);
    assertThat(plan.isDue(1_000_000, 29)).isFalse();
    assertThat(plan.isDue(1, 31)).isTrue();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new CheckpointPlan(Optional.of(0), Optional.empty(), 1))
        .withMessage("checkpoints need at least 1 batch between them, got 0");
  }
}
